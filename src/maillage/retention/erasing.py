"""What is removed of what retention itself keeps of somebody whose key is destroyed: her own copies."""

import uuid

from maillage.audit.erasing import eraser
from maillage.retention.models import OwnCopy


@eraser("retention")
def erase(person_id: uuid.UUID) -> None:
    """Where her file was on its way stays, and the line of the ledger: they say that it is no more."""
    OwnCopy.objects.filter(person_id=person_id).delete()
