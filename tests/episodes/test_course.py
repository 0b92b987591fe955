"""While she is missing, located, back, closed, opened again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.episodes import access, lifecycle, selectors, services
from maillage.episodes.enums import ClosingReason, EpisodeState, EventKind
from maillage.episodes.models import EpisodeEvent
from maillage.tasks.enums import TaskState
from maillage.tasks.services import task_do, task_not_due
from maillage.youth import access as youth
from maillage.youth.services import SheetOpening


def page(world, episode, who="educator"):
    by = world.actor(who)
    return selectors.episode_page(by, access.get_visible_or_404(by, episode.pk), now())


# --- While missing ---------------------------------------------------------------------------------------------------


def test_each_sign_of_life_and_each_answer_adds_a_step_an_attempt_does_not(world):
    by, episode = world.actor(), world.open()
    services.contact_record(by=by, episode=episode, happened_at=now(), way="call", outcome="no_answer")
    assert not [key for key in world.tasks(episode) if key.startswith("tell_sign")]
    services.contact_record(by=by, episode=episode, happened_at=now(), way="call", outcome="answered", words="« oui »")
    services.sign_of_life_record(by=by, episode=episode, happened_at=now(), way="peer", who="Une amie")
    told = [task for key, task in world.tasks(episode).items() if key.startswith("tell_sign:")]
    assert len(told) == 2
    assert {task.phone for task in told} == {"01 99 00 17 17"}
    assert world.tasks(episode)["keep_link"].state == TaskState.DONE


def test_words_and_places_are_sealed_and_read_by_section(world):
    by, episode = world.actor(), world.open()
    event = services.sign_of_life_record(
        by=by,
        episode=episode,
        happened_at=now(),
        way="message",
        words="« je suis au chaud »",
        place="Gare du Lampadaire",
    )
    for column in (event.words, event.place):
        assert b"chaud" not in bytes(column)
        assert b"Gare" not in bytes(column)
    line = next(one for one in page(world, episode).timeline if one.id == event.pk)
    assert (line.words, line.place, line.hidden) == ("« je suis au chaud »", "Gare du Lampadaire", False)
    for who, words, place in (("carer", "", "Gare du Lampadaire"), ("nurse", "", ""), ("ase_on_call", "", line.place)):
        seen = next(one for one in page(world, episode, who).timeline if one.id == event.pk)
        assert (seen.words, seen.place, seen.hidden) == (words, place, True)


def test_what_has_not_happened_is_not_recorded(world):
    by, episode, later = world.actor(), world.open(), now() + timedelta(minutes=10)
    calls = [
        lambda: services.contact_record(by=by, episode=episode, happened_at=later, way="call", outcome="no_answer"),
        lambda: services.sign_of_life_record(by=by, episode=episode, happened_at=later, way="call", words="« »"),
        lambda: services.located(by=by, episode=episode, happened_at=later),
        lambda: services.returned(by=by, episode=episode, happened_at=later),
        lambda: services.authority_qualify(
            by=by, episode=episode, authority="police", kind="runaway", happened_at=later
        ),
    ]
    for call in calls:
        with pytest.raises(RuleBroken, match="dans le futur") as refused:
            call()
        assert refused.value.field == "happened_at"


@pytest.mark.parametrize("act", [services.returned, services.located])
def test_nobody_is_back_before_leaving_nor_before_being_missed(world, act):
    by = world.actor()
    episode = world.open(noticed_at=now() - timedelta(hours=2), last_seen_at=now() - timedelta(hours=3))
    for at, said in ((timedelta(hours=4), "avant le départ"), (timedelta(minutes=150), "avant l’absence constatée")):
        with pytest.raises(RuleBroken, match=said) as refused:
            act(by=by, episode=episode, happened_at=now() - at)
        assert refused.value.field == "happened_at"
    episode.refresh_from_db()
    assert lifecycle.state_of(episode) == EpisodeState.MISSING


def test_nobody_is_back_before_being_located(world):
    by, episode = world.actor(), world.open()
    services.located(by=by, episode=episode, happened_at=now() - timedelta(minutes=10))
    with pytest.raises(RuleBroken, match="avant sa localisation"):
        services.returned(by=by, episode=episode, happened_at=now() - timedelta(minutes=20))


def test_the_place_is_kept_and_its_step_done(world):
    episode = world.open()
    until = now().date() + timedelta(days=20)
    services.place_keep(by=world.actor(), episode=episode, until=until)
    assert page(world, episode).place_kept_until == until
    assert world.tasks(episode)["place"].state == TaskState.DONE
    with pytest.raises(RuleBroken, match="passée"):
        services.place_keep(by=world.actor(), episode=episode, until=now().date() - timedelta(days=1))


# --- Back ------------------------------------------------------------------------------------------------------------


def test_the_return_takes_their_object_from_search_steps_with_a_reason_and_starts_its_own_clocks(world):
    by, episode = world.actor(), world.open()
    at = now() - timedelta(minutes=5)
    services.returned(by=by, episode=episode, happened_at=at)
    tasks = world.tasks(episode)
    for key in ("call_police", "declaration", "keep_link", "first_calls"):
        assert tasks[key].state == TaskState.NOT_DUE
        assert "la recherche est finie" in tasks[key].reason_not_due
    for key, delay in (("end_of_search", 30), ("needs", 30), ("urgent_care", 240), ("talk", 72 * 60)):
        assert tasks[key].due_at == at + timedelta(minutes=delay)
    assert tasks["incident_note"].state == TaskState.OPEN  # what is owed to the ASE and the judge stays
    shown = page(world, episode)
    assert shown.urgent_care.best_by == at + timedelta(hours=4)
    assert shown.urgent_care.useful_until == at + timedelta(hours=48)


def test_a_step_already_done_stays_done(world):
    by, episode = world.actor(), world.open()
    task = world.tasks(episode)["call_police"]
    task_do(by=by, task=task, done_at=now(), means="phone", version=task.version)
    services.returned(by=by, episode=episode, happened_at=now())
    assert world.tasks(episode)["call_police"].state == TaskState.DONE


def test_a_return_written_by_mistake_makes_the_search_owed_again(world):
    by, episode = world.actor(), world.open()
    own = world.tasks(episode)["belongings"]
    task_not_due(by=by, task=own, reason="Rien n’a bougé", version=own.version)
    services.returned(by=by, episode=episode, happened_at=now())
    undone = services.return_undo(by=by, episode=episode, text="C’était sa sœur")
    tasks = world.tasks(episode)
    assert lifecycle.state_of(undone) == EpisodeState.MISSING
    assert tasks["declaration"].state == TaskState.OPEN
    assert tasks["declaration"].starts_at > undone.noticed_at
    assert tasks["belongings"].state == TaskState.NOT_DUE  # somebody had judged so
    assert tasks["end_of_search"].state == TaskState.NOT_DUE
    again = services.returned(by=by, episode=episode, happened_at=now())
    assert lifecycle.state_of(again) == EpisodeState.RETURNED
    assert world.tasks(episode)["end_of_search"].state == TaskState.OPEN


def test_care_details_are_for_health_staff_to_write_and_to_read(world):
    episode = world.in_state(EpisodeState.RETURNED)
    for extra in ({"care": ["contraception"]}, {"health": "Un détail"}):
        with pytest.raises(NotAllowed):
            services.urgent_care_record(by=world.actor(), episode=episode, happened_at=now(), offer="accepted", **extra)
    services.urgent_care_record(by=world.actor(), episode=episode, happened_at=now(), offer="offered")
    assert world.tasks(episode)["urgent_care"].state == TaskState.DONE
    event = services.urgent_care_record(
        by=world.actor("nurse"),
        episode=episode,
        happened_at=now(),
        offer="accepted",
        care=["contraception"],
        health="Un détail",
    )
    assert event.facts == {"offer": "accepted"}
    seen = {who: next(one for one in page(world, episode, who).timeline if one.id == event.pk) for who in
            ("educator", "manager", "case_worker", "ase_on_call", "carer", "nurse")}  # fmt: skip
    assert seen.pop("nurse").health == "Contraception d’urgence · Un détail"
    assert {(line.health, line.hidden) for line in seen.values()} == {("", True)}


def test_the_investigators_questionnaire_leaves_no_content(world):
    episode = world.in_state(EpisodeState.RETURNED)
    event = services.police_questionnaire_record(
        by=world.actor(), episode=episode, happened_at=now(), outcome="not_held", who="Brigade"
    )
    assert event.facts == {"outcome": "not_held"}
    with pytest.raises(ValueError, match="peut-être"):
        services.police_questionnaire_record(by=world.actor(), episode=episode, happened_at=now(), outcome="peut-être")


def test_every_offer_of_a_talk_is_a_line_of_its_own(world):
    episode = world.in_state(EpisodeState.RETURNED)
    for offer in ("offered", "refused", "impossible", "accepted"):
        services.talk_attempt(by=world.actor(), episode=episode, happened_at=now(), offer=offer, chosen_person="Sacha")
    attempts = EpisodeEvent.objects.filter(episode=episode, kind=EventKind.TALK).order_by("written_at", "id")
    assert [event.facts["offer"] for event in attempts] == ["offered", "refused", "impossible", "accepted"]
    with pytest.raises(RuleBroken):
        services.talk_attempt(by=world.actor(), episode=episode, happened_at=now(), offer="held")


def test_a_talk_starts_only_after_telling_who_will_read(world):
    by, episode = world.actor(), world.in_state(EpisodeState.RETURNED)
    for values, field in (
        ({"readers": [], "told": True}, "readers"),
        ({"readers": ["educator"], "told": False}, "told"),
    ):
        with pytest.raises(RuleBroken) as refused:
            services.interview_start(by=by, episode=episode, **values)
        assert refused.value.field == field
    interview = services.interview_start(by=by, episode=episode, readers=["case_worker", "educator"], told=True)
    assert (interview.readers, interview.interviewer) == (["case_worker", "educator"], by.user_id)
    with pytest.raises(RuleBroken, match="déjà commencé"):
        services.interview_start(by=by, episode=episode, readers=["educator"], told=True)


def test_a_decision_is_a_task_that_says_nothing_of_her(world):
    by, episode = world.actor(), world.in_state(EpisodeState.RETURNED)
    due = now() + timedelta(days=2)
    event = services.decision_add(
        by=by, episode=episode, title="Voir la tante", text="Elle le demande", due_at=due, owner_user=world.colleague
    )
    task = world.tasks(episode)[f"decision:{event.pk.hex}"]
    assert (task.owner_user_id, task.due_at) == (world.colleague.pk, due)
    assert "tante" not in task.title + task.why
    shown = next(step for step in page(world, episode).steps.to_do if step.task.pk == task.pk)
    assert shown.detail == "Voir la tante\nElle le demande"
    hidden = next(step for step in page(world, episode, "nurse").steps.to_do if step.task.pk == task.pk)
    assert hidden.detail == ""
    for values, field in (
        ({"title": " ", "due_at": due, "owner_role": "educator"}, "title"),
        ({"title": "A", "due_at": now() - timedelta(hours=1), "owner_role": "educator"}, "due_at"),
        ({"title": "A", "due_at": due}, "owner"),
    ):
        with pytest.raises(RuleBroken) as refused:
            services.decision_add(by=by, episode=episode, **values)
        assert refused.value.field == field


# --- Closing, opening again ------------------------------------------------------------------------------------------


def test_closing_asks_for_what_the_protocol_says_or_a_written_reason(world):
    by, episode = world.actor(), world.in_state(EpisodeState.RETURNED)
    with pytest.raises(RuleBroken, match="Dire son retour à l’enquêteur") as refused:
        services.episode_close(by=by, episode=episode, reason=ClosingReason.FOLLOWED)
    assert refused.value.field == "note"
    choices = {choice.reason: choice for choice in page(world, episode).closings}
    assert "Proposer les soins urgents" in choices[ClosingReason.FOLLOWED].unsettled
    services.episode_close(by=by, episode=episode, reason=ClosingReason.FOLLOWED, note_text="Partie chez sa tante")
    assert not [task for task in world.tasks(episode).values() if task.live]
    assert not SheetOpening.objects.filter(person=world.lila, closed_at__isnull=True).exists()
    assert page(world, episode).closing_note == "Partie chez sa tante"


TRUE_IN = {
    ClosingReason.FOLLOWED: {EpisodeState.RETURNED},
    ClosingReason.BACK_NO_FOLLOW_UP: {EpisodeState.RETURNED},
    ClosingReason.OPENED_BY_MISTAKE: {EpisodeState.MISSING, EpisodeState.LOCATED, EpisodeState.RETURNED},
    ClosingReason.OTHER_PLACE: {EpisodeState.LOCATED, EpisodeState.RETURNED},
    ClosingReason.MAJORITY: {EpisodeState.MISSING, EpisodeState.LOCATED},
}


@pytest.mark.parametrize("state", [EpisodeState.MISSING, EpisodeState.LOCATED, EpisodeState.RETURNED])
def test_a_reason_closes_only_where_it_is_true(world, state):
    by, episode = world.actor(), world.in_state(state)
    offered = {choice.reason for choice in page(world, episode).closings}
    assert offered == {reason for reason, states in TRUE_IN.items() if state in states}
    for reason in set(ClosingReason) - offered:
        with pytest.raises(RuleBroken) as refused:
            services.episode_close(by=by, episode=episode, reason=reason, note_text="Synthétique")
        assert refused.value.field == "reason"
    for reason in offered:
        closed = services.episode_close(by=by, episode=episode, reason=reason, note_text="Synthétique")
        assert lifecycle.state_of(closed) == EpisodeState.CLOSED
        again = services.episode_reopen(by=by, episode=closed, text="Synthétique")
        assert lifecycle.state_of(again) == state


def test_opened_by_mistake_always_says_why(world):
    with pytest.raises(RuleBroken) as refused:
        services.episode_close(by=world.actor(), episode=world.open(), reason=ClosingReason.OPENED_BY_MISTAKE)
    assert refused.value.field == "note"


def test_opening_again_brings_back_what_closing_had_dropped(world):
    by, episode = world.actor(), world.open()
    owed = {key for key, task in world.tasks(episode).items() if task.state == TaskState.OPEN}
    services.episode_close(by=by, episode=episode, reason="opened_by_mistake", note_text="On la croyait là")
    again = services.episode_reopen(by=by, episode=episode, text="Elle n’y est pas")
    assert lifecycle.state_of(again) == EpisodeState.MISSING
    assert {key for key, task in world.tasks(episode).items() if task.state == TaskState.OPEN} == owed
    assert SheetOpening.objects.filter(person=world.lila, closed_at__isnull=True).exists()
    assert [line.kind for line in page(world, episode).timeline if line.what == "event"][:2] == ["reopened", "closed"]


def test_two_episodes_are_never_open_at_once_even_by_reopening(world):
    first = world.in_state(EpisodeState.CLOSED)
    world.open()
    with pytest.raises(RuleBroken, match="Un autre épisode est ouvert"):
        services.episode_reopen(by=world.actor(), episode=first, text="Synthétique")


# --- Corrections -----------------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_line_beside_the_first(world):
    by, episode = world.actor(), world.open()
    first = services.sign_of_life_record(by=by, episode=episode, happened_at=now(), way="message", words="« oui »")
    second = services.event_correct(by=by, event=first, happened_at=first.happened_at, words="« non »")
    lines = {line.id: line for line in page(world, episode).timeline}
    assert (lines[first.pk].words, lines[first.pk].corrected_by) == ("« oui »", second.pk)
    assert (lines[second.pk].words, lines[second.pk].corrects) == ("« non »", first.pk)
    with pytest.raises(RuleBroken, match="déjà corrigée"):
        services.event_correct(by=by, event=first, happened_at=now(), words="« encore »")
    # It happened once: one step, not two.
    assert len([key for key in world.tasks(episode) if key.startswith("tell_sign:")]) == 1


def test_the_instant_of_the_return_follows_its_correction(world):
    by, episode = world.actor(), world.open()
    services.returned(by=by, episode=episode, happened_at=now())
    event = EpisodeEvent.objects.get(kind=EventKind.RETURNED)
    earlier = now() - timedelta(minutes=20)
    services.event_correct(by=by, event=event, happened_at=earlier)
    episode.refresh_from_db()
    assert episode.returned_at == earlier
    newest = EpisodeEvent.objects.get(corrects=event)
    with pytest.raises(RuleBroken, match="avant l’absence"):
        services.event_correct(by=by, event=newest, happened_at=episode.noticed_at - timedelta(minutes=1))


# --- The page --------------------------------------------------------------------------------------------------------


def queries(by, row) -> int:
    with CaptureQueriesContext(connection) as captured:
        selectors.episode_page(by, row, now())
    return len(captured)


def test_the_page_costs_the_same_for_a_short_and_a_long_course(world):
    by, episode = world.actor(), world.open()
    row = access.get_visible_or_404(by, episode.pk)
    selectors.episode_page(by, row, now())  # the reading is journalled once
    short = queries(by, row)
    for _time in range(6):
        services.sign_of_life_record(by=by, episode=episode, happened_at=now(), way="message", words="« oui »")
    assert queries(by, row) == short


def test_the_next_step_is_the_soonest_and_the_questions_show_their_answers(world):
    episode = world.open()
    shown = page(world, episode)
    assert shown.next_step.task.key == "call_police"
    assert shown.next_step.owner == "Éducateur ou éducatrice"
    assert {question.key: str(question.answer) for question in shown.questions}["belongings"] == "yes"
    assert shown.lines == ("Départ avec des affaires.",)
    assert set(shown.opened.sections) == set(youth.open_sections(world.actor(), world.lila))
    nurse = page(world, episode, "nurse")
    assert Section.EDUCATION not in nurse.opened.sections
    assert {str(question.answer) for question in nurse.questions} == {"unknown"}
