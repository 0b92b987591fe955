from django.db import migrations

from maillage.common.triggers import OF_THE_ROW, Immutable, Mutable


class Migration(migrations.Migration):
    """Once a key is destroyed nobody reads a copy again: that she asked for one goes too."""

    dependencies = [("retention", "0002_rows_that_never_change"), ("vault", "0002_place")]

    operations = [
        Mutable("retention_owncopy"),
        Immutable("retention_owncopy", erased=OF_THE_ROW),
        # Files destroyed before this day.
        migrations.RunSQL(
            "DELETE FROM retention_owncopy WHERE data_key_id IN "
            "(SELECT id FROM vault_datakey WHERE destroyed_at IS NOT NULL)",
            migrations.RunSQL.noop,
        ),
    ]
