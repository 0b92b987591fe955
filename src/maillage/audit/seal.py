"""Sealing the journal: signed batches of rows, chained, with a high-water mark outside the database.

Rows themselves carry a MAC and never wait for each other (a chained head costs half the throughput); the worker
seals what has come since, within 2 seconds. Removing or rewriting the tail, batches included, is seen from the mark.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from maillage.audit.enums import CLOCK_MOVED, MARK
from maillage.audit.journal import SYSTEM, record
from maillage.audit.models import JournalEntry, SealedBatch
from maillage.common.clock import now
from maillage.vault import keyring

# On PostgreSQL a row may be committed after rows with higher ids: how many ids back a batch looks for them.
LOOK_BACK = 2_000
LIMIT = 5_000
CLOCK_TOLERANCE = timedelta(seconds=5)


@dataclass(frozen=True)
class Mark:
    """The newest batch, as last written outside the database."""

    batch: int
    last_id: int
    digest: str
    signature: str


def to_ranges(ids: Iterable[int]) -> list[list[int]]:
    """[1, 2, 3, 7] → [[1, 3], [7, 7]]."""
    ranges: list[list[int]] = []
    for value in sorted(ids):
        if ranges and ranges[-1][1] == value - 1:
            ranges[-1][1] = value
        else:
            ranges.append([value, value])
    return ranges


def from_ranges(ranges: Iterable[Sequence[int]]) -> list[int]:
    return [value for first, last in ranges for value in range(first, last + 1)]


def digest_of(rows: Iterable[tuple[int, bytes]]) -> str:
    """SHA-256 over (id, mac) in order of id."""
    running = hashlib.sha256()
    for row_id, row_mac in rows:
        running.update(row_id.to_bytes(8, "big") + bytes(row_mac))
    return running.hexdigest()


def statement(batch: SealedBatch, before: str) -> bytes:
    """What a batch's signature covers: its own columns and the digest of the batch before."""
    at = [value.astimezone(UTC).isoformat(timespec="microseconds") for value in (batch.sealed_at, batch.latest_at)]
    return json.dumps([batch.previous, before, at, batch.ranges, batch.count, batch.digest]).encode()


def mark_path() -> Path:
    return Path(settings.KEYS) / MARK


def read_mark() -> Mark | None:
    """The mark; None before the first batch. ValueError when it was not written by us."""
    try:
        written = json.loads(mark_path().read_text())
        held = Mark(**written)
    except FileNotFoundError:
        return None
    except (TypeError, json.JSONDecodeError) as error:
        raise ValueError("the mark cannot be read") from error
    body = json.dumps([held.batch, held.last_id, held.digest]).encode()
    if not keyring.signed(body, bytes.fromhex(held.signature)):
        raise ValueError("the mark is not signed by us")
    return held


def _write_mark(batch: SealedBatch) -> None:
    last_id = max(last for _first, last in batch.ranges)
    signature = keyring.sign(json.dumps([batch.pk, last_id, batch.digest]).encode()).hex()
    target = mark_path()
    partial = target.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # a folder of keys stays closed
    with os.fdopen(descriptor, "w") as out:
        out.write(json.dumps(asdict(Mark(batch.pk, last_id, batch.digest, signature))))
        out.flush()
        os.fsync(out.fileno())
    os.replace(partial, target)


def seal_batch(at: datetime | None = None) -> int:
    """Seal what has come since the last batch; how many rows. Two workers at once: one seals, the other gets 0."""
    try:
        with transaction.atomic():
            batch = _seal(at or now())
    except IntegrityError:
        return 0
    if batch is None:
        return 0
    _write_mark(batch)
    return batch.count


def _seal(at: datetime) -> SealedBatch | None:
    before = SealedBatch.objects.order_by("-id").first()
    newest = max((last for _first, last in before.ranges), default=0) if before else 0
    covered = _covered_since(newest - LOOK_BACK)
    waiting = JournalEntry.objects.filter(pk__gt=newest - LOOK_BACK).order_by("pk")
    rows = [row for row in waiting.values_list("pk", "mac", "at")[: LOOK_BACK + LIMIT] if row[0] not in covered]
    if not rows:
        return None
    latest = max(row[2] for row in rows)
    if before is not None and latest < before.latest_at - CLOCK_TOLERANCE:
        record(CLOCK_MOVED, by=SYSTEM, payload={"was": before.latest_at.isoformat(), "now": latest.isoformat()})
    batch = SealedBatch(
        sealed_at=at,
        previous=before.pk if before else 0,
        ranges=to_ranges(row[0] for row in rows),
        count=len(rows),
        latest_at=max(latest, before.latest_at) if before else latest,
        digest=digest_of((row[0], bytes(row[1])) for row in rows),
    )
    batch.signature = keyring.sign(statement(batch, before.digest if before else ""))
    batch.save(force_insert=True)
    return batch


def _covered_since(floor: int) -> set[int]:
    covered: set[int] = set()
    for batch in SealedBatch.objects.order_by("-id").iterator(chunk_size=50):
        covered.update(value for value in from_ranges(batch.ranges) if value > floor)
        if max(last for _first, last in batch.ranges) <= floor:
            break
    return covered
