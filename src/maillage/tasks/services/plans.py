"""Writing a plan as tasks, and letting go of what its context no longer needs."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from maillage.audit.journal import By
from maillage.common.clock import now
from maillage.tasks.enums import TaskState
from maillage.tasks.models import Task
from maillage.tasks.planning import PlannedTask, clock, escalate_at, in_order, minutes, stored_escalation
from maillage.tasks.services import clocks
from maillage.vault.models import DataKey


def tasks_plan(
    *,
    by: By,
    data_key: DataKey,
    subject: uuid.UUID,
    context: uuid.UUID,
    planned: Sequence[PlannedTask],
    at: datetime,
) -> list[Task]:
    """Write the steps of a plan; the tasks in the plan's order. Called inside an action, in its transaction.

    Once per (context, key): the same plan again changes nothing. A new plan of the same context (new facts) adds
    what is new, never loosens a clock, opens again what an earlier plan had left out, and states as without object
    what it leaves out itself; done steps, and those a person judged without object, stay. Keys it does not name are
    left alone. PlanError when it cannot run.
    """
    with transaction.atomic(savepoint=False):
        try:
            with transaction.atomic():
                return _write(by, data_key, subject, context, planned, at)
        except IntegrityError:
            # Another process wrote the same context first: its rows are there now.
            return _write(by, data_key, subject, context, planned, at)


def _write(
    by: By, data_key: DataKey, subject: uuid.UUID, context: uuid.UUID, planned: Sequence[PlannedTask], at: datetime
) -> list[Task]:
    rows = clocks.lock(context)
    by_key = {row.key: row for row in rows.values()}
    new: list[Task] = []
    for one in in_order(planned, by_key):
        row = by_key.get(one.key)
        before = by_key[one.starts_after] if one.starts_after else None
        if row is None:
            row = _row(one, before, data_key, subject, context, by)
            rows[row.pk] = by_key[one.key] = row
            _settle(row, one, rows, at)
            new.append(row)
        else:
            _adjust(row, one, rows, at)
    Task.objects.bulk_create(new)
    return [by_key[one.key] for one in planned]


def _row(
    one: PlannedTask, before: Task | None, data_key: DataKey, subject: uuid.UUID, context: uuid.UUID, by: By
) -> Task:
    return Task(
        data_key=data_key,
        subject=subject,
        context=context,
        key=one.key,
        order=one.order,
        title=one.title,
        why=one.why,
        source=one.source,
        phone=one.phone,
        document=one.document,
        organisation_id=one.organisation_id,
        owner_role=one.owner_role,
        owner_user_id=one.owner_user_id,
        starts_after=before,
        starts_after_minutes=minutes(one.starts_after_delay),
        due_within_minutes=minutes(one.due_within),
        remind_before_minutes=None if one.remind_before is None else minutes(one.remind_before),
        repeat_minutes=None if one.repeat_every is None else minutes(one.repeat_every),
        escalation=stored_escalation(one.escalation),
        created_by=by.user_id,
    )


def _settle(row: Task, one: PlannedTask, rows: dict[uuid.UUID, Task], at: datetime) -> None:
    """The first state of a step, or of one that is due again (not saved)."""
    if one.not_due_reason:
        row.state, row.reason_not_due, row.recorded_at = TaskState.NOT_DUE, one.not_due_reason, at
        return
    row.state, row.reason_not_due, row.recorded_at = TaskState.OPEN, "", None
    if row.starts_after_id is None:
        clocks.start(row, one.due_from or at)
        return
    over = clocks.ended_at(rows[row.starts_after_id], rows)
    if over is None:
        clocks.wait(row)
    else:
        # What it follows is over already: a step that exists only now is not late for that.
        clocks.start(row, max(over + one.starts_after_delay, at))


def _adjust(row: Task, one: PlannedTask, rows: dict[uuid.UUID, Task], at: datetime) -> None:
    """Bring an existing step in line with a newer plan, and save it when that changes it."""
    if row.state == TaskState.NOT_DUE:
        if row.not_due_by_id is None and not one.not_due_reason:
            _settle(row, one, rows, at)
            row.save(update_fields=[*clocks.CLOCK, "reason_not_due", "recorded_at"])
    elif row.live and one.not_due_reason:
        _not_due(row, one.not_due_reason, at)
        clocks.start_followers(row, rows)
    elif row.live and minutes(one.due_within) < row.due_within_minutes:
        row.due_within_minutes = minutes(one.due_within)
        row.save(update_fields=["due_within_minutes"])
        if row.starts_at is not None:
            _tighten(row, one)


def tasks_move(*, context: uuid.UUID, starts: Mapping[str, tuple[datetime, timedelta]]) -> list[Task]:
    """Give open steps another start and delay, by key: the instant they count from was said again. Those moved.

    The one way a due time may move away: nobody is late for an hour that was wrong. What rang already stays rung.
    Called inside an action.
    """
    moved = []
    for row in clocks.lock(context).values():
        if row.state != TaskState.OPEN or row.key not in starts:
            continue
        start, within = starts[row.key]
        before = row.remind_before_minutes
        ticks = clock(start, within, None if before is None else timedelta(minutes=before))
        if (row.starts_at, row.due_at) == (ticks.starts_at, ticks.due_at):
            continue
        row.due_within_minutes = minutes(within)
        row.starts_at, row.due_at = ticks.starts_at, ticks.due_at
        if row.remind_at is not None:  # not rung yet
            row.remind_at = ticks.remind_at
        row.escalate_at = escalate_at(row.due_at, row.escalation, row.level)
        row.save(update_fields=[*clocks.CLOCK, "due_within_minutes"])
        moved.append(row)
    return moved


def _tighten(row: Task, one: PlannedTask) -> None:
    assert row.starts_at is not None
    assert row.due_at is not None
    ticks = clock(row.starts_at, timedelta(minutes=row.due_within_minutes), one.remind_before)
    row.due_at = min(row.due_at, ticks.due_at)
    if row.remind_at is not None:  # not rung yet
        row.remind_at = ticks.remind_at
    row.escalate_at = escalate_at(row.due_at, row.escalation, row.level)
    row.save(update_fields=clocks.CLOCK)


def _not_due(row: Task, reason: str, at: datetime) -> None:
    row.state, row.reason_not_due, row.recorded_at = TaskState.NOT_DUE, reason, at
    row.unreached_since = None
    row.save(update_fields=["state", "reason_not_due", "recorded_at", "unreached_since"])
    clocks.withdraw(row, at)


def tasks_drop(*, by: By, context: uuid.UUID, reason: str) -> list[Task]:
    """State everything still to do in a context as without object; the tasks dropped. Called inside an action.

    `reason` is a phrase of ours (« Épisode clos »), stored in clear: never what somebody typed.
    """
    at = now()
    dropped = [row for row in clocks.lock(context).values() if row.live]
    for row in dropped:
        _not_due(row, reason, at)
    return dropped
