"""Sealing and opening values. A row that holds sealed fields has a `data_key` foreign key of its own."""

import io
import json
import uuid
from collections.abc import Iterable
from typing import Any

import tink
from django.db import IntegrityError, models, transaction
from tink import aead

from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.gathering import add
from maillage.common.prepared import prepared
from maillage.vault import keyring
from maillage.vault.fields import SealedField
from maillage.vault.models import DataKey, KeyPurpose


class Erased(Exception):
    """The key was destroyed: nothing that it sealed can be read again."""


class SectionClosed(Exception):
    """The sealed field belongs to a section that was not opened."""


def _wrap_label(key_id: uuid.UUID) -> bytes:
    return b"maillage.datakey:" + key_id.bytes


def _value_label(row: models.Model, field: str) -> bytes:
    return f"{row._meta.label_lower}.{field}:{row.pk}".encode()


def new_key(purpose: str = KeyPurpose.PERSON) -> DataKey:
    """A fresh data key, wrapped and stored. Call it in the transaction that creates its person."""
    key = DataKey(purpose=purpose)
    key.wrapped = wrap(key, tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM), keyring.master())
    add(key)
    return key


def system_key() -> DataKey:
    """The key of what belongs to no person: second-factor secrets, forms parked at sign-in.

    Made at first use; of two processes that make it at the same time, one keeps the other's.
    """
    for found in _system_key():
        return found
    try:
        with transaction.atomic():
            return new_key(KeyPurpose.SYSTEM)
    except IntegrityError:
        return DataKey.objects.get(purpose=KeyPurpose.SYSTEM)


@prepared
def _system_key() -> models.QuerySet[DataKey]:
    return DataKey.objects.filter(purpose=KeyPurpose.SYSTEM)


def destroy(key: DataKey) -> None:
    """Erase: what this key sealed can never be read again, in this database or in a restored one that
    replays the ledger of erasures."""
    DataKey.objects.filter(pk=key.pk).update(wrapped=None, destroyed_at=now())
    key.refresh_from_db()


def wrap(key: DataKey, keyset: tink.KeysetHandle, master: aead.Aead) -> bytes:
    """The keyset of a data key, encrypted under a master key and bound to the key's id."""
    stream = io.BytesIO()
    keyset.write_with_associated_data(tink.BinaryKeysetWriter(stream), master, _wrap_label(key.pk))
    return stream.getvalue()


def unwrap(key: DataKey, master: aead.Aead) -> tink.KeysetHandle:
    """The keyset of a data key. Erased when it was destroyed, TinkError when `master` does not open it."""
    if key.wrapped is None:
        raise Erased(str(key.pk))
    reader = tink.BinaryKeysetReader(bytes(key.wrapped))
    return tink.read_keyset_handle_with_associated_data(reader, master, _wrap_label(key.pk))


class _Unwrapped:
    """A key in clear beside the row it came from. A copy of the row, or the row pickled, has None in its place."""

    def __init__(self, wrapped: bytes | None, primitive: aead.Aead) -> None:
        self.wrapped = wrapped
        self.primitive = primitive

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()


def _primitive(key: DataKey) -> aead.Aead:
    """What seals and opens under a key. Kept on this very object, for as long as its key is the one it was made of:
    a service that opens and seals the rows of one person unwraps once."""
    wrapped = None if key.wrapped is None else bytes(key.wrapped)
    kept: _Unwrapped | None = getattr(key, "_unwrapped", None)
    if kept is not None and kept.wrapped == wrapped:
        return kept.primitive
    found: aead.Aead = unwrap(key, keyring.master()).primitive(aead.Aead)
    key._unwrapped = _Unwrapped(wrapped, found)  # type: ignore[attr-defined]
    return found


class Sealer:
    """Seals values under one data key, unwrapped once."""

    def __init__(self, key: DataKey) -> None:
        self.key_id = key.pk
        self._aead = _primitive(key)

    def seal(self, row: models.Model, **values: Any) -> None:
        """Set sealed fields of `row` (not saved here). None and "" become NULL."""
        row.data_key_id = self.key_id  # type: ignore[attr-defined]
        for field, value in values.items():
            column = row._meta.get_field(field)
            if not isinstance(column, SealedField):
                raise TypeError(f"{row._meta.label}.{field} is not a SealedField")
            clear = None if value in (None, "", [], {}) else json.dumps(value, ensure_ascii=False).encode()
            sealed = None if clear is None else self._aead.encrypt(clear, _value_label(row, field))
            setattr(row, field, sealed)

    def seal_bytes(self, label: str, clear: bytes) -> bytes:
        sealed: bytes = self._aead.encrypt(clear, label.encode())
        return sealed


def seal(row: models.Model, key: DataKey, **values: Any) -> None:
    Sealer(key).seal(row, **values)


class Opened:
    """The right to read what one data key sealed, for some sections.

    Made by `youth.access.reveal` alone (which journals), by the system for its own key, and by the few
    processes an architecture test lists.
    """

    def __init__(self, key: DataKey, sections: Iterable[str], others: Iterable[DataKey] = ()) -> None:
        """`others`: keys of files joined to this one, opened with the first of their rows that is read."""
        self.key_id = key.pk
        self.sections = frozenset(Section(section) for section in sections)
        self._aead = _primitive(key)
        self._others = {other.pk: other for other in others}
        self._opened: dict[uuid.UUID, aead.Aead] = {key.pk: self._aead}

    def value(self, row: models.Model, field: str) -> Any:
        """The clear value, None when empty. SectionClosed when its section was not opened."""
        column = row._meta.get_field(field)
        if not isinstance(column, SealedField):
            raise TypeError(f"{row._meta.label}.{field} is not a SealedField")
        if column.section not in self.sections:
            raise SectionClosed(f"{row._meta.label}.{field}: {column.section}")
        sealed = getattr(row, field)
        if sealed is None:
            return None
        return json.loads(self._under(row).decrypt(bytes(sealed), _value_label(row, field)))

    def _under(self, row: models.Model) -> aead.Aead:
        key_id = row.data_key_id  # type: ignore[attr-defined]
        if key_id not in self._opened:
            if key_id not in self._others:
                raise SectionClosed(f"{row._meta.label} is under another key")
            self._opened[key_id] = _primitive(self._others[key_id])
        return self._opened[key_id]

    def text(self, row: models.Model, field: str) -> str:
        """The clear text, "" when empty."""
        value = self.value(row, field)
        return "" if value is None else str(value)

    def may(self, row: models.Model, field: str) -> bool:
        """Whether `value` would be let through: the field's section is open."""
        column = row._meta.get_field(field)
        return isinstance(column, SealedField) and column.section in self.sections

    def open_bytes(self, label: str, sealed: bytes, row: models.Model | None = None) -> bytes:
        """What was sealed under that label, with the key of `row` (None: the first of this right)."""
        under = self._aead if row is None else self._under(row)
        clear: bytes = under.decrypt(bytes(sealed), label.encode())
        return clear
