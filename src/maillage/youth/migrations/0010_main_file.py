"""Each file speaks for itself, until somebody joins it to another."""

import django.db.models.deletion
from django.db import migrations
from django.db.models import F

import maillage.youth.models


def alone(apps, _schema_editor):
    apps.get_model("youth", "YoungPerson").objects.update(main=F("pk"))


class Migration(migrations.Migration):
    dependencies = [("youth", "0009_takeovers")]

    operations = [
        migrations.AddField(
            model_name="youngperson",
            name="main",
            field=maillage.youth.models.MainField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="youth.youngperson",
            ),
        ),
        migrations.RunPython(alone, migrations.RunPython.noop),
    ]
