"""kill -9 before write n, for every n of planning, doing, handing over, escalating, sending. Judged on rows."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from maillage.audit.models import JournalEntry
from maillage.tasks.enums import TaskState
from maillage.tasks.models import Alarm, HandOver, Notice, Task
from maillage.tasks.outbox import deliver
from maillage.tasks.services import hand_over, task_do
from maillage.tasks.sweeper import sweep
from tests.tasks import crash
from tests.tasks import world as worlds

AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)
DUE = AT + timedelta(hours=1)
Prepare = Callable[[Callable[[], object]], tuple[Path, worlds.World]]


def once_each() -> Counter[tuple[object, ...]]:
    """Notices by what makes them one; asserts that none is there twice."""
    rows = Notice.objects.values_list("task__key", "hand_over_id", "kind", "level", "recipient__display_name")
    counted = Counter((key, relay is not None, kind, level, name) for key, relay, kind, level, name in rows)
    assert set(counted.values()) <= {1}
    return counted


def at(instant: datetime, work: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        with time_machine.travel(instant, tick=False):
            return work()

    return run


def test_opening_writes_all_its_steps_or_none(prepared: Prepare, tmp_path: Path):
    file, world = prepared(worlds.build)
    context = uuid.uuid4()
    plan = [world.step("call"), world.step("send", starts_after="call"), world.step("tell", due_within=timedelta())]

    def opening() -> None:
        world.plan(*plan, at=AT, context=context)

    def whole(killed: bool) -> None:
        assert Task.objects.count() == (0 if killed else 3)
        opening()
        states = dict(Task.objects.values_list("key", "state"))
        assert states == {"call": TaskState.OPEN, "send": TaskState.WAITING, "tell": TaskState.OPEN}

    outcomes = crash.before_every_write(file, tmp_path, act=at(AT, opening), check=whole)
    assert len(outcomes) == 3  # before the insert, before the commit, to the end


def test_doing_a_step_starts_its_followers_with_it_or_does_nothing(prepared: Prepare, tmp_path: Path):
    def setup() -> worlds.World:
        world = worlds.build()
        world.plan(world.step("call"), world.step("send", starts_after="call"), at=AT)
        return world

    file, world = prepared(setup)

    def doing() -> None:
        task = Task.objects.get(key="call")
        task_do(by=world.actor("educator"), task=task, done_at=AT, means="phone", note="Un mot", version=1)

    def whole(killed: bool) -> None:
        states = dict(Task.objects.values_list("key", "state"))
        done = JournalEntry.objects.filter(verb="task.done").count()
        if killed:
            assert (states, done) == ({"call": TaskState.OPEN, "send": TaskState.WAITING}, 0)
        else:
            assert (states, done) == ({"call": TaskState.DONE, "send": TaskState.OPEN}, 1)

    outcomes = crash.before_every_write(file, tmp_path, act=at(AT, doing), check=whole)
    assert len(outcomes) > 3


def test_handing_over_reaches_its_addressee_or_never_was(prepared: Prepare, tmp_path: Path):
    def setup() -> worlds.World:
        world = worlds.build()
        world.plan(world.step("call", due_within=timedelta(hours=9)), at=AT)
        return world

    file, world = prepared(setup)

    def passing_on() -> None:
        hand_over(
            by=world.actor("educator"), task=Task.objects.get(), to_user=world.case_worker, to_organisation=world.ase,
            answer_within=timedelta(minutes=15), word="Un mot",
        )  # fmt: skip

    def whole(killed: bool) -> None:
        asked = ("call", True, "hand_over", 0, "Mahé Trombone")
        assert HandOver.objects.count() == once_each()[asked] == (0 if killed else 1)
        sweep(AT + timedelta(minutes=15))
        back = {
            ("call", True, "hand_over_back", level, name)
            for level, name in [(0, "Nour Lampadaire"), (0, "Sacha Buvard"), (1, "Camille Tiroir")]
        }
        assert set(once_each()) == (set() if killed else {asked} | back)

    crash.before_every_write(file, tmp_path, act=at(AT, passing_on), check=whole)


def sweeping_world() -> worlds.World:
    """Reminders, two levels of escalation, an empty level and a relay, all due at once."""
    world = worlds.build()
    world.plan(
        world.step("call", remind_before=timedelta(minutes=20)),
        world.step("send", escalation=((timedelta(), "foster_carer"), (timedelta(), "ase_on_call"))),
        world.step("far", due_within=timedelta(hours=20)),
        at=AT,
    )
    world.carer.memberships.update(ends_at=AT)
    with time_machine.travel(AT, tick=False):
        hand_over(
            by=world.actor("educator"), task=Task.objects.get(key="far"), to_user=world.case_worker,
            to_organisation=world.ase, answer_within=timedelta(minutes=15),
        )  # fmt: skip
    return world


EXPECTED = {
    ("call", False, "reminder", 0, "Nour Lampadaire"),
    ("call", False, "reminder", 0, "Sacha Buvard"),
    ("call", False, "escalation", 1, "Camille Tiroir"),
    ("call", False, "escalation", 2, "Noa Paravent"),
    ("send", False, "escalation", 2, "Noa Paravent"),
    ("far", True, "hand_over", 0, "Mahé Trombone"),
    ("far", True, "hand_over_back", 0, "Nour Lampadaire"),
    ("far", True, "hand_over_back", 0, "Sacha Buvard"),
    ("far", True, "hand_over_back", 1, "Camille Tiroir"),
}
LATE = DUE + timedelta(minutes=30)


def rung() -> None:
    """Everything due has rung exactly once, and nothing is left to ring."""
    assert set(once_each()) == EXPECTED
    assert sweep(LATE) == 0
    assert not Task.objects.filter(state="open", escalate_at__lte=LATE).exists()
    assert not HandOver.objects.filter(returned_at=None, acknowledged_at=None).exists()
    alarms = Alarm.objects.values_list("task__key", "kind", "level", "found")
    assert ("send", "escalation", 1, 0) in alarms  # the empty level is a stated fact
    journal = Counter(JournalEntry.objects.filter(by=None).values_list("verb", flat=True))
    assert journal == {"task.reminded": 1, "task.escalated": 3, "hand_over.returned": 1}


def test_a_sweeper_killed_anywhere_is_finished_by_the_next(prepared: Prepare, tmp_path: Path):
    file, _world = prepared(sweeping_world)

    def finish(killed: bool) -> None:
        once_each()
        sweep(LATE)
        rung()

    outcomes = crash.before_every_write(file, tmp_path, act=at(LATE, lambda: sweep(LATE)), check=finish)
    assert len(outcomes) > 15


def test_a_sender_killed_anywhere_loses_no_notice_and_says_what_is_uncertain(prepared: Prepare, tmp_path: Path):
    def setup() -> worlds.World:
        world = worlds.build()
        world.plan(world.step("call"), at=AT)
        sweep(LATE)
        return world

    file, _world = prepared(setup)

    def finish(killed: bool) -> None:
        deliver(LATE + timedelta(minutes=1))
        after = LATE + timedelta(hours=1)
        deliver(after)
        assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}

    outcomes = crash.before_every_write(file, tmp_path, act=at(LATE, lambda: deliver(LATE)), check=finish)
    assert len(outcomes) > 5
