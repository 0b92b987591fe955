"""Processes under measure: those below one, their memory, and waiting for one to answer."""

import subprocess
import time
from pathlib import Path

from benchmarks.site import Browser


def until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    while True:
        try:
            Browser(port).get("/compte/entrer/")
            return
        except OSError:
            if process.poll() is not None:
                raise RuntimeError("it did not start") from None
            time.sleep(0.1)


def below(pid: int) -> list[int]:
    """A process and all those it started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += below(int(child))
    return found


def pss(pid: int) -> float:
    """MB of memory, what is shared counted in parts."""
    return _megabytes(pid, "Pss:")


def file_pages(pid: int) -> float:
    """MB of it that are pages of files, which the kernel takes back when it needs them."""
    return _megabytes(pid, "Pss_File:")


def _megabytes(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
