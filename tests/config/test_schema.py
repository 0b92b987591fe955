"""An empty database gets its tables at once: the same as through every migration, one after the other."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from maillage.common import schema


@contextmanager
def empty_database() -> Iterator[BaseDatabaseWrapper]:
    """A database of its own, in the place of that of the run: migrations that move rows ask for the default one."""
    usual = connections["default"]
    name = f"{usual.settings_dict['NAME']}_twin"
    twin = connections.create_connection("default")
    twin.settings_dict = {**usual.settings_dict, "NAME": name}
    creation: Any = usual.creation
    if usual.vendor == "postgresql":
        with creation._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    connections["default"] = twin
    try:
        yield twin
    finally:
        twin.close()
        connections["default"] = usual
        if usual.vendor == "postgresql":
            with creation._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')
        else:
            Path(name).unlink()


_OF_POSTGRESQL = """
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'column', table_name, column_name,
        concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default, is_identity, collation_name)
        FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal
    UNION ALL SELECT 'function', '', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def shape(connection: BaseDatabaseWrapper) -> set[tuple[str, ...]]:
    """All that the engine keeps of the tables: columns, constraints, indexes, triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_OF_POSTGRESQL)
            return set(cursor.fetchall())
        cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
        found = set()
        for kind, name, table, sql in cursor.fetchall():
            if kind == "table":  # columns in whatever order they came
                inside = sql[sql.index("(") + 1 : sql.rindex(")")]
                parts = re.split(r", (?=(?:\"|CONSTRAINT|UNIQUE|CHECK)[^()]*)", inside)
                found |= {(kind, name, table, part.strip()) for part in parts}
            else:
                found.add((kind, name, table, sql))
        return found


def rows(connection: BaseDatabaseWrapper) -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # the names come from the database itself
            counts[table] = cursor.fetchone()[0]
        return counts


def test_tables_made_at_once_are_those_of_every_migration(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        with empty_database() as database:
            executor = MigrationExecutor(database)
            executor.migrate(executor.loader.graph.leaf_nodes())
            wanted = shape(database), rows(database)
        with empty_database() as database:
            assert schema.create_if_empty(database)
            assert (shape(database), rows(database)) == wanted
            assert not schema.create_if_empty(database)
