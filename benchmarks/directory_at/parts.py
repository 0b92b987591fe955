"""The parts. Settings, folder and database come from the environment."""

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from benchmarks.directory_at import world
from benchmarks.people import cookie_of
from benchmarks.processes import below, file_pages, pss, until_it_answers
from benchmarks.site import Answer, Browser, free_port
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.services import membership_open, organisation_save, user_create
from maillage.audit.journal import SYSTEM
from maillage.config import prepare
from maillage.directory import indexing
from maillage.directory.exchange import export as writing
from maillage.directory.exchange import intake
from maillage.directory.models import Service

READER = "lectrice@exemple.invalid"
LARGEST_FILE = 100_000  # past it, rows are written without a file: reading one is measured at this size
ROUNDS, CLIENTS = int(os.environ.get("BENCH_EACH", "40")), 8
TOGETHER = max(1, ROUNDS // 3)
COMMUNE, NEED, THEME, TYPO = "59350", "sexual-health", "sante--acces-aux-soins", "consultasion de santée pour jeunes"


class _Watch:
    """Seconds on the wall and of the processor."""

    def __enter__(self) -> "_Watch":
        self.start, self.work = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_error: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self.start, time.process_time() - self.work

    def told(self) -> dict[str, float]:
        return {"wall": self.wall, "cpu": self.cpu}


def fill(size: int) -> dict[str, Any]:
    """Tables, one professional, so many services."""
    prepare.folders()
    prepare.keys()
    prepare.tables()
    prepare.definitions(look_closely=True)
    prepare.static()
    home = organisation_save(by=SYSTEM, name="Maison du banc", kind=OrganisationKind.HOME, departement="59")
    reader = user_create(by=SYSTEM, email=READER, display_name="Lectrice")
    membership_open(by=SYSTEM, user=reader, organisation=home, role=Role.EDUCATOR)
    if size > LARGEST_FILE:
        world.fill(size)
        return {}
    file = Path(settings.DATA) / "all.json"
    world.write(size, file)
    with _Watch() as watch:
        report = intake.run(file)
    file.unlink()
    assert not report.refused, report.refused[:3]
    return {"import": watch.told()}


def index(size: int) -> dict[str, Any]:
    with _Watch() as watch:
        made = indexing.rebuild()
    return {**watch.told(), "documents": sum(made.values())}


def export(size: int) -> dict[str, Any]:
    with _Watch() as watch:
        made = writing.write(Path(settings.DATA) / "59.json", "data-inclusion", departement="59")
    return {**watch.told(), "services": made.services}


def _asked() -> dict[str, tuple[str, str]]:
    """Name → page or API, address."""
    sheet = Service.objects.select_related("structure").order_by("reference")[0]

    def address(path: str, **asked: Any) -> str:
        return f"{path}?{urlencode(asked)}"

    return {
        "page, commune and need": ("page", address("/annuaire/", commune=COMMUNE, need=NEED)),
        "page, commune": ("page", address("/annuaire/", commune=COMMUNE)),
        "page, text with a typo": ("page", address("/annuaire/", text=TYPO)),
        "page, a structure": ("page", f"/annuaire/fiche/{sheet.structure_id}/"),
        "map, a town": ("page", address("/annuaire/points/", bounds="50.5,2.9,50.8,3.3")),
        "map, the country": ("page", address("/annuaire/points/", bounds="41,-5,51.5,10")),
        "API, commune and theme": (
            "api", address("/api/v1/search/services", code_commune=COMMUNE, thematiques=THEME)),
        "API, commune": ("api", address("/api/v1/search/services", code_commune=COMMUNE)),
        "API, text with a typo": ("api", address("/api/v1/services", recherche_public=TYPO)),
        "API, services of a département": ("api", address("/api/v1/services", code_departement="59")),
        "API, one service": ("api", f"/api/v1/services/{sheet.reference}"),
    }  # fmt: skip


def served(size: int) -> dict[str, Any]:
    """Web server and worker as `maillage run` starts them."""
    cookie = cookie_of(User.objects.get(email=READER))
    home = Organisation.objects.order_by("pk")[0].pk
    with _running() as (port, pid):
        browser = Browser(port, {"s": cookie})
        found = {}
        for name, (kind, address) in _asked().items():
            found[name] = {"kind": kind, **_measured(browser, address, home), **_together(port, cookie, address)}
        processes = below(pid)
        return {"asked": found, "memory": sum(map(pss, processes)), "files": sum(map(file_pages, processes))}


@contextmanager
def _running() -> Any:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "maillage", "run", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        until_it_answers(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _checked(answer: Answer) -> Answer:
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {answer.body[:500]}")
    return answer


def _measured(browser: Browser, address: str, home: object) -> dict[str, float]:
    """In turns with a floor of as many bytes, ms."""
    size = max(500, len(_checked(browser.get(address)).body.encode()))
    for _turn in range(4):  # both web processes open the index
        browser.get(address)
    floors, took = [], []
    for _round in range(ROUNDS):
        floors.append(_checked(browser.get(f"/floor/{home}/{size}/")).seconds * 1000)
        took.append(_checked(browser.get(address)).seconds * 1000)
    return {
        "median": statistics.median(took), "p95": _late(took), "rate": 1000 * len(took) / sum(took),
        "floor": statistics.median(floors), "bytes": size,
    }  # fmt: skip


def _together(port: int, cookie: str, address: str) -> dict[str, float]:
    """Eight clients at once."""
    took: list[float] = []

    def ask() -> None:
        browser = Browser(port, {"s": cookie})
        for _turn in range(TOGETHER):
            took.append(_checked(browser.get(address)).seconds * 1000)

    threads = [threading.Thread(target=ask) for _client in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    assert len(took) == CLIENTS * TOGETHER, "a client got no answer"
    return {"median8": statistics.median(took), "p958": _late(took), "rate8": len(took) / seconds}


def _late(took: list[float]) -> float:
    return sorted(took)[int(0.95 * len(took))]
