"""What is removed of the shared file of somebody whose key is destroyed, and of what happened around a place."""

import uuid
from datetime import datetime

from maillage.audit.erasing import eraser
from maillage.casework.models import (
    Document,
    FamilyContact,
    Flag,
    Goal,
    HandTask,
    Judgement,
    LegalMatter,
    Note,
    Observation,
    PlaceIncident,
    Share,
    TimelineEntry,
)
from maillage.vault import files

A_TURN = 50
_ALL = (
    TimelineEntry, Note, Goal, Document, FamilyContact, LegalMatter, Flag, HandTask, Share, Observation, Judgement,
)  # fmt: skip


@eraser("casework")
def erase(person_id: uuid.UUID) -> None:
    """The whole file goes. Beside their words, rows that never change say in clear which domain was looked at, what
    kind of paper was filed, with whom something was shared: their triggers let them go once the key is destroyed."""
    for pk in Document.objects.filter(person_id=person_id).values_list("pk", flat=True):
        files.remove(pk)
    for model in _ALL:
        model._default_manager.filter(person_id=person_id).delete()


def forget_incidents(departement: str, before: datetime) -> int:
    """Remove what was noted around places before that instant, a few at a time; how many."""
    old = PlaceIncident.objects.filter(organisation__departement=departement, happened_at__lt=before)
    ids = list(old.order_by("happened_at", "pk").values_list("pk", flat=True)[:A_TURN])
    PlaceIncident.objects.filter(pk__in=ids).delete()
    return len(ids)
