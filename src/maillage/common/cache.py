"""The cache shared by the web processes: rows of JSON in a table. Rate limits live there.

Django's own database cache holds pickles: whoever can write the table could run code in the web process, and read
the keys. Here a row that was forged, or is not JSON, is a value or nothing. Rows leave when they expire, never
because there are many: nobody pushes a counter out by filling the table.
"""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from maillage.common.clock import now

_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class JsonCache(BaseCache):
    """`LOCATION`: its table (cache_key, value, expires). Values are what JSON holds."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._table = connection.ops.quote_name(table)

    def _run(self, sql: str, *values: Any) -> tuple[int, tuple[Any, ...] | None]:
        """How many rows were touched, and the first one returned."""
        adapt = connection.ops.adapt_datetimefield_value
        sent = [adapt(value) if isinstance(value, datetime) else value for value in values]
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("TABLE", self._table), sent)
            return cursor.rowcount, cursor.fetchone() if cursor.description else None

    def _expires(self, timeout: Any) -> datetime:
        seconds = self.get_backend_timeout(timeout)  # since 1970; None for ever
        return _NEVER if seconds is None else datetime.fromtimestamp(seconds, UTC)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version=version)
        _count, row = self._run('SELECT "value" FROM TABLE WHERE "cache_key" = %s AND "expires" > %s', name, now())
        try:
            return default if row is None else json.loads(row[0])
        except ValueError:
            return default

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        name = self.make_and_validate_key(key, version=version)
        self._run(
            'INSERT INTO TABLE ("cache_key", "value", "expires") VALUES (%s, %s, %s) ON CONFLICT ("cache_key") '
            'DO UPDATE SET "value" = excluded."value", "expires" = excluded."expires"',
            name,
            json.dumps(value),
            self._expires(timeout),
        )

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Of several processes that add the same key at once, one is told True."""
        name = self.make_and_validate_key(key, version=version)
        instant = now()
        self._run('DELETE FROM TABLE WHERE "expires" <= %s', instant)
        added, _row = self._run(
            'INSERT INTO TABLE ("cache_key", "value", "expires") VALUES (%s, %s, %s) '
            'ON CONFLICT ("cache_key") DO NOTHING',
            name,
            json.dumps(value),
            self._expires(timeout),
        )
        return added == 1

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """One more, in one statement; it expires when it would have. ValueError when it is not there."""
        name = self.make_and_validate_key(key, version=version)
        _count, row = self._run(
            'UPDATE TABLE SET "value" = CAST(CAST("value" AS bigint) + %s AS text) '
            'WHERE "cache_key" = %s AND "expires" > %s RETURNING "value"',
            delta,
            name,
            now(),
        )
        if row is None:
            raise ValueError("no such key")
        return int(row[0])

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        touched, _row = self._run(
            'UPDATE TABLE SET "expires" = %s WHERE "cache_key" = %s AND "expires" > %s',
            self._expires(timeout),
            name,
            now(),
        )
        return touched == 1

    def delete(self, key: Any, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        gone, _row = self._run('DELETE FROM TABLE WHERE "cache_key" = %s', name)
        return gone == 1

    def clear(self) -> None:
        self._run("DELETE FROM TABLE")
