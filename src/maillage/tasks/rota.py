"""Who answers: the on-call rota, and what stands behind it when nobody is written there."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from maillage.accounts.enums import Role
from maillage.accounts.models import User
from maillage.accounts.selectors import lineage, users_holding
from maillage.tasks.models import OnCallShift

# Roles kept by turns. The other roles answer through their members.
ROTA_ROLES: tuple[Role, ...] = (Role.ON_CALL_MANAGER, Role.ASE_ON_CALL)


@dataclass(frozen=True)
class Answering:
    """Who answers for a role: nobody when `users` is empty. `from_rota`: through a shift; `organisation_id`: whose."""

    users: list[User] = field(default_factory=list)
    from_rota: bool = False
    organisation_id: uuid.UUID | None = None


def answering(organisation_id: uuid.UUID, role: str, at: datetime) -> Answering:
    """Shifts first, then members: each time in the organisation, else in its nearest parent that has any.

    A shift counts only while its holder is active and still holds the role there or above: a former colleague
    left in the table is never rung.
    """
    line = lineage(organisation_id)
    current = Q(user__memberships__ends_at__isnull=True) | Q(user__memberships__ends_at__gt=at)
    shifts = (
        OnCallShift.objects.filter(
            current,
            user__memberships__role=role,
            user__memberships__organisation_id__in=line,
            user__memberships__starts_at__lte=at,
            user__is_active=True,
            organisation_id__in=line,
            role=role,
            removed_at__isnull=True,
            starts_at__lte=at,
            ends_at__gt=at,
        )
        .select_related("user")
        .order_by("starts_at", "id")
    )
    on_shift: dict[uuid.UUID, dict[uuid.UUID, User]] = {}
    for shift in shifts:
        on_shift.setdefault(shift.organisation_id, {})[shift.user_id] = shift.user
    for one in line:
        if one in on_shift:
            return Answering(list(on_shift[one].values()), True, one)
    for one in line:
        members = users_holding(role, one, at)
        if members:
            return Answering(members, False, one)
    return Answering()


def on_call(organisation_id: uuid.UUID, role: str, at: datetime) -> list[User]:
    """Who to ring for that role, then. Empty when truly nobody holds it, up to the top."""
    return answering(organisation_id, role, at).users


def members_among(organisation_id: uuid.UUID, roles: Collection[str], at: datetime) -> set[uuid.UUID]:
    """Ids of active people who hold one of those roles in the organisation itself, then."""
    current = Q(memberships__ends_at__isnull=True) | Q(memberships__ends_at__gt=at)
    members = User.objects.filter(
        current,
        memberships__organisation_id=organisation_id,
        memberships__role__in=roles,
        memberships__starts_at__lte=at,
        is_active=True,
    )
    return set(members.values_list("pk", flat=True))


def candidates(organisation_id: uuid.UUID, role: str, at: datetime, also: User | None = None) -> list[User]:
    """Who could be written in the rota: whoever holds the role there; and `also`, who is in it already."""
    found = users_holding(role, organisation_id, at)
    return found if also is None or also in found else [*found, also]
