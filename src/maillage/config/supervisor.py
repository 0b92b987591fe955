"""One process that starts others, starts again the one that dies, and ends them all with itself.

Children are known by the process ids of their own `Popen` objects: nothing else on the machine is touched.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds before a child that died is started again
STEADY = 60.0  # a child that lived this long starts afresh
PATIENCE = 10.0  # seconds a child has to end before it is killed
TICK = 0.1
WORKER_AFTER = 2.0


@dataclass
class Child:
    """A command kept running."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = field(default=0.0)  # when to start it (monotonic)

    def tend(self, now: float, say: Callable[[str], None]) -> None:
        """Start it when it is due; plan a new start when it died."""
        if self.process is None:
            if now >= self.due:
                # A session of its own: Ctrl-C reaches the supervisor alone, which then ends its children in order.
                self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603  # our own commands
                self.started = now
            return
        code = self.process.poll()
        if code is None:
            return
        self.process = None
        self.pause = FIRST_PAUSE if now - self.started > STEADY else min(self.pause * 2, LONGEST_PAUSE)
        self.due = now + self.pause
        say(f"{self.name} ended ({code}); started again in {self.pause:.0f} s")

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for the end, kill at `until` (monotonic)."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


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


def web(host: str, port: int, workers: int = 2, threads: int = 4) -> Child:
    """The web server: synchronous views on a few threads in a few processes."""
    return Child(
        "web",
        [
            os.path.join(os.path.dirname(sys.executable), "granian"),
            "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws",
            "--workers", str(workers), "--blocking-threads", str(threads),
            "--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "warning",
            "maillage.config.wsgi:application",
        ],
    )  # fmt: skip


def worker() -> Child:
    """Started a moment after the web server, which somebody waits for."""
    return Child("worker", [sys.executable, "-m", "maillage", "worker"], due=time.monotonic() + WORKER_AFTER)
