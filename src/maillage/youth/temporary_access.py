"""Who may ask for a temporary access: someone who already knows, by a lawful way, that the file exists.

Three ways, and no other. A step or a relay about her waits for this professional. She held a mission for her within a
year. The owner of the file allowed it, in answer to a request. None of them can be made by who wants in: a step comes
from who sees the young person, a mission and a leave from who answers for her.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.http import Http404

from maillage.accounts.actors import Actor, Post
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Membership
from maillage.accounts.roles import SECTIONS
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.tasks import selectors as tasks
from maillage.youth.access import may_here, posts_for, visible_to
from maillage.youth.enums import TEMPORARY_SECTIONS, MissionKind
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.temporary_enums import End, Way
from maillage.youth.temporary_models import AccessLeave, TemporaryAccess

# How long after a mission of hers someone still knows whom to ask about.
KNOWN_FOR = timedelta(days=365)


@dataclass(frozen=True)
class Known:
    """A file someone knows of, by one way. `ref`: the step, the mission or the leave that says so."""

    way: Way
    ref: uuid.UUID
    person_id: uuid.UUID
    title: str = ""
    since: datetime | None = None
    until: datetime | None = None


def opens(actor: Actor) -> frozenset[Section]:
    """What a temporary access would open to her: what her roles open, never whereabouts, words or health."""
    return actor.sections() & TEMPORARY_SECTIONS


def known_by_steps(actor: Actor) -> list[Known]:
    """Young persons about whom a step or a relay waits for her, whom she does not see."""
    found: dict[uuid.UUID, Known] = {}
    relays = [(relay.task, relay.answer_by) for relay in tasks.waiting_for(actor)]
    for task, until in [*relays, *((task, task.due_at) for task in tasks.addressed_to(actor))]:
        found.setdefault(task.subject, Known(Way.STEP, task.pk, task.subject, task.title, None, until))
    return _unseen(actor, found.values())


def known_by_leave(actor: Actor) -> list[Known]:
    rows = AccessLeave.objects.filter(user_id=actor.user_id, until__gt=now()).order_by("-at", "pk")
    return _unseen(actor, [Known(Way.ALLOWED, row.pk, row.person_id, "", row.at, row.until) for row in rows])


def known_before(actor: Actor) -> list[Known]:
    """Young persons for whom she held a mission, alone or with her service, that ended within a year."""
    instant = now()
    held = list(Membership.objects.filter(user_id=actor.user_id).order_by("starts_at", "pk"))
    missions = (
        Mission.objects.filter(
            Q(user_id=actor.user_id) | Q(organisation_id__in={row.organisation_id for row in held}),
            ends_at__lte=instant,
            ends_at__gt=instant - KNOWN_FOR,
        )
        .exclude(kind=MissionKind.TEMPORARY)
        .order_by("-ends_at", "pk")
    )
    found: dict[uuid.UUID, Known] = {}
    for mission in missions:
        if _saw(actor, mission, held):
            one = Known(Way.BEFORE, mission.pk, mission.person_id, mission.get_kind_display(), mission.starts_at,
                        mission.ends_at)  # fmt: skip
            found.setdefault(mission.person_id, one)
    return _unseen(actor, found.values())


def _saw(actor: Actor, mission: Mission, held: list[Membership]) -> bool:
    """Whether she saw through that mission while it ran, by the posts she had then."""
    assert mission.ends_at is not None
    posts = [
        Post(Role(row.role), row.organisation_id)
        for row in held
        if row.starts_at < mission.ends_at and (row.ends_at is None or row.ends_at > mission.starts_at)
    ]
    counted = posts_for(Actor(user=actor.user, posts=tuple(posts)), mission)
    return any(SECTIONS[post.role] & frozenset(mission.sections) for post in counted)


def _unseen(actor: Actor, known: Iterable[Known]) -> list[Known]:
    """Those of files that exist, that she does not see now, and whose owner did not take an access of hers back."""
    ones = list(known)
    ids = {one.person_id for one in ones}
    seen = set(visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
    there = set(
        YoungPerson.objects.filter(pk__in=ids, data_key__destroyed_at__isnull=True).values_list("pk", flat=True)
    )
    back = TemporaryAccess.objects.filter(user_id=actor.user_id, person_id__in=ids, ended_how=End.OWNER)
    taken = {row.person_id: row.ended_at or row.until for row in back.order_by("ended_at", "pk")}
    return [
        one
        for one in ones
        if one.person_id in there - seen
        # Taken back by the owner: only a leave she gives afterwards opens the door again.
        and (one.person_id not in taken or (one.way == Way.ALLOWED and one.since and one.since > taken[one.person_id]))
    ]


def known_or_404(actor: Actor, way: str, ref: uuid.UUID) -> Known:
    """That way of hers, as it holds now; Http404 for any other, whether the file exists or not."""
    ways = {Way.STEP: known_by_steps, Way.BEFORE: known_before, Way.ALLOWED: known_by_leave}
    if way not in ways:
        raise Http404
    found = next((one for one in ways[Way(way)](actor) if one.ref == ref), None)
    if found is None:
        raise Http404
    return found


def accesses(actor: Actor) -> QuerySet[TemporaryAccess]:
    """Those she opened, and those of the files she sees."""
    return TemporaryAccess.objects.filter(
        Q(user_id=actor.user_id) | Q(person_id__in=visible_to(actor).values("pk"))
    ).select_related("mission__person__data_key", "person__data_key", "user", "ended_by", "seen_by")


def access_or_404(actor: Actor, pk: uuid.UUID) -> TemporaryAccess:
    """An access to a file she answers for, or her own; Http404 for any other."""
    found = accesses(actor).filter(pk=pk).first()
    if found is None or not (found.user_id == actor.user_id or owns(actor, found)):
        raise Http404
    return found


def owns(actor: Actor, access: TemporaryAccess) -> bool:
    """Whether she answers for the file it opened."""
    return may_here(actor, access.person, Ability.MISSION_EDIT)
