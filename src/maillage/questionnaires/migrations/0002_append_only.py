from django.db import migrations

from maillage.common.triggers import Immutable


class Migration(migrations.Migration):
    """What was asked never changes once answered; what was answered never changes once submitted."""

    dependencies = [("questionnaires", "0001_initial")]
    operations = [
        Immutable(
            "questionnaires_questionnaire",
            ["id", "slug", "number", "title", "source_name", "workbook", "sha256", "definition", "answered_at"],
            unless="OLD.answered_at IS NULL",
        ),
        Immutable(
            "questionnaires_answerset",
            [
                "id", "questionnaire_id", "data_key_id", "context", "answers", "words", "health", "parts", "started_by_id",
                "started_at", "submitted_by_id", "submitted_at", "corrects_id", "version",
            ],
            unless="OLD.submitted_at IS NULL",
        ),
    ]
