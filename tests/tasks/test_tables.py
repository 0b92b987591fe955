"""What the database itself refuses, whatever the code does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from maillage.accounts.enums import Role
from maillage.tasks.models import Alarm, HandOver, Notice, OnCallShift, Task
from tests.tasks.world import World

AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)


def relay(world: World, task: Task, **changes: object) -> HandOver:
    values = {
        "task": task, "data_key": world.key, "from_user": world.educator, "to_user": world.manager, "to_role": "",
        "to_organisation": world.home, "at": AT, "answer_by": AT,
    }  # fmt: skip
    return HandOver.objects.create(**(values | changes))


def notice(world: World, task: Task, **changes: object) -> Notice:
    number = Notice.objects.count()
    values = {
        "task": task, "kind": "escalation", "level": 1, "recipient": world.manager, "not_before": AT,
        "message_id": f"<{number}@exemple.invalid>",
    }  # fmt: skip
    return Notice.objects.create(**(values | changes))


def alarm(task: Task, **changes: object) -> Alarm:
    values = {"task": task, "kind": "escalation", "level": 1, "role": "educator", "at": AT, "found": 1}
    return Alarm.objects.create(**(values | changes))


def twice(make: Callable[[], object]) -> None:
    make()
    make()


def shift(world: World, hours: int) -> OnCallShift:
    return OnCallShift.objects.create(
        organisation=world.home, role=Role.ON_CALL_MANAGER, user=world.manager,
        starts_at=AT, ends_at=AT + timedelta(hours=hours),
    )  # fmt: skip


FORBIDDEN: dict[str, Callable[[World, Task], object]] = {
    "tasks_done_has_author_and_time": lambda world, task: Task.objects.update(state="done"),
    "tasks_not_due_has_reason": lambda world, task: Task.objects.update(state="not_due"),
    "tasks_open_has_due_time": lambda world, task: Task.objects.update(starts_at=None, due_at=None),
    "tasks_due_after_start": lambda world, task: Task.objects.update(starts_at=AT + timedelta(days=1)),
    "tasks_one_pending_hand_over": lambda world, task: twice(lambda: relay(world, task)),
    "tasks_hand_over_ends_once": lambda world, task: relay(world, task, returned_at=AT, withdrawn_at=AT),
    "tasks_acknowledged_by_someone": lambda world, task: relay(world, task, acknowledged_at=AT),
    "tasks_hand_over_to_user_or_role": lambda world, task: relay(world, task, to_role="educator"),
    "tasks_notice_once": lambda world, task: twice(lambda: notice(world, task)),
    "tasks_sending_has_lease": lambda world, task: notice(world, task, state="sending"),
    "tasks_alarm_once": lambda world, task: twice(lambda: alarm(task)),
    "tasks_shift_end_after": lambda world, task: shift(world, 0),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_the_database_refuses(world: World, name: str):
    [task] = world.plan(world.step(), at=AT)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        FORBIDDEN[name](world, task)
    # SQLite names the columns of a unique constraint, not the constraint.
    assert name in str(refusal.value) or "UNIQUE constraint failed" in str(refusal.value)


def test_a_key_comes_once_in_a_context(world: World):
    [task] = world.plan(world.step(), at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(
            data_key=world.key, subject=world.subject, context=task.context, key=task.key, organisation=world.home,
            owner_role=Role.EDUCATOR, starts_at=AT, due_at=AT,
        )  # fmt: skip


def test_a_relay_rings_and_writes_once_to_each(world: World):
    [task] = world.plan(world.step(), at=AT)
    first = relay(world, task, returned_at=AT)
    second = relay(world, task)
    for one in (first, second):
        alarm(task, kind="hand_over_back", hand_over=one)
        notice(world, task, kind="hand_over_back", hand_over=one)
        for again in (alarm, lambda task, **values: notice(world, task, **values)):
            with pytest.raises(IntegrityError), transaction.atomic():
                again(task, kind="hand_over_back", hand_over=one)
