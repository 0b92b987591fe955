"""What pages show of a young person. Names come from an `Opened` that `youth.access` gave."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Max, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.accounts.actors import Actor
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.selectors import user_names, users_holding
from maillage.audit.selectors import of_subject
from maillage.audit.verbs import readings
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.prepared import prepared
from maillage.vault.sealing import Opened
from maillage.youth import words
from maillage.youth.access import PRESENT, visible_to
from maillage.youth.enums import MissionKind, PlacementEnd
from maillage.youth.models import DepartureSheet, Mission, ParentalSituation, Photo, Placement, YoungPerson
from maillage.youth.parents import Decision, may_notify

# Said where a name would give the place.
PLACE_UNSAID = gettext_lazy("Lieu d’accueil non indiqué")
# Whose names give no place: everybody knows where they are, nobody lives there.
AUTHORITIES = frozenset(
    {
        OrganisationKind.ASE,
        OrganisationKind.DEPARTEMENT,
        OrganisationKind.POLICE,
        OrganisationKind.GENDARMERIE,
        OrganisationKind.PROSECUTOR,
    }
)


def with_placement() -> "Prefetch[str]":
    """Loads where each person lives now: `placement_now` then costs no query."""
    present = Placement.objects.filter(ends_on__isnull=True).select_related("organisation")
    return Prefetch("placements", queryset=present, to_attr=PRESENT)


def residents(organisation_ids: Iterable[uuid.UUID], actor: Actor | None = None) -> list[YoungPerson]:
    """Persons placed now in those organisations, oldest placement first; two queries.

    With `actor`, only those she sees: what a page must pass on to `reveal_many`.
    """
    people = YoungPerson.objects if actor is None else visible_to(actor)
    return list(
        people.filter(placements__ends_on__isnull=True, placements__organisation_id__in=list(organisation_ids))
        .select_related("data_key")
        .prefetch_related(with_placement())
        .order_by("placements__starts_on", "pk")
    )


def living_in(organisation_ids: Iterable[uuid.UUID]) -> QuerySet[Any]:
    """Ids of those placed now in those organisations, as a part of another query; knows no rule of sight."""
    return Placement.objects.filter(ends_on__isnull=True, organisation_id__in=list(organisation_ids)).values(
        "person_id"
    )


def with_placements(ids: Sequence[uuid.UUID]) -> list[YoungPerson]:
    """Those persons, in that order, with key and present placement loaded: `placement_now` then costs no query.

    Knows no rule of sight: `ids` come from `visible_to`.
    """
    found = {
        person.pk: person
        for person in YoungPerson.objects.filter(pk__in=ids)
        .select_related("data_key")
        .prefetch_related(with_placement())
        .order_by("pk")
    }
    return [found[pk] for pk in ids if pk in found]


def placement_now(person: YoungPerson) -> Placement | None:
    """Where she lives now; None between two places."""
    loaded = getattr(person, PRESENT, None)
    if loaded is not None:
        return loaded[0] if loaded else None
    return Placement.objects.filter(person=person, ends_on__isnull=True).select_related("organisation").first()


def display_name(opened: Opened, person: YoungPerson) -> str:
    """The first name used day to day."""
    if not opened.may(person, "given_name"):
        return _("Identité non ouverte")
    return opened.text(person, "usual_name") or opened.text(person, "given_name") or _("Prénom inconnu")


def full_name(opened: Opened, person: YoungPerson) -> str:
    """First name, usual name in brackets when it differs, family name."""
    if not opened.may(person, "given_name"):
        return _("Identité non ouverte")
    given, usual = opened.text(person, "given_name"), opened.text(person, "usual_name")
    first = f"{given} ({usual})" if given and usual and usual != given else given or usual
    return " ".join(part for part in (first, opened.text(person, "family_name")) if part) or _("Nom inconnu")


def initials(opened: Opened, person: YoungPerson) -> str:
    """« L. P. »; what a page outside her own home shows."""
    if not opened.may(person, "given_name"):
        return "—"
    parts = (opened.text(person, "given_name"), opened.text(person, "family_name"))
    return " ".join(f"{part[0].upper()}." for part in parts if part) or "—"


def birth_date(opened: Opened, person: YoungPerson) -> date | None:
    if not opened.may(person, "birth_date"):
        return None
    text = opened.text(person, "birth_date")
    return date.fromisoformat(text) if text else None


def age_at(opened: Opened, person: YoungPerson, day: date) -> int | None:
    """Full years on that day; None when the birth date is unknown or closed. 29 February counts from 1 March."""
    born = birth_date(opened, person)
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def home_name(opened: Opened, placement: Placement | None) -> str:
    """Where she lives, by name: a name gives the place, so only to whom her whereabouts are open."""
    if placement is None:
        return ""
    return placement.organisation.name if Section.WHEREABOUTS in opened.sections else str(PLACE_UNSAID)


def service_name(organisation: Organisation, sections: Collection[str]) -> str:
    """A service in someone's file, for who opens those sections: by its kind alone where its name gives the place."""
    known = Section.WHEREABOUTS in sections or organisation.kind in AUTHORITIES
    return organisation.name if known else str(organisation.get_kind_display())


