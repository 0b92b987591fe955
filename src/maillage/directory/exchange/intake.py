"""Reading data.inclusion v1 or HSDS 3.0 files into the directory: idempotent; a bad row is told and left out.

A sheet is matched by its identifier, or by the former one of a sheet it was merged with. What its keepers edited here
since the file's date stays. Imported sheets are public: a shelter in an open file is no secret any more, but one that
was made confidential here stays so, and its place is not read again.
"""

import csv
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TextIO

import pydantic
from data_inclusion.schema import v1
from django.db import transaction

from maillage.audit.journal import SYSTEM, record
from maillage.common.bulk import insert
from maillage.common.clock import now
from maillage.common.ids import new_id
from maillage.directory import vocabulary
from maillage.directory.enums import IMPORTED, RANK, ChangeKind, Channel, Confidentiality, StructureKind
from maillage.directory.exchange import hsds
from maillage.directory.exchange.columns import EXTENSION, EXTENSION_STRUCTURE, NUMBERS, SERVICE, STRUCTURE, from_csv
from maillage.directory.exchange.records import columns_of
from maillage.directory.models import PLACE, Alias, Change, HiddenPlace, Pending, Service, Structure
from maillage.directory.terms import ENOUGH_TO_REBUILD, EVERYTHING
from maillage.reference import departements

Progress = Callable[[int, int], None]
BATCH = 1_000
_LONGEST_CELL = 50_000_000
_NO_PLACE: Mapping[str, Any] = {name: None if name in ("latitude", "longitude") else "" for name in PLACE}


class Unreadable(Exception):
    """The file is none of those this reads; the message says why."""


@dataclass
class Report:
    structures: int = 0  # created or changed
    services: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)  # one line each: where, identifier, why
    pending: int = 0  # services the index has to take up

    def lines(self) -> Iterator[str]:
        yield f"{self.structures} structures and {self.services} services written, {self.unchanged} unchanged"
        if self.refused:
            yield f"{len(self.refused)} rows left out:"
        yield from (f"  {line}" for line in self.refused)


@dataclass(frozen=True)
class Entry:
    """`where`: « structures 12 », as told in the report."""

    where: str
    record: Mapping[str, Any]


Extension = Mapping[str, Mapping[str, Any]]  # by identifier
# Structures, services, and what the standard lacks of services, of structures.
Content = tuple[list[Entry], list[Entry], Extension, Extension]


def run(path: Path, *, apply: bool = True, progress: Progress = lambda done, total: None) -> Report:
    """Read a file; without `apply`, only say what would be refused. Unreadable when it is no such file."""
    structures, services, extension, more = _read(path)
    report = Report()
    total = len(structures) + len(services)
    read = _structures(structures, more, report, apply, lambda done: progress(done, total))
    _services(services, extension, read, report, apply, lambda done: progress(len(structures) + done, total))
    progress(total, total)
    if apply:
        record(
            IMPORTED, by=SYSTEM, payload={
                "structures": report.structures, "services": report.services, "refused": len(report.refused),
            },
        )  # fmt: skip
    return report


def _read(path: Path) -> Content:
    try:
        if path.suffix.lower() == ".csv":
            return _read_csv(path)
        content = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, csv.Error, RecursionError) as error:
        raise Unreadable(f"{path.name}: {error}") from error
    if isinstance(content, list):
        return _from_hsds(content)
    if not isinstance(content, dict) or not isinstance(content.get("structures"), list):
        raise Unreadable(
            f"{path.name}: neither data.inclusion (an object with « structures » and « services ») nor HSDS"
        )
    return (
        _entries("structures", content["structures"]), _entries("services", content.get("services") or []),
        _by_id(content.get("extension")), _by_id(content.get("extension_structures")),
    )  # fmt: skip


def _by_id(rows: Any) -> Extension:
    listed = rows if isinstance(rows, list) else []
    return {str(one["id"]): one for one in listed if isinstance(one, dict) and "id" in one}


