"""Who answers: the on-call rota, and what stands behind it when nobody is written there."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from maillage.accounts.enums import Role
from maillage.accounts.models import User
from maillage.accounts.selectors import members_of, users_holding
from maillage.accounts.tree import Tree, tree_around
from maillage.common.prepared import prepared

# Roles kept by turns. The other roles answer through their members.
ROTA_ROLES: tuple[Role, ...] = (Role.ON_CALL_MANAGER, Role.ASE_ON_CALL)


@dataclass(frozen=True)
class Answering:
    """Who answers for a role: nobody when `users` is empty. `from_rota`: through a shift; `organisation_id`: whose."""

    users: list[User] = field(default_factory=list)
    from_rota: bool = False
    organisation_id: uuid.UUID | None = None


def answering(organisation_id: uuid.UUID, role: str, at: datetime, tree: Tree | None = None) -> Answering:
    """Shifts first, then members: each time in the organisation, else in its nearest parent that has any.

    A shift counts only while its holder is active and still holds the role there or above: a former colleague
    left in the table is never rung.
    """
    return answering_in([organisation_id], [role], at, tree)[organisation_id, role]


def answering_in(
    organisation_ids: Collection[uuid.UUID], roles: Collection[str], at: datetime, tree: Tree | None = None
) -> dict[tuple[uuid.UUID, str], Answering]:
    """As `answering`, of each role in each organisation: one query, one more unless the `tree` given has them."""
    if tree is None or not tree.parents.keys() >= set(organisation_ids):
        tree = tree_around(organisation_ids, "above")
    lines = {one: tree.line(one) for one in organisation_ids}
    held = _held(frozenset(one for line in lines.values() for one in line), frozenset(map(str, roles)), at)
    return {(one, role): _answering(lines[one], role, held) for one in lines for role in roles}


@prepared
def _held(organisation_ids: frozenset[uuid.UUID], roles: frozenset[str], at: datetime) -> "QuerySet[Any]":
    """Who holds those roles there, by name; once for each shift of hers that runs then (`shift_in`, `shift_began`)."""
    runs = Q(user__shifts__removed_at__isnull=True, user__shifts__starts_at__lte=at, user__shifts__ends_at__gt=at)
    return (
        members_of(organisation_ids, sorted(roles), at)
        .annotate(shift=FilteredRelation("user__shifts", condition=runs & Q(user__shifts__role=F("role"))))
        .annotate(shift_in=F("shift__organisation_id"), shift_began=F("shift__starts_at"))
    )


def _answering(line: Sequence[uuid.UUID], role: str, held: "Iterable[Any]") -> Answering:
    here = [row for row in held if row.role == role and row.organisation_id in line]
    for one in line:
        if on_shift := sorted((row for row in here if row.shift_in == one), key=lambda row: row.shift_began):
            return Answering(list({row.user_id: row.user for row in on_shift}.values()), True, one)
    for one in line:
        if members := {row.user_id: row.user for row in here if row.organisation_id == one}:
            return Answering(list(members.values()), False, one)
    return Answering()


def on_call(organisation_id: uuid.UUID, role: str, at: datetime, tree: Tree | None = None) -> list[User]:
    """Who to ring for that role, then. Empty when truly nobody holds it, up to the top."""
    return answering(organisation_id, role, at, tree).users


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
