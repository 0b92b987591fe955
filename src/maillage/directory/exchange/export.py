"""Writing public sheets to a file: data.inclusion v1 (JSON or CSV), HSDS 3.0 (JSON)."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.db.models import Prefetch, Q, QuerySet

from maillage.directory.access import visible_services, visible_structures
from maillage.directory.exchange import hsds
from maillage.directory.exchange.columns import SERVICE, STRUCTURE, to_csv
from maillage.directory.exchange.records import Record, extension_record, service_record, structure_record
from maillage.directory.models import Service, Structure

Progress = Callable[[int, int], None]
_BATCH = 2_000


@dataclass(frozen=True)
class Written:
    structures: int
    services: int


def write(path: Path, format_: str, *, departement: str = "", progress: Progress = lambda done, total: None) -> Written:
    """`format_`: data-inclusion (CSV when the file ends so: structures there, services in `….services.csv`) or hsds."""
    if format_ == "hsds":
        return _hsds(path, departement, progress)
    return _csv(path, departement, progress) if path.suffix == ".csv" else _json(path, departement, progress)


def _counted(records: Iterator[Record], progress: Progress, start: int, total: int) -> Iterator[Record]:
    for number, record in enumerate(records, start + 1):
        yield record
        if number % 500 == 0 or number == total:
            progress(number, total)


def _in(departement: str, of: str = "") -> Q:
    """Placed in that département or, without a place, of it."""
    placed, its = Q(**{f"{of}commune__startswith": departement}), Q(**{f"{of}departement": departement})
    return placed | (its & Q(**{f"{of}commune": ""}))


def _structures(departement: str) -> QuerySet[Structure]:
    rows = visible_structures(None).order_by("reference")
    return rows.filter(_in(departement)) if departement else rows


def _services(departement: str) -> QuerySet[Service]:
    rows = visible_services(None).order_by("reference")
    return rows.filter(_in(departement, "structure__")) if departement else rows


def structures(departement: str = "") -> Iterator[Structure]:
    """Rows, not records: two lists come from each."""
    return _structures(departement).iterator(chunk_size=_BATCH)


def services(departement: str = "") -> Iterator[Service]:
    return _services(departement).iterator(chunk_size=_BATCH)


def _json(path: Path, departement: str, progress: Progress) -> Written:
    total = 2 * (_structures(departement).count() + _services(departement).count())
    counts = []
    with path.open("w", encoding="utf-8") as out:
        lists = (
            ("structures", (structure_record(row) for row in structures(departement))),
            ("services", (service_record(row) for row in services(departement))),
            ("extension", (extension_record(row) for row in services(departement))),
            ("extension_structures", (extension_record(row) for row in structures(departement))),
        )
        done = 0
        for number, (name, records) in enumerate(lists):
            out.write("{\n" if not number else ",\n")
            count = _list(out, name, _counted(records, progress, done, total))
            done += count
            counts.append(count)
        out.write("\n}\n")
    return Written(counts[0], counts[1])


def _list(out: TextIO, name: str, records: Iterator[Record]) -> int:
    count = 0
    out.write(f'"{name}": [')
    for record in records:
        out.write(("," if count else "") + "\n" + json.dumps(record, ensure_ascii=False))
        count += 1
    out.write("\n]")
    return count


def _csv(path: Path, departement: str, progress: Progress) -> Written:
    beside = path.with_name(f"{path.stem}.services.csv")
    total = _structures(departement).count() + _services(departement).count()
    homes = (structure_record(row) for row in structures(departement))
    first = _table(path, list(STRUCTURE), _counted(homes, progress, 0, total))
    records = (service_record(row) for row in services(departement))
    return Written(first, _table(beside, list(SERVICE), _counted(records, progress, first, total)))


def _table(path: Path, columns: list[str], records: Iterator[Record]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(columns)
        for record in records:
            rows.writerow(to_csv(record, columns))
            count += 1
    return count


def _hsds(path: Path, departement: str, progress: Progress) -> Written:
    rows = _structures(departement).prefetch_related(
        Prefetch("services", queryset=visible_services(None).order_by("reference"))
    )
    total, done, told = rows.count(), 0, 0
    with path.open("w", encoding="utf-8") as out:
        out.write("[")
        for row in rows.iterator(chunk_size=_BATCH):
            shown = list(row.services.all())
            out.write(("," if done else "") + "\n" + json.dumps(hsds.organization(row, shown), ensure_ascii=False))
            done, told = done + 1, told + len(shown)
            progress(done, total)
        out.write("\n]\n")
    return Written(done, told)
