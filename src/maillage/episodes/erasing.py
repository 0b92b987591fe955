"""What is removed of the episodes of somebody whose key is destroyed: papers, outings that became none."""

import uuid

from maillage.audit.erasing import eraser
from maillage.episodes.models import EpisodeDocument, MissingEpisode, Outing


@eraser("episodes")
def erase(person_id: uuid.UUID) -> None:
    """Episodes and their lines stay without a name: figures are counted from them."""
    EpisodeDocument.objects.filter(episode__person_id=person_id).delete()
    behind = MissingEpisode.objects.filter(person_id=person_id, outing__isnull=False).values("outing_id")
    Outing.objects.filter(person_id=person_id).exclude(pk__in=behind).delete()
