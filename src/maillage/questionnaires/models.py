"""Versioned questionnaires and what was answered. Knows no young person, has no URL."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.vault.fields import SealedField


class Questionnaire(BaseModel):
    """One version of an instrument: the XLSForm's workbook and its compiled definition.

    Immutable once answered: `answered_at` is set by the first draft, then a trigger refuses any change of what was
    asked. The workbook is kept as it came, so that an author can take it up again. `departement`: whose it is; "*" for
    what is shipped for all.
    """

    data_classes = {
        DataClass.PUBLIC: ["departement", "slug", "number", "title", "source_name", "workbook", "sha256", "definition"],
        DataClass.TECHNICAL: ["created_at", "created_by", "published_at", "withdrawn_at", "answered_at"],
    }

    departement = models.CharField(max_length=3, default="*")
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
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["departement", "slug", "number"], name="questionnaires_version_once"),
            models.UniqueConstraint(fields=["departement", "slug", "sha256"], name="questionnaires_workbook_once"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.number}"


class AnswerSet(BaseModel):
    """Answers to one version, sealed by section. A draft until `submitted_at`; then append-only: a correction is a
    new set beside the old one.

    `answers` (education), `words`, `health`: {question name: answer}, as typed in a draft, clean once submitted;
    an answer is a value, or {"not": "wish"} (ne souhaite pas répondre), or {"not": "raised"} (non abordé).
    `parts`: {section: {"version": int, "done_at": instant?, "done_by": id?}}, for each section written in this
    set: the `version` that last wrote it, and when its author declared it done. A section that a correction did
    not write is read in the set it corrects.
    """

    COLUMNS: ClassVar[dict[Section, str]] = {
        Section.EDUCATION: "answers",
        Section.WORDS: "words",
        Section.HEALTH: "health",
    }

    data_classes = {
        DataClass.TECHNICAL: [
            "data_key", "questionnaire", "context", "started_by", "started_at", "saved_at", "submitted_at",
            "submitted_by", "corrects", "parts", "version",
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
    parts = models.JSONField(default=dict)
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
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | models.Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="questionnaires_submitted_has_author",
            ),
        ]
        indexes = [models.Index(fields=["context", "started_at"], name="questionnaires_of_context")]
