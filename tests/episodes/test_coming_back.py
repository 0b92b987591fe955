"""A step that comes back: keeping the link, every day while she is missing; no time of it lost, none early or twice."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.common.clock import now
from maillage.episodes import protocol, services
from maillage.episodes.services import shipped
from maillage.tasks import services as tasks
from maillage.tasks.enums import Means, TaskState
from maillage.tasks.models import Task
from maillage.tasks.planning import round_after
from maillage.tasks.services import clocks
from tests.episodes.definitions import SMALL
from tests.episodes.world import coming

DAY = timedelta(hours=24)
ZONES = ["Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea", "America/Cayenne"]
# Around the nights that change the clock, and around midnight elsewhere.
NIGHTS = [datetime(2026, 3, 28, 23), datetime(2026, 10, 24, 23), datetime(2026, 12, 31, 20)]  # noqa: DTZ001


# -- any sequence of acts, without a database ------------------------------------------------------------------------


def first_time(start: datetime) -> Task:
    task = Task(
        key="keep_link", context=uuid.uuid4(), due_within_minutes=240, remind_before_minutes=15, repeat_minutes=1440
    )
    clocks.start(task, start)
    return task


def settle(task: Task, done_at: datetime, written_at: datetime, *, judged: bool) -> None:
    task.recorded_at = written_at
    if judged:
        task.state = TaskState.NOT_DUE
    else:
        task.state, task.done_at = TaskState.DONE, done_at


@settings(max_examples=150, deadline=None)
@given(
    night=st.sampled_from(NIGHTS),
    zone=st.sampled_from(ZONES),
    acts=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 300), st.booleans()), min_size=1, max_size=8),
)
def test_each_time_brings_the_next_one_later_and_by_elapsed_time(
    night: datetime, zone: str, acts: list[tuple[int, int, bool]]
) -> None:
    start = night.replace(tzinfo=ZoneInfo(zone))
    task = first_time(start)
    rows, dues = {task.pk: task}, [task.due_at]
    written_at = start.astimezone(UTC)
    for wait, told_late, judged in acts:
        written_at += timedelta(minutes=wait)
        settle(task, max(start, written_at - timedelta(minutes=told_late)), written_at, judged=judged)
        over = clocks.ended_at(task, rows)
        following = clocks.next_round(task, rows)
        assert over is not None
        assert following is not None, "a time was lost"
        assert following.state == TaskState.OPEN
        assert following.starts_at == over
        assert following.due_at - over == DAY  # elapsed: a night of 23 or 25 hours changes nothing
        assert following.due_at >= dues[-1]
        assert following.remind_at is not None
        assert over <= following.remind_at <= following.due_at
        rows[following.pk] = following
        assert clocks.next_round(task, rows) is None, "the same act planned it twice"
        dues.append(following.due_at)
        task = following
    assert len({row.key for row in rows.values()}) == len(rows)
    assert all(len(row.key) <= 60 and protocol.base_key(row.key) == "keep_link" for row in rows.values())


def test_a_step_that_does_not_come_back_or_is_still_to_do_brings_nothing() -> None:
    task = first_time(datetime(2026, 11, 3, 14, tzinfo=UTC))
    assert clocks.next_round(task, {task.pk: task}) is None
    task.repeat_minutes = None
    settle(task, task.starts_at, task.starts_at, judged=False)
    assert clocks.next_round(task, {task.pk: task}) is None
    assert [round_after("k"), round_after("k~2"), round_after("k~19")] == ["k~2", "k~3", "k~20"]


# -- the protocol ------------------------------------------------------------------------------------------------------


def test_every_shipped_protocol_keeps_the_link_daily_until_the_return() -> None:
    for name, text in shipped().items():
        step = protocol.load(text, name).step("keep_link~7")
        assert step is not None
        assert (step.every, step.until) == (DAY, "returned"), name


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("    every: 30 min\n    until: returned\n", "au plus tôt au bout d’une heure"),
        ("    every: 1 h\n    until: returned\n", "pas avant son premier délai"),
        ("    every: 24 h\n", "dit «\u00a0until\u00a0»"),
    ],
)
def test_a_repeat_that_cannot_run_is_refused_with_its_line(line: str, words: str) -> None:
    text = SMALL.replace("    until: returned\n    why: Diffuser.", f"{line}    why: Diffuser.")
    with pytest.raises(protocol.ProtocolInvalid) as refused:
        protocol.load(text, "essai.yaml")
    (fault,) = refused.value.faults
    assert words in fault.cause
    assert text.splitlines()[fault.line - 1].strip().startswith("every")


# -- rows --------------------------------------------------------------------------------------------------------------


def rounds(world: Any, episode: Any) -> dict[str, Task]:
    return {key: task for key, task in world.tasks(episode).items() if key.startswith("keep_link")}


def contact(world: Any, episode: Any) -> None:
    services.contact_record(by=world.actor(), episode=episode, happened_at=now(), way="call", outcome="no_answer")


def test_each_attempt_brings_tomorrows_until_she_is_back(world: Any) -> None:
    with time_machine.travel(coming(10, 30, 20), tick=False) as clock:
        episode = world.open()
        contact(world, episode)
        clock.shift(timedelta(hours=23))
        contact(world, episode)
        found = rounds(world, episode)
        assert [task.state for task in found.values()] == ["done", "done", "open"]
        assert found["keep_link~3"].due_at == now() + DAY
        assert found["keep_link~3"].owner_user is None
        services.returned(by=world.actor(), episode=episode, happened_at=now())
        assert rounds(world, episode)["keep_link~3"].state == TaskState.NOT_DUE
        assert len(rounds(world, episode)) == 3
        # The return was a mistake: the link is kept again, where it had come to.
        clock.shift(timedelta(hours=2))
        services.return_undo(by=world.actor(), episode=episode, text="Une autre personne.")
        found = rounds(world, episode)
        assert (found["keep_link~3"].state, found["keep_link~3"].due_at) == (TaskState.OPEN, now() + DAY)
        assert len(found) == 3


def test_a_time_taken_back_leaves_one_to_do_and_done_again_plans_no_third(world: Any) -> None:
    episode = world.open()
    by, task = world.actor(), rounds(world, episode)["keep_link"]
    done = tasks.task_do(by=by, task=task, done_at=now(), means=Means.PHONE, version=task.version)
    undone = tasks.task_undo(by=by, task=done, version=done.version)
    assert rounds(world, episode)["keep_link~2"].state == TaskState.WAITING
    tasks.task_do(by=by, task=undone, done_at=now(), means=Means.PHONE, version=undone.version)
    found = rounds(world, episode)
    assert list(found) == ["keep_link", "keep_link~2"]
    assert found["keep_link~2"].state == TaskState.OPEN


def test_a_time_judged_without_object_comes_back_tomorrow_all_the_same(world: Any) -> None:
    episode = world.open()
    task = rounds(world, episode)["keep_link"]
    tasks.task_not_due(by=world.actor(), task=task, reason="Batterie vide.", version=task.version)
    assert rounds(world, episode)["keep_link~2"].state == TaskState.OPEN
