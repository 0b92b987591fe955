"""The directory at 1,000 and 100,000 synthetic services (and as many as MAILLAGE_BENCH_MOST says): searches through
the real views, beside the floor of the same run. `benchmarks.directory_at` measures one size, in a process of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from benchmarks.claims import Claim

SIZES = (1_000, 100_000)


def measure() -> Iterator[Claim]:
    most = int(os.environ.get("MAILLAGE_BENCH_MOST", "0"))
    for size in sorted({*SIZES, *({most} if most else set())}):
        yield from _claims(size, _run(size))


def _run(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as folder:
        settings = {"MAILLAGE_DATA": folder, "DJANGO_SETTINGS_MODULE": "maillage.config.settings.embedded"}
        command = [sys.executable, "-m", "benchmarks.directory_at", str(size)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **settings})
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def _claims(size: int, found: dict[str, Any]) -> Iterator[Claim]:
    told = f"{size:,} services".replace(",", " ")
    yield Claim(f"{told}: one index built, per 100,000", found["index"] * 100_000 / size, 10, "s")
    yield Claim(f"{told}: import of a file", found["import"], 1_000, "/s", more=True)
    yield Claim(f"{told}: memory of the process at its highest", found["memory"], 350, "MB")
    for kind, floor, times_floor in (("pages", "page_floor", 3), ("api", "api_floor", 2)):
        for name, (median, late) in found[kind].items():
            yield Claim(f"{told}: {kind}, {name}: median, beside the floor", median / found[floor][0], times_floor, "×")
            yield Claim(f"{told}: {kind}, {name}: p95", late * 1000, 250, "ms")
