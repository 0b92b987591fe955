"""Which accounts an administrator may see: those of her organisations and of the ones below. Never young persons."""

import uuid

from django.db.models import QuerySet
from django.http import Http404

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.models import Membership, Organisation, User
from maillage.accounts.selectors import held_at
from maillage.common.clock import now


def managed_organisations(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose accounts she manages, by name."""
    ids = actor.below(actor.organisations_with(Ability.ACCOUNTS_MANAGE))
    return Organisation.objects.filter(pk__in=ids).order_by("name", "pk")


def visible_to(actor: Actor) -> QuerySet[User]:
    """Accounts with a role, present or past, in the organisations she manages."""
    held = Membership.objects.filter(organisation__in=managed_organisations(actor).order_by())
    return User.objects.filter(pk__in=held.values("user_id")).order_by("display_name", "pk")


def get_visible_or_404(actor: Actor, pk: uuid.UUID) -> User:
    found = visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def answers_for(actor: Actor, user: User) -> bool:
    """Whether every role this person holds now is in the organisations she manages.

    What touches the whole account (closing it, its second factor, its name) needs that: else giving somebody a role
    in one's own home would be enough to take over an account of another service.
    """
    return not (
        Membership.objects.filter(held_at(now()), user=user)
        .exclude(organisation__in=managed_organisations(actor).order_by())
        .exists()
    )


def memberships_managed(actor: Actor) -> QuerySet[Membership]:
    """Roles she may take back: those held in the organisations she manages."""
    return Membership.objects.filter(organisation__in=managed_organisations(actor).order_by()).select_related(
        "organisation", "user"
    )
