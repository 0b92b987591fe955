"""Where an organisation is becomes a sealed column; what was in clear waits in `clear_*` until 0005."""

import django.db.models.deletion
from django.db import migrations, models

import maillage.vault.fields


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_coordinator"), ("vault", "0001_initial")]

    operations = [
        migrations.RenameField("organisation", "address", "clear_address"),
        migrations.RenameField("organisation", "commune", "clear_commune"),
        migrations.AddField(
            "organisation",
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
            "organisation",
            "address",
            maillage.vault.fields.SealedField(blank=True, editable=False, null=True, section="whereabouts"),
        ),
        migrations.AddField(
            "organisation",
            "commune",
            maillage.vault.fields.SealedField(blank=True, editable=False, null=True, section="whereabouts"),
        ),
    ]
