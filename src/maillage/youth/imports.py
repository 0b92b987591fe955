"""Taking in young persons, their homes, placements and parents from a file an ASE tool exports.

Each row is written whole or not at all: what is wrong with one stops and spoils no other. New rows wait for each other
and are inserted together. A dry run does the very same work and undoes it, so that what it says is what would happen.
Rows are found again by a keyed digest of their external reference: the same file twice changes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.selectors import users_holding
from maillage.accounts.services import organisation_save
from maillage.audit.journal import By, System
from maillage.common.clock import now
from maillage.common.errors import DomainError
from maillage.common.gathering import Gathering, gathering
from maillage.common.letters import fold
from maillage.reference.zones import PARIS, zone_of
from maillage.youth import services
from maillage.youth.drafts import Draft, Place, Refused, draft
from maillage.youth.enums import BASIS_OF_STATUS, LegalStatus, MissionKind, PlacementKind
from maillage.youth.mappings import ColumnMapping, Columns, load
from maillage.youth.models import Mission, ParentalSituation, Placement, YoungPerson
from maillage.youth.names import NameIndex
from maillage.youth.search import Names
from maillage.youth.tables import Row, Table, Unreadable, read

Progress = Callable[[int, int], None]

_HOME_KINDS = {
    PlacementKind.HOME: OrganisationKind.HOME,
    PlacementKind.HOTEL: OrganisationKind.HOME,
    PlacementKind.FOSTER: OrganisationKind.FOSTER_CARE,
    PlacementKind.FAMILY: OrganisationKind.AEMO,
}


@dataclass(frozen=True)
class Remark:
    """Something about a line: why it is refused, or what is left to settle by hand. `column` "" for the whole line."""

    line: int
    reason: str
    column: str = ""

    def __str__(self) -> str:
        where = f"{self.column} : " if self.column else ""
        return _("ligne %(line)d : %(where)s%(reason)s") % {"line": self.line, "where": where, "reason": self.reason}


@dataclass
class Report:
    """What an import did, or would do (`applied` False). Lines are counted as the file shows them."""

    applied: bool
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    organisations: int = 0
    refused: list[Remark] = field(default_factory=list)
    twins: list[Remark] = field(default_factory=list)
    to_settle: list[Remark] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)

    @property
    def refused_lines(self) -> int:
        return len({remark.line for remark in self.refused})

    def lines(self) -> list[str]:
        """The report as lines of French text."""
        done = _("Import fait.") if self.applied else _("Essai : rien n’a été écrit. Ajoutez --apply pour importer.")
        found = [
            done,
            _("%(count)d lignes lues") % {"count": self.read},
            _("%(count)d dossiers créés") % {"count": self.created},
            _("%(count)d dossiers mis à jour") % {"count": self.updated},
            _("%(count)d dossiers inchangés") % {"count": self.unchanged},
            _("%(count)d organisations créées") % {"count": self.organisations},
            _("%(count)d lignes refusées") % {"count": self.refused_lines},
        ]
        if self.ignored_columns:
            found.append(_("Colonnes ignorées : %(names)s") % {"names": ", ".join(self.ignored_columns)})
        for heading, remarks in (
            (_("Refusées :"), self.refused),
            (_("Doubles probables (à vérifier, rien n’est fusionné) :"), self.twins),
            (_("À régler à la main :"), self.to_settle),
        ):
            if remarks:
                found += [heading, *(f"  {remark}" for remark in remarks)]
        return found


_TOGETHER = 0.5  # seconds: how long others wait to write, on SQLite


class _Undo(Exception):
    """Ends the transaction of rows that are only tried."""


@dataclass(frozen=True)
class _Line:
    """A row of the file that can be read, by the line the file shows it on."""

    number: int
    found: Draft
    digest: bytes


@dataclass
class _Outcome:
    """What became of a line."""

    line: _Line
    refusal: str = ""
    new: bool = False
    changed: bool = False
    made: set[tuple[str, str]] = field(default_factory=set)
    twins: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class _Import:
    def __init__(self, by: System, table: Table, columns: Columns, *, apply: bool) -> None:
        self.by = by
        self.table = table
        self.columns = columns
        self.apply = apply
        self.report = Report(applied=apply, ignored_columns=columns.ignored)
        self.seen: dict[bytes, int] = {}
        self.made: set[tuple[str, str]] = set()
        # Organisations that stand whatever becomes of the row under way.
        self.standing: dict[tuple[str, ...], Organisation] = {}
        self.known = Names().known()
        digests = YoungPerson.objects.values_list("reference_digest", flat=True)
        self.digests = {bytes(digest) for digest in digests if digest is not None}
        self.in_file: NameIndex[int] = NameIndex()
        self.today = now().date()

    def read(self, row: Row) -> _Line | None:
        """That row, ready to be written; None when it cannot be: the report says why."""
        self.report.read += 1
        if row.problem:
            self.report.refused.append(Remark(row.line, row.problem))
            return None
        try:
            found = draft(
                self.columns.cells(row.cells), self.columns.headings, self.today, mac_dates=self.table.mac_dates
            )
        except Refused as refusal:
            self.report.refused += [Remark(row.line, problem.reason, problem.column) for problem in refusal.problems]
            return None
        digest = services.reference_digest(found.reference)
        if digest in self.seen:
            reason = _("même référence qu’à la ligne %(line)d") % {"line": self.seen[digest]}
            self.report.refused.append(Remark(row.line, reason))
            return None
        self.seen[digest] = row.line
        return _Line(row.line, found, digest)

    def write(self, lines: Iterator[_Line]) -> None:
        """Write those lines together, or one by one when the database refuses them together: then it says which."""
        taken: list[_Line] = []
        try:
            outcomes = self._together(lines, taken)
        except IntegrityError:
            self.standing.clear()
            outcomes = [outcome for line in taken for outcome in self._alone(line)]
        for outcome in outcomes:
            self._count(outcome)

    def _alone(self, line: _Line) -> list[_Outcome]:
        try:
            return self._together(iter([line]), [])
        except IntegrityError:
            self.standing.clear()
            return [_Outcome(line, refusal=_("contredit ce qui est déjà enregistré"))]

    def _together(self, lines: Iterator[_Line], taken: list[_Line]) -> list[_Outcome]:
        """What became of each line, all written in one savepoint. `taken` grows as they come."""
        outcomes = []
        try:
            with transaction.atomic(), gathering() as rows:
                for line in lines:
                    taken.append(line)
                    outcomes.append(self._outcome(line, rows))
                if not self.apply:
                    rows.write()
                    raise _Undo
        except _Undo:
            self.standing.clear()
        return outcomes

    def _outcome(self, line: _Line, rows: Gathering) -> _Outcome:
        before = len(rows)
        outcome = _Outcome(line)
        try:
            with transaction.atomic():
                self._take(line, outcome)
        except (DomainError, IntegrityError) as refusal:
            rows.keep_first(before)
            said = refusal.message if isinstance(refusal, DomainError) else _("contredit ce qui est déjà enregistré")
            return _Outcome(line, refusal=said)
        return outcome

    def _take(self, line: _Line, outcome: _Outcome) -> None:
        found = line.found
        known = None
        if line.digest in self.digests:
            known = YoungPerson.objects.select_related("data_key").get(reference_digest=line.digest)
        if known is not None and known.data_key.wrapped is None:
            outcome.refusal = _("ce dossier a été effacé")
            return
        if known is None:
            outcome.new = True
            outcome.twins = self._twins(line)
        outcome.changed = self._row(known, found, outcome.made, outcome.remarks)
        if known is None:
            self.in_file.add(line.number, _names(found), found.identity.get("birth_date"))

    def _count(self, outcome: _Outcome) -> None:
        line = outcome.line.number
        if outcome.refusal:
            self.report.refused.append(Remark(line, outcome.refusal))
            return
        self.report.created += outcome.new
        self.report.updated += not outcome.new and outcome.changed
        self.report.unchanged += not outcome.new and not outcome.changed
        self.report.organisations += len(outcome.made - self.made)
        self.made |= outcome.made
        self.report.twins += [Remark(line, twin) for twin in outcome.twins]
        self.report.to_settle += [Remark(line, remark) for remark in outcome.remarks]

    def _row(self, known: YoungPerson | None, found: Draft, made: set[tuple[str, str]], remarks: list[str]) -> bool:
        """Write one row; whether anything changed."""
        association = self._organisation(found.association, OrganisationKind.ASSOCIATION, None, made)
        kind = _HOME_KINDS.get(PlacementKind(found.home_kind)) if found.home_kind else None
        home = self._organisation(found.home, kind or OrganisationKind.HOME, association, made)
        ase = self._organisation(found.ase, OrganisationKind.ASE, None, made)
        changed = False
        if known is None:
            changed = True
            person = services.person_create(
                by=self.by,
                departement=found.departement,
                external_reference=found.reference,
                **found.identity,
            )
        else:
            person = known
            typed = {**found.identity, "departement": found.departement}
            new = services.additions(by=self.by, person=person, row=person, typed=typed)
            if new:
                changed = True
                person = services.person_edit(by=self.by, person=person, version=person.version, **new)
        for key, values in found.parents.items():
            changed |= self._parent(person, key, values, new=known is None)
        worker = self._case_worker(found, remarks)
        carer = self._foster_carer(found, home, remarks)
        changed |= self._follow(person, found, home, ase, worker, carer, remarks, new=known is None)
        return changed

    def _parent(self, person: YoungPerson, key: str, values: dict[str, Any], *, new: bool) -> bool:
        row = None if new else ParentalSituation.objects.filter(person=person, external_key=key).first()
        if row is None:
            services.parent_save(by=self.by, person=person, external_key=key, **values)
            return True
        more = services.additions(by=self.by, person=person, row=row, typed=values)
        if more:
            services.parent_save(by=self.by, person=person, parent=row, version=row.version, **more)
        return bool(more)

    def _case_worker(self, found: Draft, remarks: list[str]) -> User | None:
        if not found.case_worker:
            return None
        user = User.objects.filter(email__iexact=found.case_worker, is_active=True).first()
        if user is None:
            remarks.append(_("référent sans compte : créez-le, puis ouvrez-lui une mission"))
        return user

    def _foster_carer(self, found: Draft, home: Organisation | None, remarks: list[str]) -> User | None:
        """The foster carer whom the row names, if that is what she is in the service it names: else nobody."""
        if not found.foster_carer:
            return None
        if home is None:
            remarks.append(_("famille d’accueil refusée : la ligne ne dit pas de quel service elle relève"))
            return None
        field = "email__iexact" if "@" in found.foster_carer else "pk"
        user = User.objects.filter(**{field: found.foster_carer}, is_active=True).first()
        if user is None:
            remarks.append(
                _("famille d’accueil refusée : aucun compte ouvert ne répond à ce nom ; créez-le, puis nommez-la")
            )
        elif user not in users_holding(Role.FOSTER_CARER, home.pk, now()):
            remarks.append(
                _("famille d’accueil refusée : ce compte n’est pas celui d’une assistante familiale du service")
            )
            return None
        return user

    def _follow(
        self,
        person: YoungPerson,
        found: Draft,
        home: Organisation | None,
        ase: Organisation | None,
        worker: User | None,
        carer: User | None,
        remarks: list[str],
        *,
        new: bool,
    ) -> bool:
        """Her place and the missions that go with it. A move is never decided by a file."""
        status = LegalStatus(found.identity.get("legal_status", person.legal_status))
        basis, reason = found.legal_basis or BASIS_OF_STATUS[status], found.basis_note
        present = None if new else Placement.objects.filter(person=person, ends_on__isnull=True).first()
        if home is not None and present is not None and present.organisation_id != home.pk:
            remarks.append(_("un accueil est déjà en cours ailleurs : le changement de lieu se fait dans Maillage"))
        elif (
            not new
            and home is not None
            and present is None
            and Placement.objects.filter(person=person, organisation=home).exists()
        ):
            remarks.append(_("cet accueil a été terminé dans Maillage : il n’est pas rouvert"))
        elif home is not None and present is None and found.placed_since is not None:
            services.placement_start(
                by=self.by,
                person=person,
                organisation=home,
                kind=found.home_kind,
                starts_on=found.placed_since,
                legal_basis=basis,
                reason=reason,
                case_worker=worker,
                ase=ase,
                foster_carer=carer,
            )
            return True
        changed = False
        lives_there = home is not None and present is not None and present.organisation_id == home.pk
        for kind, organisation, user in (
            (MissionKind.ON_CALL, ase, None),
            (MissionKind.CASE_WORKER, None, worker),
            (MissionKind.HOSTS, None, carer if lives_there else None),
        ):
            holder = organisation or user
            missions = Mission.objects.filter(person=person, kind=kind, organisation=organisation, user=user)
            if holder is not None and not missions.exists():
                services.mission_open(
                    by=self.by, person=person, kind=kind, organisation=organisation, user=user, legal_basis=basis,
                    reason=reason,
                )  # fmt: skip
                changed = True
        return changed

    def _organisation(
        self, place: Place | None, kind: str, parent: Organisation | None, made: set[tuple[str, str]]
    ) -> Organisation | None:
        """The organisation a row names, created when new. One that is known is left as it is: accounts keep it."""
        if place is None:
            return None
        key = (place.reference,) if place.reference else (kind, place.departement, fold(place.name))
        found = self.standing.get(key) or self._known_organisation(place, kind)
        if found is not None:
            if not made:  # else it may be of this row, and undone with it
                self.standing[key] = found
            return found
        made.add((place.reference or fold(place.name), kind))
        try:
            zone = zone_of(place.departement)
        except ValueError:
            zone = PARIS
        return organisation_save(
            by=self.by,
            external_reference=place.reference,
            name=place.name or place.reference,
            kind=kind,
            departement=place.departement,
            parent=parent,
            zone=zone,
            phone=place.phone,
            night_phone=place.night_phone,
            address=place.address,
            commune=place.commune,
        )

    def _known_organisation(self, place: Place, kind: str) -> Organisation | None:
        if place.reference:
            return Organisation.objects.filter(external_reference=place.reference).first()
        same = Organisation.objects.filter(kind=kind, departement=place.departement).order_by("pk")
        return next((row for row in same if fold(row.name) == fold(place.name)), None)

    def _twins(self, line: _Line) -> list[str]:
        """Who looks like this new person: files by id, rows by line, never a name."""
        names, born = _names(line.found), line.found.identity.get("birth_date")
        others = [other for other in self.in_file.twins(names, born) if other != line.number]  # taken a second time
        lines = [_("ressemble à la ligne %(line)d") % {"line": other} for other in others]
        files = [_("ressemble au dossier %(id)s") % {"id": pk} for pk in self.known.twins(names, born)]
        return files + lines


def _names(found: Draft) -> list[str]:
    return [str(found.identity[name]) for name in ("given_name", "family_name", "usual_name") if name in found.identity]


def run(
    path: Path | str,
    mapping_path: Path | str | None = None,
    *,
    apply: bool = False,
    by: By,
    progress: Progress | None = None,
) -> Report:
    """Import that file, or try to (`apply` False). Unreadable when the file or the mapping as a whole cannot be taken.

    Rows are written as the system, signed by `by`: a command is run by whoever holds the machine. `progress` is
    called with (rows done, about how many).
    """
    with translation.override("fr"):
        mapping = load(Path(mapping_path)) if mapping_path else ColumnMapping()
        table = read(Path(path), mapping.sheet)
        work = _Import(System(user_id=by.user_id), table, Columns(table.headers, mapping), apply=apply)
        rows = enumerate(table.rows, 1)
        while _some(work, rows, table.total, progress):
            pass
        return work.report


def _some(work: _Import, rows: Iterator[tuple[int, Row]], total: int, progress: Progress | None) -> bool:
    """Take rows for a moment, and commit them together: waiting for the disk after each costs more than the row.

    Each is still written whole or not at all. Stopped in between, the rows of this moment are lost; they come again
    with the same file. False when there are no more.
    """
    until = monotonic() + _TOGETHER
    more = False

    def lines() -> Iterator[_Line]:
        nonlocal more
        for done, row in rows:
            line = work.read(row)
            if line is not None:
                yield line
            if progress is not None:
                progress(done, max(total, done))
            if monotonic() >= until:
                more = True
                return

    with transaction.atomic():
        work.write(lines())
    return more


__all__ = ["Progress", "Remark", "Report", "Unreadable", "run"]
