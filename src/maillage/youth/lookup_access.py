"""Who is told that someone asks after a young person, or that two files may be hers: her owner, alone.

The owner is the case worker of the ASE, named or of the service that follows her as such; where there is none, those
on call at the ASE for her.
"""

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import User
from maillage.accounts.selectors import users_holding
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.vault.sealing import Opened, system_key
from maillage.youth.access import current_missions, may_here
from maillage.youth.enums import MissionKind
from maillage.youth.lookup_models import LikelyTwin, LookupMatch, LookupRequest
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.selectors import case_workers_of


def _followed() -> QuerySet[Mission]:
    """The case workers' missions that run and that somebody holds."""
    instant = now()
    return Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=instant),
        Q(user__isnull=True) | Q(user__is_active=True),
        kind=MissionKind.CASE_WORKER,
        starts_at__lte=instant,
    )


def owned_by(actor: Actor) -> QuerySet[Mission]:
    """The missions that make this actor the owner of a file."""
    working = [post.organisation_id for post in actor.posts if post.role == Role.CASE_WORKER]
    on_call = [post.organisation_id for post in actor.posts if post.role == Role.ASE_ON_CALL]
    alone = ~Q(Exists(_followed().filter(person__main=OuterRef("person__main_id"))))
    hers = Q(pk__in=[])
    if working:
        hers |= Q(kind=MissionKind.CASE_WORKER) & (Q(user_id=actor.user_id) | Q(organisation_id__in=working))
    if on_call:
        hers |= Q(kind=MissionKind.ON_CALL, organisation_id__in=on_call) & alone
    return current_missions(actor).filter(hers)


def owners_of(person: YoungPerson) -> list[User]:
    """Those to tell about this file."""
    instant = now()
    if workers := case_workers_of(person):
        return workers
    on_call = Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=instant),
        person__main=person.main_id,
        kind=MissionKind.ON_CALL,
        starts_at__lte=instant,
        organisation__isnull=False,
    ).order_by("starts_at", "pk")
    found = [
        user
        for mission in on_call
        if mission.organisation_id
        for user in users_holding(Role.ASE_ON_CALL, mission.organisation_id, instant)
    ]
    return list(dict.fromkeys(found))


def may_own(actor: Actor) -> bool:
    """Whether she could own any file: what spares everyone else a query."""
    return actor.may(Ability.MISSION_EDIT)


def requests_of(actor: Actor) -> QuerySet[LookupRequest]:
    """What this actor asked, newest first. Never says whether a file exists."""
    return LookupRequest.objects.filter(author_id=actor.user_id).order_by("-at", "-pk")


def request_or_404(actor: Actor, pk: uuid.UUID) -> LookupRequest:
    found = requests_of(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def matches_for(actor: Actor) -> QuerySet[LookupMatch]:
    """Requests about the files she owns, still to answer, oldest first."""
    return (
        LookupMatch.objects.filter(
            closed_at__isnull=True,
            request__withdrawn_at__isnull=True,
            request__expires_at__gt=now(),
            person__main__in=owned_by(actor).values("person__main_id"),
        )
        .select_related("request__author", "person__data_key")
        .order_by("at", "pk")
    )


def match_or_404(actor: Actor, pk: uuid.UUID) -> LookupMatch:
    found = matches_for(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def twins_for(actor: Actor) -> QuerySet[LikelyTwin]:
    """Pairs of files still to settle that she is told of: as owner of the one that was there, of the other once she
    was told, or of either when she sees both."""
    owned, seen = owned_by(actor).values("person_id"), current_missions(actor).values("person_id")
    return (
        LikelyTwin.objects.filter(settled_at__isnull=True)
        .filter(
            Q(known_id__in=owned)
            | Q(newer_id__in=owned, told_at__isnull=False)
            | Q(newer_id__in=owned, known_id__in=seen)
        )
        .select_related("known__data_key", "newer__data_key", "told_by")
        .order_by("at", "pk")
    )


def twins_or_404(actor: Actor, pk: uuid.UUID) -> LikelyTwin:
    found = twins_for(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def may_settle(actor: Actor, one: YoungPerson, other: YoungPerson) -> bool:
    """Whether she may say for good that two files are one person: the ASE's right in both."""
    return all(may_here(actor, person, Ability.MISSION_EDIT) for person in (one, other))


def open_requests() -> Opened:
    """The right to read requests and words between owners: for who wrote them, and the owner they are for."""
    return Opened(system_key(), [Section.IDENTITY])
