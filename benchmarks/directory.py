"""The directory at 1,000 and 100,000 synthetic services: pages and API answers over HTTP with one and eight clients,
beside the floor of the same run; the import of a file, the indexes, an export, memory.

BENCH_DIRECTORY (1000,100000; add 1000000, which takes a quarter of an hour more) says which sizes.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.claims import Claim
from benchmarks.databases import environment

SIZES = [int(size) for size in os.environ.get("BENCH_DIRECTORY", "1000,100000").split(",")]
TARGETED, LARGEST = 100_000, 1_000_000
_FLOORS = {"page": 3, "api": 2}  # a page of 20, an answer of 50


def measure() -> Iterator[Claim]:
    found: dict[int, dict[str, Any]] = {}
    for size in sorted(SIZES):
        found[size] = _run(size)
        yield from _claims(size, found[size])
    if LARGEST in found and TARGETED in found:
        yield from _growth(found[TARGETED]["served"], found[LARGEST]["served"])


def _run(size: int) -> dict[str, Any]:
    """Each part in a process of its own: the memory of one is not that of another."""
    found: dict[str, Any] = {}
    with _data(size) as data:
        done = data / "filled"
        for part in ("fill", "index", "export", "served"):
            if part == "fill" and done.exists():
                continue
            print(f"  {size:,} services: {part}…", file=sys.stderr, flush=True)
            command = [sys.executable, "-m", "benchmarks.directory_at", part, str(size)]
            told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment(data))
            found[part] = json.loads(told.stdout.splitlines()[-1])
            done.touch()
    return found


@contextmanager
def _data(size: int) -> Iterator[Path]:
    """BENCH_KEEP names a folder where the largest stays for the next run: nothing is measured while it is filled."""
    kept = os.environ.get("BENCH_KEEP", "")
    if kept and size > TARGETED:
        yield Path(kept) / f"directory-{size}"
        return
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as folder:
        yield Path(folder) / "data"


def _claims(size: int, found: Mapping[str, Any]) -> Iterator[Claim]:
    said = f"directory of {size:,}"
    fill, index, served = found.get("fill", {}), found["index"], found["served"]
    if size >= TARGETED:  # a thousand are done before the clock says anything
        yield from _at_once(said, fill, index, found["export"], size)
    for name, one in served["asked"].items():
        told = (
            f"{one['median']:.0f} ms, p95 {one['p95']:.0f}, {one['rate']:.0f}/s; floor {one['floor']:.0f} ms; "
            f"8 clients: {one['median8']:.0f} ms, p95 {one['p958']:.0f}, {one['rate8']:.0f}/s"
        )
        yield Claim(f"{said}: {name}, in floors", one["median"] / one["floor"], _FLOORS[one["kind"]], "×", told=told)
    told = f"of which {served['files']:.0f} MB are pages of the index’s files"
    yield Claim(f"{said}: memory of all processes after it (PSS)", served["memory"], 350, "MB", told=told)


def _at_once(
    said: str, fill: Mapping[str, Any], index: Mapping[str, Any], export: Mapping[str, Any], size: int
) -> Iterator[Claim]:
    """Import, indexes, export: on the wall; seconds of processor are told, for a machine where others are at work."""
    if "import" in fill:
        told = f"{fill['import']['cpu']:.1f} s of processor"
        yield Claim(f"{said}: import of a file", size / fill["import"]["wall"], 1_000, "services/s", True, told=told)
    told = f"{index['documents']:,} documents in {index['wall']:.1f} s, {index['cpu']:.1f} s of processor"
    yield Claim(f"{said}: both indexes built, per 100,000", index["wall"] * 100_000 / size, 10, "s", told=told)
    told = f"{export['services']:,} services in {export['wall']:.1f} s, {export['cpu']:.1f} s of processor"
    yield Claim(
        f"{said}: export of a département", export["services"] / export["wall"], 1_000, "services/s", True, told=told
    )


def _growth(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Claim]:
    """Floors are compared too: a machine that got busier does not count."""
    for name, one in after["asked"].items():
        small = before["asked"][name]
        times = (one["median"] / one["floor"]) / (small["median"] / small["floor"])
        yield Claim(f"directory of {LARGEST:,} against {TARGETED:,}: {name}", times, 1.5, "×")
