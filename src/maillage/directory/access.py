"""Who sees which sheet. One rule; every list and every object check is derived from it."""

import uuid

from django.db.models import Q, QuerySet
from django.http import Http404

from maillage.accounts.actors import Actor
from maillage.common.prepared import prepared
from maillage.directory.enums import Confidentiality, SheetState
from maillage.directory.models import Service, Structure

# What a stranger may see of what is published: the one rule of the public pages, the API, files and the public index.
OPEN_TO_ALL = Q(confidentiality=Confidentiality.PUBLIC, structure__confidentiality=Confidentiality.PUBLIC)


def visible_every_service() -> QuerySet[Service]:
    """What any professional sees: for the professionals' index."""
    return Service.objects.filter(state=SheetState.PUBLISHED, structure__state=SheetState.PUBLISHED).select_related(
        "structure"
    )


def services_shown(stranger: bool) -> QuerySet[Service]:
    """A stranger sees public services of public structures. A professional sees every published sheet (without the
    place of those that give it on request: it is not in the row)."""
    found = visible_every_service()
    return found.filter(OPEN_TO_ALL) if stranger else found


def structures_shown(stranger: bool) -> QuerySet[Structure]:
    """The same for structures. A professional also sees those her département has still to fill."""
    if stranger:
        return Structure.objects.filter(state=SheetState.PUBLISHED, confidentiality=Confidentiality.PUBLIC)
    return Structure.objects.filter(Q(state=SheetState.PUBLISHED) | Q(state=SheetState.TO_FILL))


def visible_services(by: Actor | None) -> QuerySet[Service]:
    """None: a stranger."""
    return services_shown(by is None)


def visible_structures(by: Actor | None) -> QuerySet[Structure]:
    return structures_shown(by is None)


def get_service_or_404(by: Actor | None, pk: uuid.UUID) -> Service:
    found = visible_services(by).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_structure_or_404(by: Actor | None, pk: uuid.UUID) -> Structure:
    found = _structure(by is None, pk)
    if not found:
        raise Http404
    return found[0]


@prepared
def _structure(stranger: bool, pk: uuid.UUID) -> QuerySet[Structure]:
    return structures_shown(stranger).filter(pk=pk)
