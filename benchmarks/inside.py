"""What is measured on one database of the generator: `python -m benchmarks.inside PART` prints it as one line of JSON.

Settings, folder and database come from the environment, as for any command of ours.
"""

import csv
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django
from django.db import connection
from django.test import Client

django.setup()

from benchmarks import acts, generator  # noqa: E402  # models need the settings first
from benchmarks.names import crowd, misspelt  # noqa: E402
from benchmarks.people import browser_of, cookie_of  # noqa: E402
from benchmarks.processes import below, pss, until_it_answers  # noqa: E402
from benchmarks.site import Answer, Browser, filled, free_port, serving  # noqa: E402
from maillage.accounts.models import Organisation, User  # noqa: E402
from maillage.audit.journal import SYSTEM  # noqa: E402
from maillage.episodes.models import MissingEpisode  # noqa: E402
from maillage.youth.imports import run as import_file  # noqa: E402
from maillage.youth.models import Placement  # noqa: E402

ROUNDS, EACH = 5, int(os.environ.get("BENCH_EACH", "8"))
CLIENTS = 8
LARGE = 1_000  # rows from which reading a whole table is a full scan
MAPPING = """columns:
  reference: "N° dossier"
  family_name: Nom
  given_name: Prénom
  birth_date: "Né(e) le"
  departement: Dépt
  legal_status: Mesure en cours
  home_reference: Code lieu
  home: Lieu
  home_kind: Nature
  home_postcode: CP lieu
  home_commune: Ville lieu
  home_phone: Tél. lieu
  placed_since: Entrée
  association: Gestionnaire
  parent1_kinship: P1 lien
  parent1_name: P1 nom
  parent1_phone: P1 tél
  parent1_authority: P1 autorité
  parent1_contact: P1 contact
values:
  home_kind:
    MECS: home
defaults:
  legal_basis: Reprise du logiciel de l’ASE
"""


def _residents(reference: str) -> list[str]:
    """Who lives in that home and is not missing now."""
    missing = set(MissingEpisode.objects.filter(closed_at=None).values_list("person_id", flat=True))
    rows = Placement.objects.filter(organisation__external_reference=reference, ends_on=None).order_by("pk")
    return [str(one) for one in rows.values_list("person_id", flat=True) if one not in missing]


def _checked(answer: Answer, expected: int) -> Answer:
    if answer.status != expected:
        raise RuntimeError(f"{answer.status} instead of {expected}: {answer.body[:500]}")
    return answer


# --- Pages and acts, in floors -------------------------------------------------------------------------------------


def pages() -> dict[str, Any]:
    """Medians (ms) of each page and act, and of the floor beside it."""
    with serving() as (port, _pid):
        probe = browser_of(generator.PROBE, port)
        crowded = browser_of(generator.CROWDED, port)
        home = Organisation.objects.get(external_reference="demo-home").pk
        waiting = _residents("bench-50")
        episode = _checked(acts.open_episode(crowded, waiting.pop()), 302).location
        someone = _residents("demo-home")[0]
        own = MissingEpisode.objects.filter(organisation_id=home, closed_at=None).order_by("pk")[0].pk
        found = {
            "desk": _beside(probe, home, lambda: _checked(probe.get("/"), 200)),
            "file": _beside(probe, home, lambda: _checked(probe.get(f"/p/{someone}/"), 200)),
            "episode": _beside(probe, home, lambda: _checked(probe.get(f"/e/{own}/"), 200)),
            "opening": _beside(crowded, home, lambda: _checked(acts.open_episode(crowded, waiting.pop()), 302), 4),
            "contact": _beside(crowded, home, lambda: _checked(acts.record_contact(crowded, episode), 302)),
        }
        owed = [step for one in _open_now(crowded) for step in acts.steps_of(crowded, one)]
        found["step"] = _beside(crowded, home, lambda: _step(crowded, owed))
        return found


def _open_now(browser: Browser) -> list[str]:
    rows = MissingEpisode.objects.filter(organisation__external_reference="bench-50", closed_at=None)
    return [f"/e/{one}/" for one in rows.order_by("-opened_at").values_list("pk", flat=True)]


