"""What is removed of the steps about somebody whose key is destroyed: relays' words go with the key, numbers here."""

import uuid

from maillage.audit.erasing import eraser
from maillage.tasks.models import Task


@eraser("tasks")
def erase(person_id: uuid.UUID) -> None:
    """Steps stay without a name; a number to call may have been somebody's."""
    Task.objects.filter(subject=person_id).update(phone="")
