"""A mission's legal basis becomes one of a closed list; what was written in clear is sealed beside it."""

import django.db.models.deletion
from django.db import migrations, models

import maillage.vault.fields


class Migration(migrations.Migration):
    dependencies = [("youth", "0001_initial"), ("vault", "0001_initial")]

    operations = [
        migrations.AddField(
            "mission",
            "data_key",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vault.datakey",
            ),
        ),
        migrations.AddField(
            "mission",
            "reason",
            maillage.vault.fields.SealedField(blank=True, editable=False, null=True, section="education"),
        ),
    ]
