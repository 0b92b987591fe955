"""Who sees which sheet. One rule; every list and every object check is derived from it."""

import uuid

from django.db.models import Q, QuerySet
from django.http import Http404

from maillage.accounts.actors import Actor
from maillage.directory.enums import Confidentiality, SheetState
from maillage.directory.models import Service, Structure

# What a stranger may see of what is published: the one rule of the public pages, the API, files and the public index.
OPEN_TO_ALL = Q(confidentiality=Confidentiality.PUBLIC, structure__confidentiality=Confidentiality.PUBLIC)


def visible_every_service() -> QuerySet[Service]:
    """What any professional sees: for the professionals' index."""
    return Service.objects.filter(state=SheetState.PUBLISHED, structure__state=SheetState.PUBLISHED).select_related(
        "structure"
    )


def visible_services(by: Actor | None) -> QuerySet[Service]:
    """None: a stranger, who sees public services of public structures. A professional sees every published sheet
    (without the place of those that give it on request: it is not in the row)."""
    found = visible_every_service()
    return found.filter(OPEN_TO_ALL) if by is None else found


def visible_structures(by: Actor | None) -> QuerySet[Structure]:
    """The same for structures. A professional also sees those her département has still to fill."""
    if by is None:
        return Structure.objects.filter(state=SheetState.PUBLISHED, confidentiality=Confidentiality.PUBLIC)
    return Structure.objects.filter(Q(state=SheetState.PUBLISHED) | Q(state=SheetState.TO_FILL))


def get_service_or_404(by: Actor | None, pk: uuid.UUID) -> Service:
    found = visible_services(by).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_structure_or_404(by: Actor | None, pk: uuid.UUID) -> Structure:
    found = visible_structures(by).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
