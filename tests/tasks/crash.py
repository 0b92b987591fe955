"""Killing a process before its nth write, for every n: what is left must be whole, and the next sweep finishes it.

    crash.before_every_write(database, tmp_path, act=open_an_episode, check=rows_are_whole)

runs `act` in a child process against a copy of `database` (a file, SQLite) and kills it with SIGKILL before write 1;
then `check` in another child, against the same file; again before write 2, and so on until `act` lives to its end.
A write is an INSERT, UPDATE or DELETE, or a commit: a commit that never came is the last one of each transaction.

Children are forks: they inherit what the test has loaded, take a connection of their own to the file, and never
return to pytest. What `act` and `check` return comes back pickled; what they raise fails the test with its traceback.
"""

import fcntl
import os
import pickle
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.utils import load_backend

SQLITE = "maillage.common.sqlite"
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
# Far more writes than any one action makes: a harness that never ends has a fault of its own.
_ENOUGH = 500


@dataclass(frozen=True)
class Outcome:
    """`killed`: the child died before the write it was told to. `value`: else, what its function returned."""

    killed: bool
    value: Any = None


def settings_of(database: Path) -> dict[str, Any]:
    """Connection settings for that file, the other ones as in the suite; a busy machine makes writers wait longer."""
    return connections.settings["default"] | {"ENGINE": SQLITE, "NAME": str(database), "OPTIONS": {"timeout": 120.0}}


def here() -> dict[str, Any]:
    """Connection settings of the suite's own database, for children of a test that commits (`transactional_db`).

    On a server only: no other process sees a database in memory. Without the pool, whose threads no fork inherits.
    """
    own = dict(connections["default"].settings_dict)
    return own | {"OPTIONS": {key: value for key, value in own["OPTIONS"].items() if key != "pool"}}


@contextmanager
def _connected(settings: dict[str, Any]) -> Iterator[Any]:
    inherited = connections["default"]  # kept alive: closing it here would close the parent's
    fresh = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, alias="default")
    connections["default"] = fresh
    try:
        yield fresh
    finally:
        fresh.close()
        connections["default"] = inherited


def _die_before(write: int, connection: Any) -> Callable[..., Any]:
    """An execute wrapper that kills this process before its nth write; commits are counted too."""
    seen = 0
    commit = connection._commit

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == write:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted_commit() -> None:
        count()
        commit()

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(_WRITES):
            count()
        return execute(sql, params, many, context)

    connection._commit = counted_commit
    return wrapper


@dataclass
class Child:
    """A fork at work. `wait` collects it."""

    pid: int
    answers: int

    def wait(self) -> Outcome:
        with os.fdopen(self.answers, "rb") as pipe:
            said = pipe.read()
        _pid, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return Outcome(killed=True)
        ok, value = pickle.loads(said)
        if not ok:
            pytest.fail(f"in the child process:\n{value}", pytrace=False)
        return Outcome(killed=False, value=value)


def spawn(settings: dict[str, Any], work: Callable[[], Any], *, die_before: int | None = None) -> Child:
    """Start `work` in a child with its own connection. Several may run at once."""
    readable, writable = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writable)
        return Child(pid, readable)
    os.close(readable)
    code = 0
    try:
        with _connected(settings) as connection:
            if die_before is None:
                answer = (True, work())
            else:
                connection.ensure_connection()
                with connection.execute_wrapper(_die_before(die_before, connection)):
                    answer = (True, work())
    except BaseException:
        answer = (False, traceback.format_exc())
    try:
        with os.fdopen(writable, "wb") as pipe:
            pipe.write(pickle.dumps(answer))
    except BaseException:
        code = 1
    os._exit(code)  # neither fixtures nor destructors of the parent run here


def run(settings: dict[str, Any], work: Callable[[], Any], *, die_before: int | None = None) -> Outcome:
    return spawn(settings, work, die_before=die_before).wait()


def copy(database: Path, target: Path) -> Path:
    """A copy of a database file nobody has open."""
    for suffix in ("", "-wal", "-shm", ".lock"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
        source = Path(f"{database}{suffix}")
        if source.exists() and suffix in ("", "-wal"):
            shutil.copy(source, f"{target}{suffix}")
    return target


def before_every_write(
    database: Path, folder: Path, *, act: Callable[[], Any], check: Callable[[bool], Any]
) -> list[Outcome]:
    """Kill `act` before each of its writes, each time on a fresh copy, then `check(killed)` what is left.

    The outcomes of `act`, the last one not killed. `check` runs in a child too: it asserts on rows.
    """
    outcomes: list[Outcome] = []
    for write in range(1, _ENOUGH):
        settings = settings_of(copy(database, folder / "crashed.sqlite3"))
        outcome = run(settings, act, die_before=write)
        outcomes.append(outcome)
        run(settings, lambda killed=outcome.killed: check(killed))  # type: ignore[misc]
        if not outcome.killed:
            return outcomes
    pytest.fail(f"more than {_ENOUGH} writes")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, worker_id: str, django_db_blocker: Any) -> Iterator[Path]:
    """An empty SQLite file with every table, made once a run for all its processes, whatever engine the suite is on."""
    folder = tmp_path_factory.getbasetemp()
    file = (folder if worker_id == "master" else folder.parent) / "migrated.sqlite3"

    def migrate() -> None:
        call_command("migrate", verbosity=0, interactive=False)

    with django_db_blocker.unblock():
        with file.with_suffix(".making").open("w") as making:
            fcntl.flock(making, fcntl.LOCK_EX)
            if not file.exists():
                partial = file.with_suffix(".partial")
                run(settings_of(partial), migrate)
                partial.rename(file)
        yield file


@pytest.fixture
def prepared(migrated: Path, tmp_path: Path) -> Callable[[Callable[[], Any]], tuple[Path, Any]]:
    """`prepared(setup)`: a copy of the migrated file in which `setup` has run; the file and what `setup` returned."""

    def prepare(setup: Callable[[], Any]) -> tuple[Path, Any]:
        file = copy(migrated, tmp_path / "prepared.sqlite3")
        return file, run(settings_of(file), setup).value

    return prepare
