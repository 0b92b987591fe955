"""Every write about a young person. Each is one named action, with its journal row in the same transaction."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, OrganisationKind
from maillage.accounts.models import Organisation, User
from maillage.audit.journal import System, action, note
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.localtime import instant, local
from maillage.vault import files, keyring
from maillage.vault.sealing import Opened, Sealer, new_key
from maillage.youth import photos, words
from maillage.youth.access import may_edit_sheet, may_here, reveal_open
from maillage.youth.enums import (
    MISSION_ENDED,
    MISSION_OPENED,
    PARENT_SAVED,
    PERSON_CREATED,
    PERSON_EDITED,
    PHOTO_REPLACED,
    PLACEMENT_ENDED,
    PLACEMENT_KEPT,
    PLACEMENT_STARTED,
    SHEET_CLOSED,
    SHEET_OPENED,
    SHEET_SAVED,
    LegalStatus,
    MissionKind,
    PlacementEnd,
)
from maillage.youth.models import (
    DepartureSheet,
    IdentityRevision,
    Mission,
    ParentalSituation,
    Photo,
    Placement,
    SheetOpening,
    YoungPerson,
)
from maillage.youth.versioned import changes, edit, normal

# A command (import, demonstration) writes as the system.
Doer = Actor | System

# What columns of the person and her parents, and of her sheet, are sealed for.
_CIRCLE = (Section.IDENTITY, Section.JUSTICE)
_SHEET = (Section.IDENTITY, Section.WHEREABOUTS)
ALL_SECTIONS: tuple[str, ...] = tuple(Section.values)
_MANAGING = frozenset(
    {OrganisationKind.ASSOCIATION, OrganisationKind.HOME, OrganisationKind.FOSTER_CARE, OrganisationKind.AEMO}
)
_NAMES = frozenset({"given_name", "family_name", "usual_name", "aliases", "former_names", "birth_date"})
_PERSON_COLUMNS = frozenset(words.PERSON)
_PARENT_COLUMNS = frozenset(words.PARENT)
_SHEET_COLUMNS = frozenset(words.SHEET)


def reference_digest(reference: str) -> bytes:
    """The keyed digest by which an external reference is found again."""
    return keyring.lookup("young-person", reference.strip().casefold())


def _require(by: Doer, person: YoungPerson, ability: Ability) -> None:
    """NotAllowed unless the ability is held through a current mission for this very person."""
    if isinstance(by, Actor) and not may_here(by, person, ability):
        raise NotAllowed(_("Votre rôle ne permet pas cette action pour cette personne."))


def _require_to_follow(by: Doer, person: YoungPerson) -> None:
    """As `_require` for missions; whoever created a file nobody follows yet may open its first ones."""
    if isinstance(by, System):
        return
    if person.created_by == by.user_id and not Mission.objects.filter(person=person).exists():
        by.require(Ability.MISSION_EDIT)
    else:
        _require(by, person, Ability.MISSION_EDIT)


def _opened(by: Doer, person: YoungPerson, *sections: str) -> Opened:
    """Of those sections, what the author may read; everything for a command, which shows it to nobody."""
    return Opened(person.data_key, sections) if isinstance(by, System) else reveal_open(by, person, *sections)


def _lock(person: YoungPerson) -> None:
    """Let one write at a time decide what she has once only: a place, a sheet, a photo (SQLite queues all writers)."""
    YoungPerson.objects.select_for_update().filter(pk=person.pk).values_list("pk").get()


def _known(columns: Mapping[str, Any], allowed: frozenset[str]) -> None:
    if unknown := set(columns) - allowed:
        raise TypeError(f"unknown fields: {sorted(unknown)}")


def _not_after(day: date, zone: str, field: str) -> None:
    if day > local(now(), zone).date():
        raise RuleBroken(_("Cette date est dans l’avenir."), field=field)


def _check_identity(values: Mapping[str, Any]) -> None:
    born = values.get("birth_date")
    born = date.fromisoformat(born) if isinstance(born, str) and born else born
    if born and not date(1900, 1, 1) <= born <= now().date():
        raise RuleBroken(_("Cette date de naissance n’est pas possible."), field="birth_date")
    if normal(values.get("sex")) not in (None, "f", "m", "x"):
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="sex")
    status = values.get("legal_status")
    if status is not None and status not in LegalStatus.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="legal_status")


@action(PERSON_CREATED)
def person_create(
    *, by: Doer, departement: str, legal_status: str = LegalStatus.UNKNOWN, **identity: Any
) -> YoungPerson:
    """Create a file and its key. `identity`: sealed fields of YoungPerson by name (`birth_date` a date or ISO text).

    Nobody sees it until `placement_start` or `mission_open`, which its creator may call. RuleBroken without
    any name, or when the external reference is taken.
    """
    _known(identity, _PERSON_COLUMNS)
    if isinstance(by, Actor):
        by.require(Ability.MISSION_EDIT)
    _check_identity({**identity, "legal_status": legal_status})
    values = {field: normal(value) for field, value in identity.items()}
    if not any(values.get(field) for field in ("given_name", "family_name", "usual_name")):
        raise RuleBroken(_("Indiquez au moins un prénom ou un nom."), field="given_name")
    person = YoungPerson(departement=departement, legal_status=legal_status, created_by=by.user_id)
    if reference := values.get("external_reference"):
        person.reference_digest = reference_digest(reference)
        if YoungPerson.objects.filter(reference_digest=person.reference_digest).exists():
            raise RuleBroken(_("Cette référence est déjà celle d’un autre dossier."), field="external_reference")
    if isinstance(values.get("birth_date"), date):
        values["birth_date"] = values["birth_date"].isoformat()
    key = new_key()
    person.data_key = key
    Sealer(key).seal(person, **values)
    person.save(force_insert=True)
    IdentityRevision.objects.create(person=person, at=now(), by=by.user_id)
    note(subject=person.pk)
    return person


@action(PERSON_EDITED)
def person_edit(*, by: Doer, person: YoungPerson, version: int, **typed: Any) -> YoungPerson:
    """Change the named columns. StaleEdit when someone else changed the file since `version`."""
    _known(typed, _PERSON_COLUMNS)
    _require(by, person, Ability.PERSON_EDIT)
    _check_identity(typed)
    row = YoungPerson.objects.select_related("data_key").get(pk=person.pk)
    opened = _opened(by, row, *_CIRCLE)
    changed = changes(row, opened, typed)
    after = {
        name: changed[name] if name in changed else opened.value(row, name)
        for name in ("given_name", "family_name", "usual_name")
    }
    if not any(after.values()):
        raise RuleBroken(_("Indiquez au moins un prénom ou un nom."), field="given_name")
    also: dict[str, Any] = {}
    if "external_reference" in changed:
        reference = changed["external_reference"]
        also["reference_digest"] = reference_digest(reference) if reference else None
        others = YoungPerson.objects.exclude(pk=row.pk)
        if reference and others.filter(reference_digest=also["reference_digest"]).exists():
            raise RuleBroken(_("Cette référence est déjà celle d’un autre dossier."), field="external_reference")
    edit(row, opened, Sealer(row.data_key), version=version, changed=changed, labels=words.PERSON, also=also)
    if _NAMES & set(changed):
        IdentityRevision.objects.create(person=row, at=now(), by=by.user_id)
    note(subject=row.pk, fields=",".join(sorted(changed)), version=row.version)
    return row


def additions(
    *, by: Doer, person: YoungPerson, row: YoungPerson | ParentalSituation, typed: Mapping[str, Any]
) -> dict[str, Any]:
    """Of what a file says, what would change her row or a parent's: a mapping adds to the one stored."""
    opened = _opened(by, person, *_CIRCLE)
    whole = {
        field: {**(opened.value(row, field) or {}), **value} if isinstance(value, Mapping) else value
        for field, value in typed.items()
    }
    return changes(row, opened, whole)


