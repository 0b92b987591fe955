"""Files joined and parted. Apart from 0010: PostgreSQL does not alter a table whose rows it has just checked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import maillage.common.ids
import maillage.vault.fields
import maillage.youth.models


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0002_place"),
        ("youth", "0010_main_file"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="youngperson",
            name="main",
            field=maillage.youth.models.MainField(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="youth.youngperson",
            ),
        ),
        migrations.CreateModel(
            name="FileMerge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=maillage.common.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reason",
                    maillage.vault.fields.SealedField(blank=True, editable=False, null=True, section="identity"),
                ),
                ("at", models.DateTimeField()),
                ("parted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "data_key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vault.datakey"
                    ),
                ),
                (
                    "main",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="youth.youngperson"
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="youth.likelytwin"
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="youth.youngperson"
                    ),
                ),
                (
                    "parted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("main", models.F("part")), _negated=True), name="youth_merge_is_of_two"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("parted_at__isnull", True)), fields=("part",), name="youth_merged_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("parted_at__isnull", True), ("parted_by__isnull", True)),
                            models.Q(("parted_at__isnull", False), ("parted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="youth_parted_by_someone",
                    ),
                ],
            },
        ),
    ]
