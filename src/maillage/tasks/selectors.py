"""What pages read of tasks: each a constant number of queries."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.selectors import beyond_names, organisations
from maillage.common.localtime import instant
from maillage.common.prepared import prepared
from maillage.tasks.coverage import Span, doubles, gaps
from maillage.tasks.enums import NoticeState, TaskState
from maillage.tasks.models import HandOver, Notice, OnCallShift, SweeperRun, Task
from maillage.tasks.rota import ROTA_ROLES, answering_in, candidates

SWEEPER = "sweeper"
# It works every few seconds: past this, its silence is said.
SWEEP_LATE = timedelta(minutes=2)
PENDING = Q(acknowledged_at__isnull=True, returned_at__isnull=True, withdrawn_at__isnull=True)


def _tasks() -> QuerySet[Task]:
    """Tasks with everything a step row shows: owner, author, organisation, relays newest first."""
    relays = HandOver.objects.select_related("from_user", "to_user", "to_organisation", "acknowledged_by")
    return (
        Task.objects.select_related("organisation", *_PEOPLE)
        .defer(*beyond_names(*_PEOPLE))
        .prefetch_related(Prefetch("hand_overs", queryset=relays.order_by("-at", "-id")))
    )


_PEOPLE = ("owner_user", "done_by", "not_due_by")


def _lines() -> QuerySet[Task]:
    """Tasks with what a line of a list shows: what, whose."""
    return Task.objects.select_related("organisation", "owner_user")


def of_context(context: uuid.UUID) -> list[Task]:
    """The steps of one episode, in the plan's order."""
    return of_contexts([context])[context]


def live_of(context: uuid.UUID) -> list[Task]:
    """What is still owed in one episode, in the plan's order."""
    return _live_in(context)


@prepared
def _live_in(context: uuid.UUID) -> QuerySet[Task]:
    live = Task.objects.filter(context=context, state__in=[TaskState.OPEN, TaskState.WAITING])
    return live.order_by("order", "created_at", "id")


def step_of(context: uuid.UUID, pk: uuid.UUID) -> Task | None:
    """A step of that episode."""
    return Task.objects.filter(context=context, pk=pk).first()


def of_contexts(contexts: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Task]]:
    """The steps of several contexts, each in its plan's order, with what it waits for; an empty list where there is
    none."""
    found: dict[uuid.UUID, list[Task]] = {context: [] for context in contexts}
    rows = _in_contexts(frozenset(found))
    by_pk = {row.pk: row for row in rows}
    for row in rows:
        if row.starts_after_id is not None:
            row.starts_after = by_pk[row.starts_after_id]
        found[row.context].append(row)
    return found


@prepared
def _in_contexts(contexts: frozenset[uuid.UUID]) -> QuerySet[Task]:
    return _tasks().filter(context__in=contexts).order_by("order", "created_at", "id")


def sent_at(document: str) -> Subquery:
    """When the step that sends that document was done first, for each row whose id is a context."""
    done = Task.objects.filter(context=OuterRef("pk"), document=document, state=TaskState.DONE)
    return Subquery(done.order_by("done_at").values("done_at")[:1])


def due_of(key: str) -> Subquery:
    """« Au plus tard » of that step, for each row whose id is a context."""
    return Subquery(Task.objects.filter(context=OuterRef("pk"), key=key).values("due_at")[:1])


def relays_of(contexts: Iterable[uuid.UUID] | QuerySet[Any, Any]) -> dict[uuid.UUID, tuple[int, int]]:
    """For each context that had any, how many times a step was handed over, and how many times somebody took it."""
    made = HandOver.objects.filter(task__context__in=contexts).order_by()
    counted = made.values("task__context").annotate(made=Count("pk"), taken=Count("acknowledged_at"))
    return {row["task__context"]: (row["made"], row["taken"]) for row in counted}


def of_key(context: uuid.UUID, key: str) -> Task | None:
    """The step of that key in one context."""
    return Task.objects.filter(context=context, key=key).first()


def task_of(pk: uuid.UUID) -> Task:
    return Task.objects.get(pk=pk)


def newest_relay(task: uuid.UUID) -> HandOver:
    """The last relay of a task that has one, with its task."""
    return HandOver.objects.select_related("task").filter(task=task).latest("at", "pk")


def newest_relays(tasks: Collection[uuid.UUID]) -> dict[uuid.UUID, HandOver]:
    """The last relay of each of those tasks that has one."""
    rows = HandOver.objects.filter(task_id__in=tasks).order_by("at", "pk")
    return {row.task_id: row for row in rows}