def _entries(name: str, rows: Iterable[Any]) -> list[Entry]:
    return [Entry(f"{name} {number}", row if isinstance(row, dict) else {}) for number, row in enumerate(rows, 1)]


def _read_csv(path: Path) -> Content:
    """Structures or services, told apart by their columns; the services beside, in « ….services.csv »."""
    csv.field_size_limit(_LONGEST_CELL)  # of this process: a cell beyond what Python expects refuses its row, no other
    tables: dict[str, list[Entry]] = {"structures": [], "services": []}
    beside = path.with_name(f"{path.stem}.services.csv")
    for file in (path, beside):
        if not file.exists():
            continue
        with file.open(encoding="utf-8-sig", newline="") as source:
            rows = csv.DictReader(source, delimiter=_delimiter(source))
            if not {"id", "nom"} <= set(rows.fieldnames or ()):
                raise Unreadable(f"{file.name}: columns « id » and « nom » are missing")
            name = "services" if "structure_id" in (rows.fieldnames or ()) else "structures"
            tables[name] += [
                Entry(f"{file.name} line {number}", from_csv({key: cell for key, cell in row.items() if key}))
                for number, row in enumerate(rows, 2)
            ]
    return tables["structures"], tables["services"], {}, {}


def _delimiter(source: TextIO) -> str:
    """« ; » when a French spreadsheet wrote it."""
    heading = source.readline()
    source.seek(0)
    return ";" if heading.count(";") > heading.count(",") else ","


def _why(error: pydantic.ValidationError) -> str:
    """Which columns, and why; never the values."""
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])


