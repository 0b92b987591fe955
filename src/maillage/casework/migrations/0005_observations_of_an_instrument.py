"""Observations remember what was asked: a version of an instrument, and the name of the item in it."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

from maillage.common.triggers import OF_THE_ROW, Immutable, Mutable

# What was asked until this day, in these words: eight domains without a hint, and four answers.
DOMAINS = (
    ("absences", "Absences", "Absences"),
    ("material", "Situation matérielle", "Material situation"),
    ("digital", "Numérique", "Digital life"),
    ("school", "École", "School"),
    ("health", "Santé", "Health"),
    ("relations", "Relations", "Relations"),
    ("behaviour", "Comportement", "Behaviour"),
    ("violence", "Violences subies", "Violence suffered"),
)
ANSWERS = (
    ("observed", "Observé", "Observed"),
    ("not_observed", "Regardé, non observé", "Looked at, not observed"),
    ("not_looked_at", "Pas regardé", "Not looked at"),
    ("contested", "Contesté", "Contested"),
)
TITLE = {"fr": "Observations", "en": "Observations"}


def definition() -> dict[str, Any]:
    return {
        "format": 1,
        "name": "observations",
        "title": TITLE,
        "lists": {"reponse": [{"name": code, "label": {"fr": fr, "en": en}} for code, fr, en in ANSWERS]},
        "pages": [
            {
                "name": "~1",
                "label": TITLE,
                "relevant": "",
                "items": [
                    {
                        "name": code,
                        "type": "select_one",
                        "label": {"fr": fr, "en": en},
                        "section": "education",
                        "choices": "reponse",
                    }
                    for code, fr, en in DOMAINS
                ],
            }
        ],
    }


def remember(apps: Any, _schema_editor: Any) -> None:
    """The rows of before get a version that says what was asked of them, word for word; withdrawn, without a workbook.

    Frozen here: what is shipped later never changes what was written. A new database gets none.
    """
    rows = apps.get_model("casework", "Observation").objects.all()
    first = rows.aggregate(first=models.Min("written_at"))["first"]
    if first is None:
        return
    asked = apps.get_model("questionnaires", "Questionnaire").objects.create(
        departement="*",
        slug="observations",
        number=1,
        title=TITLE["fr"],
        source_name="",
        workbook=b"",
        sha256="",
        definition=definition(),
        published_at=first,
        answered_at=first,
        withdrawn_at=timezone.now(),
    )
    rows.update(questionnaire=asked)


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0004_rows_go_with_the_key"),
        ("questionnaires", "0003_each_departement_its_own"),
    ]

    operations = [
        Mutable("casework_observation", erased=OF_THE_ROW),
        migrations.RenameField("observation", "domain", "item"),
        migrations.AlterField("observation", "item", models.CharField(max_length=60)),
        migrations.AddField(
            "observation",
            "questionnaire",
            models.ForeignKey(
                "questionnaires.Questionnaire",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
            ),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
        migrations.AlterField(
            "observation",
            "questionnaire",
            models.ForeignKey(
                "questionnaires.Questionnaire", on_delete=django.db.models.deletion.PROTECT, related_name="+"
            ),
        ),
        Immutable("casework_observation", erased=OF_THE_ROW),
    ]
