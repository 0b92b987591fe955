"""Young persons: identity, circle, departure sheet, placements, missions. Owner of `visible_to`."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.vault.fields import SealedField
from maillage.youth.enums import (
    Authority,
    Contact,
    Kinship,
    LegalBasis,
    LegalStatus,
    MissionKind,
    PlacementEnd,
    PlacementKind,
)
from maillage.youth.lookup_models import LikelyTwin, LookupMatch, LookupRequest  # noqa: F401  # tables of this package
from maillage.youth.takeover_models import Takeover, TakeoverLine, TakeoverShare  # noqa: F401
from maillage.youth.temporary_models import AccessLeave, TemporaryAccess  # noqa: F401


class MainField(models.ForeignKey):  # type: ignore[type-arg]
    """The file that speaks for this one: itself, as long as nobody joined it to another."""

    def pre_save(self, model_instance: models.Model, add: bool) -> object:
        if getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, model_instance.pk)
        return super().pre_save(model_instance, add)


class YoungPerson(BaseModel):
    """The person protected. Sealed values (JSON under her key):

    `given_name`, `family_name`, `usual_name` text; `aliases`, `former_names` lists of text; `birth_date`
    "YYYY-MM-DD"; `phones` list of E.164; `birth_place` text; `sex` "f" | "m" | "x".
    """

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "reference_digest", "version", "created_at", "created_by"],
        DataClass.SENSITIVE: ["legal_status", "departement", "archived_at", "main"],
        DataClass.IDENTITY: [
            "external_reference", "given_name", "family_name", "usual_name", "aliases", "former_names",
            "birth_date", "birth_place", "sex", "phones", "justice",
        ],
    }  # fmt: skip

    data_key = models.OneToOneField("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    # Keyed digest of the external reference: exact look-up, idempotent imports.
    reference_digest = models.BinaryField(max_length=16, null=True, unique=True)
    external_reference = SealedField(section=Section.IDENTITY)
    given_name = SealedField(section=Section.IDENTITY)
    family_name = SealedField(section=Section.IDENTITY)
    usual_name = SealedField(section=Section.IDENTITY)
    aliases = SealedField(section=Section.IDENTITY)
    former_names = SealedField(section=Section.IDENTITY)
    birth_date = SealedField(section=Section.IDENTITY)
    birth_place = SealedField(section=Section.IDENTITY)
    sex = SealedField(section=Section.IDENTITY)
    phones = SealedField(section=Section.IDENTITY)
    # {"judge": text, "measure": text, "decision_date": "YYYY-MM-DD", "reference": text}
    justice = SealedField(section=Section.JUSTICE)
    legal_status = models.CharField(_("Statut juridique"), max_length=16, choices=LegalStatus, default="unknown")
    departement = models.CharField(_("Département"), max_length=3)
    # Since when nobody opens the file: its active time is over (`retention`).
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)
    # Two files of one person: the joined one points to the main one, and is read only until they are parted.
    main = MainField("self", on_delete=models.PROTECT, related_name="parts", editable=False)

    @property
    def joined(self) -> bool:
        """Whether another file speaks for this one."""
        return self.main_id != self.pk


class FileMerge(BaseModel):
    """Two files said to be of one person: when, by whom, why, and when they were parted again."""

    data_classes = {
        DataClass.SENSITIVE: ["main", "part", "pair"],
        DataClass.PROFESSIONAL: ["at", "by", "parted_at", "parted_by"],
        DataClass.TECHNICAL: ["data_key"],
        DataClass.IDENTITY: ["reason"],
    }

    main = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="+")
    part = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="merges")
    pair = models.ForeignKey("youth.LikelyTwin", on_delete=models.PROTECT, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")  # the main file's
    reason = SealedField(section=Section.IDENTITY)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    parted_at = models.DateTimeField(null=True, blank=True)
    parted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(main=models.F("part")), name="youth_merge_is_of_two"),
            models.UniqueConstraint(
                fields=["part"], condition=models.Q(parted_at__isnull=True), name="youth_merged_once"
            ),
            models.CheckConstraint(
                condition=models.Q(parted_at__isnull=True, parted_by__isnull=True)
                | models.Q(parted_at__isnull=False, parted_by__isnull=False),
                name="youth_parted_by_someone",
            ),
        ]


class IdentityRevision(models.Model):
    """One row per change of a name or birth date, numbered: how each process refreshes its name index."""

    data_classes = {DataClass.TECHNICAL: ["id", "person", "at", "by", "compared"]}

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    compared = models.BooleanField(default=False)  # the worker looked for likely duplicates

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(compared=False), name="youth_revisions_to_compare")]


class ParentalSituation(BaseModel):
    """A parent or guardian, and what a decision allows. `contacts`: {"phones": [...], "email": "", "address": ""}."""

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "person", "version", "external_key"],
        DataClass.SENSITIVE: ["kinship", "authority", "contact", "may_know_place", "decision_date"],
        DataClass.IDENTITY: ["name", "contacts", "decision", "note"],
    }

    person = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="parents")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    external_key = models.CharField(max_length=20, blank=True)  # column group of the import: parent1, parent2
    kinship = models.CharField(_("Lien"), max_length=10, choices=Kinship)
    name = SealedField(section=Section.IDENTITY)
    contacts = SealedField(section=Section.IDENTITY)
    authority = models.CharField(_("Autorité parentale"), max_length=10, choices=Authority, default="unknown")
    contact = models.CharField(_("Contact"), max_length=10, choices=Contact, default="unknown")
    may_know_place = models.BooleanField(_("Peut connaître le lieu d’accueil"), default=False)
    decision = SealedField(section=Section.JUSTICE)
    decision_date = models.DateField(_("Date de la décision"), null=True, blank=True)
    note = SealedField(section=Section.JUSTICE)
    version = models.PositiveIntegerField(default=1)


class Placement(BaseModel):
    """Where she lives, and how it ended: a motive, the ASE's agreement and a next place."""

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "version"],
        DataClass.SENSITIVE: [
            "person", "organisation", "kind", "starts_on", "ends_on", "end_kind", "kept_until",
            "ase_agreed_by", "ase_agreed_at", "next_organisation",
        ],
        DataClass.IDENTITY: ["end_motive", "next_place"],
    }  # fmt: skip

    person = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="placements")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="placements")
    kind = models.CharField(_("Type d’accueil"), max_length=8, choices=PlacementKind)
    starts_on = models.DateField(_("Depuis"))
    ends_on = models.DateField(_("Jusqu’au"), null=True, blank=True)
    kept_until = models.DateField(_("Place gardée jusqu’au"), null=True, blank=True)
    end_kind = models.CharField(_("Fin"), max_length=12, choices=PlacementEnd, blank=True)
    end_motive = SealedField(section=Section.EDUCATION)
    ase_agreed_by = models.UUIDField(null=True, blank=True)
    ase_agreed_at = models.DateTimeField(null=True, blank=True)
    next_organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    next_place = SealedField(section=Section.WHEREABOUTS)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ends_on__isnull=True),
                name="youth_one_present_placement",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="youth_placement_end_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | ~models.Q(end_kind=""),
                name="youth_placement_end_has_kind",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "ends_on"], name="youth_residents")]


