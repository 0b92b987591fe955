"""What a plan asks for, and when it falls due. Pure: instants are aware, delays are elapsed time.

Every instant is brought to UTC before a delay is added: the same sum on a wall clock is an hour wrong in the
two nights of the year that change it.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from maillage.accounts.enums import Role

MINUTE = timedelta(minutes=1)
Rung = tuple[timedelta, Role]


class PlanError(ValueError):
    """A plan that cannot run: a loop, an unknown predecessor, a negative delay."""


@dataclass(frozen=True)
class PlannedTask:
    """A step to be owed, before it is a row.

    `due_within` counts from `due_from` (None: from the planning), or from the end of the step named by
    `starts_after`, `starts_after_delay` later. `owner_user_id`: the person who owes it from the start, when it is not
    whoever holds the role. `escalation`: how long after due time which role is told, in ascending order.
    `repeat_every`: settled by somebody, the step comes back, due that long after, until the plan takes its object. A
    `not_due_reason` makes it a stated reason instead of a task; it is stored in clear, like `title`, `why` and
    `phone`: a phrase of the protocol, a service's number, never words about a person.
    """

    key: str
    title: str
    why: str
    source: str
    owner_role: Role
    organisation_id: uuid.UUID
    due_within: timedelta
    due_from: datetime | None = None
    starts_after: str | None = None
    remind_before: timedelta | None = None
    escalation: tuple[Rung, ...] = ()
    not_due_reason: str = ""
    phone: str = ""
    document: str = ""
    order: int = 0
    starts_after_delay: timedelta = timedelta()
    owner_user_id: uuid.UUID | None = None
    repeat_every: timedelta | None = None

    def __post_init__(self) -> None:
        after = [wait for wait, _role in self.escalation]
        for delay in (self.due_within, self.starts_after_delay, self.remind_before or timedelta(), *after):
            if delay < timedelta() or delay % MINUTE:
                raise PlanError(f"{self.key}: delays are whole minutes, zero or more")
        if self.repeat_every is not None and (self.repeat_every < MINUTE or self.repeat_every % MINUTE):
            raise PlanError(f"{self.key}: a step comes back after whole minutes, one or more")
        if after != sorted(after):
            raise PlanError(f"{self.key}: the escalation must go up in time")
        if self.due_from is not None and self.due_from.tzinfo is None:
            raise PlanError(f"{self.key}: a naive datetime has no instant")


@dataclass(frozen=True)
class Clock:
    """When a step starts, when its owner is reminded, when it is due: never one before another."""

    starts_at: datetime
    remind_at: datetime | None
    due_at: datetime


def clock(start: datetime, due_within: timedelta, remind_before: timedelta | None) -> Clock:
    """The clock of a step that starts then. A reminder longer than the delay rings at the start."""
    if start.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    starts_at = start.astimezone(UTC)
    due_at = starts_at + due_within
    remind_at = None if remind_before is None else max(starts_at, due_at - remind_before)
    return Clock(starts_at, remind_at, due_at)


def escalate_at(due_at: datetime, escalation: Sequence[Mapping[str, Any]], level: int) -> datetime | None:
    """When the rung above `level` is due; None at the top. `escalation` as stored in `Task`."""
    if level >= len(escalation):
        return None
    return due_at + timedelta(minutes=escalation[level]["after_minutes"])


def stored_escalation(rungs: Iterable[Rung]) -> list[dict[str, Any]]:
    return [{"after_minutes": minutes(wait), "role": str(role)} for wait, role in rungs]


def minutes(delay: timedelta) -> int:
    return delay // MINUTE


def round_after(key: str) -> str:
    """The key of a step's next time: « keep_link », « keep_link~2 », « keep_link~3 »…"""
    base, _mark, number = key.partition("~")
    return f"{base}~{int(number or 1) + 1}"


def in_order(planned: Sequence[PlannedTask], known: Collection[str] = ()) -> list[PlannedTask]:
    """The same steps, each after the one it starts after. `known`: keys its context already has.

    PlanError when a key comes twice, a predecessor is unknown, or steps wait for each other in a loop.
    """
    keys = [one.key for one in planned]
    if len(set(keys)) != len(keys):
        raise PlanError("a key comes twice in one plan")
    ready = {None, *known}.difference(keys)
    waiting, ordered = list(planned), list[PlannedTask]()
    while waiting:
        free = [one for one in waiting if one.starts_after in ready]
        if not free:
            raise PlanError("unknown predecessor or loop: " + ", ".join(sorted(one.key for one in waiting)))
        ordered += free
        ready |= {one.key for one in free}
        waiting = [one for one in waiting if one not in free]
    return ordered
