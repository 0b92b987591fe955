"""The SQLite engine: several writers, one at a time, none for ever."""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, models, transaction
from django.db.migrations.state import ProjectState

from maillage.accounts.models import Organisation
from maillage.common.sqlite.base import DatabaseWrapper, Queue
from maillage.common.triggers import OF_THE_ROW, Immutable
from maillage.vault.models import DataKey, KeyPurpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DatabaseWrapper]:
    settings = connection.settings_dict | {
        "ENGINE": "maillage.common.sqlite", "NAME": str(tmp_path / "one.sqlite3"), "OPTIONS": {"timeout": 0.05},
    }  # fmt: skip
    one = DatabaseWrapper(settings, alias="one")
    connections["one"] = one
    yield one
    one.close()
    del connections["one"]


def pragma(engine: DatabaseWrapper, name: str) -> object:
    with engine.cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]


def test_commits_are_on_disk_before_they_are_answered(engine: DatabaseWrapper) -> None:
    assert pragma(engine, "journal_mode") == "wal"
    assert pragma(engine, "synchronous") == 2  # FULL
    assert pragma(engine, "foreign_keys") == 1


def held(file: str) -> bool:
    with open(file, "w") as other:
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def begin(engine: DatabaseWrapper) -> None:
    engine.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def test_the_queue_is_held_from_begin_to_commit_and_no_longer(engine: DatabaseWrapper) -> None:
    begin(engine)
    assert engine.queue is not None
    assert held(engine.queue.file)
    engine.commit()
    assert not held(engine.queue.file)


def test_a_rollback_and_a_close_give_the_place_up(engine: DatabaseWrapper) -> None:
    assert engine.connection is None
    begin(engine)
    assert engine.queue is not None
    engine.rollback()
    assert not held(engine.queue.file)
    engine.set_autocommit(True)
    begin(engine)
    assert held(engine.queue.file)
    engine.close()
    assert not held(engine.queue.file)


def test_a_writer_who_waited_too_long_gets_an_operational_error_and_may_try_again(
    engine: DatabaseWrapper, tmp_path: Path
) -> None:
    other = Queue(str(tmp_path / "one.sqlite3.lock"), 0.05)
    other.enter()
    with pytest.raises(OperationalError, match="locked"):
        begin(engine)
    other.leave()
    begin(engine)
    engine.commit()


def test_a_begin_that_fails_gives_the_place_up(engine: DatabaseWrapper, tmp_path: Path) -> None:
    pragma(engine, "journal_mode")
    stranger = sqlite3.connect(tmp_path / "one.sqlite3", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")  # a writer who knows no queue
    with pytest.raises(OperationalError, match="locked"):
        begin(engine)
    assert engine.queue is not None
    assert not held(engine.queue.file)
    stranger.close()


def test_reading_waits_for_nobody(engine: DatabaseWrapper, tmp_path: Path) -> None:
    other = Queue(str(tmp_path / "one.sqlite3.lock"), 0.05)
    other.enter()
    with engine.cursor() as cursor:
        assert cursor.execute("SELECT 1").fetchone() == (1,)
    other.leave()


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_all_get_their_turn() -> None:
    barrier, failures = threading.Barrier(8), []

    def write(number: int) -> None:
        try:
            barrier.wait()
            for turn in range(5):
                with transaction.atomic():
                    count = Organisation.objects.count()
                    Organisation.objects.create(name=f"{number}.{turn} {count}", kind="home", departement="99")
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Organisation.objects.count() == 40


def test_a_table_that_another_ones_trigger_reads_can_still_change(engine: DatabaseWrapper) -> None:
    """Rows that go with their key: the trigger reads the keys, and a later version changes the table of keys."""
    with engine.schema_editor() as editor:
        editor.create_model(DataKey)
        editor.execute("CREATE TABLE words (id INTEGER PRIMARY KEY, data_key_id CHAR(32))")
        Immutable("words", erased=OF_THE_ROW).database_forwards("vault", editor, ProjectState(), ProjectState())
    wider = models.CharField(max_length=9, choices=KeyPurpose)
    wider.set_attributes_from_name("purpose")
    wider.model = DataKey
    with engine.schema_editor() as editor:
        editor.alter_field(DataKey, DataKey._meta.get_field("purpose"), wider)
    assert pragma(engine, "legacy_alter_table") == 0
    with engine.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'vault_datakey'")
        assert "varchar(9)" in cursor.fetchone()[0]
        keys = "INSERT INTO vault_datakey (id, purpose, wrapped, created_at, destroyed_at) VALUES "
        cursor.execute(f"{keys} ('kept', 'person', 'x', '2026-01-01', NULL)")
        cursor.execute(f"{keys} ('gone', 'person', NULL, '2026-01-01', '2026-01-02')")
        cursor.execute("INSERT INTO words VALUES (1, 'kept'), (2, 'gone')")
        for refused in ("DELETE FROM words WHERE id = 1", "UPDATE words SET data_key_id = 'gone'"):
            with pytest.raises(IntegrityError, match="immutable"):
                cursor.execute(refused)
        cursor.execute("DELETE FROM words WHERE id = 2")
        cursor.execute("SELECT id FROM words")
        assert cursor.fetchall() == [(1,)]
