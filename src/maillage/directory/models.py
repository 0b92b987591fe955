"""Structures, services, their history, and what is asked about them.

Columns are those of data.inclusion v1 one to one (`exchange.columns` holds the pairs), then what that standard lacks.
A place given on request only is in no column here: it is sealed in `HiddenPlace`, and constraints refuse a place
beside « on request ».
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.common.enums import DataClass
from maillage.common.models import BaseModel
from maillage.directory.enums import (
    AnswerState,
    ChangeKind,
    Confidentiality,
    ProposalKind,
    ProposalState,
    SheetState,
    StructureKind,
)
from maillage.vault.fields import SealedField

PLACE = ("address", "address_more", "postcode", "commune_name", "commune", "latitude", "longitude")
_NO_PLACE = models.Q(
    address="", address_more="", postcode="", commune_name="", commune="", latitude__isnull=True, longitude__isnull=True
)
_SHARED = [
    "source", "reference", "name", "description", "source_link", "updated_on", "address", "address_more", "postcode",
    "commune_name", "commune", "latitude", "longitude", "phone", "email", "hours", "confidentiality", "state",
    "verified_on",
]  # fmt: skip


class Sheet(BaseModel):
    """What structures and services share."""

    source = models.CharField(_("Source"), max_length=60)
    reference = models.CharField(_("Identifiant"), max_length=200, unique=True)  # « source--local id »
    name = models.CharField(_("Nom"), max_length=150)
    description = models.TextField(_("Description"), blank=True)
    source_link = models.URLField(_("Page d’origine"), max_length=500, blank=True)
    updated_on = models.DateField(_("Mise à jour le"))

    address = models.CharField(_("Adresse"), max_length=300, blank=True)
    address_more = models.CharField(_("Complément d’adresse"), max_length=300, blank=True)
    postcode = models.CharField(_("Code postal"), max_length=5, blank=True)
    commune_name = models.CharField(_("Commune"), max_length=120, blank=True)
    commune = models.CharField(_("Code de la commune"), max_length=5, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    phone = models.CharField(_("Téléphone"), max_length=40, blank=True)
    email = models.EmailField(_("Courriel"), max_length=254, blank=True)
    hours = models.CharField(_("Horaires"), max_length=1000, blank=True)  # OpenStreetMap syntax

    confidentiality = models.CharField(_("Qui la voit"), max_length=16, choices=Confidentiality)
    state = models.CharField(_("État"), max_length=12, choices=SheetState, default=SheetState.PUBLISHED)
    # HSDS: `assurer_email`, `assured_date`.
    verified_by = models.CharField(_("Vérifiée par"), max_length=254, blank=True)
    verified_on = models.DateField(_("Vérifiée le"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(db_index=True)  # the index follows it

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Structure(Sheet):
    data_classes = {
        DataClass.PUBLIC: [
            *_SHARED, "siret", "website", "accessibility_link", "networks", "kind", "departement", "merged_into",
        ],
        DataClass.PROFESSIONAL: ["organisation", "verified_by"],
        DataClass.TECHNICAL: ["version", "changed_at", "reminded_at"],
    }  # fmt: skip

    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    website = models.URLField(_("Site"), max_length=500, blank=True)
    accessibility_link = models.URLField(_("Accessibilité du lieu"), max_length=500, blank=True)
    networks = models.JSONField(_("Réseaux"), default=list, blank=True)

    kind = models.CharField(_("Type"), max_length=20, choices=StructureKind, default=StructureKind.OTHER)
    departement = models.CharField(_("Département"), max_length=3, blank=True)
    # Whose people keep the sheet.
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="absorbed")
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(confidentiality=Confidentiality.ON_REQUEST) | _NO_PLACE,
                name="directory_structure_hidden_has_no_place",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(state=SheetState.RETIRED),
                name="directory_structure_merged_is_retired",
            ),
        ]
        indexes = [
            # Of what strangers list. Its condition is not in its columns: SQLite, which knows nothing of how many rows
            # have a state, would take an index of states for rows asked by their ids, and read them all.
            models.Index(
                fields=["reference"],
                condition=models.Q(state=SheetState.PUBLISHED, confidentiality=Confidentiality.PUBLIC),
                name="directory_structure_listed",
            ),
            models.Index(
                fields=["departement", "name"],
                condition=models.Q(state=SheetState.TO_FILL),
                name="directory_structure_to_fill",
            ),
            models.Index(fields=["name"], name="directory_structure_name"),
        ]


class Service(Sheet):
    """Never wider than its structure: `confidentiality` is the narrower of the two (kept by services, and tested)."""

    data_classes = {
        DataClass.PUBLIC: [
            *_SHARED, "structure", "type", "themes", "cost", "cost_note", "publics", "publics_note", "conditions",
            "reception", "zones", "contact_name", "contact_link", "contact_ways", "contact_by", "contact_note",
            "weekly_hours", "weeks", "needs", "age_from", "age_to", "languages", "channels", "is_helpline", "rank",
        ],
        DataClass.PROFESSIONAL: ["verified_by"],
        DataClass.TECHNICAL: ["version", "changed_at"],
    }  # fmt: skip

    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="services")
    type = models.CharField(_("Nature"), max_length=30, blank=True)
    themes = models.JSONField(_("Thématiques"), default=list, blank=True)
    cost = models.CharField(_("Frais"), max_length=20, blank=True)
    cost_note = models.TextField(_("Précisions sur les frais"), blank=True)
    publics = models.JSONField(_("Publics"), default=list, blank=True)
    publics_note = models.TextField(_("Précisions sur les publics"), blank=True)
    conditions = models.TextField(_("Conditions d’accès"), blank=True)
    reception = models.JSONField(_("Modes d’accueil"), default=list, blank=True)
    zones = models.JSONField(_("Territoires"), default=list, blank=True)
    contact_name = models.CharField(_("Contact"), max_length=200, blank=True)
    contact_link = models.URLField(_("Lien"), max_length=500, blank=True)
    contact_ways = models.JSONField(_("Comment joindre"), default=list, blank=True)
    contact_by = models.JSONField(_("Qui peut joindre"), default=list, blank=True)
    contact_note = models.TextField(_("Précisions pour joindre"), blank=True)
    weekly_hours = models.FloatField(_("Heures par semaine"), null=True, blank=True)
    weeks = models.PositiveIntegerField(_("Nombre de semaines"), null=True, blank=True)

    # What the standard lacks.
    needs = models.JSONField(_("Besoins"), default=list, blank=True)
    age_from = models.PositiveSmallIntegerField(_("Dès (ans)"), null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(_("Jusqu’à (ans)"), null=True, blank=True)
    languages = models.JSONField(_("Langues"), default=list, blank=True)
    channels = models.JSONField(_("Répond"), default=list, blank=True)
    is_helpline = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(default=0)  # order among the helplines

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(confidentiality=Confidentiality.ON_REQUEST) | _NO_PLACE,
                name="directory_service_hidden_has_no_place",
            ),
            models.CheckConstraint(
                condition=models.Q(age_to__isnull=True)
                | models.Q(age_from__isnull=True)
                | models.Q(age_to__gte=models.F("age_from")),
                name="directory_service_ages_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["rank"], name="directory_service_helplines", condition=models.Q(is_helpline=True)),
        ]


class HiddenPlace(BaseModel):
    """Where a structure is that gives its address on request. Read through `access.reveal_place` alone."""

    data_classes = {DataClass.SECRET: ["place"], DataClass.TECHNICAL: ["data_key", "structure", "service"]}

    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="hidden_places")
    service = models.OneToOneField(
        Service, on_delete=models.PROTECT, null=True, blank=True, related_name="hidden_place"
    )
    place = SealedField(section="whereabouts")  # the columns of `PLACE` that are not empty

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["structure"], condition=models.Q(service__isnull=True), name="directory_one_hidden_place"
            )
        ]


class PlaceRequest(BaseModel):
    """A professional asks for a hidden address; its structure or the coordinator answers. Good for a time."""

    data_classes = {
        DataClass.PROFESSIONAL: ["structure", "asked_by", "reason", "asked_at", "state", "answered_by", "answer",
                                 "answered_at", "until"],
    }  # fmt: skip

    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="place_requests")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("Motif"), max_length=500)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AnswerState, default=AnswerState.WAITING)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(_("Réponse"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "asked_by"],
                condition=models.Q(state=AnswerState.WAITING),
                name="directory_place_asked_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state=AnswerState.WAITING, answered_at__isnull=True)
                | (~models.Q(state=AnswerState.WAITING) & models.Q(answered_at__isnull=False)),
                name="directory_place_answered",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=AnswerState.GRANTED) | models.Q(until__isnull=False),
                name="directory_place_granted_for_a_time",
            ),
        ]


class Proposal(BaseModel):
    """What somebody would put in the directory, until the coordinator answers. Of a hidden place: nothing."""

    data_classes = {
        DataClass.PROFESSIONAL: ["kind", "structure", "service", "values", "word", "by", "contact", "at", "state",
                                 "answered_by", "answer", "answered_at", "organisation"],
        DataClass.TECHNICAL: ["base_version"],
    }  # fmt: skip

    kind = models.CharField(max_length=14, choices=ProposalKind)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, null=True, blank=True, related_name="proposals")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, blank=True, related_name="proposals")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    base_version = models.PositiveIntegerField(null=True, blank=True)
    values = models.JSONField(default=dict)
    word = models.CharField(_("Un mot pour la coordination"), max_length=500, blank=True)
    # Nobody: put by somebody without an account, who says who she is and where to answer; forgotten after a time.
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.CharField(_("Qui propose"), max_length=254, blank=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.WAITING)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(_("Réponse"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "at"], name="directory_proposal_queue")]


class Change(BaseModel):
    """One line of a sheet's history. Of a place that is or was hidden it says only that it changed."""

    data_classes = {
        DataClass.PROFESSIONAL: ["structure", "service", "kind", "fields", "by"],
        DataClass.TECHNICAL: ["at"],
    }

    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="changes")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, blank=True, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    fields = models.JSONField(default=dict)  # field → [before, after]
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]


class Pending(BaseModel):
    """A service whose index entry is out of date: the worker takes it up."""

    data_classes = {DataClass.TECHNICAL: ["service_id", "at"]}

    service_id = models.UUIDField()
    at = models.DateTimeField(db_index=True)


class Alias(BaseModel):
    """The former identifier of a sheet that was merged: an import of it reaches the one that stays."""

    data_classes = {DataClass.PUBLIC: ["reference", "structure"]}

    reference = models.CharField(max_length=200, unique=True)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="aliases")


class Letter(BaseModel):
    """A reminder to the people who keep a sheet: content-free, waiting for the worker."""

    data_classes = {
        DataClass.PROFESSIONAL: ["user", "structure"],
        DataClass.TECHNICAL: ["created_at", "try_at", "attempts", "sent_at"],
    }

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="letters")
    created_at = models.DateTimeField()
    try_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
