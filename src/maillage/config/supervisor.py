"""One process that forks others, forks again the one that dies, and ends them all with itself.

Children are forked, not started afresh: what the supervisor has loaded (Django, the models) is loaded once, and its
memory is shared. They are known by the process ids of their own `Process` objects: nothing else on the machine is
touched. Should the supervisor itself be killed, the kernel ends its children (`together`).
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess
from types import FrameType

from django.db import connections

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds before a child that died is started again
STEADY = 60.0  # a child that lived this long starts afresh
PATIENCE = 10.0  # seconds a child has to end before it is killed
TICK = 0.1
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
_FORK = multiprocessing.get_context("fork")


def together(parent: int, number: int = signal.SIGTERM) -> None:
    """From now on this process gets a signal when its parent ends, however that ends. Linux; elsewhere nothing."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, number, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the line above
        os.kill(os.getpid(), number)


def alone() -> None:
    """Nothing of this process that a fork must not share is left open: connections, their pool."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
    gc.collect()
    gc.freeze()  # a collection in a child would copy the pages it looks at


def _inside(work: Callable[[], object], parent: int) -> None:
    """In the child: signals as in a new process, then its work."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    # A session of its own: Ctrl-C reaches the supervisor alone, which then ends its children in order.
    os.setsid()
    together(parent)
    code = work()
    sys.exit(code if isinstance(code, int) else 0)


@dataclass
class Child:
    """Work kept running in a process of its own."""

    name: str
    work: Callable[[], object]
    process: ForkProcess | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = field(default=0.0)  # when to start it (monotonic)

    def tend(self, now: float, say: Callable[[str], None]) -> None:
        """Start it when it is due; plan a new start when it died."""
        if self.process is None:
            if now >= self.due:
                alone()
                self.process = _FORK.Process(target=_inside, args=(self.work, os.getpid()), name=self.name)
                self.process.start()
                self.started = now
            return
        code = self.process.exitcode
        if code is None:
            return
        self.process = None
        self.pause = FIRST_PAUSE if now - self.started > STEADY else min(self.pause * 2, LONGEST_PAUSE)
        self.due = now + self.pause
        say(f"{self.name} ended ({code}); started again in {self.pause:.0f} s")

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for the end, kill at `until` (monotonic)."""
        if self.process is None:
            return
        self.process.join(max(0.0, until - time.monotonic()))
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()


class Supervisor:
    """Runs until SIGTERM, SIGINT or SIGHUP."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = list(children)
        self.say = say
        self.stopping = False

    def run(self, ready: Callable[[], bool] = lambda: True, announce: Callable[[], None] = lambda: None) -> None:
        """Keep the children running; `announce` once `ready` says so."""
        before = {
            number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        }
        announced = False
        try:
            while not self.stopping:
                for child in self.children:
                    child.tend(time.monotonic(), self.say)
                if not announced and ready():
                    announce()
                    announced = True
                time.sleep(TICK)
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        for child in self.children:
            child.end()
        until = time.monotonic() + PATIENCE
        for child in self.children:
            child.wait(until)