class Mission(BaseModel):
    """Why this organisation or person may know this young person, from when to when, on what basis.

    Exactly one of `organisation`, `user`. `sections` narrows what the role opens. `reason`: what was written beside
    the legal basis. A temporary access is a mission too: a person's, with an end.
    """

    data_classes = {
        DataClass.SENSITIVE: [
            "person", "organisation", "user", "kind", "sections", "legal_basis", "starts_at", "ends_at", "placement",
        ],
        DataClass.TECHNICAL: ["data_key", "version"],
        DataClass.IDENTITY: ["reason"],
    }  # fmt: skip

    person = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="missions")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="missions"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="missions"
    )
    kind = models.CharField(max_length=12, choices=MissionKind)
    # Of a mission beside whose legal basis something was written.
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sections = models.JSONField(default=list)
    legal_basis = models.CharField(_("Base légale"), max_length=16, choices=LegalBasis)
    reason = SealedField(section=Section.EDUCATION)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, blank=True, related_name="missions")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=False, user__isnull=True)
                | models.Q(organisation__isnull=True, user__isnull=False),
                name="youth_mission_one_holder",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="youth_mission_end_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__isnull=True) | models.Q(data_key__isnull=False),
                name="youth_mission_reason_has_key",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="temporary")
                | models.Q(user__isnull=False, ends_at__isnull=False, reason__isnull=False),
                name="youth_temporary_is_a_persons_and_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "ends_at"], name="youth_mission_of_org"),
            models.Index(fields=["user", "ends_at"], name="youth_mission_of_user"),
            models.Index(fields=["person", "ends_at"], name="youth_mission_of_person"),
        ]


class Photo(BaseModel):
    """A face, re-encoded without metadata, sealed in a file named by this id."""

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "person", "size", "at", "by", "replaced_at"],
    }

    person = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="photos")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(replaced_at__isnull=True),
                name="youth_one_present_photo",
            )
        ]


class DepartureSheet(BaseModel):
    """Prepared with the young person, used only while she is missing. All values sealed text or lists of text."""

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "person", "version", "updated_at", "updated_by"],
        DataClass.SENSITIVE: ["prepared_with", "prepared_on"],
        DataClass.IDENTITY: [
            "description", "phones", "handles", "travel_card", "friends", "usual_places", "call_first",
        ],
        DataClass.HEALTH: ["emergency_health"],
    }  # fmt: skip

    person = models.OneToOneField(YoungPerson, on_delete=models.PROTECT, related_name="departure_sheet")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    prepared_with = models.BooleanField(_("Préparée avec la personne"), default=False)
    prepared_on = models.DateField(_("Préparée le"), null=True, blank=True)
    description = SealedField(section=Section.IDENTITY)
    phones = SealedField(section=Section.IDENTITY)
    handles = SealedField(section=Section.IDENTITY)
    travel_card = SealedField(section=Section.IDENTITY)
    friends = SealedField(section=Section.WHEREABOUTS)
    usual_places = SealedField(section=Section.WHEREABOUTS)
    # What rescuers must know in an emergency: chosen with her, so the whole team reads it while she is missing.
    emergency_health = SealedField(section=Section.IDENTITY)
    call_first = SealedField(section=Section.IDENTITY)
    updated_at = models.DateTimeField()
    updated_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)


class SheetOpening(BaseModel):
    """While open, those who see the person and act in the episode read the sheet. Written by `episodes`."""

    data_classes = {DataClass.SENSITIVE: ["person", "context", "opened_at", "closed_at"]}

    person = models.ForeignKey(YoungPerson, on_delete=models.PROTECT, related_name="sheet_openings")
    context = models.UUIDField()  # the episode
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(closed_at__isnull=True), name="youth_one_sheet_opening"
            )
        ]