@action(PARENT_SAVED)
def parent_save(
    *,
    by: Doer,
    person: YoungPerson,
    parent: ParentalSituation | None = None,
    version: int | None = None,
    external_key: str = "",
    **typed: Any,
) -> ParentalSituation:
    """Add a parent or guardian (`parent=None`, `kinship` needed), or change the named columns of one.

    Names and contacts need the identity section, the decision that of justice.
    """
    _known(typed, _PARENT_COLUMNS)
    _require(by, person, Ability.PERSON_EDIT)
    decided = typed.get("decision_date")
    if decided and decided > now().date():
        raise RuleBroken(_("Cette date est dans l’avenir."), field="decision_date")
    for field, value in typed.items():
        choices = dict(ParentalSituation._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
        if choices and value not in choices:
            raise RuleBroken(_("Choisissez une réponse de la liste."), field=field)
    opened = _opened(by, person, *_CIRCLE)
    if parent is None:
        if not typed.get("kinship"):
            raise RuleBroken(_("Indiquez le lien avec l’enfant."), field="kinship")
        row = ParentalSituation(person=person, external_key=external_key)
        changed = changes(row, opened, typed)
        _fill(row, Sealer(person.data_key), changed)
        row.save(force_insert=True)
    else:
        row = ParentalSituation.objects.get(pk=parent.pk, person=person)
        changed = changes(row, opened, typed)
        edit(row, opened, Sealer(person.data_key), version=version, changed=changed, labels=words.PARENT)
    note(subject=person.pk, kinship=row.kinship, version=row.version)
    return row


def _fill(row: Any, sealer: Sealer, values: Mapping[str, Any]) -> None:
    """Set the columns of a new row, sealed ones under the key."""
    sealed = {field: value for field, value in values.items() if field in _sealed_names(row)}
    for field, value in values.items():
        if field not in sealed:
            setattr(row, field, value)
    sealer.seal(row, **sealed)


def _sealed_names(row: Any) -> frozenset[str]:
    return frozenset(field.name for field in row._meta.concrete_fields if hasattr(field, "section"))


@action(PLACEMENT_STARTED)
def placement_start(
    *,
    by: Doer,
    person: YoungPerson,
    organisation: Organisation,
    kind: str,
    starts_on: date,
    legal_basis: str,
    sections: Sequence[str] = ALL_SECTIONS,
    case_worker: User | None = None,
    ase: Organisation | None = None,
) -> Placement:
    """She lives there from that day: opens the hosting organisation's mission in the same transaction.

    So do the managers on call of the association above it. `case_worker` gets a personal mission, `ase` (the
    service on call) an organisation's; one that runs already is left as it is. RuleBroken when she lives
    somewhere already.
    """
    _require_to_follow(by, person)
    _not_after(starts_on, organisation.zone, "starts_on")
    _lock(person)
    if Placement.objects.filter(person=person, ends_on__isnull=True).exists():
        raise RuleBroken(_("Un lieu d’accueil est déjà en cours : mettez-y fin d’abord."), field="organisation")
    placement = Placement(person=person, organisation=organisation, kind=kind, starts_on=starts_on)
    placement.data_key_id = person.data_key_id
    placement.save(force_insert=True)
    since = min(instant(starts_on, time.min, organisation.zone), now())
    holders: list[tuple[str, Organisation | None, User | None, Placement | None]] = [
        (MissionKind.HOSTS, organisation, None, placement),
        *((MissionKind.ON_CALL, above, None, placement) for above in _managing(organisation)),
    ]
    if case_worker is not None:
        holders.append((MissionKind.CASE_WORKER, None, case_worker, None))
    if ase is not None:
        holders.append((MissionKind.ON_CALL, ase, None, None))
    for mission_kind, holder, user, place in holders:
        if place is None and _running(person, mission_kind, holder, user):
            continue
        _open_mission(
            by=by,
            person=person,
            kind=mission_kind,
            organisation=holder,
            user=user,
            sections=sections,
            legal_basis=legal_basis,
            starts_at=since,
            placement=place,
        )
    note(subject=person.pk, kind=kind, organisation=organisation.pk)
    return placement


@action(PLACEMENT_ENDED)
def placement_end(
    *,
    by: Doer,
    placement: Placement,
    version: int,
    ends_on: date,
    end_kind: str,
    motive: str,
    next_organisation: Organisation | None = None,
    next_place: str = "",
) -> Placement:
    """End a placement: a motive, the ASE's agreement (the author's, who holds PLACEMENT_END) and a next place.

    Closes the host's mission: the home does not see her any more.
    """
    row = Placement.objects.select_related("person__data_key", "organisation").get(pk=placement.pk)
    person = row.person
    _require(by, person, Ability.PLACEMENT_END)
    _not_after(ends_on, row.organisation.zone, "ends_on")
    if row.ends_on is not None:
        raise RuleBroken(_("Cet accueil est déjà terminé."))
    if ends_on < row.starts_on:
        raise RuleBroken(_("La fin ne peut pas précéder le début de l’accueil."), field="ends_on")
    if end_kind not in PlacementEnd.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="end_kind")
    if not motive.strip():
        raise RuleBroken(_("Indiquez le motif."), field="motive")
    if next_organisation is None and not next_place.strip():
        raise RuleBroken(
            _("Indiquez le prochain lieu de vie : un accueil ne s’arrête pas sans suite."), field="next_place"
        )
    if next_organisation is not None and next_organisation.pk == row.organisation_id:
        raise RuleBroken(_("Le lieu suivant est le même : gardez plutôt la place."), field="next_organisation")
    at = now()
    edit(
        row,
        None,
        Sealer(person.data_key),
        version=version,
        changed={
            "ends_on": ends_on,
            "end_kind": end_kind,
            "end_motive": motive.strip(),
            "next_organisation": next_organisation,
            "next_place": normal(next_place),
        },
        labels={"ends_on": _("Fin"), "end_kind": _("Fin"), "end_motive": _("Motif"), "next_place": _("Lieu suivant")},
        also={"ase_agreed_by": by.user_id, "ase_agreed_at": at, "kept_until": None},
    )
    for mission in Mission.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), placement=row):
        _end_mission(by=by, mission=mission, version=mission.version, at=at)
    note(subject=person.pk, end_kind=end_kind, organisation=row.organisation_id)
    return row


