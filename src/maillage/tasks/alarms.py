"""Ringing: who is told of a clock, level by level. Runs inside the caller's transaction; writes rows, sends nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from maillage.accounts.models import User
from maillage.tasks.enums import NoticeKind
from maillage.tasks.models import Alarm, HandOver, Notice, Task
from maillage.tasks.rota import on_call


@dataclass(frozen=True)
class Reached:
    """The level at which somebody was found, her role, and how many people. Nobody at all: `count` is 0."""

    level: int
    role: str
    count: int


def owners(task: Task, at: datetime) -> list[User]:
    """Who owes the step now: its own person while her account is active, else whoever holds the role."""
    if task.owner_user is not None and task.owner_user.is_active:
        return [task.owner_user]
    return on_call(task.organisation_id, task.owner_role, at)


def queue(
    task: Task,
    kind: NoticeKind,
    level: int,
    recipients: Iterable[User],
    at: datetime,
    hand_over: HandOver | None = None,
) -> None:
    """One notice per recipient; those that exist already stay as they are."""
    host = urlsplit(settings.BASE_URL).hostname
    notices = [
        Notice(task=task, hand_over=hand_over, kind=kind, level=level, recipient=user, not_before=at)
        for user in recipients
    ]
    for notice in notices:
        notice.message_id = f"<{notice.pk}@{host}>"
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def ring(
    task: Task,
    kind: NoticeKind,
    rungs: Sequence[tuple[int, str, list[User] | None]],
    at: datetime,
    hand_over: HandOver | None = None,
) -> Reached:
    """Tell the first level that finds somebody; each level that finds nobody is stated and passed at once.

    `rungs`: level, role, and the people already known for it (None: whoever is on call).
    """
    level, role = rungs[0][:2]
    for level, role, known in rungs:
        found = on_call(task.organisation_id, role, at) if known is None else known
        Alarm.objects.update_or_create(
            task=task, hand_over=hand_over, kind=kind, level=level,
            defaults={"role": role, "found": len(found)}, create_defaults={"role": role, "found": len(found), "at": at},
        )  # fmt: skip
        if found:
            queue(task, kind, level, found, at, hand_over)
            return Reached(level, role, len(found))
    return Reached(level, role, 0)


def chain(task: Task, above: int) -> list[tuple[int, str, list[User] | None]]:
    """The rungs of the task's escalation above a level."""
    return [(level, rung["role"], None) for level, rung in enumerate(task.escalation, start=1) if level > above]