def owed_about(subject: uuid.UUID) -> bool:
    """Whether anything is still to do about a young person."""
    return Task.objects.filter(subject=subject, state__in=[TaskState.OPEN, TaskState.WAITING]).exists()


def known_keys(contexts: Iterable[uuid.UUID], prefix: str) -> set[uuid.UUID]:
    """Those contexts that have a step, settled or not, whose key begins so."""
    rows = Task.objects.filter(context__in=set(contexts), key__startswith=prefix)
    return set(rows.values_list("context", flat=True))


def of_subject(
    subject: uuid.UUID, *, before: tuple[datetime, uuid.UUID] | None = None, live: bool = True, limit: int = 120
) -> list[Task]:
    """What is still owed about a young person, soonest first, then what was settled, newest first: one query.

    Settled rows carry `settled_at` (when it was done, or judged without object), and are those before (instant, id).
    What a plan or the end of its context dropped is left out: nobody did it.
    """
    return _of_subject(subject, before, live, limit)


@prepared
def _of_subject(
    subject: uuid.UUID, before: tuple[datetime, uuid.UUID] | None, live: bool, limit: int
) -> QuerySet[Task]:
    at = Coalesce("done_at", "recorded_at")
    settled = Q(settled_at__isnull=False) & (Q(state=TaskState.DONE) | Q(not_due_by__isnull=False))
    if before is not None:
        settled &= Q(settled_at__lt=before[0]) | Q(settled_at=before[0], pk__lt=before[1])
    owed = Q(state__in=[TaskState.OPEN, TaskState.WAITING])
    rows = (
        Task.objects.filter(subject=subject)
        .annotate(settled_at=at)
        .filter(owed | settled if live else settled)
        .select_related("organisation", *_PEOPLE)
        .defer(*beyond_names(*_PEOPLE))
        .order_by(
            Case(When(owed, then=0), default=1),
            Case(When(owed, then=F("due_at"))).asc(nulls_last=True),
            "-settled_at",
            "-pk",
        )
    )
    if not live:
        rows = rows.order_by("-settled_at", "-pk")
    return rows[:limit]


@dataclass(frozen=True)
class Concern:
    """A step a manager should look at: late at `now`, its relay unanswered, or come back and not taken again."""

    task: Task
    since: datetime
    late: bool
    unanswered: HandOver | None  # a relay that waits for an answer
    came_back: HandOver | None  # the last one, nobody took it


def overdue_or_unacknowledged(organisation_ids: Collection[uuid.UUID], now: datetime) -> list[Concern]:
    """Steps of those organisations, or handed to them, that are late, passed on without an answer, or whose alarm
    found nobody: oldest first."""
    relays = HandOver.objects.filter(task=OuterRef("pk"), acknowledged_at__isnull=True, withdrawn_at__isnull=True)
    handed = HandOver.objects.filter(PENDING, to_organisation__in=organisation_ids)
    rows = _tasks().filter(
        Q(organisation__in=organisation_ids) | Q(pk__in=handed.values("task_id")),
        Q(state=TaskState.OPEN, due_at__lt=now)
        | Q(state=TaskState.OPEN, unreached_since__isnull=False)
        | Exists(relays),
        state__in=[TaskState.OPEN, TaskState.WAITING],
    )
    concerns = (_concern(row, now) for row in rows)
    return sorted((one for one in concerns if one), key=lambda one: (one.since, one.task.order, one.task.pk))


def _concern(task: Task, now: datetime) -> Concern | None:
    late = task.state == TaskState.OPEN and task.due_at is not None and task.due_at < now
    last = next(iter(task.hand_overs.all()), None)
    unanswered = last if last is not None and last.pending else None
    came_back = None
    if last is not None and last.returned_at and (task.taken_at is None or task.taken_at < last.returned_at):
        came_back = last
    starts = [
        at
        for at in (
            task.due_at if late else None,
            unanswered.at if unanswered else None,
            came_back.at if came_back else None,
            task.unreached_since if task.state == TaskState.OPEN else None,
        )
        if at is not None
    ]
    return Concern(task, min(starts), late, unanswered, came_back) if starts else None


def waiting_for(actor: Actor) -> list[HandOver]:
    """Relays that wait for this person's answer, soonest first."""
    return _relays_waiting(addressee_of(actor)) if actor.may(Ability.STEP_DO) else []


