"""An empty database gets its tables at once: the same as through every migration, one after the other.

On the way through them, rows of before the instruments: they keep the words they were asked with.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from maillage.casework.models import Observation
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


BEFORE_INSTRUMENTS = [("casework", "0004_rows_go_with_the_key")]
# What `old_observations` leaves behind, and the version that says what was asked of them.
OLD = {
    "vault_datakey": 1, "accounts_user": 1, "youth_youngperson": 1, "casework_observation": 2,
    "questionnaires_questionnaire": 1,
}  # fmt: skip


def old_observations(apps: Any) -> list[Any]:
    """Two of before, by the models of that day: a domain, an answer, and no questionnaire."""
    person, at = uuid.uuid4(), datetime(2026, 3, 4, 9, tzinfo=UTC)
    key = apps.get_model("vault", "DataKey").objects.create(purpose="person", wrapped=b"x", created_at=at)
    author = apps.get_model("accounts", "User").objects.create(
        email="a@exemple.invalid", display_name="A", joined_at=at
    )
    apps.get_model("youth", "YoungPerson").objects.create(
        pk=person, main_id=person, departement="99", data_key=key, created_at=at
    )
    return [
        apps.get_model("casework", "Observation").objects.create(
            person_id=person, data_key=key, author=author, section="education", education=b"x", thread=uuid.uuid4(),
            sheet=uuid.uuid4(), domain=domain, answer=answer, written_at=at + timedelta(days=day),
        )
        for day, (domain, answer) in enumerate([("school", "observed"), ("digital", "not_looked_at")])
    ]  # fmt: skip


def they_say_what_was_asked(old: list[Any]) -> None:
    """Each keeps its item and its answer, under the words of that day, which nobody is asked any more."""
    rows = [Observation.objects.select_related("questionnaire").get(pk=one.pk) for one in old]
    assert [(row.item, row.answer) for row in rows] == [(one.domain, one.answer) for one in old]
    (asked,) = {row.questionnaire for row in rows}
    assert (asked.published_at, asked.answered_at) == (old[0].written_at, old[0].written_at)
    assert asked.withdrawn_at is not None
    (page,) = asked.definition["pages"]
    labels = {item["name"]: item["label"] for item in page["items"]}
    assert (labels["school"], len(labels)) == ({"fr": "École", "en": "School"}, 8)


def test_tables_made_at_once_are_those_of_every_migration(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        with empty_database() as database:
            executor = MigrationExecutor(database)
            executor.migrate(BEFORE_INSTRUMENTS)
            old = old_observations(executor.loader.project_state(BEFORE_INSTRUMENTS).apps)
            executor = MigrationExecutor(database)  # what is applied was read once
            executor.migrate(executor.loader.graph.leaf_nodes())
            they_say_what_was_asked(old)
            found = {table: count - OLD.get(table, 0) for table, count in rows(database).items()}
            wanted = shape(database), found
        with empty_database() as database:
            assert schema.create_if_empty(database)
            assert (shape(database), rows(database)) == wanted
            assert not schema.create_if_empty(database)
