"""New rows that wait for each other, and are then written with one statement a table: for many writes in a row.

Services hand over the rows they make with `add`. A form's are written at once; those of an import wait for the end of
its `gathering`. Foreign keys are checked at the end of the transaction: the order of tables does not matter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models

from maillage.common.bulk import insert


class Gathering:
    """Rows made so far, in order. Nothing is in the database before `write`."""

    def __init__(self) -> None:
        self._rows: list[models.Model] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: models.Model) -> None:
        self._rows.append(row)

    def keep_first(self, count: int) -> None:
        """Forget every row but the first ones: those of a service that was refused are never written."""
        del self._rows[count:]

    def write(self) -> None:
        """Insert what waits, in the transaction under way. IntegrityError says that some row cannot be, not which."""
        tables: dict[type[models.Model], list[models.Model]] = {}
        for row in self._rows:
            tables.setdefault(type(row), []).append(row)
        self._rows = []
        for model, rows in tables.items():
            fields = model._meta.concrete_fields
            insert(model, ({field.attname: field.pre_save(row, True) for field in fields} for row in rows))
            for row in rows:
                row._state.adding = False


_current: ContextVar[Gathering | None] = ContextVar("maillage_gathering", default=None)


@contextmanager
def gathering() -> Iterator[Gathering]:
    """Let rows wait; they are written when the block ends well, within the transaction that surrounds it."""
    gathered = Gathering()
    reset = _current.set(gathered)
    try:
        yield gathered
        gathered.write()
    finally:
        _current.reset(reset)


def under_way() -> bool:
    return _current.get() is not None


def add(row: models.Model) -> None:
    """Insert a new row: now, or with the others of the gathering under way."""
    gathered = _current.get()
    if gathered is None:
        row.save(force_insert=True)
    else:
        gathered.add(row)


def unwritten(row: models.Model) -> bool:
    """Whether that row still waits: nobody else can know of it, and no query finds it."""
    return row._state.adding
