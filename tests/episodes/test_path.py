"""The main job, by its services alone: from notice to closed episode."""

from datetime import timedelta

from maillage.common.clock import now
from maillage.episodes import access, lifecycle, selectors, services
from maillage.episodes.enums import Action, ClosingReason, EpisodeKind, EpisodeState, Origin
from maillage.tasks.enums import TaskState
from maillage.tasks.services import task_do
from maillage.youth import services as youth


def test_an_episode_goes_from_notice_to_closing(world):
    by = world.actor()
    parent = world.parent()
    episode = world.open()
    assert (episode.number, episode.origin, episode.declared_kind) == (1, Origin.HOME, EpisodeKind.RUNAWAY)
    tasks = world.tasks(episode)
    assert tasks["call_police"].phone == "17"
    assert tasks["declaration"].phone == "01 99 00 17 17"
    assert f"parents:{parent.pk.hex}" in tasks
    task_do(by=by, task=tasks["call_police"], done_at=now(), means="phone", reference="PV 0000", version=1)
    assert world.tasks(episode)["serious_event"].state == TaskState.OPEN

    services.sign_of_life_record(by=by, episode=episode, happened_at=now(), way="message", words="« ça va »")
    told = [task for key, task in world.tasks(episode).items() if key.startswith("tell_sign:")]
    assert len(told) == 1
    episode = services.located(by=by, episode=episode, happened_at=now(), place="Une gare")
    services.fetch_plan(by=by, episode=episode, who="Nour, voiture blanche", place="Commissariat, 01 99 00 17 17")
    assert world.tasks(episode)["fetch"].state == TaskState.DONE
    episode = services.returned(by=by, episode=episode, happened_at=now())
    after = world.tasks(episode)
    assert after["declaration"].state == TaskState.NOT_DUE
    assert after["end_of_search"].state == TaskState.OPEN
    services.needs_record(by=by, episode=episode, happened_at=now(), met=["food"])
    services.urgent_care_record(by=by, episode=episode, happened_at=now(), offer="offered")
    services.police_questionnaire_record(by=by, episode=episode, happened_at=now(), outcome="refused")
    services.talk_attempt(by=by, episode=episode, happened_at=now(), offer="offered", chosen_person="Sacha")
    interview = services.interview_start(by=by, episode=episode, readers=["educator", "case_worker"], told=True)
    services.interview_hold(by=by, interview=interview, held_at=now())
    services.decision_add(
        by=by,
        episode=episode,
        title="Revoir l’emploi du temps",
        due_at=now() + timedelta(days=3),
        owner_user=world.case_worker,
    )
    page = selectors.episode_page(by, access.get_visible_or_404(by, episode.pk), now())
    assert page.state == EpisodeState.RETURNED
    assert page.name == "Lila"
    assert page.may(Action.CLOSE)
    assert any(step.detail == "Revoir l’emploi du temps" for step in page.steps.to_do)
    for task in world.tasks(episode).values():
        if task.live:
            task_do(by=by, task=task, done_at=now(), means="phone", version=task.version)
    episode = services.episode_close(by=by, episode=episode, reason=ClosingReason.FOLLOWED)
    assert lifecycle.state_of(episode) == EpisodeState.CLOSED
    assert not youth.SheetOpening.objects.filter(closed_at__isnull=True).exists()
