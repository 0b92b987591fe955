"""Children are started, started again, and ended by their own ids."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maillage.config import supervisor
from maillage.config.supervisor import Child, Supervisor

SITE = """
import sys
import django
django.setup()
from maillage.config.supervisor import Child, Supervisor
from maillage.config.web import serve
port = int(sys.argv[1])
Supervisor([Child("web", lambda: serve("127.0.0.1", port))], print).run()
"""


def sleep() -> None:
    time.sleep(600)


def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """These children open none; the connections of the suite stay as they are."""
    monkeypatch.setattr(supervisor, "alone", lambda: None)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def below(pid: int) -> Iterator[int]:
    """Ids of the processes a process started, and of theirs."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from below(int(child))


def test_a_child_that_dies_is_started_again_later_and_later() -> None:
    said: list[str] = []
    child = Child("brief", lambda: 3)
    child.tend(0.0, said.append)
    assert child.process is not None
    child.process.join()
    child.tend(1.0, said.append)
    assert child.process is None
    assert "brief ended (3)" in said[0]
    first = child.due - 1.0
    child.tend(child.due - 0.01, said.append)
    assert child.process is None
    child.tend(child.due, said.append)
    assert child.process is not None
    child.process.join()
    child.tend(child.due + 1, said.append)
    assert child.due - (1.0 + first + 1) > first
    for _ in range(20):
        child.pause = min(child.pause * 2, supervisor.LONGEST_PAUSE)
    assert child.pause == supervisor.LONGEST_PAUSE


def test_a_child_that_lived_long_starts_again_at_once() -> None:
    child = Child("old", lambda: None, pause=8.0)
    child.tend(0.0, print)
    assert child.process is not None
    child.process.join()
    child.tend(supervisor.STEADY + 1, print)
    assert child.pause == supervisor.FIRST_PAUSE


def test_all_children_end_with_the_supervisor() -> None:
    children = [Child("one", sleep), Child("two", sleep)]
    boss = Supervisor(children, lambda line: None)
    pids: list[int] = []

    def announce() -> None:
        pids.extend(child.process.pid for child in children if child.process and child.process.pid)
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    boss.run(announce=announce)
    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_child_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE", 0.2)
    child = Child("stubborn", stubborn)
    child.tend(0.0, print)
    assert child.process is not None
    boss = Supervisor([child], print)
    boss.stopping = True
    boss.run()
    assert child.process.exitcode in (-signal.SIGKILL, -signal.SIGTERM)
    assert child.process.pid is not None
    assert not alive(child.process.pid)


def test_nothing_is_announced_before_it_answers(tmp_path: Path) -> None:
    asked: list[int] = []
    boss = Supervisor([], print)

    def ready() -> bool:
        asked.append(1)
        return len(asked) == 3

    def announce() -> None:
        assert len(asked) == 3
        boss.stopping = True

    boss.run(ready, announce)


@pytest.mark.parametrize("killed", ["supervisor", "server"])
def test_no_process_outlives_the_one_that_started_it(tmp_path: Path, killed: str) -> None:
    """kill -9 leaves no time to end anything: the kernel tells the others."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "maillage.config.settings.embedded",
        "MAILLAGE_DATA": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3",
    }
    boss = subprocess.Popen([sys.executable, "-c", SITE, "0"], env=environment, stderr=subprocess.DEVNULL)
    try:
        until(lambda: len(list(below(boss.pid))) == 3)  # the server and its two processes
        server, *workers = below(boss.pid)
        os.kill(boss.pid if killed == "supervisor" else server, signal.SIGKILL)
        until(lambda: not any(alive(pid) for pid in workers))
        if killed == "supervisor":
            until(lambda: not alive(server))
    finally:
        boss.terminate()
        boss.wait()