def parents_of(person: YoungPerson) -> list[ParentalSituation]:
    """Parents and guardians, mother and father first."""
    rank = {"mother": 0, "father": 1, "guardian": 2, "ad_hoc": 3}
    return sorted(_parents(person.pk), key=lambda row: rank.get(row.kinship, 4))


@prepared
def _parents(person: uuid.UUID) -> QuerySet[ParentalSituation]:
    return ParentalSituation.objects.filter(person=person).select_related("data_key").order_by("pk")


def case_workers_of(person: YoungPerson) -> list[User]:
    """The case workers who follow her now: those named, then those of a service that follows her as such."""
    instant = now()
    missions = (
        Mission.objects.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=instant),
            person__main=person.main_id,
            kind=MissionKind.CASE_WORKER,
            starts_at__lte=instant,
        )
        .select_related("user")
        .order_by("starts_at", "pk")
    )
    named = [mission.user for mission in missions if mission.user is not None and mission.user.is_active]
    services = [mission.organisation_id for mission in missions if mission.organisation_id is not None]
    there = [user for service in services for user in users_holding(Role.CASE_WORKER, service, instant)]
    return list(dict.fromkeys([*named, *there]))


def photo_of(person: YoungPerson) -> Photo | None:
    return Photo.objects.filter(person=person, replaced_at__isnull=True).select_related("data_key").first()


def sheet_of(person: YoungPerson) -> DepartureSheet | None:
    """The departure sheet as stored (sealed); None when none was prepared."""
    return DepartureSheet.objects.filter(person=person).first()


def missions_of(person: YoungPerson) -> list[Mission]:
    """Who may know her now."""
    instant = now()
    return list(
        Mission.objects.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=instant), person__main=person.main_id, starts_at__lte=instant
        )
        .select_related("organisation", "user", "placement")
        .order_by("starts_at", "pk")
    )


@dataclass(frozen=True)
class ParentLine:
    """A parent or guardian on her page. `phones` only of those who may be told."""

    row: ParentalSituation
    name: str
    told: Decision
    phones: list[str]
    decision: str


def parent_lines(person: YoungPerson, opened: Opened) -> list[ParentLine]:
    """Her parents and guardians, with what a decision allows; her identity must be open. One query."""
    return [_parent_line(row, opened) for row in parents_of(person)]


def _parent_line(row: ParentalSituation, opened: Opened) -> ParentLine:
    told = may_notify(row.authority, row.contact, row.may_know_place)
    contacts = opened.value(row, "contacts") or {}
    return ParentLine(
        row=row,
        name=opened.text(row, "name"),
        told=told,
        phones=list(contacts.get("phones") or []) if told.allowed else [],
        decision=opened.text(row, "decision") if opened.may(row, "decision") else "",
    )


@dataclass(frozen=True)
class SheetLine:
    label: str
    values: list[str]
    phones: bool


def sheet_lines(sheet: DepartureSheet, opened: Opened) -> list[SheetLine]:
    """The filled lines of the sheet that this reader may open, in the order of the form."""
    lines = []
    for field, label in words.SHEET.items():
        if field in ("prepared_with", "prepared_on") or not opened.may(sheet, field):
            continue
        value = opened.value(sheet, field)
        if value:
            lines.append(SheetLine(str(label), value if isinstance(value, list) else [value], field == "phones"))
    return lines