@prepared
def _relays_waiting(addressee: "Addressee") -> QuerySet[HandOver]:
    rows = _relays_to(addressee).select_related("task__organisation", "from_user", "to_user", "to_organisation")
    return rows.order_by("answer_by", "id")


class Addressee(NamedTuple):
    """What decides, of a person, which steps and relays wait for her."""

    user_id: uuid.UUID
    held: tuple[tuple[str, frozenset[uuid.UUID]], ...]  # where each of her roles answers
    may_do: bool


def addressee_of(actor: Actor) -> Addressee:
    return Addressee(actor.user_id, tuple(sorted(_held(actor).items())), actor.may(Ability.STEP_DO))


def _relays_to(addressee: Addressee) -> QuerySet[HandOver]:
    """As `access.Reach.is_addressee` says it of one."""
    mine = Q(to_user=addressee.user_id)
    for role, held in addressee.held:
        mine |= Q(to_user__isnull=True, to_role=role, to_organisation__in=held)
    return HandOver.objects.filter(mine, PENDING)


def addressed_to(actor: Actor) -> list[Task]:
    """Open steps that wait for this person: her own, and those of a role she holds there or above; soonest first."""
    return list(_lines().filter(_addressed(addressee_of(actor))).order_by("due_at", "order", "id"))


def _addressed(addressee: Addressee) -> Q:
    mine = Q(owner_user=addressee.user_id)
    for role, held in addressee.held:
        mine |= Q(owner_user__isnull=True, owner_role=role, organisation__in=held)
    return mine & Q(state=TaskState.OPEN)


def subjects_for(addressee: Addressee) -> "QuerySet[Any]":
    """Ids of those a step or a relay that waits for this person is about, as a part of another query."""
    steps = Task.objects.filter(_addressed(addressee)).values("subject")
    return steps.union(_relays_to(addressee).values("task__subject")) if addressee.may_do else steps


def owed(actor: Actor, subjects: Collection[uuid.UUID]) -> list[Task]:
    """Open steps that wait for this person, and those of the plans about `subjects`, soonest first; one query."""
    return _owed(addressee_of(actor), frozenset(subjects))


@prepared
def _owed(addressee: Addressee, subjects: frozenset[uuid.UUID]) -> QuerySet[Task]:
    planned = Q(subject__in=subjects, state=TaskState.OPEN) & ~Q(context=F("subject"))
    return _lines().filter(_addressed(addressee) | planned).order_by("due_at", "order", "id")


def waits_for(actor: Actor, task: Task) -> bool:
    """Whether a task is among those `addressed_to` her, without asking the database again."""
    if task.state != TaskState.OPEN:
        return False
    if task.owner_user_id is not None:
        return task.owner_user_id == actor.user_id
    return task.organisation_id in _held(actor).get(task.owner_role, ())


def _held(actor: Actor) -> dict[str, frozenset[uuid.UUID]]:
    """Where each of her roles answers: where she holds it, and below."""
    return {
        role: actor.below(post.organisation_id for post in actor.posts if post.role == role) for role in actor.roles
    }


def _troubled(organisation_ids: Collection[uuid.UUID]) -> QuerySet[Notice]:
    return Notice.objects.filter(
        task__organisation__in=organisation_ids,
        task__state__in=[TaskState.OPEN, TaskState.WAITING],
        state__in=[NoticeState.UNCERTAIN, NoticeState.FAILED],
    )


def troubled_notices(organisation_ids: Collection[uuid.UUID]) -> list[Notice]:
    """Messages about live steps there that may not have arrived (uncertain, or refused so far), oldest first."""
    rows = _troubled(organisation_ids).select_related("recipient", "task__organisation", "task__owner_user")
    return list(rows.order_by("created_at", "id"))


@dataclass(frozen=True)
class Pulse:
    """When a page was read (`at`), when the sweeper last ran (None: never); shown on the clocks of `zone`.

    `unreached`: steps whose alarm found nobody; `lost`: messages that may not have arrived.
    """

    at: datetime
    swept_at: datetime | None
    zone: str
    unreached: int = 0
    lost: int = 0

    @property
    def stale(self) -> bool:
        return self.swept_at is None or self.at - self.swept_at > SWEEP_LATE


def swept_at() -> Subquery:
    """When the sweeper last ran, as a part of another query."""
    return Subquery(SweeperRun.objects.filter(name=SWEEPER).values("at")[:1])


