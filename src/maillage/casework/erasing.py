"""What is removed of the shared file of somebody whose key is destroyed, and of what happened around a place."""

import uuid
from datetime import datetime

from django.apps import apps

from maillage.audit.erasing import eraser
from maillage.casework.models import Document, PlaceIncident
from maillage.vault import files

A_TURN = 50


@eraser("casework")
def erase(person_id: uuid.UUID) -> None:
    """The whole file goes. Beside their words, rows that never change say in clear which domain was looked at, what
    kind of paper was filed, with whom something was shared: their triggers let them go once the key is destroyed."""
    for pk in Document.objects.filter(person_id=person_id).values_list("pk", flat=True):
        files.remove(pk)
    for model in apps.get_app_config("casework").get_models():
        if model is not PlaceIncident:  # about a place, and nobody
            model._default_manager.filter(person_id=person_id).delete()


def forget_incidents(departement: str, before: datetime) -> int:
    """Remove what was noted around places before that instant, a few at a time; how many."""
    old = PlaceIncident.objects.filter(organisation__departement=departement, happened_at__lt=before)
    ids = list(old.order_by("happened_at", "pk").values_list("pk", flat=True)[:A_TURN])
    PlaceIncident.objects.filter(pk__in=ids).delete()
    return len(ids)
