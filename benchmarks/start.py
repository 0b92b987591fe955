"""From the command to the first answer, on a database that exists."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks.claims import Claim


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(data: Path) -> float:
    """Seconds to the first answer; ended again."""
    port = _free_port()
    command = [sys.executable, "-m", "maillage", "run", "--port", str(port), "--data", str(data)]
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/compte/entrer/", timeout=10).close()
                return time.monotonic() - start
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None or time.monotonic() - start > 120:
                    raise RuntimeError("it never answered") from None
                time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def measure() -> list[Claim]:
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        first = _start(Path(folder) / "data")
        again = _start(Path(folder) / "data")
    return [
        Claim("first start, synthetic département loaded", first, 30, "s"),
        Claim("start on an existing database", again, 4, "s"),
    ]