def _batches(rows: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


@dataclass(frozen=True)
class Home:
    """What a service needs to know of its structure."""

    id: uuid.UUID
    confidentiality: str


def _structures(
    rows: Sequence[Entry],
    extension: Extension,
    report: Report,
    apply: bool,
    step: Callable[[int], None],
) -> set[str]:
    """Identifiers of the structures of the file that are valid."""
    found: set[str] = set()
    done = 0
    for batch in _batches(rows):
        valid = list(_valid(batch, v1.Structure, found, report))
        found.update(checked.id for _entry, checked in valid)
        if apply:
            with transaction.atomic():
                _write_structures(valid, extension, report)
        done += len(batch)
        step(done)
    return found


def _valid(batch: Sequence[Entry], model: Any, seen: Collection[str], report: Report) -> Iterator[tuple[Entry, Any]]:
    twice: set[str] = set()
    for entry in batch:
        identifier = str(entry.record.get("id") or "")
        try:
            checked = model.model_validate(entry.record)
        except pydantic.ValidationError as error:
            report.refused.append(f"{entry.where} {identifier}: {_why(error)}")
            continue
        if checked.id in seen or checked.id in twice:
            report.refused.append(f"{entry.where} {identifier}: this identifier was already read")
            continue
        if len(checked.id) > 200 or len(checked.source) > 60:
            report.refused.append(f"{entry.where} {identifier[:60]}: identifier or source too long")
            continue
        if fault := _unfit(entry.record):
            report.refused.append(f"{entry.where} {identifier[:60]}: {fault}")
            continue
        twice.add(checked.id)
        yield entry, checked


# As many letters as our columns hold (other texts have no end).
_LENGTHS = {
    "telephone": 40, "adresse": 300, "complement_adresse": 300, "commune": 120, "horaires_accueil": 1000,
    "lien_source": 500, "site_web": 500, "accessibilite_lieu": 500, "lien_mobilisation": 500, "courriel": 254,
    "contact_nom_prenom": 200,
}  # fmt: skip


def _unfit(record: Mapping[str, Any]) -> str:
    """Why a row the standard accepts cannot be kept here; "" when it can."""
    for name, value in record.items():
        if isinstance(value, str) and "\x00" in value:
            return f"{name}: a control character"
        if name in _LENGTHS and isinstance(value, str) and len(value) > _LENGTHS[name]:
            return f"{name}: longer than {_LENGTHS[name]} letters"
    for name, limit in (("latitude", 90), ("longitude", 180)):
        value = record.get(name)
        if value is not None and not -limit <= float(value) <= limit:
            return f"{name}: no such place"
    weeks = record.get("nombre_semaines")
    return "nombre_semaines: too many" if weeks is not None and float(weeks) > 10_000 else ""


def _values(entry: Entry, checked: Any, pairs: Mapping[str, str]) -> dict[str, Any]:
    """Our columns. Texts as they were written: checking must not rewrite a link or an address."""
    dumped = checked.model_dump(mode="json")
    written = {
        name: entry.record[name]
        for name, value in dumped.items()
        if isinstance(value, str) and isinstance(entry.record.get(name), str) and name not in NUMBERS
    }
    return columns_of(dumped | written, pairs) | {"updated_on": checked.date_maj}


def _known_structures(ids: Sequence[str]) -> dict[str, Structure]:
    """Those that are here, by identifier or former identifier."""
    known = {row.reference: row for row in Structure.objects.filter(reference__in=ids).select_for_update(of=("self",))}
    aliases = Alias.objects.filter(reference__in=ids).select_related("structure")
    return {**{alias.reference: alias.structure for alias in aliases}, **known}


def _homes(ids: Collection[str]) -> dict[str, Home]:
    """The same, for the services of a batch."""
    # A sheet that was merged is still here, retired: its services belong where its alias leads.
    columns = ("pk", "confidentiality")
    aliases = Alias.objects.filter(reference__in=ids).order_by("pk")
    rows = Structure.objects.filter(reference__in=ids).order_by("pk")
    found = {
        reference: Home(pk, level)
        for reference, pk, level in aliases.values_list("reference", *(f"structure__{name}" for name in columns))
    }
    return {reference: Home(pk, level) for reference, pk, level in rows.values_list("reference", *columns)} | found


def _write_structures(valid: Sequence[tuple[Entry, Any]], extension: Extension, report: Report) -> None:
    known = _known_structures([checked.id for _entry, checked in valid])
    fresh: list[dict[str, Any]] = []
    changed: list[Structure] = []
    for entry, checked in valid:
        values = _values(entry, checked, STRUCTURE)
        more = extension.get(checked.id)
        if more is not None:
            added, fault = _extended_structure(more)
            values |= added
            if fault:
                report.refused.append(f"extension_structures {checked.id}: {fault}")
        row = known.get(checked.id)
        if row is None:
            level = Confidentiality.PUBLIC.value
            fresh.append({"id": new_id(), "confidentiality": level, "kind": _kind(values).value, **values})
        elif _take(row, values):
            changed.append(row)
        else:
            report.unchanged += 1
    at = now()
    insert(Structure, ({**values, "changed_at": at} for values in fresh))
    _update(Structure, changed, [*STRUCTURE.values(), *EXTENSION_STRUCTURE.values()])
    told = [*(values["id"] for values in fresh), *(row.pk for row in changed)]
    insert(Change, ({"structure_id": pk, "kind": ChangeKind.IMPORTED.value, "at": at} for pk in told))
    report.structures += len(told)
    touched = Service.objects.filter(structure__in=changed).order_by("pk").values_list("pk", flat=True)
    _pend(touched, report)


def _kind(values: Mapping[str, Any]) -> StructureKind:
    networks = set(values.get("networks") or ())
    if "pjj" in networks:
        return StructureKind.PJJ
    return StructureKind.ASE if "ase" in networks else StructureKind.OTHER


def _take(row: Structure | Service, values: Mapping[str, Any]) -> bool:
    """Put newer values in a row; whether anything changed. Older than ours: nothing. A hidden place stays hidden."""
    if row.updated_on > values["updated_on"]:
        return False
    hidden = row.confidentiality == Confidentiality.ON_REQUEST
    differing = {
        name: value
        for name, value in values.items()
        if name not in ("reference", "source") and not (hidden and name in PLACE) and getattr(row, name) != value
    }
    for name, value in differing.items():
        setattr(row, name, value)
    if differing:
        row.version += 1
        row.changed_at = now()
    return bool(differing)


def _update(model: Any, rows: Sequence[Any], fields: Sequence[str]) -> None:
    written = [name for name in fields if name not in ("reference", "source", "structure_reference")]
    if rows:
        model.objects.bulk_update(rows, [*dict.fromkeys(written), "version", "changed_at"], batch_size=100)


def _pend(services: Iterable[uuid.UUID], report: Report) -> None:
    """Have the index take them up; past a number of them, everything once."""
    pks = list(services)
    report.pending += len(pks)
    if report.pending > ENOUGH_TO_REBUILD:
        pks = [EVERYTHING]
    at = now()
    insert(Pending, ({"service_id": pk, "at": at} for pk in pks))


def _services(
    rows: Sequence[Entry],
    extension: Extension,
    read: Collection[str],
    report: Report,
    apply: bool,
    step: Callable[[int], None],
) -> None:
    seen: set[str] = set()
    done = 0
    for batch in _batches(rows):
        valid = list(_valid(batch, v1.Service, seen, report))
        seen.update(checked.id for _entry, checked in valid)
        with transaction.atomic():
            homes = _homes({checked.structure_id for _entry, checked in valid})
            kept = []
            for entry, checked in valid:
                if checked.structure_id in homes or (not apply and checked.structure_id in read):
                    kept.append((entry, checked))
                else:
                    report.refused.append(f"{entry.where} {checked.id}: its structure is not known")
            if apply:
                _write_services(kept, extension, homes, report)
        done += len(batch)
        step(done)


def _write_services(
    valid: Sequence[tuple[Entry, Any]],
    extension: Extension,
    homes: Mapping[str, Home],
    report: Report,
) -> None:
    ids = [checked.id for _entry, checked in valid]
    existing = {
        row.reference: row
        for row in Service.objects.filter(reference__in=ids).select_related("structure").select_for_update(of=("self",))
    }
    fresh: list[dict[str, Any]] = []
    changed: list[Service] = []
    for entry, checked in valid:
        values = _values(entry, checked, SERVICE)
        more = extension.get(checked.id)
        if more is not None:
            added, fault = _extended(more)
            values |= added
            if fault:
                report.refused.append(f"extension {checked.id}: {fault}")
        row = existing.get(checked.id)
        home = homes[checked.structure_id]
        if row is None:
            if home.confidentiality == Confidentiality.ON_REQUEST:
                values = {name: value for name, value in values.items() if name not in PLACE}
            fresh.append(
                {
                    "id": new_id(),
                    "structure_id": home.id,
                    "confidentiality": home.confidentiality,
                    **_NO_PLACE,
                    **values,
                }
            )
        elif _moves(row, home, values):
            if home.confidentiality == Confidentiality.ON_REQUEST != row.confidentiality:
                report.refused.append(f"{entry.where} {checked.id}: its new structure gives its address on request")
                continue
            _take(row, values)
            _move(row, home)
            changed.append(row)
        elif _take(row, values):
            changed.append(row)
        else:
            report.unchanged += 1
    at = now()
    insert(Service, ({**values, "changed_at": at} for values in fresh))
    _update(Service, changed, [*SERVICE.values(), *EXTENSION.values(), "verified_by"])
    # Of a new one, the line of its structure tells where it comes from.
    told = ({"structure_id": row.structure_id, "service_id": row.pk} for row in changed)
    insert(Change, ({**one, "kind": ChangeKind.IMPORTED.value, "at": at} for one in told))
    _pend([*(values["id"] for values in fresh), *(row.pk for row in changed)], report)
    report.services += len(fresh) + len(changed)


def _moves(row: Service, home: Home, values: Mapping[str, Any]) -> bool:
    """Whether the file, no older than what we have, says it belongs to another structure."""
    return row.structure_id != home.id and row.updated_on <= values["updated_on"]


def _move(row: Service, home: Home) -> None:
    """With its history and its hidden place; never wider than where it goes."""
    level = max(Confidentiality(row.confidentiality), Confidentiality(home.confidentiality), key=RANK.__getitem__)
    row.version, row.changed_at = row.version + 1, now()
    Service.objects.filter(pk=row.pk).update(structure=home.id, confidentiality=level)
    HiddenPlace.objects.filter(service=row.pk).update(structure=home.id)
    Change.objects.filter(service=row.pk).update(structure=home.id)
    row.structure_id = home.id


_CODES: Mapping[str, Collection[str] | None] = {
    "needs": vocabulary.needs(), "channels": Channel.values, "themes": vocabulary.standard()["thematiques"],
    "languages": None,
}  # fmt: skip


def _extended(more: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What our own exports add, and what of it is left out, and why."""
    found: dict[str, Any] = {}
    faults = []
    for name, column in EXTENSION.items():
        value = more.get(name)
        if column in _CODES:
            found[column], fault = _known(value, _CODES[column])
        elif column == "verified_on":
            found[column], fault = _day(value)
        else:
            found[column], fault = (value, "") if value is None or _is_age(value) else (None, "no age")
        if fault:
            faults.append(f"{name}: {fault}")
    youngest, oldest = found["age_from"], found["age_to"]
    if youngest is not None and oldest is not None and oldest < youngest:
        found["age_from"] = found["age_to"] = None
        faults.append("age_max: lower than age_min")
    if isinstance(by := more.get("verifie_par"), str) and len(by) <= 254:  # HSDS alone says it
        found["verified_by"] = by
    return found, "; ".join(faults)


def _extended_structure(more: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The same for a structure: only what is right is written."""
    found: dict[str, Any] = {}
    faults = []
    day, fault = _day(more.get("verifie_le"))
    if fault:
        faults.append(f"verifie_le: {fault}")
    elif "verifie_le" in more:
        found["verified_on"] = day
    for name, column, known in (
        ("nature", "kind", StructureKind.values),
        ("departement", "departement", departements.all_()),
    ):
        value = more.get(name)
        if value in known or (value == "" and name == "departement"):
            found[column] = value
        elif value is not None:
            faults.append(f"{name}: no such code")
    return found, "; ".join(faults)


def _known(value: Any, codes: Collection[str] | None) -> tuple[list[str], str]:
    """Those of a list that exist, and what the others are."""
    if value is None:
        return [], ""
    if not isinstance(value, list) or not all(isinstance(one, str) and len(one) <= 120 for one in value):
        return [], "not a list of codes"
    kept = [one for one in value if codes is None or one in codes]
    return kept, "" if len(kept) == len(value) else "no such code: " + ", ".join(sorted(set(value) - set(kept))[:3])


def _day(value: Any) -> tuple[date | None, str]:
    try:
        return (None if value is None else date.fromisoformat(value)), ""
    except (TypeError, ValueError):
        return None, "no date"


def _is_age(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 120


def _from_hsds(content: Sequence[Any]) -> Content:
    """HSDS organizations as data.inclusion records; one that its schema refuses comes out empty, and is told."""
    structures: list[Entry] = []
    services: list[Entry] = []
    extension: dict[str, Mapping[str, Any]] = {}
    for number, one in enumerate(content, 1):
        where = f"organization {number}"
        if not isinstance(one, dict) or next(hsds.validator().iter_errors(one), None) is not None:
            structures.append(Entry(where, {"id": str(one.get("id", "")) if isinstance(one, dict) else ""}))
            continue
        structure, its, more = hsds.to_records(one)
        structures.append(Entry(where, structure))
        services += [Entry(f"{where}, service {at}", row) for at, row in enumerate(its, 1)]
        extension.update(more)
    return structures, services, extension, {}
