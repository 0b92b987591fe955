"""How tasks of one context start each other. Each function runs inside its caller's transaction."""

import uuid
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from maillage.common.prepared import prepared
from maillage.tasks.enums import TaskState
from maillage.tasks.models import HandOver, Task
from maillage.tasks.planning import clock, escalate_at, round_after

CLOCK = ["state", "starts_at", "due_at", "remind_at", "escalate_at"]


class Rows(dict[uuid.UUID, Task]):
    """Tasks of one context by id. One that was not read with the others is read when it is asked for."""

    def __missing__(self, pk: uuid.UUID) -> Task:
        row = self[pk] = Task.objects.select_related("data_key").get(pk=pk)
        return row


def lock(context: uuid.UUID, around: Task | None = None) -> Rows:
    """All tasks of a context, locked in one order until the transaction ends: steps move each other.

    `around` one of them, those done long before are not read: a search of some weeks has rounds by the hundred.
    """
    if around is None:
        return Rows((row.pk, row) for row in _locked(context))
    if connection.features.has_select_for_update:
        _held(context)
    return Rows((row.pk, row) for row in _around(context, around.pk))


@prepared
def _locked(context: uuid.UUID) -> QuerySet[Task]:
    rows = Task.objects.select_for_update(of=("self",)).select_related("data_key")
    return rows.filter(context=context).order_by("pk")


@prepared
def _held(context: uuid.UUID) -> QuerySet[Task, uuid.UUID]:
    rows = Task.objects.select_for_update().filter(context=context).order_by("pk")
    return rows.values_list("pk", flat=True)


@prepared
def _around(context: uuid.UUID, pk: uuid.UUID) -> QuerySet[Task]:
    """Itself, what starts after it (its next time too), and whatever is not done."""
    near = ~Q(state=TaskState.DONE) | Q(pk=pk) | Q(starts_after=pk)
    return Task.objects.select_related("data_key").filter(near, context=context).order_by("pk")


def start(task: Task, at: datetime) -> None:
    """Give a task its clock (not saved)."""
    before = task.remind_before_minutes
    ticks = clock(at, timedelta(minutes=task.due_within_minutes), None if before is None else timedelta(minutes=before))
    task.state = TaskState.OPEN
    task.starts_at, task.remind_at, task.due_at = ticks.starts_at, ticks.remind_at, ticks.due_at
    task.escalate_at = escalate_at(ticks.due_at, task.escalation, task.level)


def wait(task: Task) -> None:
    """Take its clock back from a task (not saved)."""
    task.state = TaskState.WAITING
    task.starts_at = task.due_at = task.remind_at = task.escalate_at = None


def ended_at(task: Task, rows: dict[uuid.UUID, Task]) -> datetime | None:
    """When what it stood for was over; None while something is still to be done.

    A step without object is looked through: what follows it waits for what it waited for. An act dated before its
    step started counts from that start (or from its writing, if earlier still): nothing is late for a time when
    nobody could owe it.
    """
    if task.state == TaskState.DONE and task.done_at is not None and task.recorded_at is not None:
        return max(task.done_at, min(task.starts_at or task.done_at, task.recorded_at))
    if task.state != TaskState.NOT_DUE or task.recorded_at is None:
        return None
    if task.starts_after_id is None:
        return task.recorded_at
    before = ended_at(rows[task.starts_after_id], rows)
    return None if before is None else max(before, task.recorded_at)


def start_followers(task: Task, rows: dict[uuid.UUID, Task]) -> None:
    """Start (and save) what waited for a task that is over, through steps without object.

    The delay runs from the act, not from its writing: told late, a follower can be late at birth.
    """
    over = ended_at(task, rows)
    if over is None:
        return
    for follower in followers(task, rows):
        if follower.state == TaskState.WAITING:
            start(follower, over + timedelta(minutes=follower.starts_after_minutes))
            follower.save(update_fields=CLOCK)
        elif follower.state == TaskState.NOT_DUE:
            start_followers(follower, rows)


def stop_followers(task: Task, rows: dict[uuid.UUID, Task]) -> None:
    """Undo `start_followers`: what nobody has touched since waits again."""
    for follower in followers(task, rows):
        if follower.state == TaskState.NOT_DUE:
            stop_followers(follower, rows)
        elif follower.state == TaskState.OPEN and untouched(follower):
            wait(follower)
            follower.save(update_fields=CLOCK)


def followers(task: Task, rows: dict[uuid.UUID, Task]) -> list[Task]:
    return [row for row in rows.values() if row.starts_after_id == task.pk]


def next_round(task: Task, rows: dict[uuid.UUID, Task]) -> Task | None:
    """The next time of a step that comes back, its clock running from the end of this one (not saved).

    None when the step does not come back, is still to do, or has its next time already: the same act twice, or taken
    back and done again, plans it once. It belongs to the role again: who did it once may be off duty by then.
    """
    over = ended_at(task, rows)
    if task.repeat_minutes is None or over is None:
        return None
    key = round_after(task.key)
    if any(row.key == key for row in rows.values()):
        return None
    following = Task(
        data_key_id=task.data_key_id,
        subject=task.subject,
        context=task.context,
        key=key,
        order=task.order,
        title=task.title,
        why=task.why,
        source=task.source,
        phone=task.phone,
        document=task.document,
        organisation_id=task.organisation_id,
        owner_role=task.owner_role,
        starts_after=task,
        due_within_minutes=task.repeat_minutes,
        remind_before_minutes=task.remind_before_minutes,
        repeat_minutes=task.repeat_minutes,
        escalation=task.escalation,
        created_by=task.created_by,
    )
    start(following, over)
    return following


def come_again(task: Task, rows: dict[uuid.UUID, Task]) -> None:
    """Plan (and save) the next time of a step that somebody just settled."""
    following = next_round(task, rows)
    if following is not None:
        following.save(force_insert=True)
        rows[following.pk] = following


def untouched(task: Task) -> bool:
    return task.taken_at is None and not task.alarms.exists() and not task.hand_overs.exists()


def withdraw(task: Task, at: datetime) -> None:
    """End the relay that waits for an answer, if there is one."""
    HandOver.objects.filter(
        task=task, acknowledged_at__isnull=True, returned_at__isnull=True, withdrawn_at__isnull=True
    ).update(withdrawn_at=at)
