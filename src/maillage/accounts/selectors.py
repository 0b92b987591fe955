"""Reading people at work and their organisations."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.common.clock import now


def held_at(at: datetime) -> Q:
    """Memberships that run at an instant."""
    return Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))


def keeps_settings_of(actor: Actor, departement: str) -> bool:
    """Whether one of her present roles keeps the settings of that very département."""
    own = actor.organisations_with(Ability.SETTINGS_EDIT)
    return Organisation.objects.filter(pk__in=own, departement=departement).exists()


def departement_set_by(actor: Actor) -> str:
    """The département whose settings she keeps: that of the first of her organisations, by name. "" when none."""
    own = actor.organisations_with(Ability.SETTINGS_EDIT)
    found = Organisation.objects.filter(pk__in=own).order_by("name", "pk").first()
    return found.departement if found else ""


def organisations_of(actor: Actor) -> list[Organisation]:
    """Organisations in which she holds a role now, by name."""
    return list(actor.organisations)


def organisations(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Organisation]:
    return Organisation.objects.in_bulk(list(set(ids)))


def organisation_named(name: str) -> Organisation | None:
    """The one organisation of that very name, whatever its capitals; None when there is none, or several."""
    found = list(Organisation.objects.filter(name__iexact=name.strip(), active=True).order_by("pk")[:2])
    return found[0] if len(found) == 1 else None


def users_holding(role: Role | str, organisation_id: uuid.UUID, at: datetime) -> list[User]:
    """Active people who hold that role in that very organisation at an instant, by name."""
    held = Membership.objects.filter(held_at(at), role=role, organisation_id=organisation_id)
    return list(User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("display_name", "pk"))


def members_of(organisation_ids: Iterable[uuid.UUID], roles: Iterable[str], at: datetime) -> QuerySet[Membership]:
    """Who holds one of those roles in those organisations at an instant, active people alone, by name."""
    return (
        Membership.objects.filter(
            held_at(at), organisation_id__in=list(organisation_ids), role__in=list(roles), user__is_active=True
        )
        .select_related("user")
        .order_by("user__display_name", "user_id")
    )


def beyond_names(*relations: str) -> list[str]:
    """Columns of the users behind those relations that a line of a list never shows, for `defer`: it loads their name,
    not the hash of their password."""
    unshown = [field.name for field in User._meta.concrete_fields if field.name not in ("id", "display_name")]
    return [f"{relation}__{name}" for relation in relations for name in unshown]


def colleagues(organisation_ids: Iterable[uuid.UUID], at: datetime) -> QuerySet[User]:
    """Active people who hold any role in those organisations at an instant, by name."""
    held = Membership.objects.filter(held_at(at), organisation_id__in=list(organisation_ids))
    return User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("display_name", "pk")


def user_names(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Displayed names by id, in one query."""
    wanted = {pk for pk in ids if pk is not None}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "display_name")) if wanted else {}


def name_of(column: str) -> Subquery:
    """The displayed name of the account whose id a column holds, as a part of another query."""
    return Subquery(User.objects.filter(pk=OuterRef(column)).values("display_name")[:1])


def role_labels() -> Mapping[str, str]:
    """Role codes and their words in the language of the moment."""
    return {role.value: str(role.label) for role in Role}


@dataclass(frozen=True)
class HeldPost:
    """One role in words, and where."""

    role: str
    organisation: str


def posts_of(actor: Actor) -> list[HeldPost]:
    """Her roles of now, in words."""
    names = {one.pk: one.name for one in actor.organisations}
    return [HeldPost(str(post.role.label), names[post.organisation_id]) for post in actor.posts]


def _factors() -> QuerySet[Authenticator]:
    factors: QuerySet[Authenticator] = Authenticator.objects.filter(
        type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    )
    return factors


def has_second_factor(user: User) -> bool:
    found: bool = _factors().filter(user_id=user.pk).exists()
    return found


@dataclass(frozen=True)
class AccountRow:
    """A line of the administrators' list. `posts`: roles of now, in the organisations she manages."""

    user: User
    posts: list[HeldPost]
    invited: bool  # has not chosen a password yet
    second_factor: bool


def accounts_with_posts(users: QuerySet[User], within: QuerySet[Organisation]) -> list[AccountRow]:
    """The list of accounts, in two queries whatever its length."""
    held = Membership.objects.filter(held_at(now()), organisation__in=within.order_by()).select_related("organisation")
    found = users.annotate(protected=Exists(_factors().filter(user_id=OuterRef("pk")))).prefetch_related(
        Prefetch("memberships", queryset=held.order_by("organisation__name", "role"), to_attr="held_now")
    )
    return [
        AccountRow(
            user=user,
            posts=[HeldPost(post.get_role_display(), post.organisation.name) for post in user.held_now],
            invited=not user.has_usable_password(),
            second_factor=user.protected,
        )
        for user in found
    ]
