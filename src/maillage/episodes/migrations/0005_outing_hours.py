import django.db.models.deletion
from django.db import migrations, models

import maillage.common.ids


class Migration(migrations.Migration):
    """Usual hours of return, chosen by a home."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("episodes", "0004_protocol_choices"),
    ]
    operations = [
        migrations.CreateModel(
            name="OutingHours",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=maillage.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("school", models.TimeField(verbose_name="Retour de l’école")),
                ("permission", models.TimeField(verbose_name="Retour de permission, le soir")),
                ("visit", models.TimeField(verbose_name="Retour de visite, le dimanche")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
