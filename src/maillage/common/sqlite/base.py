"""WAL, every commit on disk before it is answered, and writers that queue before they begin.

SQLite lets one writer in at a time and makes the others try again blindly; with eight of them the slowest wait
grew tenfold. Here a writer first takes a lock on a file beside the database, and gives up after a deadline with
the same OperationalError SQLite raises: the caller answers 503 with the form kept.
"""

import fcntl
import os
import time
from contextlib import suppress
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor

_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY"
_FIRST_WAIT, _LONGEST_WAIT = 0.001, 0.016  # seconds


class Queue:
    """One writer's place before the door: a lock on a file, held from before BEGIN until after the end."""

    def __init__(self, file: str, deadline: float) -> None:
        self.file = file
        self.deadline = deadline
        self._descriptor: int | None = None

    def enter(self) -> None:
        """Wait for the door. OperationalError after the deadline (seconds)."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        end, wait = time.monotonic() + self.deadline, _FIRST_WAIT
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    os.close(descriptor)
                    raise OperationalError("database is locked") from None
                time.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                self._descriptor = descriptor
                return

    def leave(self) -> None:
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)  # closing gives the lock up


class SchemaEditor(DatabaseSchemaEditor):
    """A table is changed by copying it, dropping it and giving its name to the copy. SQLite refuses the last step
    while a trigger of another table reads it (`Immutable(erased=…)`), unless it renames the name and no more."""

    def _remake_table(self, *args: Any, **kwargs: Any) -> None:
        self.execute("PRAGMA legacy_alter_table = ON")
        try:
            super()._remake_table(*args, **kwargs)  # type: ignore[misc]
        finally:
            self.execute("PRAGMA legacy_alter_table = OFF")


class DatabaseWrapper(base.DatabaseWrapper):
    """OPTIONS: `timeout`, seconds a writer waits (5 by default)."""

    SchemaEditorClass = SchemaEditor
    queue: Queue | None = None

    def get_connection_params(self) -> dict[str, Any]:
        options = self.settings_dict["OPTIONS"]
        options.setdefault("transaction_mode", "IMMEDIATE")
        options.setdefault("init_command", _PRAGMAS)
        options.setdefault("timeout", 5.0)
        if not self.is_in_memory_db():
            self.queue = Queue(f"{self.settings_dict['NAME']}.lock", float(options["timeout"]))
        params: dict[str, Any] = super().get_connection_params()
        return params

    def _start_transaction_under_autocommit(self) -> None:
        if self.queue is not None:
            self.queue.enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            if self.connection is None or not self.connection.in_transaction:  # else: rolled back next
                self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _leave(self) -> None:
        if self.queue is not None:
            with suppress(OSError):
                self.queue.leave()
