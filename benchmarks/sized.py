"""Pages, acts, queries, imports and a mixed day, at the size of the largest département and at a hundredth of it.

BENCH_PEOPLE (50,000), BENCH_ENGINES (sqlite,postgresql), BENCH_DAY (seconds, 60) change what is measured.
"""

import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.claims import Claim
from benchmarks.databases import filled

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "50000"))
ENGINES = os.environ.get("BENCH_ENGINES", "sqlite,postgresql").split(",")
FLOORS = {"desk": 6, "file": 6, "episode": 6, "opening": 12, "contact": 4, "step": 4}
_SAID = {
    "desk": "the desk of a home of twelve", "file": "a young person's file", "episode": "an episode's page",
    "opening": "opening an episode", "contact": "recording a contact", "step": "recording a step",
}  # fmt: skip
MOST_QUERIES, GROWTH, LARGEST = 12, 1.3, 50_000
_ALIKE = (("desk, 1 resident", "desk, 50 residents"), ("file, alone in a home", "file, in a home of 50"))


def _part(name: str, surroundings: dict[str, str]) -> dict[str, Any]:
    print(f"  measuring {name}…", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.inside", name],
        env=surroundings,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure() -> list[Claim]:
    claims: list[Claim] = []
    for engine in ENGINES:
        print(f"{engine}, {PEOPLE // 100:,} young people", file=sys.stderr, flush=True)
        with filled(engine, PEOPLE // 100) as surroundings:
            small = _part("pages", surroundings)
        print(f"{engine}, {PEOPLE:,} young people", file=sys.stderr, flush=True)
        with filled(engine, PEOPLE) as surroundings:
            asked = _part("queries", surroundings)
            full = _part("pages", surroundings)
            said = engine if PEOPLE == LARGEST else f"{engine}, {PEOPLE:,} people"
            claims += _pages(said, full, small)
            claims += _queries(said, asked)
            claims += _imports(said, _part("imports", surroundings))
            claims += _day(said, _part("day", surroundings))
    return claims


def _pages(engine: str, full: dict[str, Any], small: dict[str, Any]) -> list[Claim]:
    """In floors measured in turn with each; growth compares floors too, so that a busy machine does not count twice."""
    found = []
    for name, most in FLOORS.items():
        times, before = full[name]["ms"] / full[name]["floor"], small[name]["ms"] / small[name]["floor"]
        why = f"{full[name]['ms']:.0f} ms beside a floor of {full[name]['floor']:.1f} ms"
        found += [
            Claim(f"{engine}: {_SAID[name]}, in floors", times, most, "×", why=why),
            Claim(f"{engine}: {_SAID[name]}, against a hundredth of the size", times / before, GROWTH, "×"),
        ]
    return found


def _queries(engine: str, asked: dict[str, Any]) -> list[Claim]:
    counts = asked["queries"]
    scans = asked["scans"]
    return [
        *(Claim(f"{engine}: queries, {name}", number, MOST_QUERIES, "queries") for name, number in counts.items()),
        *(
            Claim(f"{engine}: queries more for « {many} » than for « {one} »", counts[many] - counts[one], 0, "queries")
            for one, many in _ALIKE
        ),
        Claim(f"{engine}: plans that read a large table whole", len(scans), 0, "plans", why="; ".join(scans)),
    ]


def _imports(engine: str, found: dict[str, Any]) -> list[Claim]:
    why = f"{found['rows']} rows in {found['seconds']:.1f} s, {found['refused']} refused"
    return [
        Claim(f"{engine}: import of young people through the services", found["per_second"], 300, "rows/s", True, why)
    ]


def _day(engine: str, found: dict[str, Any]) -> list[Claim]:
    label = f"{engine}: 8 people at once for {found['seconds']:.0f} s"
    return [
        Claim(f"{label}, errors", found["errors"], 0, "errors", why="; ".join(found["first"])),
        Claim(f"{label}, p99", found["p99"], 1000, "ms", why=f"median {found['p50']:.0f} ms"),
        Claim(f"{label}, requests answered", found["per_second"], 1, "req/s", True),
        Claim(f"{engine}: memory of all processes after it (PSS)", found["memory"], 300, "MB"),
    ]
