"""How each reader is shown someone: first name and photo under one's own roof, initials elsewhere."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Role
from maillage.common.enums import Section
from maillage.common.localtime import ZONE
from maillage.vault.sealing import Opened
from maillage.youth import access, selectors
from maillage.youth.models import YoungPerson

# Roles that live with those they look after: there, initials would invite declaring the wrong child.
AT_HOME = frozenset({Role.EDUCATOR, Role.ON_CALL_MANAGER, Role.FOSTER_CARER})


@dataclass(frozen=True)
class Face:
    """Who she is for this reader. `hidden`: initials, the name on touch. `home`: where she lives now, in neutral words
    for who may not know (a name gives the place); `placed`: whether this reader knows it."""

    pk: uuid.UUID
    name: str
    initials: str
    photo_url: str
    hidden: bool
    home: str
    placed: bool
    organisation_id: uuid.UUID | None
    zone: str
    url: str

    @property
    def said(self) -> str:
        """What a label calls her, where a glance or a screen reader may catch it."""
        return self.initials if self.hidden else self.name


def homes_of(actor: Actor) -> frozenset[uuid.UUID]:
    """Where a professional is at home: for a manager on call of an association, the homes below it too.

    A foster carer is at home with those she is named for, not with all those of her service.
    """
    managed = actor.below(post.organisation_id for post in actor.posts if post.role == Role.ON_CALL_MANAGER)
    return managed | {post.organisation_id for post in actor.posts if post.role in AT_HOME - {Role.FOSTER_CARER}}


def under_roof(seen: access.Sight, homes: frozenset[uuid.UUID]) -> bool:
    """Whether she lives in one of those homes, or was placed with this reader by name."""
    placement = selectors.placement_now(seen.person)
    return seen.named or (placement is not None and placement.organisation_id in homes)


def faces(
    actor: Actor, persons: Iterable[YoungPerson], *, opened: Mapping[uuid.UUID, Opened] | None = None
) -> dict[uuid.UUID, Face]:
    """Each of these persons, in their order, as this reader may see her; Http404 when one is a stranger.

    Always the same number of queries. `opened`: what was opened of them already.
    """
    ids = [person.pk for person in persons]
    if not ids:
        return {}
    seen = {sight.person.pk: sight for sight in access.sights(actor, ids)}
    if not seen.keys() >= set(ids):
        raise Http404
    return faces_of([seen[pk] for pk in ids], opened=opened)


def face(actor: Actor, person: YoungPerson, opened: Opened | None = None) -> Face:
    """One person as this reader may see her."""
    return faces(actor, [person], opened={person.pk: opened} if opened else None)[person.pk]


def faces_of(
    seen: Sequence[access.Sight], *, opened: Mapping[uuid.UUID, Opened] | None = None, discreet: bool = False
) -> dict[uuid.UUID, Face]:
    """As `faces`, of those one reader was found to see: no query but the journal's.

    `discreet`: a shared screen, no name and no photo anywhere.
    """
    if not seen:
        return {}
    opened = opened or access.open_all(seen, Section.IDENTITY, Section.WHEREABOUTS)
    homes = homes_of(seen[0].actor)
    return {one.person.pk: _face(one, opened[one.person.pk], under_roof(one, homes), discreet) for one in seen}


def _face(seen: access.Sight, read: Opened, own: bool, discreet: bool) -> Face:
    person = seen.person
    placement = selectors.placement_now(person)
    name = (selectors.display_name if own else selectors.full_name)(read, person)
    photographed = own and not discreet and person.photographed  # type: ignore[attr-defined]
    return Face(
        pk=person.pk,
        name="" if discreet else name,
        initials=selectors.initials(read, person),
        photo_url=reverse("youth:photo", args=[person.pk]) if photographed else "",
        hidden=discreet or not own,
        home=selectors.home_name(read, placement),
        placed=placement is not None and Section.WHEREABOUTS in read.sections,
        organisation_id=placement.organisation_id if placement else None,
        zone=placement.organisation.zone if placement else ZONE,
        url=reverse("desk:file", args=[person.pk]),
    )