@action(PLACEMENT_KEPT)
def placement_keep(*, by: Doer, placement: Placement, version: int, until: date) -> Placement:
    """Keep her place until that day, whoever is missing. RuleBroken once it ended or when the day has passed."""
    row = Placement.objects.select_related("person__data_key", "organisation").get(pk=placement.pk)
    _require(by, row.person, Ability.EPISODE_ACT)
    if row.ends_on is not None:
        raise RuleBroken(_("Cet accueil est déjà terminé."))
    if until < local(now(), row.organisation.zone).date():
        raise RuleBroken(_("Cette date est passée."), field="until")
    changed = {"kept_until": until} if row.kept_until != until else {}
    edit(
        row,
        None,
        Sealer(row.person.data_key),
        version=version,
        changed=changed,
        labels={"kept_until": _("Place gardée jusqu’au")},
    )
    note(subject=row.person_id, until=until)
    return row


def _managing(organisation: Organisation) -> list[Organisation]:
    """The organisations that run it, whose managers are on call for it: not the authority above them."""
    line: list[Organisation] = []
    above = organisation.parent
    while above is not None and above not in line and above.kind in _MANAGING:
        line.append(above)
        above = above.parent
    return line


def _running(person: YoungPerson, kind: str, organisation: Organisation | None, user: User | None) -> bool:
    return Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now()), person=person, kind=kind, organisation=organisation, user=user
    ).exists()


