from django.db import migrations

from maillage.common.triggers import OF_THE_PERSON, OF_THE_ROW, Immutable, Mutable

FILED = ("person_id", "section", "within_id", "only_id", "data_key_id", "written_at", "author_id")
WORDS = ("education", "health", "justice", "words")
_WHOLE = ("note", "familycontact", "observation", "judgement", "handtask")
_DOCUMENT = ("casework_document", (*FILED, *WORDS, "mime", "size", "sha256"))
_SHARE = ("casework_share", (*FILED, *WORDS, "to_user_id", "to_organisation_id", "bound", "basis", "copied", "copy"))
_GONE = "DELETE FROM casework_{} WHERE data_key_id IN (SELECT id FROM vault_datakey WHERE destroyed_at IS NOT NULL)"


class Migration(migrations.Migration):
    """Once a key is destroyed the rows it sealed may go: what they say in clear beside the words says something of her."""

    dependencies = [
        ("casework", "0003_labels_of_told"),
        ("vault", "0002_place"),
        ("youth", "0011_files_joined"),
    ]

    operations = [
        *(Mutable(f"casework_{name}") for name in (*_WHOLE, "timelineentry")),
        *(Mutable(*one) for one in (_DOCUMENT, _SHARE)),
        *(Immutable(f"casework_{name}", erased=OF_THE_ROW) for name in _WHOLE),
        *(Immutable(*one, erased=OF_THE_ROW) for one in (_DOCUMENT, _SHARE)),
        Immutable("casework_timelineentry", erased=OF_THE_PERSON),
        # Files destroyed before this day.
        *(
            migrations.RunSQL(_GONE.format(name), migrations.RunSQL.noop)
            for name in (*_WHOLE, "document", "share")
        ),
        migrations.RunSQL(
            "DELETE FROM casework_timelineentry WHERE person_id IN (SELECT person.id FROM youth_youngperson person "
            "JOIN vault_datakey held ON held.id = person.data_key_id WHERE held.destroyed_at IS NOT NULL)",
            migrations.RunSQL.noop,
        ),
    ]
