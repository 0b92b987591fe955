"""`make bench`: measure every claim, write results/latest.json. Exit code 1 when one is not met.

`python -m benchmarks start names` measures those parts only; claims that are not measured again stay as they were.
"""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "latest.json"
DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_BEGIN, _END = "<!-- results -->", "<!-- end -->"
PARTS = ("start", "writers", "names", "directory", "sized")


def main(names: list[str]) -> int:
    if unknown := set(names) - set(PARTS):
        print(f"no such part: {', '.join(sorted(unknown))} (there are {', '.join(PARTS)})", file=sys.stderr)
        return 2
    rows: list[dict[str, Any]] = []
    if names and RESULTS.exists():
        rows = json.loads(RESULTS.read_text())["claims"]
    failed = False
    for name in names or PARTS:
        measured = _measured(name)
        failed |= not all(row["met"] for row in measured)
        again = {row["claim"] for row in measured}
        rows = [*(row for row in rows if row["claim"] not in again), *measured]
    rows.sort(key=lambda row: PARTS.index(row["benchmark"]))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"claims": rows}, indent=2, ensure_ascii=False) + "\n")
    _publish(rows)
    return 1 if failed else 0


def _publish(rows: list[dict[str, Any]]) -> None:
    """The table of docs/benchmarks.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN, 1)
    _old, after = rest.split(_END, 1)
    newest = max(row["at"] for row in rows)[:10]
    lines = [f"Measured {newest}. A load above the number of cores says that others were at work on the machine.", ""]
    lines += ["| claim | value | target | | machine |", "| --- | ---: | ---: | --- | --- |"]
    for row in rows:
        sign = "" if row["unit"] == "×" else " "
        met = "met" if row["met"] else "**missed**"
        because = "; ".join(filter(None, ["" if row["met"] else row["why"], row.get("told", "")]))
        met += f": {because}" if because else ""
        value = f"{row['value']:.1f}{sign}{row['unit']}"
        lines.append(f"| {row['claim']} | {value} | {row['target']:g}{sign}{row['unit']} | {met} | {row['machine']} |")
    DOCUMENT.write_text(f"{before}{_BEGIN}\n" + "\n".join(lines) + f"\n{_END}{after}", encoding="utf-8")


def _measured(name: str) -> list[dict[str, Any]]:
    """Each claim with when, on what machine, and how busy that machine was."""
    found = []
    for claim in import_module(f"benchmarks.{name}").measure():
        verdict = "met" if claim.met else "MISSED"
        because = "; ".join(filter(None, ["" if claim.met else claim.why, claim.told]))
        because = f": {because}" if because else ""
        print(f"{verdict:7}{claim.value:10.1f} {claim.unit:7} {claim.claim} ({claim.target:g}){because}", flush=True)
        found.append(
            {
                "benchmark": name, "claim": claim.claim, "value": round(claim.value, 3), "target": claim.target,
                "unit": claim.unit, "met": claim.met, "why": claim.why, "told": claim.told,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}, Python {platform.python_version()}",
            }
        )  # fmt: skip
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