@action(MISSION_OPENED)
def _open_mission(
    *,
    by: Doer,
    person: YoungPerson,
    kind: str,
    organisation: Organisation | None,
    user: User | None,
    sections: Sequence[str],
    legal_basis: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    placement: Placement | None = None,
) -> Mission:
    if (organisation is None) == (user is None):
        raise RuleBroken(_("Choisissez un service ou une personne."), field="user")
    if not legal_basis.strip():
        raise RuleBroken(_("Indiquez la base légale."), field="legal_basis")
    if ends_at is not None and ends_at <= starts_at:
        raise RuleBroken(_("La fin ne peut pas précéder le début."), field="ends_at")
    mission = Mission(
        person=person,
        organisation=organisation,
        user=user,
        kind=MissionKind(kind),
        sections=sorted({str(Section(section)) for section in sections}),
        legal_basis=legal_basis.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        placement=placement,
    )
    mission.save(force_insert=True)
    note(subject=person.pk, kind=kind, holder=mission.organisation_id or mission.user_id)
    return mission


def mission_open(
    *,
    by: Doer,
    person: YoungPerson,
    kind: str,
    organisation: Organisation | None = None,
    user: User | None = None,
    sections: Sequence[str] = ALL_SECTIONS,
    legal_basis: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Mission:
    """Let one organisation, or one person, know her: from when to when, which sections, on what basis."""
    _require_to_follow(by, person)
    return _open_mission(
        by=by,
        person=person,
        kind=kind,
        organisation=organisation,
        user=user,
        sections=sections,
        legal_basis=legal_basis,
        starts_at=starts_at or now(),
        ends_at=ends_at,
    )


@action(MISSION_ENDED)
def _end_mission(*, by: Doer, mission: Mission, version: int, at: datetime) -> Mission:
    row = Mission.objects.select_related("person__data_key").get(pk=mission.pk)
    if row.ends_at is not None and row.ends_at <= at:
        raise RuleBroken(_("Cette mission est déjà terminée."))
    # One that has not begun never lasts: it ends with the instant it would have begun.
    ends_at = max(at, row.starts_at + timedelta(microseconds=1))
    edit(
        row,
        None,
        Sealer(row.person.data_key),
        version=version,
        changed={"ends_at": ends_at},
        labels={"ends_at": _("Fin de la mission")},
    )
    note(subject=row.person_id, kind=row.kind, holder=row.organisation_id or row.user_id)
    return row


def mission_end(*, by: Doer, mission: Mission, version: int) -> Mission:
    """Close a mission now. The last one cannot be closed: somebody always follows her."""
    _require(by, mission.person, Ability.MISSION_EDIT)
    at = now()
    others = Mission.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), person=mission.person)
    if not others.exclude(pk=mission.pk).exists():
        raise RuleBroken(_("C’est la dernière mission : ouvrez-en une autre d’abord."))
    return _end_mission(by=by, mission=mission, version=version, at=at)


