"""Eight processes write to one SQLite database at the same time: how long the unluckiest waits."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.claims import Claim

WRITERS, WRITES = 8, 60
_WRITER = """
import sys, time
import django
django.setup()
from django.db import connection, transaction
from maillage.accounts.models import Organisation
for turn in range(int(sys.argv[1])):
    start = time.monotonic()
    with transaction.atomic():
        Organisation.objects.create(name=f"{turn}", kind="home", departement="99")
    print(time.monotonic() - start)
    time.sleep(0.01)
"""


def measure() -> list[Claim]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "MAILLAGE_DATA": str(Path(folder) / "data"),
            "DJANGO_SETTINGS_MODULE": "maillage.config.settings.embedded",
        }
        (Path(folder) / "data").mkdir()
        subprocess.run(
            [sys.executable, "-m", "maillage", "manage", "migrate", "--verbosity", "0"], env=environment, check=True
        )
        running = [
            subprocess.Popen(
                [sys.executable, "-c", _WRITER, str(WRITES)], env=environment, stdout=subprocess.PIPE, text=True
            )
            for _ in range(WRITERS)
        ]
        waits = sorted(float(line) for one in running for line in one.communicate()[0].splitlines())
    assert len(waits) == WRITERS * WRITES, "a writer gave up"
    return [Claim(f"write with {WRITERS} writers at once, p99", waits[int(len(waits) * 0.99)] * 1000, 250, "ms")]
