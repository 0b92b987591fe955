"""An instant said again: the clocks that count from it follow, both ways; nothing else moves."""

from datetime import timedelta
from typing import Any

import time_machine

from maillage.common.clock import now
from maillage.episodes import services
from maillage.episodes.enums import EpisodeState, EventKind
from maillage.episodes.models import EpisodeEvent, MissingEpisode
from maillage.tasks import services as tasks
from maillage.tasks.enums import Means
from tests.episodes.world import coming

HOUR = timedelta(hours=1)


def test_clocks_of_the_return_follow_its_correction_both_ways(world: Any) -> None:
    with time_machine.travel(coming(11, 3, 20), tick=False):
        episode = world.open(ago=600)
        services.returned(by=world.actor(), episode=episode, happened_at=now() - 2 * HOUR)
        before = world.tasks(episode)
        needs = before["needs"]
        tasks.task_do(by=world.actor(), task=needs, done_at=now(), means=Means.IN_PERSON, version=needs.version)
        line = EpisodeEvent.objects.get(kind=EventKind.RETURNED)
        line = services.event_correct(by=world.actor(), event=line, happened_at=now() - 5 * HOUR)
        earlier = world.tasks(episode)
        assert MissingEpisode.objects.get().returned_at == now() - 5 * HOUR
        for key in ("urgent_care", "talk", "end_of_search"):
            assert earlier[key].starts_at == now() - 5 * HOUR, key
            assert before[key].due_at - earlier[key].due_at == 3 * HOUR, key
        assert earlier["urgent_care"].escalate_at == earlier["urgent_care"].due_at + 15 * timedelta(minutes=1)
        services.event_correct(by=world.actor(), event=line, happened_at=now() - HOUR)
        later = world.tasks(episode)
        assert later["talk"].due_at - before["talk"].due_at == HOUR
        assert later["needs"].due_at == before["needs"].due_at  # done: what happened stays
        for key in ("incident_note", "serious_event", "judge"):
            assert later[key].due_at == before[key].due_at, key


def test_correcting_a_line_that_is_no_return_moves_no_clock(world: Any) -> None:
    episode = world.in_state(EpisodeState.RETURNED)
    needs = services.needs_record(by=world.actor(), episode=episode, happened_at=now(), met=["sleep"])
    before = {key: task.due_at for key, task in world.tasks(episode).items()}
    services.event_correct(by=world.actor(), event=needs, happened_at=needs.happened_at, text="Un repas.")
    assert {key: task.due_at for key, task in world.tasks(episode).items()} == before
