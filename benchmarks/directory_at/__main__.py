"""`python -m benchmarks.directory_at SIZE`, with MAILLAGE_DATA an empty folder: prints one line of JSON.

The floor of a page is the same template over as many rows fetched by their keys; of the API, the same serialisation of
rows fetched by their keys. Requests go through Django in this process, without a network, one at a time.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import django

ROUNDS, WARM = 60, 5


def times(call: Callable[[], Any]) -> tuple[float, float]:
    """Median and p95, seconds."""
    for _number in range(WARM):
        call()
    taken = []
    for _number in range(ROUNDS):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken), sorted(taken)[int(0.95 * len(taken))]


def main(size: int) -> dict[str, Any]:
    django.setup()
    run: dict[str, Any] = import_module("benchmarks.directory_at.run").run(size, times)
    run["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return run


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
