"""Several processes at once, on SQLite and on PostgreSQL alike. Judged on rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from maillage.audit.models import JournalEntry
from maillage.common.errors import DomainError
from maillage.tasks.models import HandOver, Notice, Task
from maillage.tasks.outbox import deliver
from maillage.tasks.services import hand_over, hand_over_acknowledge, task_do, tasks_plan
from maillage.tasks.sweeper import sweep
from tests.tasks import crash
from tests.tasks import world as worlds
from tests.tasks.test_crash import AT, LATE, rung, sweeping_world

Shared = Callable[[Callable[[], Any]], tuple[dict[str, Any], Any]]


@pytest.fixture
def shared(request: pytest.FixtureRequest, transactional_db: None) -> Shared:
    """`shared(setup)`: settings of a database several processes can open, in which `setup` has run, and its result."""

    def prepare(setup: Callable[[], Any]) -> tuple[dict[str, Any], Any]:
        if connection.vendor == "postgresql":
            settings = crash.here()
            return settings, crash.run(settings, setup).value
        file, result = request.getfixturevalue("prepared")(setup)
        return crash.settings_of(file), result

    return prepare


def together(settings: dict[str, Any], *work: Callable[[], Any]) -> list[Any]:
    children = [crash.spawn(settings, one) for one in work]
    return [child.wait().value for child in children]


def refused(work: Callable[[], Any]) -> Callable[[], str]:
    """Run at AT; "" or the name of the refusal."""

    def run() -> str:
        with time_machine.travel(AT, tick=False):
            try:
                work()
            except DomainError as refusal:
                return type(refusal).__name__
        return ""

    return run


def test_two_sweepers_and_two_senders_ring_everything_once(shared: Shared):
    settings, _world = shared(sweeping_world)

    def one_sweep() -> int:
        return sweep(LATE)

    def one_delivery() -> int:
        return deliver(LATE)

    together(settings, one_sweep, one_sweep, one_delivery, one_delivery)
    crash.run(settings, one_sweep)
    crash.run(settings, rung)


def test_two_senders_share_the_notices_and_send_each_once(shared: Shared):
    def setup() -> worlds.World:
        world = sweeping_world()
        sweep(LATE)
        return world

    settings, _world = shared(setup)
    sent = together(settings, lambda: deliver(LATE), lambda: deliver(LATE))
    states = crash.run(settings, lambda: list(Notice.objects.values_list("state", "attempts"))).value
    tried = [attempts for state, attempts in states if state == "sent"]
    assert sum(sent) == len(tried) == 8  # the ninth asks about a relay that has come back
    assert set(tried) == {1}


def test_of_two_people_doing_a_step_at_once_one_is_recorded_and_the_other_told(shared: Shared):
    def setup() -> worlds.World:
        world = worlds.build()
        world.plan(world.step("call"), world.step("send", starts_after="call"), at=AT)
        return world

    settings, world = shared(setup)

    def doing(who: str) -> Callable[[], str]:
        return refused(
            lambda: task_do(
                by=world.actor(who), task=Task.objects.get(key="call"), done_at=AT, means="phone", version=1
            )
        )

    assert sorted(together(settings, doing("educator"), doing("colleague"))) == ["", "StaleEdit"]
    journal = crash.run(settings, lambda: JournalEntry.objects.filter(verb="task.done").count()).value
    assert journal == 1


def test_of_two_relays_proposed_at_once_one_waits(shared: Shared):
    def setup() -> worlds.World:
        world = worlds.build()
        world.plan(world.step(), at=AT)
        return world

    settings, world = shared(setup)

    def passing(who: str) -> Callable[[], str]:
        return refused(
            lambda: hand_over(
                by=world.actor(who), task=Task.objects.get(), to_user=world.case_worker, to_organisation=world.ase,
                answer_within=timedelta(minutes=15),
            )
        )  # fmt: skip

    assert sorted(together(settings, passing("educator"), passing("colleague"))) == ["", "RuleBroken"]
    assert crash.run(settings, lambda: HandOver.objects.count()).value == 1


def test_an_answer_and_a_return_at_once_end_a_relay_one_way(shared: Shared):
    def setup() -> worlds.World:
        world = worlds.build()
        world.plan(world.step(), at=AT)
        with time_machine.travel(AT, tick=False):
            hand_over(
                by=world.actor("educator"), task=Task.objects.get(), to_user=world.case_worker,
                to_organisation=world.ase, answer_within=timedelta(minutes=15),
            )  # fmt: skip
        return world

    settings, world = shared(setup)
    answer = refused(lambda: hand_over_acknowledge(by=world.actor("case_worker"), hand_over=HandOver.objects.get()))
    told, _swept = together(settings, answer, lambda: sweep(AT + timedelta(minutes=15)))
    [(acknowledged, returned, owner)] = crash.run(
        settings,
        lambda: list(HandOver.objects.values_list("acknowledged_at", "returned_at", "task__owner_user")),
    ).value
    if told == "":
        assert (acknowledged, returned, owner) == (AT, None, world.case_worker.pk)
    else:
        assert (acknowledged, returned, owner) == (None, AT + timedelta(minutes=15), None)


def test_the_same_plan_written_twice_at_once_is_written_once(shared: Shared):
    settings, world = shared(worlds.build)

    def plan() -> int:
        planned = [world.step("call"), world.step("send", starts_after="call")]
        by, context = world.actor("educator"), world.subject
        return len(
            tasks_plan(by=by, data_key=world.key, subject=world.subject, context=context, planned=planned, at=AT)
        )

    assert together(settings, plan, plan, plan) == [2, 2, 2]
    assert crash.run(settings, lambda: Task.objects.count()).value == 2
