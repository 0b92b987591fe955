"""`make bench`: measure every claim, write results/latest.json. Exit code 1 when one is not met."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
_NOT_CLAIMS = {"__init__", "__main__", "claims"}


def main(names: list[str]) -> int:
    wanted = names or sorted(path.stem for path in HERE.glob("*.py") if path.stem not in _NOT_CLAIMS)
    rows = []
    for name in wanted:
        for claim in import_module(f"benchmarks.{name}").measure():
            verdict = "met" if claim.met else "MISSED"
            print(f"{verdict:7}{claim.value:10.1f} {claim.unit:4} {claim.claim} ({claim.target:g})")
            rows.append(
                {"benchmark": name, "claim": claim.claim, "value": round(claim.value, 3), "target": claim.target,
                 "unit": claim.unit, "met": claim.met}
            )  # fmt: skip
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    found = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "claims": rows}
    (results / "latest.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return 0 if all(row["met"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
