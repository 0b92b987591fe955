"""What is removed of the shared file of somebody whose key is destroyed, and of what happened around a place."""

import uuid
from datetime import datetime

from maillage.audit.erasing import eraser
from maillage.casework.models import Document, Flag, Goal, LegalMatter, PlaceIncident
from maillage.vault import files

A_TURN = 50


@eraser("casework")
def erase(person_id: uuid.UUID) -> None:
    """Rows that never change stay, unreadable: notes, observations, judgements, contacts, shares."""
    for pk in Document.objects.filter(person_id=person_id).values_list("pk", flat=True):
        files.remove(pk)
    for model in (Goal, LegalMatter, Flag):
        model._default_manager.filter(person_id=person_id).delete()


def forget_incidents(departement: str, before: datetime) -> int:
    """Remove what was noted around places before that instant, a few at a time; how many."""
    old = PlaceIncident.objects.filter(organisation__departement=departement, happened_at__lt=before)
    ids = list(old.order_by("happened_at", "pk").values_list("pk", flat=True)[:A_TURN])
    PlaceIncident.objects.filter(pk__in=ids).delete()
    return len(ids)
