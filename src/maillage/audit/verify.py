"""Reading the whole journal back: the first row that does not fit, and every other."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import tink

from maillage.audit.journal import canonical
from maillage.audit.models import JournalEntry, SealedBatch
from maillage.audit.seal import digest_of, from_ranges, read_mark, statement
from maillage.common.clock import now
from maillage.vault import keyring

# A row younger than this may still wait for the worker.
UNSEALED_FOR = timedelta(minutes=2)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Fault:
    """What does not fit: a row (or batch) and why, in English for the console."""

    row: int | None
    cause: str


@dataclass
class Report:
    """`rows` and `batches` read; `faults` in order, empty when all fits; `unsealed` rows still waiting."""

    rows: int = 0
    batches: int = 0
    unsealed: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def verify(progress: Progress | None = None, at: datetime | None = None) -> Report:
    """Check every MAC, every batch, the chain and the mark outside the database. Reads only."""
    instant = at or now()
    report = Report()
    total = JournalEntry.objects.count()
    macs: dict[int, bytes] = {}
    ages: dict[int, datetime] = {}
    nonces: set[uuid.UUID] = set()
    checker = keyring.journal_mac()
    for entry in _rows():
        report.rows += 1
        try:
            checker.verify_mac(bytes(entry.mac), canonical(entry))
        except tink.TinkError:
            report.faults.append(Fault(entry.pk, "altered, or not written by Maillage"))
        if entry.nonce in nonces:
            report.faults.append(Fault(entry.pk, "inserted: a copy of another row"))
        nonces.add(entry.nonce)
        macs[entry.pk] = bytes(entry.mac)
        ages[entry.pk] = entry.at
        if progress and report.rows % 500 == 0:
            progress(report.rows, total)
    sealed: set[int] = set()
    _batches(report, macs, sealed)
    for row_id in sorted(set(macs) - sealed):
        if ages[row_id] < instant - UNSEALED_FOR:
            report.faults.append(Fault(row_id, "in no sealed batch: inserted, or the worker was stopped"))
        else:
            report.unsealed += 1
    _mark(report)
    report.faults.sort(key=lambda fault: (fault.row is None, fault.row or 0))
    if progress:
        progress(report.rows, total)
    return report


def _rows() -> Iterator[JournalEntry]:
    return JournalEntry.objects.order_by("pk").iterator(chunk_size=1_000)


def _batches(report: Report, macs: dict[int, bytes], sealed: set[int]) -> None:
    previous, before = 0, ""
    for batch in SealedBatch.objects.order_by("pk").iterator(chunk_size=200):
        report.batches += 1
        ids = from_ranges(batch.ranges)
        first = min(ids, default=None)
        if batch.previous != previous:
            report.faults.append(Fault(first, f"batch {batch.pk} does not follow batch {previous}: one was removed"))
        elif not keyring.signed(statement(batch, before), bytes(batch.signature)):
            report.faults.append(Fault(first, f"batch {batch.pk} is not signed by us"))
        missing = [row_id for row_id in ids if row_id not in macs]
        report.faults.extend(Fault(row_id, f"removed from batch {batch.pk}") for row_id in missing)
        if not missing and digest_of((row_id, macs[row_id]) for row_id in ids) != batch.digest:
            report.faults.append(Fault(first, f"batch {batch.pk}: a row was replaced"))
        sealed.update(ids)
        previous, before = batch.pk, batch.digest


def _mark(report: Report) -> None:
    try:
        mark = read_mark()
    except ValueError as error:
        report.faults.append(Fault(None, str(error)))
        return
    newest = SealedBatch.objects.order_by("-pk").first()
    if mark is None:
        if newest is not None:
            report.faults.append(Fault(None, "the mark outside the database is missing"))
        return
    batch = SealedBatch.objects.filter(pk=mark.batch).first()
    if batch is None:
        report.faults.append(Fault(mark.last_id, f"batch {mark.batch}, known outside the database, is gone: tail cut"))
    elif batch.digest != mark.digest:
        report.faults.append(Fault(mark.last_id, f"batch {mark.batch} differs from the mark: tail rewritten"))
