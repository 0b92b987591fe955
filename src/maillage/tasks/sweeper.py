"""The sweeper: rings the clocks that are due. Any number may run at once, and die at any line.

One transaction per level of one row: it takes the task (those another process holds are left to it), looks again
whether it is due, writes alarm, notices, journal and the next alarm together. What was not committed is still due
for the next run. Lateness itself is never written: screens compute it.
"""

import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from maillage.audit.journal import SYSTEM, record
from maillage.common.locking import skip_locked
from maillage.tasks.alarms import Reached, chain, owners, ring
from maillage.tasks.enums import HAND_OVER_RETURNED, TASK_ESCALATED, TASK_REMINDED, NoticeKind, TaskState
from maillage.tasks.models import HandOver, SweeperRun, Task
from maillage.tasks.planning import escalate_at
from maillage.tasks.selectors import PENDING, SWEEPER
from maillage.tasks.services.relays import come_back

log = logging.getLogger(__name__)

# How soon a chain that found nobody at all is tried again.
RETRY = timedelta(minutes=5)


def sweep(now: datetime) -> int:
    """Ring everything due at `now`; how many alarms rang. A row that cannot be treated never stops the others."""
    relays = HandOver.objects.filter(PENDING, answer_by__lte=now).order_by("answer_by")
    reminders = Task.objects.filter(state=TaskState.OPEN, remind_at__lte=now).order_by("remind_at")
    escalations = Task.objects.filter(state=TaskState.OPEN, escalate_at__lte=now).order_by("escalate_at")
    done = failed = 0
    work: Iterable[tuple[Callable[[uuid.UUID, datetime], bool], list[uuid.UUID]]] = (
        (_return, list(relays.values_list("pk", flat=True))),
        (_remind, list(reminders.values_list("pk", flat=True))),
        (_escalate, list(escalations.values_list("pk", flat=True))),
    )
    for treat, due in work:
        for pk in due:
            try:
                while treat(pk, now):
                    done += 1
            except Exception:
                failed += 1
                log.exception("sweeper: %s %s", treat.__name__, pk)
    SweeperRun.objects.update_or_create(name=SWEEPER, defaults={"at": now, "done": done, "failed": failed})
    return done


@transaction.atomic
def _return(pk: uuid.UUID, now: datetime) -> bool:
    """Bring back a relay nobody answered in time."""
    if _taken(HandOver.objects.values_list("task_id", flat=True).get(pk=pk)) is None:
        return False
    waiting = HandOver.objects.filter(PENDING, pk=pk, answer_by__lte=now)
    relay = waiting.select_related("task__owner_user", "from_user").first()
    if relay is None:
        return False
    reached = come_back(relay, now)
    task = relay.task
    record(
        HAND_OVER_RETURNED, by=SYSTEM, subject=task.subject, obj=relay, at=now,
        payload={"key": task.key, "recipients": reached.count},
    )  # fmt: skip
    return True


@transaction.atomic
def _remind(pk: uuid.UUID, now: datetime) -> bool:
    """Remind who owes a step; whoever the chain finds, when the owner's role is empty."""
    task = _taken(pk)
    if task is None or task.state != TaskState.OPEN or task.remind_at is None or task.remind_at > now:
        return False
    reached = ring(task, NoticeKind.REMINDER, [(0, task.owner_role, owners(task, now)), *chain(task, 0)], now)
    if _note_reach(task, reached, now):
        record(
            TASK_REMINDED, by=SYSTEM, subject=task.subject, obj=task, at=now,
            payload={"key": task.key, "recipients": reached.count},
        )  # fmt: skip
    task.remind_at = None if reached.count else now + RETRY
    task.save(update_fields=["remind_at", "unreached_since"])
    return True


@transaction.atomic
def _escalate(pk: uuid.UUID, now: datetime) -> bool:
    """Tell the next rung that a step is late."""
    task = _taken(pk)
    if task is None or task.state != TaskState.OPEN or task.escalate_at is None or task.escalate_at > now:
        return False
    assert task.due_at is not None
    reached = ring(task, NoticeKind.ESCALATION, chain(task, task.level), now)
    if _note_reach(task, reached, now):
        record(
            TASK_ESCALATED, by=SYSTEM, subject=task.subject, obj=task, at=now,
            payload={"key": task.key, "level": reached.level, "role": reached.role, "recipients": reached.count},
        )  # fmt: skip
    if reached.count:
        task.level = reached.level
        task.escalate_at = escalate_at(task.due_at, task.escalation, task.level)
    else:
        task.escalate_at = now + RETRY
    task.save(update_fields=["level", "escalate_at", "unreached_since"])
    return True


def _taken(pk: uuid.UUID) -> Task | None:
    """The task, locked for this transaction; None when another process holds it (it will do the work)."""
    return skip_locked(Task.objects.select_related("owner_user").filter(pk=pk)).first()


def _note_reach(task: Task, reached: Reached, now: datetime) -> bool:
    """Keep since when the chain finds nobody (not saved); whether there is something new to journal."""
    known = task.unreached_since is not None
    task.unreached_since = None if reached.count else task.unreached_since or now
    return bool(reached.count) or not known
