"""The ledger of erasures outside the database, beside the keys: each line signed, never rewritten.

A database brought back from yesterday knows again what was destroyed today. Replaying the ledger destroys it again.
"""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from maillage.vault import keyring

NAME = "erasures"


@dataclass(frozen=True)
class Line:
    person: uuid.UUID
    key: uuid.UUID
    at: datetime
    disposal: uuid.UUID | None

    def words(self) -> list[str]:
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return [self.person.hex, self.key.hex, at, self.disposal.hex if self.disposal else ""]


def path() -> Path:
    return Path(settings.KEYS) / NAME


def append(line: Line) -> None:
    """Add a line and have it on the disk before returning: written before the key is destroyed, never after."""
    body = json.dumps(line.words())
    text = json.dumps([body, keyring.sign(body.encode()).hex()]) + "\n"
    descriptor = os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "rb+") as out:
        if out.seek(0, os.SEEK_END) and os.pread(descriptor, 1, out.tell() - 1) != b"\n":
            text = "\n" + text  # a crash left a line unfinished
        out.write(text.encode())
        out.flush()
        os.fsync(out.fileno())


def read() -> Iterator[Line]:
    """Every erasure, once each. A line that a crash cut short is passed over; ValueError for one we did not sign."""
    known = set()
    try:
        text = path().read_text()
    except FileNotFoundError:
        return
    for number, written in enumerate(text.splitlines(), 1):
        try:
            body, signature = json.loads(written)
            words = json.loads(body)
            signed = bytes.fromhex(signature)
        except (ValueError, TypeError):
            continue
        if not keyring.signed(body.encode(), signed):
            raise ValueError(f"line {number} of the ledger of erasures is not signed by us")
        if words[0] not in known:
            known.add(words[0])
            yield Line(
                uuid.UUID(hex=words[0]),
                uuid.UUID(hex=words[1]),
                datetime.fromisoformat(words[2]),
                uuid.UUID(hex=words[3]) if words[3] else None,
            )
