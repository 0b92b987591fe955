"""Sealed files: ciphertext only, in `settings.FILES`, named by the id of the row they belong to."""

import os
import uuid
from pathlib import Path

from django.conf import settings
from django.db import models

from maillage.vault.sealing import Opened, Sealer


def path_of(row_id: uuid.UUID) -> Path:
    """Two levels, so that no folder grows large. The last digits of an id are random."""
    name = row_id.hex
    return Path(settings.FILES) / name[-2:] / name


def _label(row: models.Model) -> str:
    return f"file:{row._meta.label_lower}:{row.pk}"


def store(row: models.Model, sealer: Sealer, clear: bytes) -> int:
    """Seal and write, whole or not at all; the size in bytes of the clear content.

    Call it before the row is inserted: if the transaction fails, what stays is ciphertext nobody points at
    (`maillage manage sweep_files` removes it); a row never points at a file that is not there.
    """
    target = path_of(row.pk)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(sealer.seal_bytes(_label(row), clear))
            out.flush()
            os.fsync(out.fileno())
        os.replace(partial, target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return len(clear)


def load(row: models.Model, opened: Opened) -> bytes:
    """The clear content. FileNotFoundError when the file is gone."""
    return opened.open_bytes(_label(row), path_of(row.pk).read_bytes(), row)


def remove(row_id: uuid.UUID) -> None:
    path_of(row_id).unlink(missing_ok=True)
