"""The page of a file: one page for everything, cut to each reader, at the same cost for one line and for fifty."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.accounts.models import User
from maillage.casework.enums import Group
from maillage.casework.services import goals, notes
from maillage.common.clock import now
from maillage.desk import file
from maillage.episodes import services as episodes
from maillage.episodes.models import MissingEpisode, Outing
from maillage.tasks import services as tasks
from maillage.youth import services as youth
from maillage.youth.models import Placement
from tests.episodes.world import World


def page_of(client: Client, person: Any, rest: str = "") -> str:
    answer = client.get(f"/p/{person.pk}/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def fill(world: World, count: int) -> None:
    """An episode with contacts and settled steps; notes and goals beside it: `count` of each."""
    by = world.actor()
    episode = world.open()
    for number in range(count):
        episodes.contact_record(
            by=by, episode=episode, happened_at=now(), way="call", outcome="no_answer", who=f"Appel {number}"
        )
        notes.note_write(by=by, person=world.lila, level="team", text=f"Synthétique {number}")
        goals.goal_set(by=by, person=world.lila, domain="work", title=f"Objectif {number}")


@pytest.mark.parametrize("reader", ["educator", "case_worker", "nurse", "carer"])
def test_it_costs_at_most_twelve_queries_for_one_line_and_for_fifty(world: World, at: Any, reader: str) -> None:
    def cost() -> int:
        client = at(reader)
        client.get(f"/p/{world.lila.pk}/")
        with CaptureQueriesContext(connection) as asked:
            page_of(client, world.lila)
        return len(asked)

    fill(world, 1)
    one = cost()
    by = world.actor()
    episode = MissingEpisode.objects.get()
    for number in range(25):
        notes.note_write(by=by, person=world.lila, level="team", text=f"Encore {number}")
        episodes.contact_record(by=by, episode=episode, happened_at=now(), way="call", outcome="no_answer")
    assert cost() == one
    assert one <= 12


# -- the timeline ----------------------------------------------------------------------------------------------------

# What was written under each filter, from the latest; the reading of a situation has a title and no words.
SAID = {
    "decision": "Décision-synthétique", "note": "Note-synthétique", "episode": "Lecture de la situation",
    "step": "Étape-synthétique", "contact": "Appel-synthétique",
}  # fmt: skip


def told(world: World) -> MissingEpisode:
    """One line of each: a contact four hours ago, a step three hours ago; read, noted and decided now."""
    by = world.actor()
    episode = world.open(ago=300)
    episodes.contact_record(
        by=by, episode=episode, happened_at=now() - timedelta(hours=4), way="call", outcome="no_answer",
        text=SAID["contact"],
    )  # fmt: skip
    step = next(task for task in world.tasks(episode).values() if task.state == "open")
    tasks.task_do(
        by=by, task=step, done_at=now() - timedelta(hours=3), means="phone", note=SAID["step"], version=step.version
    )
    notes.note_write(by=by, person=world.lila, level="team", text=SAID["note"])
    episodes.decision_add(
        by=by, episode=episode, title=SAID["decision"], due_at=now() + timedelta(days=1), owner_role="educator"
    )
    return episode


def test_the_thread_tells_everything_newest_first_and_each_kind_apart(world: World, at: Any) -> None:
    episode = told(world)
    client = at("educator")
    for whole in (page_of(client, world.lila), page_of(client, world.lila, "fil/")):
        lines = whole[whole.index('aria-label="Filtrer le fil"') :]
        places = [lines.index(words) for words in SAID.values()]
        assert places == sorted(places), list(SAID)
    for group in Group:
        answer = client.get(f"/p/{world.lila.pk}/fil/{group}/")
        said = "".join(f"{one['title']} {one['text']}\n" for one in answer.context["thread"].entries)
        assert [kind for kind, words in SAID.items() if words in said] == [group] * (group in SAID), group
        assert all(words in answer.content.decode() for kind, words in SAID.items() if kind == group)
    assert f'href="/e/{episode.pk}/"' in page_of(client, world.lila, "fil/episode/")
    assert client.get(f"/p/{world.lila.pk}/fil/autre/").status_code == 404
    # Health staff know that she was missing, and read nothing of what the team wrote.
    nurse = page_of(at("nurse"), world.lila, "fil/")
    assert [kind for kind, words in SAID.items() if words in nurse] == ["episode"]


def test_paging_back_loses_no_line_and_shows_none_twice(world: World, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told(world)
    for number in range(3):
        notes.note_write(by=world.actor(), person=world.lila, level="team", text=f"Encore {number}")
    client = at("educator")
    shown: Callable[[Any], list[tuple[Any, ...]]] = lambda thread: [  # noqa: E731
        (one["at"], one["title"], one["text"]) for one in thread.entries
    ]
    whole = shown(client.get(f"/p/{world.lila.pk}/fil/").context["thread"])
    assert len(whole) >= 8
    assert [one[0] for one in whole] == sorted((one[0] for one in whole), reverse=True)
    monkeypatch.setattr(file, "PAGE", 3)
    found: list[tuple[Any, ...]] = []
    url = f"/p/{world.lila.pk}/fil/"
    while url:
        answer = client.get(url)
        thread = answer.context["thread"]
        assert 0 < len(thread.entries) <= 3
        found += shown(thread)
        url = f"/p/{world.lila.pk}/fil/?avant={thread.older}" if thread.older else ""
        assert url in answer.content.decode()
    assert found == whole
    # Whatever an address says, the thread is there.
    for odd in ("x", "9" * 40, "-1-0", "1-x"):
        assert client.get(f"/p/{world.lila.pk}/fil/?avant={odd}").status_code == 200


# -- where we are, whom to call --------------------------------------------------------------------------------------


def now_of(client: Client, person: Any) -> str:
    """The sentence under « Où en est-on »."""
    found = re.search(
        r'<p class="file__now">(.*?)</p>(?:\s*<p class="muted">(.*?)</p>)?', page_of(client, person), re.S
    )
    assert found is not None
    plain = re.sub(r"<[^>]+>", "", " ".join(filter(None, found.groups())))
    return " ".join(unescape(plain).replace("\u202f", " ").split())


def test_it_says_where_we_are_now_at_each_moment(world: World, at: Any) -> None:
    client, by, said = at("case_worker"), world.actor(), []
    look: Callable[[], None] = lambda: said.append(now_of(client, world.lila))  # noqa: E731
    look()
    episodes.outing_start(by=by, person=world.lila, kind="visit", expected_at=now() + timedelta(hours=1), note_text="")
    look()
    outing = Outing.objects.get()
    episodes.outing_end(by=by, outing=outing)
    episode = world.open()
    look()
    episode = episodes.located(by=by, episode=episode, happened_at=now())
    look()
    episode = episodes.returned(by=by, episode=episode, happened_at=now())
    look()
    episodes.episode_close(by=by, episode=episode, reason="back_no_follow_up", note_text="Synthétique.")
    look()
    placement = Placement.objects.get(person=world.lila)
    youth.placement_end(
        by=world.actor("case_worker"), placement=placement, version=placement.version, ends_on=now().date(),
        end_kind="return_home", motive="Synthétique", next_place="Ailleurs",
    )  # fmt: skip
    look()
    wanted = [
        "Rien ne signale d’absence.",
        "Visite ou hébergement, retour prévu ",
        "Absence depuis ",
        "Absence, localisation connue depuis ",
        "De retour ",
        "Rien ne signale d’absence. Dernier épisode : ",
        "Aucun lieu d’accueil en cours. Dernier épisode : ",
    ]
    assert [one for one, start in zip(said, wanted, strict=True) if not one.startswith(start)] == [], said


def test_it_says_who_her_case_worker_is_and_how_to_call(world: World, at: Any) -> None:
    def card(who: str) -> str:
        page = page_of(at(who), world.lila)
        return page[page.index('id="appeler"') :].partition("</section>")[0]

    for who in ("educator", "carer", "nurse"):
        assert world.case_worker.display_name in card(who)
        assert 'href="tel:0199001234"' in card(who)
    User.objects.filter(pk=world.case_worker.pk).update(is_active=False)
    assert world.case_worker.display_name not in card("educator")
    assert "Non désigné" in card("educator")
