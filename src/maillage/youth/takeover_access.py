"""Whose missions one may pass on, to whom, and who sees a proposal."""

import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import Http404

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.models import Membership, User
from maillage.accounts.selectors import colleagues
from maillage.common.clock import now
from maillage.youth.access import current_missions, gives
from maillage.youth.enums import MissionKind
from maillage.youth.models import Mission
from maillage.youth.takeover_models import TakeoverLine, TakeoverShare

# What goes with something else: a placement, some hours.
_NOT_PASSED_ON = (MissionKind.HOSTS, MissionKind.TEMPORARY)


def answered_for(actor: Actor) -> frozenset[uuid.UUID]:
    """Young persons whose missions this actor opens and ends."""
    if not actor.may(Ability.MISSION_EDIT):
        return frozenset()
    return frozenset(
        mission.person_id for mission in current_missions(actor) if gives(actor, mission, Ability.MISSION_EDIT)
    )


def to_pass_on(actor: Actor, holder: User | None = None) -> QuerySet[Mission]:
    """Personal missions, of that colleague or of anyone, that run or are to come, in files the actor answers for."""
    rows = Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now()),
        user__isnull=False,
        person_id__in=answered_for(actor),
        person__data_key__destroyed_at__isnull=True,
    ).exclude(kind__in=_NOT_PASSED_ON)
    return rows if holder is None else rows.filter(user=holder)


def holders(actor: Actor) -> list[tuple[User, int]]:
    """Colleagues who hold such missions, by name, with how many young persons; accounts that are closed too."""
    people: dict[uuid.UUID, set[uuid.UUID]] = {}
    for user_id, person_id in to_pass_on(actor).values_list("user_id", "person_id"):
        people.setdefault(user_id, set()).add(person_id)
    users = User.objects.filter(pk__in=people).order_by("display_name", "pk")
    return [(user, len(people[user.pk])) for user in users]


def holder_or_404(actor: Actor, pk: uuid.UUID) -> User:
    found = User.objects.filter(pk=pk, pk__in=to_pass_on(actor).values("user_id")).first()
    if found is None:
        raise Http404
    return found


def next_people(actor: Actor, holder: User) -> list[User]:
    """Who may be asked: active colleagues of the services where the actor answers for files, and of the holder's."""
    return [user for user in _near(actor, [holder]) if user.pk != holder.pk]


def next_people_of_all(actor: Actor, absent: Iterable[User]) -> list[User]:
    """Who may be asked for one or another of them; each proposal is then held to `next_people`."""
    return _near(actor, absent)


def _near(actor: Actor, absent: Iterable[User]) -> list[User]:
    services = set(actor.organisations_with(Ability.MISSION_EDIT))
    services |= set(Membership.objects.filter(user__in=list(absent)).values_list("organisation_id", flat=True))
    return list(colleagues(services, now()))


def shares(actor: Actor) -> QuerySet[TakeoverShare]:
    """Proposals made to her, and those she made."""
    return TakeoverShare.objects.filter(Q(user_id=actor.user_id) | Q(takeover__by_id=actor.user_id)).select_related(
        "takeover__holder", "takeover__by", "user", "task"
    )


def share_or_404(actor: Actor, pk: uuid.UUID) -> TakeoverShare:
    found = shares(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def lines_of(ids: Iterable[uuid.UUID]) -> QuerySet[TakeoverLine]:
    return (
        TakeoverLine.objects.filter(share_id__in=list(ids))
        .select_related("mission__person__data_key", "opened")
        .order_by("mission__kind", "mission__starts_at", "pk")
    )