def pulse(at: datetime, zone: str) -> Pulse:
    swept = SweeperRun.objects.filter(name=SWEEPER).values_list("at", flat=True).first()
    return Pulse(at, swept, zone)


def pulse_of(actor: Actor, organisation_ids: Collection[uuid.UUID], at: datetime, zone: str) -> Pulse:
    """With what nobody may have heard in those organisations; one query."""
    [(swept, alone, lost)] = _beats(actor.user_id, frozenset(organisation_ids))
    return Pulse(at, swept, zone, alone, lost)


@prepared
def _beats(user_id: uuid.UUID, organisation_ids: frozenset[uuid.UUID]) -> "QuerySet[Any, Any]":
    unreached = Task.objects.filter(
        organisation__in=organisation_ids, state=TaskState.OPEN, unreached_since__isnull=False
    )
    # Her own row: one, whatever there is to count.
    return User.objects.filter(pk=user_id).values_list(
        swept_at(), _number(unreached), _number(_troubled(organisation_ids))
    )


def _number(rows: "QuerySet[Any]") -> Subquery:
    """How many there are, as a part of another query."""
    return Subquery(rows.order_by().annotate(number=Func(Value(1), function="COUNT")).values("number"))


@dataclass(frozen=True)
class Answer:
    """Who answers for a role of an organisation at an instant. `elsewhere`: the organisation above that answers."""

    organisation: Organisation
    role: Role
    people: list[User]
    from_rota: bool
    elsewhere: str


def answers_now(mine: Collection[Organisation], at: datetime) -> list[Answer]:
    """« Toujours joignable »: a line per organisation and role of the rota. Grows with the organisations only."""
    answering = answering_in([one.pk for one in mine], ROTA_ROLES, at)
    found = [(one, role, answering[one.pk, role]) for one in mine for role in ROTA_ROLES]
    names = organisations(who.organisation_id for _one, _role, who in found if who.organisation_id)
    return [
        Answer(
            one, role, who.users, who.from_rota,
            names[who.organisation_id].name if who.organisation_id not in (None, one.pk) else "",
        )
        for one, role, who in found
    ]  # fmt: skip


@dataclass(frozen=True)
class RotaWeek:
    """The rota of one role in one organisation for a week: who is written down, when nobody is, when two are."""

    organisation: Organisation
    role: Role
    shifts: list[OnCallShift]
    gaps: list[Span]
    doubles: list[Span]
    empty: bool


def rota_weeks(mine: Collection[Organisation], monday: date, now: datetime) -> list[RotaWeek]:
    """The week from `monday` on the clock of each organisation, for the roles that somebody there holds or kept.

    Gaps already past are left out: nobody can fill them.
    """
    weeks = []
    bounds = {
        one.pk: (instant(monday, time.min, one.zone), instant(monday + timedelta(days=7), time.min, one.zone))
        for one in mine
    }
    for one in mine:
        start, end = bounds[one.pk]
        shifts = OnCallShift.objects.filter(
            organisation=one, removed_at__isnull=True, starts_at__lt=end, ends_at__gt=start
        )
        by_role: dict[str, list[OnCallShift]] = {}
        for shift in shifts.select_related("user").order_by("starts_at", "id"):
            by_role.setdefault(shift.role, []).append(shift)
        for role in ROTA_ROLES:
            kept = by_role.get(role, [])
            if not kept and not candidates(one.pk, role, now):
                continue
            spans = [Span(shift.starts_at, shift.ends_at) for shift in kept]
            ahead = max(start, now)
            weeks.append(
                RotaWeek(
                    one,
                    role,
                    kept,
                    gaps(spans, ahead, end) if ahead < end else [],
                    doubles(spans, start, end),
                    not kept,
                )
            )
    return weeks


def subjects_owed(subjects: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those about whom something is still owed. One query."""
    live = Task.objects.filter(subject__in=list(subjects), state__in=[TaskState.OPEN, TaskState.WAITING])
    return frozenset(live.order_by().values_list("subject", flat=True).distinct())


def open_about(subjects: QuerySet[Any, Any], user_id: uuid.UUID) -> QuerySet[Task]:
    """Open steps about those subjects, soonest first; of what was added by hand, her own alone."""
    owed = Task.objects.filter(subject__in=subjects, state=TaskState.OPEN)
    hers = ~Q(context=F("subject")) | Q(owner_user_id=user_id)
    return owed.filter(hers).select_related("owner_user").order_by("due_at", "order", "id")
