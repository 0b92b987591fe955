"""Versioned questionnaires and what was answered. Knows no young person, has no URL."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.vault.fields import SealedField


class Questionnaire(BaseModel):
    """One version of an instrument: the XLSForm's workbook and its compiled definition. Immutable once answered."""

    data_classes = {
        DataClass.PUBLIC: ["slug", "number", "title", "source_name", "workbook", "sha256", "definition"],
        DataClass.TECHNICAL: ["created_at", "created_by", "published_at", "withdrawn_at"],
    }

    slug = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    title = models.CharField(_("Titre"), max_length=200)
    source_name = models.CharField(max_length=120)
    workbook = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    definition = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="questionnaires_version_once")]


class AnswerSet(BaseModel):
    """Answers to one version, sealed. A draft until `submitted_at`; then append-only: a correction is a new set.

    `answers`: {question name: answer}, an answer being a value, or {"not": "wish"} (ne souhaite pas répondre),
    or {"not": "raised"} (non abordé). `words`, `analysis` and `health` hold the questions of those sections.
    """

    data_classes = {
        DataClass.TECHNICAL: [
            "data_key", "questionnaire", "context", "started_by", "started_at", "saved_at", "submitted_at",
            "submitted_by", "corrects", "version",
        ],
        DataClass.IDENTITY: ["answers", "words"],
        DataClass.HEALTH: ["health"],
    }  # fmt: skip

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="answer_sets")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    context = models.UUIDField()  # the return interview
    answers = SealedField(section=Section.EDUCATION)
    words = SealedField(section=Section.WORDS)
    health = SealedField(section=Section.HEALTH)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["context"],
                condition=models.Q(submitted_at__isnull=True),
                name="questionnaires_one_draft",
            )
        ]
