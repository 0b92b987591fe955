"""Missing episodes. What happened is a list of events, append-only; what is owed are tasks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.episodes.enums import (
    ClosingReason,
    DocumentKind,
    EpisodeKind,
    EventKind,
    Origin,
    OutingKind,
)
from maillage.vault.fields import SealedField


class ProtocolVersion(BaseModel):
    """A département's protocol as written: immutable, episodes point at it."""

    data_classes = {
        DataClass.PUBLIC: ["departement", "slug", "number", "title", "sha256", "source"],
        DataClass.TECHNICAL: ["loaded_at", "loaded_by", "current_from"],
    }

    departement = models.CharField(max_length=3)
    slug = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    source = models.TextField()  # the YAML text
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    loaded_by = models.UUIDField(null=True)
    current_from = models.DateTimeField(null=True, blank=True)  # the newest one rules new episodes

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["departement", "slug", "number"], name="episodes_protocol_version_once")
        ]


class ProtocolChoice(BaseModel):
    """A version made current again, its own or one shipped for all; from then on it rules new episodes. Written
    once."""

    data_classes = {
        DataClass.PUBLIC: ["departement", "protocol"],
        DataClass.TECHNICAL: ["chosen_at", "chosen_by"],
    }

    departement = models.CharField(max_length=3)
    protocol = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    chosen_by = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["departement", "-chosen_at"], name="episodes_protocol_choices")]


class Outing(BaseModel):
    """Out with an expected return. One that does not end is the usual start of an episode."""

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "version", "created_by"],
        DataClass.SENSITIVE: ["person", "organisation", "kind", "left_at", "expected_at", "returned_at", "missing_at"],
        DataClass.IDENTITY: ["where", "note"],
    }

    person = models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("Sortie"), max_length=12, choices=OutingKind)
    where = SealedField(section=Section.WHEREABOUTS)
    note = SealedField(section=Section.EDUCATION)
    left_at = models.DateTimeField(_("Départ à"))
    expected_at = models.DateTimeField(_("Retour prévu"))
    returned_at = models.DateTimeField(_("Retour à"), null=True, blank=True)
    missing_at = models.DateTimeField(null=True, blank=True)  # it did not end: an episode took over
    created_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(returned_at__isnull=True, missing_at__isnull=True),
                name="episodes_one_outing",
            ),
            models.CheckConstraint(
                condition=models.Q(expected_at__gt=models.F("left_at")),
                name="episodes_outing_expected_after_left",
            ),
            models.CheckConstraint(
                condition=models.Q(returned_at__isnull=True) | models.Q(returned_at__gte=models.F("left_at")),
                name="episodes_outing_return_after_left",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "returned_at"], name="episodes_outings_now")]


class OutingHours(BaseModel):
    """Usual hours of return of a home: what the one-tap buttons of its outings say."""

    data_classes = {
        DataClass.PROFESSIONAL: ["organisation", "school", "permission", "visit"],
        DataClass.TECHNICAL: ["version"],
    }

    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    school = models.TimeField(_("Retour de l’école"))
    permission = models.TimeField(_("Retour de permission, le soir"))
    visit = models.TimeField(_("Retour de visite, le dimanche"))
    version = models.PositiveIntegerField(default=1)


