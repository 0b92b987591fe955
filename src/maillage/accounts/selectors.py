"""Reading people at work and their organisations."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q, QuerySet

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Role
from maillage.accounts.models import Membership, Organisation, User


def held_at(at: datetime) -> Q:
    """Memberships that run at an instant."""
    return Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))


def organisations_of(actor: Actor) -> list[Organisation]:
    """Organisations in which she holds a role now, by name."""
    return list(Organisation.objects.filter(pk__in=actor.organisation_ids).order_by("name", "pk"))


def organisations(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Organisation]:
    return Organisation.objects.in_bulk(list(set(ids)))


def organisation_by_reference(external_reference: str) -> Organisation | None:
    if not external_reference:
        return None
    return Organisation.objects.filter(external_reference=external_reference).first()


def lineage(organisation_id: uuid.UUID) -> list[uuid.UUID]:
    """An organisation, then its parents, nearest first."""
    parents = dict(Organisation.objects.values_list("pk", "parent_id"))
    line: list[uuid.UUID] = []
    current: uuid.UUID | None = organisation_id
    while current is not None and current not in line:
        line.append(current)
        current = parents.get(current)
    return line


def with_descendants(ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those organisations and all below them."""
    found = set(ids)
    if not found:
        return frozenset()
    children: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for pk, parent in Organisation.objects.values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    waiting = list(found)
    while waiting:
        for child in children.get(waiting.pop(), []):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


def users_holding(role: Role | str, organisation_id: uuid.UUID, at: datetime) -> list[User]:
    """Active people who hold that role in that very organisation at an instant, by name."""
    held = Membership.objects.filter(held_at(at), role=role, organisation_id=organisation_id)
    return list(User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("display_name", "pk"))


def colleagues(organisation_ids: Iterable[uuid.UUID], at: datetime) -> QuerySet[User]:
    """Active people who hold any role in those organisations at an instant, by name."""
    held = Membership.objects.filter(held_at(at), organisation_id__in=list(organisation_ids))
    return User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("display_name", "pk")


def user_names(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Displayed names by id, in one query."""
    wanted = {pk for pk in ids if pk is not None}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "display_name")) if wanted else {}


def role_labels() -> Mapping[str, str]:
    """Role codes and their words in the language of the moment."""
    return {role.value: str(role.label) for role in Role}
