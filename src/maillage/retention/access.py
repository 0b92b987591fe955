"""Whose département, and which files: the data-protection officer and the archives see files without names; a file's
owner sees what will happen to hers."""

import uuid

from django.db.models import QuerySet
from django.http import Http404

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.selectors import organisations
from maillage.retention.models import Disposal, Kept, OwnCopy
from maillage.youth.access import Entrance, archived_owned_by

KEEPERS = (Ability.RETENTION_KEEP, Ability.RETENTION_VISA)


def departement_of(actor: Actor, *abilities: Ability) -> str:
    """The département she keeps (or gives visas) for; NotAllowed when none of those abilities is hers."""
    wanted = abilities or KEEPERS
    held = frozenset[uuid.UUID]().union(*(actor.organisations_with(one) for one in wanted))
    if not held:
        actor.require(wanted[0])
    places = organisations(held)
    return min(place.departement for place in places.values())


def disposals_visible_to(actor: Actor) -> QuerySet[Disposal]:
    return Disposal.objects.filter(departement=departement_of(actor))


def disposal_or_404(actor: Actor, pk: uuid.UUID) -> Disposal:
    """Http404 for a list of another département."""
    found = disposals_visible_to(actor).select_related("made_by", "visa_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def kept_or_404(actor: Actor, pk: uuid.UUID) -> Kept:
    """A file of the département she keeps, without its name."""
    found = Kept.objects.filter(departement=departement_of(actor, Ability.RETENTION_KEEP), pk=pk).first()
    if found is None:
        raise Http404
    return found


def archived_or_404(actor: Actor, person_id: uuid.UUID) -> Kept:
    """An archived file she answered for."""
    owned = archived_owned_by(actor).filter(pk=person_id)
    found = Kept.objects.filter(person__in=owned).select_related("person__data_key", "data_key").first()
    if found is None:
        raise Http404
    return found


def copies_visible(entered: Entrance) -> QuerySet[OwnCopy]:
    """Copies of this file whose every section is open to this reader."""
    ids = [
        pk
        for pk, sections in OwnCopy.objects.filter(person=entered.person).values_list("pk", "sections")
        if set(sections) <= {str(section) for section in entered.sections}
    ]
    return OwnCopy.objects.filter(pk__in=ids)