class MissingEpisode(BaseModel):
    """From notice to closing. Its state is derived from its instants (`lifecycle.state_of`)."""

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "protocol", "opened_by", "closed_by", "version"],
        DataClass.SENSITIVE: [
            "person", "organisation", "origin", "outing", "number", "noticed_at", "last_seen_at", "opened_at",
            "declared_kind", "suggested_kind", "located_at", "returned_at", "closed_at", "closing_reason",
        ],
        DataClass.IDENTITY: ["facts", "kind_reason", "closing_note"],
    }  # fmt: skip

    person = models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()  # of the organisation, printed on its documents
    origin = models.CharField(_("Absence signalée par"), max_length=12, choices=Origin)
    outing = models.ForeignKey(Outing, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    protocol = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField(_("Absence constatée à"))
    last_seen_at = models.DateTimeField(_("Dernière présence constatée à"), null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    # {question key: "yes" | "no" | "unknown"}, the latest answers; each reading is also an event.
    facts = SealedField(section=Section.EDUCATION)
    suggested_kind = models.CharField(max_length=24, choices=EpisodeKind)
    declared_kind = models.CharField(_("Lecture"), max_length=24, choices=EpisodeKind)
    kind_reason = SealedField(section=Section.EDUCATION)
    located_at = models.DateTimeField(_("Localisation à"), null=True, blank=True)
    returned_at = models.DateTimeField(_("Retour à"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.UUIDField(null=True, blank=True)
    closing_reason = models.CharField(_("Motif de clôture"), max_length=20, choices=ClosingReason, blank=True)
    closing_note = SealedField(section=Section.EDUCATION)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(closed_at__isnull=True),
                name="episodes_one_open_episode",
            ),
            models.UniqueConstraint(fields=["organisation", "number"], name="episodes_number_once"),
            models.CheckConstraint(
                condition=models.Q(returned_at__isnull=True) | models.Q(returned_at__gte=models.F("noticed_at")),
                name="episodes_return_after_notice",
            ),
            models.CheckConstraint(
                condition=models.Q(located_at__isnull=True) | models.Q(located_at__gte=models.F("noticed_at")),
                name="episodes_located_after_notice",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | ~models.Q(closing_reason=""),
                name="episodes_closed_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "closed_at"], name="episodes_open_of_org"),
            models.Index(fields=["organisation", "noticed_at"], name="episodes_noticed_of_org"),
        ]


class EpisodeEvent(BaseModel):
    """Something that happened, written once. A correction is a new event that points at the old one.

    `facts` holds enums, ids, instants and booleans only (shape per kind in `episodes.events`); text is sealed,
    each column under its own section, so that a reader gets only what her sections open.
    """

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "episode", "written_at", "written_by", "corrects", "left"],
        DataClass.SENSITIVE: ["kind", "happened_at", "facts"],
        DataClass.IDENTITY: ["who", "text", "words", "place"],
        DataClass.HEALTH: ["health"],
    }

    episode = models.ForeignKey(MissingEpisode, on_delete=models.PROTECT, related_name="events")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=EventKind)
    happened_at = models.DateTimeField()
    written_at = models.DateTimeField()
    written_by = models.UUIDField(null=True)
    facts = models.JSONField(default=dict)
    who = SealedField(section=Section.EDUCATION)
    text = SealedField(section=Section.EDUCATION)
    words = SealedField(section=Section.WORDS)
    place = SealedField(section=Section.WHEREABOUTS)
    health = SealedField(section=Section.HEALTH)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    # Sealed columns that a correction left as they were, being closed to its author: read in the line it corrects.
    left = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["episode", "-happened_at"], name="episodes_timeline")]


class EpisodeDocument(BaseModel):
    """A PDF as made: numbered, sealed. `content_sha256`, of what it says, is printed on it; both are journalled."""

    data_classes = {
        DataClass.TECHNICAL: [
            "data_key",
            "episode",
            "sha256",
            "content_sha256",
            "size",
            "sections",
            "made_at",
            "made_by",
        ],
        DataClass.SENSITIVE: ["kind", "number"],
        DataClass.IDENTITY: ["content"],
    }

    episode = models.ForeignKey(MissingEpisode, on_delete=models.PROTECT, related_name="documents")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=DocumentKind)
    number = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    sections = models.JSONField(default=list)  # what it says comes from these: whoever reads it needs them all
    content = SealedField(section=Section.IDENTITY)  # the PDF, base64
    made_at = models.DateTimeField()
    made_by = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["episode", "number"], name="episodes_document_number_once")]


class ReturnInterview(BaseModel):
    """The talk itself: with whom, who was told would read it; answers live in `questionnaires`."""

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "episode", "answer_set", "version", "created_at", "created_by"],
        DataClass.SENSITIVE: ["held_at", "interviewer", "independent", "readers_told_at", "readers"],
        DataClass.IDENTITY: ["chosen_person"],
    }

    episode = models.OneToOneField(MissingEpisode, on_delete=models.PROTECT, related_name="interview")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    answer_set = models.UUIDField(null=True, blank=True)
    interviewer = models.UUIDField(null=True, blank=True)
    chosen_person = SealedField(section=Section.EDUCATION)
    independent = models.BooleanField(_("Indépendante du lieu d’accueil"), default=True)
    readers = models.JSONField(default=list)  # role codes told to the young person
    readers_told_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)


class DepartementSettings(BaseModel):
    """Delays and prompts a département chooses."""

    data_classes = {
        DataClass.PROFESSIONAL: [
            "departement", "repeat_prompt", "repeat_episodes", "repeat_days", "hand_over_minutes",
            "talk_within_hours", "place_kept_days", "night_from", "night_to",
        ],
        DataClass.TECHNICAL: ["version"],
    }  # fmt: skip

    departement = models.CharField(max_length=3, unique=True)
    # Off by default, shown to the case worker alone.
    repeat_prompt = models.BooleanField(_("Proposer une synthèse après plusieurs épisodes"), default=False)
    repeat_episodes = models.PositiveSmallIntegerField(_("Nombre d’épisodes"), default=3)
    repeat_days = models.PositiveSmallIntegerField(_("Sur combien de jours"), default=90)
    hand_over_minutes = models.PositiveSmallIntegerField(_("Délai pour confirmer un relais (min)"), default=20)
    talk_within_hours = models.PositiveSmallIntegerField(_("Entretien de retour, au plus tard (h)"), default=72)
    place_kept_days = models.PositiveSmallIntegerField(_("Place gardée par défaut (jours)"), default=30)
    night_from = models.TimeField(_("Début de la nuit"))
    night_to = models.TimeField(_("Fin de la nuit"))
    version = models.PositiveIntegerField(default=1)
