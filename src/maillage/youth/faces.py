"""How each reader is shown someone: first name and photo under one's own roof, initials elsewhere."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.urls import reverse

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Role
from maillage.accounts.selectors import with_descendants
from maillage.common.enums import Section
from maillage.common.localtime import ZONE
from maillage.vault.sealing import Opened
from maillage.youth import access, selectors
from maillage.youth.enums import MissionKind
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


@dataclass(frozen=True)
class Roof:
    """Where a professional is at home: homes (organisations), and young persons placed with her by name."""

    homes: frozenset[uuid.UUID]
    hosted: frozenset[uuid.UUID]

    def covers(self, person: YoungPerson) -> bool:
        placement = selectors.placement_now(person)
        return person.pk in self.hosted or (placement is not None and placement.organisation_id in self.homes)


def roof_of(actor: Actor) -> Roof:
    """Her homes: for a manager on call of an association, those below it too. Two queries at most.

    A foster carer is at home with those she is named for, not with all those of her service.
    """
    named = access.current_missions(actor).filter(user_id=actor.user_id, kind=MissionKind.HOSTS)
    hosted = frozenset(named.values_list("person_id", flat=True))
    managed = with_descendants(post.organisation_id for post in actor.posts if post.role == Role.ON_CALL_MANAGER)
    homes = managed | {post.organisation_id for post in actor.posts if post.role in AT_HOME - {Role.FOSTER_CARER}}
    return Roof(homes, hosted)


def faces(
    actor: Actor,
    persons: Sequence[YoungPerson],
    *,
    roof: Roof | None = None,
    opened: Mapping[uuid.UUID, Opened] | None = None,
    discreet: bool = False,
) -> dict[uuid.UUID, Face]:
    """Each of these persons, in their order, as this reader may see her; Http404 when one is a stranger.

    Always the same number of queries. `opened`: what was opened of them already. `discreet`: a shared screen, no
    name and no photo anywhere.
    """
    if not persons:
        return {}
    prefetch_related_objects(persons, selectors.with_placement())
    roof = roof or roof_of(actor)
    opened = opened or access.reveal_many(actor, persons, Section.IDENTITY, Section.WHEREABOUTS)
    own = {person.pk for person in persons if roof.covers(person)}
    photos = frozenset() if discreet else selectors.photos_of([person for person in persons if person.pk in own])
    found = {}
    for person in persons:
        placement, read = selectors.placement_now(person), opened[person.pk]
        name = (selectors.display_name if person.pk in own else selectors.full_name)(read, person)
        found[person.pk] = Face(
            pk=person.pk,
            name="" if discreet else name,
            initials=selectors.initials(read, person),
            photo_url=reverse("youth:photo", args=[person.pk]) if person.pk in photos else "",
            hidden=discreet or person.pk not in own,
            home=selectors.home_name(read, placement),
            placed=placement is not None and Section.WHEREABOUTS in read.sections,
            organisation_id=placement.organisation_id if placement else None,
            zone=placement.organisation.zone if placement else ZONE,
            url=reverse("desk:file", args=[person.pk]),
        )
    return found


def face(actor: Actor, person: YoungPerson, opened: Opened | None = None) -> Face:
    """One person as this reader may see her."""
    return faces(actor, [person], opened={person.pk: opened} if opened else None)[person.pk]
