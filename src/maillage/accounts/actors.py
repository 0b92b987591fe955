"""Who acts, with what she may do: the `by=` of every service."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import DepartementLook, Membership, Organisation, User
from maillage.accounts.roles import ABILITIES, SECTIONS
from maillage.accounts.tree import Tree, tree_around
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed
from maillage.common.prepared import prepared


@dataclass(frozen=True)
class Post:
    """One role held now in one organisation."""

    role: Role
    organisation_id: uuid.UUID


@dataclass(frozen=True)
class Actor:
    """A professional acting now. `token` and `digest` come from the form she sent. `organisations`: of her posts,
    by name."""

    user: User
    posts: tuple[Post, ...]
    token: str | None = None
    digest: str = ""
    # What her département calls itself on her screens (« » : Maillage), and the version of its colours (0: ours).
    house: str = ""
    look: int = 0
    organisations: tuple[Organisation, ...] = ()

    @cached_property
    def tree(self) -> Tree:
        """Her organisations with all above and below them: one query, the first time."""
        return tree_around(self.organisation_ids)

    def below(self, organisation_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
        """Those among her own organisations, and all below them."""
        wanted = frozenset(organisation_ids)
        return self.tree.below(wanted) if wanted else wanted

    @property
    def user_id(self) -> uuid.UUID:
        return self.user.pk

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(post.role for post in self.posts)

    @property
    def organisation_ids(self) -> frozenset[uuid.UUID]:
        return frozenset(post.organisation_id for post in self.posts)

    def may(self, ability: Ability, organisation_id: uuid.UUID | None = None) -> bool:
        """Whether one of her present roles (in that organisation, when given) has the ability."""
        return any(
            ability in ABILITIES[post.role]
            for post in self.posts
            if organisation_id is None or post.organisation_id == organisation_id
        )

    def require(self, ability: Ability, organisation_id: uuid.UUID | None = None) -> None:
        """NotAllowed (403) unless `may`."""
        if not self.may(ability, organisation_id):
            raise NotAllowed(_("Votre rôle ne permet pas cette action."))

    def organisations_with(self, ability: Ability) -> frozenset[uuid.UUID]:
        return frozenset(post.organisation_id for post in self.posts if ability in ABILITIES[post.role])

    def sections(self, organisation_ids: Iterable[uuid.UUID] | None = None) -> frozenset[Section]:
        """Sections her roles open, in those organisations (None: in all)."""
        wanted = None if organisation_ids is None else frozenset(organisation_ids)
        return frozenset(
            section
            for post in self.posts
            if wanted is None or post.organisation_id in wanted
            for section in SECTIONS[post.role]
        )


def actor_of(user: User, *, token: str | None = None, digest: str = "") -> Actor:
    """The actor for a user: one query for her memberships of now."""
    held = _held(user.pk, now())
    posts = tuple(Post(Role(row.role), row.organisation_id) for row in held)
    house, version = next(((row.house, row.look) for row in held if row.look), ("", 0))
    where = {row.organisation_id: row.organisation for row in held}
    organisations = tuple(sorted(where.values(), key=lambda one: (one.name, one.pk)))
    return Actor(
        user=user, posts=posts, token=token, digest=digest, house=house, look=version, organisations=organisations
    )


@prepared
def _held(user_id: uuid.UUID, at: datetime) -> "QuerySet[Any]":
    look = DepartementLook.objects.filter(departement=OuterRef("organisation__departement"))
    return (
        Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), user=user_id, starts_at__lte=at)
        .annotate(house=Subquery(look.values("name")), look=Subquery(look.values("version")))
        .select_related("organisation")
        .order_by("organisation_id", "role")
    )
