"""The worker goes on whatever one of its turns does."""

import logging
import os
import threading
from argparse import Namespace
from datetime import datetime

import pytest

from maillage.config import worker
from maillage.config.exits import Exit

pytestmark = pytest.mark.django_db


def test_it_sweeps_sends_and_seals() -> None:
    assert list(worker.TURNS) == [
        "sweep",
        "notices",
        "letters",
        "seal",
        "tidy",
        "directory",
        "stale sheets",
        "reminders",
        "lookups",
        "names",
        "retention",
        "eighteen",
    ]


def test_a_turn_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def broken(_now: datetime) -> int:
        raise RuntimeError("a name that must not be logged")

    def fine(_now: datetime) -> int:
        done.append("fine")
        return 1

    monkeypatch.setattr(worker, "TURNS", {"broken": broken, "fine": fine})
    with caplog.at_level(logging.ERROR):
        worker.turn()
        worker.turn()
    assert done == ["fine", "fine"]
    assert [record.getMessage() for record in caplog.records] == ["broken failed", "broken failed"]


def test_it_ends_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, turns = threading.Event(), []

    def one(_now: datetime) -> int:
        turns.append(1)
        if len(turns) == 3:
            stop.set()
        return 0

    monkeypatch.setattr(worker, "PAUSE", 0.0)
    monkeypatch.setattr(worker, "TURNS", {"one": one})
    worker.run(stop)
    assert len(turns) == 3


def test_it_ends_when_its_supervisor_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.0)
    monkeypatch.setattr(worker, "TURNS", {})
    worker.run(threading.Event(), parent=os.getppid() + 1)


def test_started_by_hand_it_outlives_its_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int | None] = []
    monkeypatch.setattr(worker, "refuse_unsafe", lambda: None)
    monkeypatch.setattr(worker.signal, "signal", lambda _number, _handler: None)
    monkeypatch.setattr(worker, "run", lambda _stop, parent=None: told.append(parent))
    assert worker.main(Namespace()) == Exit.OK
    assert worker.work(7) == Exit.OK
    assert told == [None, 7]
