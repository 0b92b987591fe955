from django.db import migrations

from maillage.common.triggers import OF_THE_ROW, Immutable, Mutable


class Migration(migrations.Migration):
    """Once a key is destroyed, what it sealed of a document may go, with the sections it said things of."""

    dependencies = [("episodes", "0006_noticed_of_organisation"), ("vault", "0002_place")]

    operations = [
        Mutable("episodes_episodedocument"),
        Immutable("episodes_episodedocument", erased=OF_THE_ROW),
        # Files destroyed before this day.
        migrations.RunSQL(
            "DELETE FROM episodes_episodedocument WHERE data_key_id IN "
            "(SELECT id FROM vault_datakey WHERE destroyed_at IS NOT NULL)",
            migrations.RunSQL.noop,
        ),
    ]