@action(SHEET_SAVED)
def sheet_save(*, by: Doer, person: YoungPerson, version: int | None = None, **typed: Any) -> DepartureSheet:
    """Write the departure sheet (columns of `words.SHEET`); `version` None the first time. Its editors only."""
    _known(typed, _SHEET_COLUMNS)
    if isinstance(by, Actor) and not may_edit_sheet(by, person):
        raise NotAllowed(_("Seules les personnes qui préparent cette fiche la modifient."))
    prepared = typed.get("prepared_on")
    if prepared and prepared > local(now(), "Pacific/Auckland").date():
        raise RuleBroken(_("Cette date est dans l’avenir."), field="prepared_on")
    opened, sealer = _opened(by, person, *_SHEET), Sealer(person.data_key)
    _lock(person)
    row = DepartureSheet.objects.filter(person=person).first()
    written = {"updated_at": now(), "updated_by": by.user_id}
    if row is None:
        row = DepartureSheet(person=person, **written)
        _fill(row, sealer, changes(row, opened, typed))
        row.save(force_insert=True)
    else:
        changed = changes(row, opened, typed)
        edit(row, opened, sealer, version=version, changed=changed, labels=words.SHEET, also=written)
    note(subject=person.pk, version=row.version)
    return row


@action(SHEET_OPENED)
def sheet_open(*, by: Doer, person: YoungPerson, context: uuid.UUID, at: datetime) -> SheetOpening:
    """Open her sheet to those who act in the episode `context`. Called by the episode; open already: the same."""
    _lock(person)
    row = SheetOpening.objects.filter(person=person, closed_at__isnull=True).first()
    if row is None:
        row = SheetOpening.objects.create(person=person, context=context, opened_at=at)
    elif row.context != context:
        raise RuleBroken(_("La fiche de départ est déjà ouverte pour un autre épisode."))
    note(subject=person.pk, context=context)
    return row


@action(SHEET_CLOSED)
def sheet_close(*, by: Doer, context: uuid.UUID, at: datetime) -> SheetOpening:
    """Close the sheet with its episode; closed already: as it was."""
    row = SheetOpening.objects.filter(context=context).order_by("-opened_at").first()
    if row is None:
        raise RuleBroken(_("Aucune fiche de départ n’a été ouverte pour cet épisode."))
    if row.closed_at is None:
        row.closed_at = max(at, row.opened_at)
        row.save(update_fields=["closed_at"])
    note(subject=row.person_id, context=context)
    return row


@action(PHOTO_REPLACED)
def photo_replace(*, by: Doer, person: YoungPerson, content: bytes) -> Photo:
    """Keep this face as her photo, re-encoded (see `photos`); the one before stays sealed, no longer shown.

    RuleBroken (field `photo`) for what is not a readable picture, or is too large.
    """
    _require(by, person, Ability.PERSON_EDIT)
    try:
        picture = photos.reencode(content)
    except photos.Refused as refusal:
        raise RuleBroken(str(refusal), field="photo") from refusal
    at = now()
    _lock(person)
    Photo.objects.filter(person=person, replaced_at__isnull=True).update(replaced_at=at)
    row = Photo(person=person, size=len(picture), at=at, by=by.user_id)
    row.data_key_id = person.data_key_id
    files.store(row, Sealer(person.data_key), picture)
    row.save(force_insert=True)
    note(subject=person.pk, size=len(picture))
    return row
