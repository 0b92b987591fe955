"""Writing many rows like a few that the product itself wrote.

A `Pattern` is a list of rows made by the services: an episode with its steps, contacts and talk. Each copy gets ids of
its own, its own instants, and every sealed column sealed anew under the key of the person it speaks of, by the vault.
Only the writing is in bulk.
"""

import json
import random
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import connection, models

from maillage.common.enums import Section
from maillage.vault.fields import SealedField
from maillage.vault.models import DataKey
from maillage.vault.sealing import Opened, Sealer


def dated_id(rng: random.Random, at: datetime) -> uuid.UUID:
    """A UUID version 7, as `common.ids` makes them, of that instant and that generator."""
    value = (int(at.timestamp() * 1000) << 80) | rng.getrandbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return uuid.UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))


def _plain(value: Any) -> Any:
    return value


def _text(value: datetime) -> str:
    """As Django writes an instant for SQLite."""
    return str(value.astimezone(UTC))[:-6]


def by_driver() -> tuple[Callable[[uuid.UUID], Any], Callable[[datetime], Any], Callable[[date], Any]]:
    """How the database driver takes an id, an instant, a day."""
    if connection.vendor == "sqlite":
        return (lambda value: value.hex), _text, str
    return _plain, _plain, _plain


class Writer:
    """Rows waiting for their table, in the order tables were first written to."""

    def __init__(self) -> None:
        self._waiting: dict[type[models.Model], list[Sequence[Any]]] = {}
        self.written = 0

    def add(self, model: type[models.Model], row: Sequence[Any]) -> None:
        self._waiting.setdefault(model, []).append(row)

    def flush(self) -> None:
        with connection.cursor() as cursor:
            for model, rows in self._waiting.items():
                columns = fields(model)
                names = ", ".join(f'"{one.column}"' for one in columns)
                if connection.vendor == "postgresql":
                    # Its driver would write each row into a statement of its own.
                    with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
                        for row in rows:
                            copy.write_row(row)
                else:
                    marks = ", ".join(["%s"] * len(columns))
                    statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})'
                    cursor.executemany(statement, rows)
                self.written += len(rows)
                rows.clear()


def fields(model: type[models.Model]) -> list[Any]:
    """The columns that are written: all but numbers the database gives."""
    return [one for one in model._meta.concrete_fields if not isinstance(one, models.BigAutoField)]


class _Row:
    """One row of a pattern, ready to be copied."""

    def __init__(self, row: models.Model, opened: Opened, own: frozenset[uuid.UUID]) -> None:
        self.model = type(row)
        self.shell = row
        self.pk = row.pk
        self.base: list[Any] = []
        self.ids: list[tuple[int, uuid.UUID]] = []
        self.instants: list[tuple[int, datetime]] = []
        self.days: list[tuple[int, date]] = []
        self.sealed: list[tuple[int, str, Any]] = []
        self.texts: list[tuple[int, Any, str, list[str]]] = []
        self.named = {field.name: (place, field) for place, field in enumerate(fields(self.model))}
        for place, field in self.named.values():
            value = getattr(row, field.attname)
            self.base.append(field.get_db_prep_save(value, connection))
            if isinstance(field, SealedField):
                if value is not None:
                    self.sealed.append((place, field.name, opened.value(row, field.name)))
            elif isinstance(value, uuid.UUID):
                self.ids.append((place, value))
            elif isinstance(value, datetime):
                self.instants.append((place, value))
            elif isinstance(value, date):
                self.days.append((place, value))
            elif isinstance(field, models.JSONField) and value:
                text = json.dumps(value)
                named = [str(one) for one in own if str(one) in text]
                if named:
                    self.texts.append((place, field, text, named))


class Pattern:
    """Rows under one data key. `own`: ids that each copy replaces, besides those of the rows."""

    def __init__(self, rows: Iterable[models.Model], key: DataKey, own: Iterable[uuid.UUID] = ()) -> None:
        found = list(rows)
        self.key = key
        ids = frozenset([*(one.pk for one in found if isinstance(one.pk, uuid.UUID)), *own, key.pk])
        opened = Opened(key, list(Section))
        self.rows = [_Row(one, opened, ids) for one in found]
        self.id_of, self.instant_of, self.day_of = by_driver()

    def copy(
        self,
        writer: Writer,
        sealer: Sealer,
        rng: random.Random,
        ids: Mapping[uuid.UUID, uuid.UUID],
        when: Callable[[datetime], datetime],
        begin: datetime,
        **columns: Mapping[str, Any],
    ) -> dict[uuid.UUID, uuid.UUID]:
        """Write one copy. `ids`: whom and what it speaks of; `when` moves instants; `columns`: values by model name
        and column, for what differs otherwise. Gives the new id of each row."""
        id_of, instant_of = self.id_of, self.instant_of
        new = {**ids, self.key.pk: sealer.key_id}
        for row in self.rows:
            if isinstance(row.pk, uuid.UUID) and row.pk not in new:
                new[row.pk] = dated_id(rng, begin)
        for row in self.rows:
            values = list(row.base)
            for place, old in row.ids:
                values[place] = id_of(new.get(old, old))
            for place, instant in row.instants:
                values[place] = instant_of(when(instant))
            for place, day in row.days:
                values[place] = self.day_of(when(datetime.combine(day, time(12), tzinfo=UTC)).date())
            if row.sealed:
                row.shell.pk = new.get(row.pk, row.pk)
                for place, name, clear in row.sealed:
                    sealer.seal(row.shell, **{name: clear})
                    values[place] = getattr(row.shell, name)
            for place, field, text, named in row.texts:
                for one in named:
                    text = text.replace(one, str(new.get(uuid.UUID(one), one)))
                values[place] = field.get_db_prep_save(json.loads(text), connection)
            for name, value in columns.get(row.model.__name__, {}).items():
                place, field = row.named[name]
                values[place] = field.get_db_prep_save(value, connection)
            writer.add(row.model, values)
        return new
