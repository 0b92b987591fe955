"""The real product, started as a newcomer starts it, in a folder of the run."""

import hashlib
import hmac
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PERIOD = 30  # seconds a code lasts
_taken: dict[str, int] = {}


@dataclass(frozen=True)
class Site:
    url: str
    data: Path
    pid: int

    @property
    def log(self) -> Path:
        """What `maillage run` printed."""
        return self.data.parent / f"{self.data.name}.log"

    def maillage(self, *words: str) -> str:
        """Run a console command on this site's data; what it printed."""
        command = [sys.executable, "-m", "maillage", *words, "--data", str(self.data)]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=_environment()).stdout

    def code(self, email: str) -> str:
        """A second-factor code of a demo account that was not taken yet (each is taken once, half a minute ahead)."""
        counter = max(int(time.time()) // PERIOD, _taken.get(email, 0) + 1)
        while counter > int(time.time()) // PERIOD + 1:
            time.sleep(1)
        _taken[email] = counter
        return code_of(hashlib.sha256(f"maillage demo {email}".encode()).digest()[:20], counter)


def code_of(secret: bytes, counter: int) -> str:
    """RFC 6238."""
    digest = hmac.new(secret, counter.to_bytes(8, "big"), "sha1").digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def _environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "MAILLAGE_", "DATABASE"))
    }
    return kept | {"LANG": "C.UTF-8"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(data: Path) -> Iterator[Site]:
    """`maillage run` on a free port; ended by its own process id."""
    port = free_port()
    log = Site("", data, 0).log.open("w+")
    command = [sys.executable, "-m", "maillage", "run", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=_environment())
    url = f"http://localhost:{port}"
    try:
        deadline = time.monotonic() + 180
        while True:
            try:
                urllib.request.urlopen(f"{url}/compte/entrer/", timeout=2).close()
                break
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise RuntimeError(f"the site did not start:\n{log.read()}") from error
                time.sleep(0.2)
        yield Site(url, data, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()
