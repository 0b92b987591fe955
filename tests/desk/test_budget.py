"""What the pages read most ask of the database: at most a dozen queries, the same for one row and for many."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.common.clock import now
from maillage.episodes import services as episodes
from maillage.episodes.models import MissingEpisode
from maillage.tasks import services as tasks
from maillage.tasks.sweeper import sweep
from tests.episodes import world as worlds

MOST = 12


def asked(client: Client, address: str) -> int:
    """Queries of a page, once what it reads has been journalled."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return len(found)


@pytest.fixture
def addresses(world: worlds.World) -> dict[str, str]:
    """Each page, and who asks for it."""
    sweep(now())
    episode = world.open()
    world.parent()
    episodes.contact_record(by=world.actor(), episode=episode, happened_at=now(), way="call", outcome="answered")
    return {"/": "educator", "/garde/": "manager", f"/p/{world.lila.pk}/": "educator", f"/e/{episode.pk}/": "educator"}


def test_a_dozen_queries_a_page_the_same_for_one_and_for_many(
    world: worlds.World, browse: Callable[[str], Client], addresses: dict[str, str]
) -> None:
    alone = {address: asked(browse(who), address) for address, who in addresses.items()}
    assert {address: number for address, number in alone.items() if number > MOST} == {}

    for number in range(4):
        other = world.open(worlds.resident(world.home, given=f"Iris {number}"), ago=60 * 24)
        task = next(one for one in world.tasks(other).values() if one.live)
        tasks.hand_over(
            by=world.actor(),
            task=task,
            to_user=world.colleague,
            to_organisation=world.home,
            answer_within=timedelta(minutes=5),
        )
    for _time in range(3):
        episodes.contact_record(
            by=world.actor(),
            episode=MissingEpisode.objects.get(person=world.lila),
            happened_at=now(),
            way="call",
            outcome="no_answer",
        )
    many = {address: asked(browse(who), address) for address, who in addresses.items()}
    assert many == alone


@pytest.mark.parametrize("who", ["manager", "case_worker", "ase_on_call", "nurse"])
def test_a_dozen_queries_whoever_reads(
    world: worlds.World, browse: Callable[[str], Client], addresses: dict[str, str], who: str
) -> None:
    found = {address: asked(browse(who), address) for address in addresses if address != "/garde/"}
    assert {address: number for address, number in found.items() if number > MOST} == {}
