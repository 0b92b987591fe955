"""The page of a file: one page for everything, cut to each reader, at the same cost for one line and for fifty."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.casework.services import goals, notes
from maillage.common.clock import now
from maillage.episodes import services as episodes
from maillage.episodes.models import MissingEpisode
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
