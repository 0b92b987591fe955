"""Writing public sheets to a file: data.inclusion v1 (JSON or CSV), HSDS 3.0 (JSON)."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from django.db.models import Prefetch

from maillage.directory.access import visible_services, visible_structures
from maillage.directory.exchange import hsds
from maillage.directory.exchange.columns import SERVICE, STRUCTURE, to_csv
from maillage.directory.exchange.records import Record, extension_record, service_record, structure_record

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


def structures(departement: str = "") -> Iterator[Record]:
    rows = visible_structures(None)
    if departement:
        rows = rows.filter(commune__startswith=departement)
    return (structure_record(row) for row in rows.order_by("reference").iterator(chunk_size=_BATCH))


def services(departement: str = "") -> Iterator[Any]:
    """Rows, not records: two of the three lists come from each."""
    rows = visible_services(None)
    if departement:
        rows = rows.filter(structure__commune__startswith=departement)
    return rows.order_by("reference").iterator(chunk_size=_BATCH)


def _json(path: Path, departement: str, progress: Progress) -> Written:
    total = visible_structures(None).count() + 2 * visible_services(None).count()
    counts = []
    with path.open("w", encoding="utf-8") as out:
        lists = (
            ("structures", structures(departement)),
            ("services", (service_record(row) for row in services(departement))),
            ("extension", (extension_record(row) for row in services(departement))),
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
    total = visible_structures(None).count() + visible_services(None).count()
    first = _table(path, list(STRUCTURE), _counted(structures(departement), progress, 0, total))
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
    rows = visible_structures(None)
    if departement:
        rows = rows.filter(commune__startswith=departement)
    rows = rows.prefetch_related(Prefetch("services", queryset=visible_services(None).order_by("reference")))
    total, done, told = rows.count(), 0, 0
    with path.open("w", encoding="utf-8") as out:
        out.write("[")
        for row in rows.order_by("reference").iterator(chunk_size=_BATCH):
            shown = list(row.services.all())
            out.write(("," if done else "") + "\n" + json.dumps(hsds.organization(row, shown), ensure_ascii=False))
            done, told = done + 1, told + len(shown)
            progress(done, total)
        out.write("\n]\n")
    return Written(done, told)
