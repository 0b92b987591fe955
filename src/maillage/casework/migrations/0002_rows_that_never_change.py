from django.db import migrations

from maillage.common.triggers import Immutable

FILED = ("person_id", "section", "within_id", "only_id", "data_key_id", "written_at", "author_id")
WORDS = ("education", "health", "justice", "words")


class Migration(migrations.Migration):
    """A correction is a new row; a document and what was shared stay what they were."""

    dependencies = [("casework", "0001_initial")]

    operations = [
        Immutable("casework_timelineentry"),
        Immutable("casework_note"),
        Immutable("casework_familycontact"),
        Immutable("casework_observation"),
        Immutable("casework_judgement"),
        Immutable("casework_document", (*FILED, *WORDS, "mime", "size", "sha256")),
        Immutable("casework_share", (*FILED, *WORDS, "to_user_id", "to_organisation_id", "bound", "basis", "copied", "copy")),
        Immutable("casework_handtask"),
    ]
