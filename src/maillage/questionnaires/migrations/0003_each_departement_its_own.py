from django.db import migrations, models

from maillage.common.triggers import Immutable, Mutable

_COLUMNS = ["id", "slug", "number", "title", "source_name", "workbook", "sha256", "definition", "answered_at"]


class Migration(migrations.Migration):
    """A questionnaire belongs to a département; those there already, to all of them."""

    dependencies = [("questionnaires", "0002_append_only")]
    operations = [
        Mutable("questionnaires_questionnaire", _COLUMNS, unless="OLD.answered_at IS NULL"),
        migrations.RemoveConstraint("questionnaire", "questionnaires_version_once"),
        migrations.RemoveConstraint("questionnaire", "questionnaires_workbook_once"),
        migrations.AddField("questionnaire", "departement", models.CharField(default="*", max_length=3)),
        migrations.AddConstraint(
            "questionnaire",
            models.UniqueConstraint(
                fields=["departement", "slug", "number"], name="questionnaires_version_once"
            ),
        ),
        migrations.AddConstraint(
            "questionnaire",
            models.UniqueConstraint(
                fields=["departement", "slug", "sha256"], name="questionnaires_workbook_once"
            ),
        ),
        Immutable(
            "questionnaires_questionnaire", ["departement", *_COLUMNS], unless="OLD.answered_at IS NULL"
        ),
    ]