def _step(browser: Browser, owed: list[str]) -> Answer:
    """The next step that can be done from its own page."""
    while True:
        answer = acts.do_step(browser, owed.pop(0))
        if answer.status == 302:
            return answer


def _beside(browser: Browser, home: object, ask: Callable[[], Answer], each: int = EACH) -> dict[str, float]:
    """In turns with the floor of the same size, in rounds."""
    size = max(4_000, len(ask().body.encode()))  # the first time warms
    least, took = [], []
    for _round in range(ROUNDS):
        for _turn in range(each):
            least.append(_checked(browser.get(f"/floor/{home}/{size}/"), 200).seconds)
            took.append(ask().seconds)
    return {"ms": statistics.median(took) * 1000, "floor": statistics.median(least) * 1000}


# --- Queries -------------------------------------------------------------------------------------------------------


def queries() -> dict[str, Any]:
    """How many queries each page takes, for one row and for fifty, and the plans that read a large table whole."""
    seen: dict[str, int] = {}
    scans: set[str] = set()
    sizes = _rows_of_tables()
    for label, email, address in _asked():
        client = Client(headers={"host": "localhost"})
        client.cookies["s"] = cookie_of(User.objects.get(email=email))
        client.get(address)  # what is read once per process, and what is journalled once a while
        asked: list[tuple[str, Any]] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any, asked: Any = asked) -> Any:
            asked.append((sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{label}: {response.status_code}")
        seen[label] = len(asked)
        for sql, params in asked:
            if sql.lstrip().upper().startswith("SELECT"):
                scans |= {f"{label}: {table}" for table in _scanned(sql, params) if sizes.get(table, 0) >= LARGE}
    return {"queries": seen, "scans": sorted(scans)}


def _asked() -> list[tuple[str, str, str]]:
    alone, many = _residents_of("bench-1"), _residents_of("bench-50")
    home = Organisation.objects.get(external_reference="demo-home").pk
    own = MissingEpisode.objects.filter(organisation_id=home, closed_at=None).order_by("pk")[0].pk
    return [
        ("desk, 1 resident", generator.ALONE, "/"),
        ("desk, 50 residents", generator.CROWDED, "/"),
        ("watch", generator.MANAGER, "/garde/"),
        ("file, alone in a home", generator.ALONE, f"/p/{alone[0]}/"),
        ("file, in a home of 50", generator.CROWDED, f"/p/{many[0]}/"),
        ("episode", generator.PROBE, f"/e/{own}/"),
    ]


def _residents_of(reference: str) -> list[str]:
    rows = Placement.objects.filter(organisation__external_reference=reference, ends_on=None).order_by("pk")
    return [str(one) for one in rows.values_list("person_id", flat=True)]


def _rows_of_tables() -> dict[str, int]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        return {name: _count(cursor, name) for name in names if not name.startswith(("sqlite_", "pg_"))}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f'SELECT count(*) FROM (SELECT 1 FROM "{table}" LIMIT {LARGE}) AS few')
    return int(cursor.fetchone()[0])


def _scanned(sql: str, params: Any) -> set[str]:
    """Tables that the plan of a query reads whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            details = [row[3] for row in cursor.fetchall()]
            names = _aliases(sql)
            return {
                names.get(one.split()[1], one.split()[1])
                for one in details
                if one.startswith("SCAN ") and "USING" not in one
            }
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
        found: set[str] = set()
        _walk((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"], found)
        return found


def _walk(node: dict[str, Any], found: set[str]) -> None:
    if node["Node Type"] == "Seq Scan":
        found.add(node["Relation Name"])
    for inner in node.get("Plans", []):
        _walk(inner, found)


def _aliases(sql: str) -> dict[str, str]:
    words = sql.replace('"', "").split()
    return {words[at + 1]: words[at - 1] for at in range(1, len(words) - 1) if words[at].upper() == "AS"} | {
        words[at + 1]: words[at] for at in range(len(words) - 1) if words[at - 1].upper() in ("FROM", "JOIN")
    }


# --- Imports -------------------------------------------------------------------------------------------------------


def imports() -> dict[str, Any]:
    """Rows a second of a file of new young people, written through the services."""
    rows = int(os.environ.get("BENCH_ROWS", "600"))
    rng = random.Random("import")
    heads = ("N° dossier", "Nom", "Prénom", "Né(e) le", "Dépt", "Mesure en cours", "Code lieu", "Lieu", "Nature",
             "CP lieu", "Ville lieu", "Tél. lieu", "Entrée", "Gestionnaire", "P1 lien", "P1 nom", "P1 tél",
             "P1 autorité", "P1 contact")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "young-people.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, delimiter=";")
            writer.writerow(heads)
            for number, one in enumerate(crowd(rows, rng)):
                home = number // generator.RESIDENTS
                born = date(2011, 1, 1) + timedelta(days=rng.randrange(2000))
                writer.writerow([
                    f"B-{os.getpid()}-{number}", one.family, one.given, f"{born:%d/%m/%Y}", "93",
                    "Placement judiciaire",
                    f"BF-{home}", f"Foyer {home}", "MECS", "93200", "Saint-Denis", "01 99 00 12 34", "12/02/2024",
                    "Association du Parasol", "Mère", f"Mère de {one.given}", "06 39 98 00 42", "oui", "autorisé",
                ])  # fmt: skip
        mapping = Path(folder) / "mapping.yaml"
        mapping.write_text(MAPPING, encoding="utf-8")
        start = time.perf_counter()
        report = import_file(file, mapping, apply=True, by=SYSTEM, progress=lambda done, total: None)
        took = time.perf_counter() - start
    return {"rows": rows, "refused": len(report.refused), "seconds": took, "per_second": rows / took}


# --- A mixed day ---------------------------------------------------------------------------------------------------


def day() -> dict[str, Any]:
    """Eight people at once, web server and worker as `maillage run` starts them; memory of all processes after it."""
    seconds = float(os.environ.get("BENCH_DAY", "60"))
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "maillage", "run", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    took: list[float] = []
    errors: list[str] = []
    try:
        until_it_answers(port, process)
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=_work, args=(number, port, end, took, errors)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        memory = sum(map(pss, below(process.pid)))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
    took.sort()
    return {
        "seconds": seconds, "requests": len(took), "errors": len(errors), "first": errors[:3],
        "per_second": len(took) / seconds, "p50": took[len(took) // 2] * 1000,
        "p99": took[int(len(took) * 0.99)] * 1000,
        "memory": memory,
    }  # fmt: skip


def _work(number: int, port: int, end: float, took: list[float], errors: list[str]) -> None:
    """Mostly looking, sometimes writing: what a team does in an evening."""
    rng = random.Random(number)
    email = generator.CROWDED if number % 2 else generator.PROBE
    browser = browser_of(email, port)
    people = _residents_of("bench-50" if number % 2 else "demo-home")
    episodes = [f"/e/{one.pk}/" for one in MissingEpisode.objects.filter(
        organisation__external_reference="bench-50" if number % 2 else "demo-home", closed_at=None, returned_at=None
    ).order_by("pk")]  # fmt: skip
    connection.close()
    chance = {"desk": 50, "file": 20, "episode": 15, "contact": 10, "search": 5}
    while time.monotonic() < end:
        what = rng.choices(list(chance), list(chance.values()))[0]
        if not episodes and what in ("episode", "contact"):
            what = "desk"
        try:
            if what == "contact":
                answer, expected = acts.record_contact(browser, rng.choice(episodes)), 302
            elif what == "search":
                fields = filled(browser.get("/chercher/").body, 'name="text"')
                (one,) = crowd(1, rng)
                answer, expected = browser.post("/chercher/", fields | {"text": misspelt(one, rng)}), 200
                expected = 429 if answer.status == 429 else 200  # as many as a person types in a minute
            else:
                address = {"desk": "/", "file": f"/p/{rng.choice(people)}/", "episode": rng.choice(episodes or ["/"])}
                answer, expected = browser.get(address[what]), 200
        except Exception as error:  # counted, whatever it is: nothing that fails goes unseen
            errors.append(f"{what}: {type(error).__name__}")
            browser.connection = None
            continue
        took.append(answer.seconds)
        if answer.status != expected:
            errors.append(f"{what}: {answer.status}")


PARTS: dict[str, Callable[[], dict[str, Any]]] = {"pages": pages, "queries": queries, "imports": imports, "day": day}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]]()))
