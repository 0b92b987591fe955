"""Rotation of the master key while running: one small table is rewrapped, no sealed value moves.

A new key becomes primary at once, so that whatever is wrapped from now on is under it; then every data key is
rewrapped; then the keys before it are dropped from the keyset, once no data key needs them. Processes read the
keyset file again when it changes. Stopped half-way, it is run again.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass

import tink
from django.db import transaction
from tink import aead, cleartext_keyset_handle

from maillage.common.clock import now
from maillage.vault import keyring
from maillage.vault.models import DataKey
from maillage.vault.sealing import unwrap, wrap

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Rotation:
    """How many data keys were rewrapped, and how many old master keys were dropped."""

    rewrapped: int
    retired: int


def rotate(progress: Progress | None = None) -> Rotation:
    """Make a new master key, rewrap every data key, retire the old ones. `progress(done, total)` as it goes."""
    _add_primary()
    return finish(progress)


def finish(progress: Progress | None = None) -> Rotation:
    """Rewrap what is not yet under the primary key, then retire the others. Safe to run again."""
    newest = _only_primary()
    rewrapped = 0
    # Twice: a process that had read the old keyset just before the change may have wrapped one key more.
    for _round in range(2):
        rewrapped += _rewrap_all(newest, progress)
    retired = _retire() if _all_under(newest) else 0
    return Rotation(rewrapped, retired)


def _json(handle: tink.KeysetHandle) -> dict[str, object]:
    text = io.StringIO()
    cleartext_keyset_handle.write(tink.JsonKeysetWriter(text), handle)
    parsed: dict[str, object] = json.loads(text.getvalue())
    return parsed


def _handle(keyset: dict[str, object]) -> tink.KeysetHandle:
    return cleartext_keyset_handle.read(tink.JsonKeysetReader(json.dumps(keyset)))


def _keys(keyset: dict[str, object]) -> list[dict[str, object]]:
    keys = keyset["key"]
    assert isinstance(keys, list)
    return keys


def _add_primary() -> None:
    held = _json(keyring.handle("master"))
    fresh = _json(tink.new_keyset_handle(keyring.TEMPLATES["master"]))
    keyring.store("master", _handle({**fresh, "key": [*_keys(held), *_keys(fresh)]}))


def _primary_keyset() -> dict[str, object]:
    held = _json(keyring.handle("master"))
    return {**held, "key": [key for key in _keys(held) if key["keyId"] == held["primaryKeyId"]]}


def _only_primary() -> aead.Aead:
    return _handle(_primary_keyset()).primitive(aead.Aead)


def _under(primitive: aead.Aead, key: DataKey) -> bool:
    try:
        unwrap(key, primitive)
    except tink.TinkError:
        return False
    return True


def _rewrap_all(newest: aead.Aead, progress: Progress | None) -> int:
    waiting = DataKey.objects.filter(wrapped__isnull=False)
    total, done, rewrapped = waiting.count(), 0, 0
    last = None
    while True:
        batch = list((waiting.filter(pk__gt=last) if last else waiting).order_by("pk")[:500])
        if not batch:
            return rewrapped
        last = batch[-1].pk
        with transaction.atomic():
            for key in batch:
                if not _under(newest, key):
                    fresh = wrap(key, unwrap(key, keyring.master()), newest)
                    # Only what we read: a key destroyed meanwhile stays destroyed.
                    rewrapped += DataKey.objects.filter(pk=key.pk, wrapped=key.wrapped).update(
                        wrapped=fresh, rewrapped_at=now()
                    )
        done += len(batch)
        if progress:
            progress(done, total)


def _all_under(newest: aead.Aead) -> bool:
    return all(_under(newest, key) for key in DataKey.objects.filter(wrapped__isnull=False).order_by("pk").iterator())


def _retire() -> int:
    before = len(_keys(_json(keyring.handle("master"))))
    keyring.store("master", _handle(_primary_keyset()))
    return before - 1
