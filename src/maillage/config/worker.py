"""The worker: reminds, escalates, sends and seals, over and over. Any number may run; rows are claimed.

One turn that fails is logged and tried again at the next: it never stops the others.
"""

import logging
import os
import signal
import threading
from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
from types import FrameType

from django.db import close_old_connections

from maillage.accounts.letters import deliver as deliver_letters
from maillage.accounts.tidying import tidy
from maillage.audit.seal import seal_batch
from maillage.common.clock import now
from maillage.config.checks import refuse_unsafe
from maillage.config.exits import Exit
from maillage.directory.indexing import check as check_directory
from maillage.directory.indexing import refresh as refresh_directory
from maillage.directory.reminders import deliver as deliver_reminders
from maillage.directory.reminders import remind
from maillage.retention.worker import keep
from maillage.tasks.outbox import deliver as deliver_notices
from maillage.tasks.sweeper import sweep
from maillage.youth.lookup_worker import look_up
from maillage.youth.majority_worker import ROUNDS
from maillage.youth.search import NAMES

logger = logging.getLogger("maillage.worker")

PAUSE = 1.0  # seconds between two turns; a batch is sealed within two

TURNS: dict[str, Callable[[datetime], int]] = {
    "sweep": sweep,
    "notices": deliver_notices,
    "letters": deliver_letters,
    "seal": seal_batch,
    "tidy": tidy,
    "directory": lambda _now: refresh_directory(),
    "stale sheets": remind,
    "reminders": deliver_reminders,
    "lookups": look_up,
    "names": NAMES.keep,
    "retention": keep,
    "eighteen": ROUNDS.turn,
}


def turn() -> None:
    """Do everything once."""
    for name, work in TURNS.items():
        try:
            work(now())
        except Exception:
            logger.exception("%s failed", name)
        finally:
            close_old_connections()


def run(stop: threading.Event, parent: int | None = None) -> None:
    """Turn until `stop`, or until the supervisor that started us is gone."""
    while not stop.wait(PAUSE):
        if parent is not None and os.getppid() != parent:
            return
        turn()


def main(_options: Namespace) -> Exit:
    """`maillage worker`: until SIGTERM or SIGINT, whatever becomes of the shell that started it."""
    return work()


def work(parent: int | None = None) -> Exit:
    """Until told, or until the process `parent` that started it is gone."""
    refuse_unsafe()
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        check_directory()
    except Exception:
        logger.exception("the directory's index could not be checked")
    run(stop, parent)
    return Exit.OK
