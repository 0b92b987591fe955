"""The shared file of a young person. What people write sits in one section; the timeline only points at it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maillage.casework.enums import (
    Basis,
    DocumentType,
    Domain,
    FamilyKind,
    GoalState,
    Group,
    Helpline,
    IncidentKind,
    LegalKind,
    LegalState,
    Level,
    Told,
)
from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.questionnaires.enums import Observed
from maillage.vault.fields import SealedField
from maillage.youth.enums import Kinship

# The sections a row may sit in, each with the column its words are sealed in.
COLUMNS: Mapping[str, str] = {
    Section.EDUCATION: "education",
    Section.HEALTH: "health",
    Section.JUSTICE: "justice",
}
_NULL = {f"{column}__isnull": True for column in COLUMNS.values()}
_ONE_SECTION = Q(
    *(Q(section=section, **{**_NULL, f"{column}__isnull": False}) for section, column in COLUMNS.items()),
    _connector=Q.OR,
)


def _person() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")


def _user(**options: Any) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **options)


class Readable(BaseModel):
    """What decides who reads a row: its section; `within`, a service it stays in; `only`, the one person it is for."""

    person = _person()
    section = models.CharField(max_length=12, choices=Section)
    within = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    only = _user(null=True, blank=True)

    class Meta:
        abstract = True


class TimelineEntry(Readable):
    """A line of the timeline: when, by whom, of which kind, and the row that says what. It holds no word.

    `source` is the label of a model, `source_id` one of its rows; `context` an episode, or whatever it belongs to.
    """

    data_classes = {
        DataClass.TECHNICAL: ["source", "source_id", "context", "written_at"],
        DataClass.SENSITIVE: ["person", "section", "within", "only", "group", "kind", "at", "author"],
    }

    group = models.CharField(max_length=10, choices=Group)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    written_at = models.DateTimeField()
    author = _user(null=True, blank=True)
    source = models.CharField(max_length=40)
    source_id = models.UUIDField()
    context = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="casework_one_entry_a_source")]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="casework_timeline"),
            models.Index(fields=["person", "group", "-at", "-id"], name="casework_timeline_of_group"),
        ]


_FILED = ["data_key", "written_at"]
_FILED_FACTS = ["person", "section", "within", "only", "author"]
_FILED_WORDS = ["education", "justice", "words"]


def _classes(
    sensitive: Sequence[str] = (), technical: Sequence[str] = (), identity: Sequence[str] = ()
) -> Mapping[DataClass, Sequence[str]]:
    return {
        DataClass.TECHNICAL: [*_FILED, *technical],
        DataClass.SENSITIVE: [*_FILED_FACTS, *sensitive],
        DataClass.IDENTITY: [*_FILED_WORDS, *identity],
        DataClass.HEALTH: ["health"],
    }


class Filed(Readable):
    """A row of the file. Its words are one JSON object of short texts, sealed in the column of its section.

    `words`: what she said, exactly, readable with her words alone.
    """

    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    education = SealedField(section=Section.EDUCATION)
    health = SealedField(section=Section.HEALTH)
    justice = SealedField(section=Section.JUSTICE)
    words = SealedField(section=Section.WORDS)
    written_at = models.DateTimeField()
    author = _user()

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(condition=_ONE_SECTION, name="%(app_label)s_%(class)s_one_section")]
        indexes = [models.Index(fields=["person", "-written_at"], name="%(app_label)s_%(class)s_of")]

    @property
    def column(self) -> str:
        """The sealed column that holds its words."""
        return COLUMNS[self.section]


class Versioned(Filed):
    """A row that never changes. A correction is the next `number` of the same `thread`, beside the old one."""

    thread = models.UUIDField()
    number = models.PositiveIntegerField(default=1)

    class Meta(Filed.Meta):
        abstract = True
        constraints = [
            *Filed.Meta.constraints,
            models.UniqueConstraint(fields=["thread", "number"], name="%(app_label)s_%(class)s_version_once"),
        ]


class Note(Versioned):
    """Words: `text`."""

    data_classes = _classes(["level"], ["thread", "number"])

    level = models.CharField(_("Qui lira cette note"), max_length=8, choices=Level)


class Goal(Filed):
    """Something to reach, with her when she wants it. Words: `title`, `how`."""

    data_classes = _classes(["domain", "state", "together", "review_on", "closed_at"], ["version"])

    domain = models.CharField(_("Domaine"), max_length=16, choices=Domain)
    state = models.CharField(pgettext_lazy("goal", "Où en est-on"), max_length=10, choices=GoalState, default="open")
    together = models.BooleanField(_("Posé avec elle"), default=False)
    review_on = models.DateField(_("À revoir le"), null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(Filed.Meta):
        constraints = [
            *Filed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="casework_goal_closed_when_settled",
            ),
        ]


class Document(Filed):
    """A paper of hers, sealed in a file named by this id; never changed, withdrawn when filed by mistake.

    Words: `title`, `note`, `withdrawn` (why).
    """

    data_classes = _classes(
        ["kind", "dated_on", "withdrawn_at", "withdrawn_by"], ["mime", "size", "sha256"], ["withdrawn_why"]
    )

    kind = models.CharField(_("Type de document"), max_length=10, choices=DocumentType)
    mime = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    dated_on = models.DateField(_("Date du document"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = _user(null=True, blank=True)
    withdrawn_why = SealedField(section=Section.IDENTITY)

    class Meta(Filed.Meta):
        constraints = [
            *Filed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="casework_document_withdrawn_by_someone",
            ),
        ]


class FamilyContact(Versioned):
    """What passed with a parent or a relative: a person with needs and rights. Words: `who`, `text`, `rights`."""

    data_classes = _classes(["kind", "at", "kinship", "parent", "helpline"], ["thread", "number", "context"])

    kind = models.CharField(_("De quoi s’agit-il"), max_length=12, choices=FamilyKind)
    at = models.DateTimeField(_("Quand"))
    kinship = models.CharField(_("Avec qui"), max_length=10, choices=Kinship)
    parent = models.ForeignKey(
        "youth.ParentalSituation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    helpline = models.CharField(_("116 000"), max_length=10, choices=Helpline, blank=True, default="")
    context = models.UUIDField(null=True, blank=True)  # the episode that ran then


class LegalMatter(Filed):
    """A complaint, her lawyer, an ad hoc administrator, a hearing, its outcome. Words: `title`, `who`, `reference`,
    `text`."""

    data_classes = _classes(["kind", "state", "dated_on", "next_on"], ["version"])

    kind = models.CharField(_("De quoi s’agit-il"), max_length=10, choices=LegalKind)
    state = models.CharField(pgettext_lazy("legal matter", "État"), max_length=6, choices=LegalState, default="open")
    dated_on = models.DateField(_("Date"), null=True, blank=True)
    next_on = models.DateField(_("Prochaine date"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)


class Flag(Filed):
    """What whoever opens the file must know today (« interprète nécessaire »), until a day. Words: `text`."""

    data_classes = _classes(["until", "lifted_at", "lifted_by"])

    until = models.DateField(_("Jusqu’au"))
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = _user(null=True, blank=True)


class HandTask(Filed):
    """The words of a task somebody added by hand. Words: `text`."""

    data_classes = _classes(technical=["task"])

    task = models.OneToOneField("tasks.Task", on_delete=models.PROTECT, related_name="+")


class Share(Filed):
    """Something of the file shared with someone: a record, and a frozen copy of what was shared.

    To an account, an organisation, or (neither) whoever has the link and its code. Words: `recipient`, `why`,
    `not_told` (why someone was not informed). `copy`: what was shared, in words; it says things of `copied`
    sections. `link`, `code`: keyed digests.
    """

    data_classes = _classes(
        [
            "to_user", "to_organisation", "bound", "basis", "told_young", "told_parents", "until", "ended_at",
            "ended_by", "copied", "opened_at",
        ],
        ["link", "code", "tries"],
        ["copy"],
    )  # fmt: skip

    to_user = _user(null=True, blank=True)
    to_organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    bound = models.BooleanField(_("Tenu au secret professionnel"))
    basis = models.CharField(_("Sur quelle base"), max_length=16, choices=Basis)
    told_young = models.CharField(_("La jeune personne"), max_length=8, choices=Told)
    told_parents = models.CharField(_("Ses parents"), max_length=8, choices=Told)
    until = models.DateTimeField(_("Jusqu’à quand"))
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = _user(null=True, blank=True)
    copied = models.JSONField(default=list)
    copy = SealedField(section=Section.IDENTITY)
    link = models.BinaryField(max_length=16, null=True, unique=True)
    code = models.BinaryField(max_length=16, null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta(Filed.Meta):
        constraints = [
            *Filed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(to_user__isnull=False, to_organisation__isnull=True, link__isnull=True, code__isnull=True)
                | Q(to_user__isnull=True, to_organisation__isnull=False, link__isnull=True, code__isnull=True)
                | Q(to_user__isnull=True, to_organisation__isnull=True, link__isnull=False, code__isnull=False),
                name="casework_share_one_recipient",
            ),
            models.CheckConstraint(condition=Q(until__gt=models.F("written_at")), name="casework_share_ends_after"),
            models.CheckConstraint(condition=Q(tries__lte=5), name="casework_share_five_tries"),
        ]
        indexes = [
            *Filed.Meta.indexes,
            models.Index(fields=["to_user", "until"], name="casework_share_to_user"),
            models.Index(fields=["to_organisation", "until"], name="casework_share_to_org"),
        ]


class Observation(Versioned):
    """A fact of one domain: seen or not, by whom, when. Never its meaning. Words: `facts`, `who_saw`.

    `item`: the domain, by its name in the version of the instrument it was answered with, which says what was asked.
    """

    data_classes = _classes(["item", "answer", "seen_on"], ["thread", "number", "sheet", "questionnaire"])

    sheet = models.UUIDField()  # those written together
    questionnaire = models.ForeignKey("questionnaires.Questionnaire", on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=60)
    answer = models.CharField(max_length=13, choices=Observed)
    seen_on = models.DateField(_("Quand"), null=True, blank=True)


class Judgement(Versioned):
    """What one professional thinks, dated and signed: words only, so that nothing can count or sort it.

    Words: `reading`, `justification`.
    """

    data_classes = _classes(["review_on"], ["thread", "number"])

    review_on = models.DateField(_("À revoir le"))


class PlaceIncident(BaseModel):
    """Something that happened around a place where young people live; it names none of them.

    Sealed under the system's key: it is nobody's file. `text`, `sent_to` are JSON objects of short texts: `seen`,
    `who_saw`; then `force`, `who`, `means`, `reference`.
    """

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "version", "written_at"],
        DataClass.PROFESSIONAL: ["organisation", "kind", "happened_at", "author", "sent_at", "sent_by"],
        DataClass.IDENTITY: ["text", "sent_to"],
    }

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("De quoi s’agit-il"), max_length=10, choices=IncidentKind)
    happened_at = models.DateTimeField(_("Quand"))
    text = SealedField(section=Section.WHEREABOUTS)
    written_at = models.DateTimeField()
    author = _user()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = _user(null=True, blank=True)
    sent_to = SealedField(section=Section.WHEREABOUTS)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="casework_incident_sent_by_someone",
            )
        ]
        indexes = [models.Index(fields=["organisation", "-happened_at"], name="casework_incidents_of")]
