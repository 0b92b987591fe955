"""Children are started, started again, and ended by their own ids."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from maillage.config import supervisor
from maillage.config.supervisor import Child, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)",
]


def until(condition: "threading.Event | object") -> None:
    end = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "never happened"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_that_dies_is_started_again_later_and_later() -> None:
    said: list[str] = []
    child = Child("brief", [sys.executable, "-c", "raise SystemExit(3)"])
    child.tend(0.0, said.append)
    assert child.process is not None
    child.process.wait()
    child.tend(1.0, said.append)
    assert child.process is None
    assert "brief ended (3)" in said[0]
    first = child.due - 1.0
    child.tend(child.due - 0.01, said.append)
    assert child.process is None
    child.tend(child.due, said.append)
    assert child.process is not None
    child.process.wait()
    child.tend(child.due + 1, said.append)
    assert child.due - (1.0 + first + 1) > first
    for _ in range(20):
        child.pause = min(child.pause * 2, supervisor.LONGEST_PAUSE)
    assert child.pause == supervisor.LONGEST_PAUSE


def test_a_child_that_lived_long_starts_again_at_once() -> None:
    child = Child("old", [sys.executable, "-c", ""], pause=8.0)
    child.tend(0.0, print)
    assert child.process is not None
    child.process.wait()
    child.tend(supervisor.STEADY + 1, print)
    assert child.pause == supervisor.FIRST_PAUSE


def test_all_children_end_with_the_supervisor() -> None:
    children = [Child("one", SLEEPER), Child("two", SLEEPER)]
    boss = Supervisor(children, lambda line: None)
    pids: list[int] = []

    def announce() -> None:
        pids.extend(child.process.pid for child in children if child.process)
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    boss.run(announce=announce)
    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_child_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE", 0.2)
    child = Child("stubborn", STUBBORN)
    child.tend(0.0, print)
    assert child.process is not None
    boss = Supervisor([child], print)
    boss.stopping = True
    boss.run()
    assert child.process.returncode in (-signal.SIGKILL, -signal.SIGTERM)
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


def test_commands_of_the_two_children() -> None:
    command = supervisor.web("127.0.0.1", 8123).command
    assert command[command.index("--interface") + 1] == "wsgi"
    assert command[command.index("--port") + 1] == "8123"
    assert Path(command[0]).exists()
    assert list(supervisor.worker().command)[1:] == ["-m", "maillage", "worker"]
