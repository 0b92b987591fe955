"""Writing many new rows at once, for imports the size of a country.

`bulk_create` makes a model of each row and compiles each value into one long statement: most of its time. Here values
go to the driver as they are, in one prepared statement. Defaults and conversions are those of the fields, constraints
those of the database. No signal is sent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

_AT_ONCE = 1_000
# What drivers take without being told how.
_PLAIN = (models.CharField, models.TextField, models.FloatField, models.IntegerField, models.BooleanField)
_MOST_LISTS = 20_000  # remembered as the driver takes them: the same few come back in thousands of rows


def insert(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert rows, each column by its `attname`, of the type the model says; how many. A column that is left out takes
    its default; one that has none is a KeyError; the database numbers what it numbers. Call within a transaction."""
    connection = connections[DEFAULT_DB_ALIAS]  # not the proxy: it is asked for each value
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608  # our own names
    plan = [_step(field, connection) for field in fields]
    count = 0
    with connection.cursor() as cursor:
        for batch in _batches(rows):
            cursor.executemany(statement, [[step(row) for step in plan] for row in batch])
            count += len(batch)
    return count


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _step(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Mapping[str, Any]], Any]:
    """How one column of a row is read, and given to the driver."""
    name = field.attname
    default = field.get_default if field.has_default() or field.null or field.empty_strings_allowed else None
    if isinstance(field, _PLAIN):
        convert = None
    elif isinstance(field, models.JSONField):
        convert = _lists_remembered(field, connection)
    else:
        convert = partial(field.get_db_prep_save, connection=connection)

    def read(row: Mapping[str, Any]) -> Any:
        value = row[name] if default is None or name in row else default()
        return value if convert is None else convert(value)

    return read


def _lists_remembered(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    seen: dict[tuple[str, ...], Any] = {}

    def convert(value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return field.get_db_prep_save(value, connection)
        key = tuple(value)
        if key not in seen:
            if len(seen) >= _MOST_LISTS:
                seen.clear()
            seen[key] = field.get_db_prep_save(value, connection)
        return seen[key]

    return convert