def parent_or_404(person: YoungPerson, pk: uuid.UUID) -> ParentalSituation:
    row = ParentalSituation.objects.filter(person=person, pk=pk).first()
    if row is None:
        raise Http404
    return row


def parent_line(person: YoungPerson, pk: uuid.UUID, opened: Opened) -> ParentLine | None:
    """Whom a notice is for, as her page says it; None when this reader may not open it."""
    row = ParentalSituation.objects.filter(person=person, pk=pk).select_related("data_key").first()
    return _parent_line(row, opened) if row is not None and opened.may(row, "name") else None


def hosts(departement: str) -> QuerySet[Organisation]:
    """Where young persons of the département may live, or be followed at home."""
    return hosts_anywhere().filter(departement=departement).order_by("name", "pk")


def hosts_anywhere() -> QuerySet[Organisation]:
    kinds = (OrganisationKind.HOME, OrganisationKind.FOSTER_CARE, OrganisationKind.AEMO)
    return Organisation.objects.filter(kind__in=kinds, active=True)


@dataclass(frozen=True)
class Reading:
    """A consultation of a file: when it was first written down, by whom, what was read."""

    at: datetime
    who: str
    what: list[str]


def readings_of(
    person: YoungPerson,
    *,
    by: uuid.UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 500,
) -> list[Reading]:
    """« Qui a consulté ce dossier », newest first: sections, departure sheet, documents, shares, temporary accesses.

    What one person read within a minute is one line. `by`, `since`, `until`: the same, of one professional then.
    """
    lines = of_subject(person.pk, verbs=readings(), by=by, since=since, until=until, limit=limit)
    names = user_names({line.by for line in lines})
    sections = dict(Section.choices)
    found: list[Reading] = []
    for (who, at), group in groupby(lines, key=lambda line: (line.by, line.at.replace(second=0, microsecond=0))):
        ones = list(group)
        what = [str(sections.get(str(line.payload.get("section", "")), _(line.label))) for line in ones]
        if who:
            name = names.get(who, _("Compte supprimé"))
        else:
            name = _("Par un lien partagé") if any(line.payload.get("link") for line in ones) else _("Le logiciel")
        found.append(Reading(at=at, who=name, what=list(dict.fromkeys(reversed(what)))))
    return found


def breakdowns(
    organisation_ids: Iterable[uuid.UUID], since: date, until: date | None
) -> list[tuple[uuid.UUID, uuid.UUID, date]]:
    """Placements of those homes that broke down in those days: whose, where, when. No end: to this day."""
    ended = Placement.objects.filter(
        organisation_id__in=list(organisation_ids), end_kind=PlacementEnd.BREAKDOWN, ends_on__gte=since
    )
    if until is not None:
        ended = ended.filter(ends_on__lte=until)
    return [
        (person, where, day)
        for person, where, day in ended.order_by("ends_on", "pk").values_list("person_id", "organisation_id", "ends_on")
        if day is not None
    ]


def last_of_circle(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[datetime, bool]]:
    """For each of these files, when somebody last entered or left her circle (the file opened, a mission given, a
    placement ended), and whether she is placed now. Three queries."""
    wanted = list(ids)
    placed: set[uuid.UUID] = set()
    last = dict(YoungPerson.objects.filter(pk__in=wanted).values_list("pk", "created_at"))
    for pk, start in (
        Mission.objects.filter(person_id__in=wanted).order_by().values_list("person_id").annotate(Max("starts_at"))
    ):
        last[pk] = max(last[pk], start)
    for pk, ends_on in (
        Placement.objects.filter(person_id__in=wanted).order_by("pk").values_list("person_id", "ends_on")
    ):
        if ends_on is None:
            placed.add(pk)
        else:
            last[pk] = max(last[pk], datetime(ends_on.year, ends_on.month, ends_on.day, tzinfo=UTC))
    return {pk: (at, pk in placed) for pk, at in last.items()}


def files_unknown_to(known: QuerySet[Any, Any], limit: int) -> list[YoungPerson]:
    """Files whose key lives and whose id is not among `known`, oldest first."""
    living = YoungPerson.objects.filter(data_key__destroyed_at__isnull=True).exclude(pk__in=known)
    return list(living.order_by("pk")[:limit])
