import django.db.models.deletion
from django.db import migrations, models

import maillage.common.ids
from maillage.common.triggers import Immutable


class Migration(migrations.Migration):
    """Which version a département made current again, and when: written once."""

    dependencies = [("episodes", "0003_corrections_leave_what_is_closed")]
    operations = [
        migrations.CreateModel(
            name="ProtocolChoice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=maillage.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("departement", models.CharField(max_length=3)),
                ("chosen_at", models.DateTimeField()),
                ("chosen_by", models.UUIDField(null=True)),
                (
                    "protocol",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="episodes.protocolversion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["departement", "-chosen_at"], name="episodes_protocol_choices")]
            },
        ),
        Immutable("episodes_protocolchoice"),
    ]
