"""How long a département keeps files, where each file is on its way, and the ledger of what was destroyed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.retention.enums import Held, KeptState
from maillage.vault.fields import SealedField


class KeepingRules(BaseModel):
    """Durations of a département, as decided one day: written once, the highest number is in force."""

    data_classes = {
        DataClass.PROFESSIONAL: [
            "departement", "number", "reference", "active_months", "archive_months", "trash_days", "photo_days",
            "incident_months",
        ],
        DataClass.TECHNICAL: ["saved_at", "saved_by"],
    }  # fmt: skip

    departement = models.CharField(max_length=3)
    number = models.PositiveIntegerField()
    reference = models.CharField(_("Décision qui les fixe"), max_length=200)
    active_months = models.PositiveSmallIntegerField(_("Base active, après le dernier contact (mois)"))
    archive_months = models.PositiveSmallIntegerField(_("Archive à accès restreint (mois)"))
    trash_days = models.PositiveSmallIntegerField(_("Corbeille, après le visa (jours)"))
    photo_days = models.PositiveSmallIntegerField(_("Photo remplacée (jours)"))
    incident_months = models.PositiveSmallIntegerField(_("Faits autour d’un lieu (mois)"))
    saved_at = models.DateTimeField()
    saved_by = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["departement", "number"], name="retention_rules_once")]


class Disposal(BaseModel):
    """A list of files proposed for destruction: nothing is destroyed before the archives' visa."""

    data_classes = {
        DataClass.PROFESSIONAL: [
            "departement", "number", "made_at", "made_by", "withdrawn_at", "visa_on", "visa_reference", "visa_by",
            "visa_at",
        ],
        DataClass.TECHNICAL: ["version"],
    }  # fmt: skip

    departement = models.CharField(max_length=3)
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    visa_on = models.DateField(_("Visa donné le"), null=True, blank=True)
    visa_reference = models.CharField(_("Référence du visa"), max_length=80, blank=True)
    visa_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    visa_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["departement", "number"], name="retention_disposal_once"),
            models.CheckConstraint(
                condition=Q(visa_at__isnull=True, visa_by__isnull=True, visa_on__isnull=True, visa_reference="")
                | (Q(visa_at__isnull=False, visa_by__isnull=False, visa_on__isnull=False) & ~Q(visa_reference="")),
                name="retention_visa_whole",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(visa_at__isnull=True), name="retention_withdrawn_or_visa"
            ),
            # Nobody gives a visa to her own list.
            models.CheckConstraint(
                condition=Q(visa_by__isnull=True) | ~Q(visa_by=models.F("made_by")), name="retention_visa_by_another"
            ),
        ]


class Kept(BaseModel):
    """Where a young person's file is on its way. The worker keeps it up to date; `due_at`: when the next step is due.

    `last_contact_at` as last looked at; `held`: why no clock runs. `withheld`: the archives keep it as history, it is
    not proposed again. `reason`: why it was brought back.
    """

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "checked_at", "version"],
        DataClass.SENSITIVE: [
            "person", "departement", "state", "held", "last_contact_at", "due_at", "archived_at", "restored_at",
            "disposal", "withheld", "trash_until", "destroyed_at",
        ],
        DataClass.IDENTITY: ["reason"],
    }  # fmt: skip

    person = models.OneToOneField("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    departement = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=KeptState, default=KeptState.ACTIVE)
    held = models.CharField(max_length=8, choices=Held, blank=True)
    last_contact_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)
    reason = SealedField(section=Section.EDUCATION)
    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, null=True, blank=True, related_name="files")
    withheld = models.BooleanField(default=False)
    trash_until = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="active") | Q(archived_at__isnull=False), name="retention_archived_has_instant"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["proposed", "trash"]) | Q(disposal__isnull=False),
                name="retention_leaves_by_a_list",
            ),
            models.CheckConstraint(
                condition=~Q(state="trash") | Q(trash_until__isnull=False),
                name="retention_trash_before_destruction",
            ),
            models.CheckConstraint(
                condition=(Q(state="destroyed", destroyed_at__isnull=False))
                | (~Q(state="destroyed") & Q(destroyed_at__isnull=True)),
                name="retention_destroyed_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["departement", "state", "due_at"], name="retention_due"),
            models.Index(fields=["state", "checked_at"], name="retention_to_check"),
            models.Index(fields=["state", "trash_until"], name="retention_trash"),
        ]


class Erasure(BaseModel):
    """A line of the ledger: whose key was destroyed, when, by which list. Written once; copied beside the keys, so that
    a restored database forgets again what it had forgotten."""

    data_classes = {DataClass.TECHNICAL: ["person", "key", "at", "disposal"]}

    person = models.UUIDField(unique=True)
    key = models.UUIDField(unique=True)
    at = models.DateTimeField()
    disposal = models.UUIDField(null=True)


class OwnCopy(BaseModel):
    """Her own copy of her file: assembled by a professional who left out third parties' secrets line by line.

    `sections`: what it says comes from these, whoever reads it needs them all; `lines`, `left_out`: how many.
    """

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "sha256", "content_sha256", "size", "sections", "made_at", "made_by"],
        DataClass.SENSITIVE: ["person", "number", "lines", "left_out"],
        DataClass.IDENTITY: ["content"],
    }

    person = models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    sections = models.JSONField(default=list)
    lines = models.PositiveIntegerField()
    left_out = models.PositiveIntegerField()
    content = SealedField(section=Section.IDENTITY)  # the PDF, base64
    made_at = models.DateTimeField()
    made_by = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "number"], name="retention_copy_number_once")]
        indexes = [models.Index(fields=["person", "-made_at"], name="retention_copies_of")]
