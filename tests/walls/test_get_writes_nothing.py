"""Reading: everyone gets the pages that are hers, the same twice, and nothing is written but that she read.

And nothing adds, weighs, colours, ranks, lists or filters by what was observed or judged: between the two readings
something is, about Lila, and only the pages that hold it may have changed.
"""

import io
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import openpyxl
import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from maillage.casework.services import observations
from maillage.casework.services.observations import Seen
from maillage.common.clock import now
from maillage.desk import list_services, lists
from maillage.desk.enums import ExportFormat, ListKind
from maillage.desk.models import ListExport
from tests.walls.addresses import ABOUT_A_FILE, ALL, EVERYONE, OF_ONESELF, expected
from tests.walls.asking import WRONG_METHOD, at_work, lines, text_of
from tests.walls.places import Place
from tests.walls.rows import changed, stored

# Pages that hold a secret or a challenge made for that page alone; and one that is long to print.
ONCE = {"mfa_activate_totp", "mfa_add_webauthn", "episodes:paper"}
# Her file as it is read in full, who read it, and the whole journal: there, something was written.
HERS = {
    "desk:file", "desk:file_thread", "desk:file_thread_of", "desk:own_copy", "casework:observations", "youth:readings",
    "youth:access", "desk:journal",
}  # fmt: skip
# About young people, and only reached from another page: the first of each.
LINKED = {"desk:list_saved", "desk:coverage_of", "desk:coverage_list", "casework:around_place", "casework:incident"}
_OPAQUE = re.compile(r"/(?:listes|releve)/(?:\w/)?[\w-]{20,}")


def observe(place: Place) -> None:
    by = place.world.actor()
    observations.observations_write(
        by=by, person=place.world.lila, section="education",
        seen=[Seen("school", "observed", facts="Fait-unique"), Seen("digital", "contested", facts="Fait-unique")],
    )  # fmt: skip
    observations.judgement_write(
        by=by, person=place.world.lila, reading="Avis-unique", justification="Synthétique",
        review_on=(now() + timedelta(days=60)).date(),
    )  # fmt: skip


def linked(page: str) -> Iterator[tuple[str, str]]:
    found = set()
    for href in re.findall(r'href="(/(?:listes|releve|autour)/[^"?#]*)', page):
        name = resolve(unescape(href)).view_name
        if name in LINKED - found:
            found.add(name)
            yield name, unescape(href)


def files(place: Place) -> dict[str, object]:
    """What leaves as a file, but for the number of the export."""
    found: dict[str, object] = {}
    for kind in ListKind:
        table = lists.table(place.world.actor(), lists.Choice(kind), now())
        for form in ExportFormat:
            row = ListExport(pk=uuid.UUID(int=1), kind=kind, format=form, rows=len(table.rows), at=now())
            made: object = list_services.file_of(row, table, "Nour Lampe", "Synthétique")
            if form == ExportFormat.XLSX:
                sheet = openpyxl.load_workbook(io.BytesIO(made)).active  # type: ignore[arg-type]
                made = list(sheet.values) if sheet else None
            found[f"{kind}.{form}"] = made
    return found


@pytest.mark.parametrize("letters", ["EFM", "CAHDXOVN"])
def test_reading_ones_own_pages_changes_nothing(place: Place, letters: str, pytestconfig: pytest.Config) -> None:
    # Every page opens on both engines; what it says, and to whom it says the same as to another, is seen on the first.
    twice = not pytestconfig.getoption("engine_only")
    again: set[str] = set()
    faults: list[object] = []
    said: dict[tuple[str, str], str] = {}
    named: dict[str, str] = {}
    clients = {letter: at_work(place.here[letter]) for letter in letters}
    instant = now()
    for letter in letters if twice else letters.translate(dict.fromkeys(map(ord, "FMOVN"))):
        client = clients[letter]
        pages = [(name, reverse(name), reads or f"405:{ALL}") for name, (reads, _outside) in OF_ONESELF.items()]
        if letter != "N":
            pages += [
                (
                    str(address), address.url(place.ids),
                    (f"405:{ALL}" + (f" 403:{address.first}" if address.name.startswith("accounts:") else ""))
                    if address.reads is None
                    else address.reads,
                )
                for address in ABOUT_A_FILE
            ]  # fmt: skip
        before = stored()
        with time_machine.travel(instant, tick=False):
            for name, url, reads in pages:
                named[url] = name.split()[0]
                wanted = expected(reads)[letter]
                if wanted == WRONG_METHOD and letter != letters[0]:
                    continue  # refused before anybody is looked at
                first = client.get(url)
                if first.status_code != wanted:
                    faults.append((name, letter, first.status_code, wanted))
                if not twice or first.status_code != 200 or name in ONCE:
                    continue
                text = _said(first)
                if name.split()[0] in HERS:
                    if name not in again and text != _said(client.get(url)):
                        faults.append((name, letter, "not the same twice"))
                elif name not in again or name.startswith("desk:"):
                    # Of one page, whoever gets it first reads it again; of those about many people, everyone.
                    said[letter, url] = text
                again.add(name)
        faults += [(letter, "changed", table) for table in sorted(changed(before, stored()))]
    if twice:
        with time_machine.travel(instant, tick=False):
            faults += [
                (named.get(url, ""), letter, url, "not the same once somebody was observed")
                for letter, url in _changed(place, clients, said)
                if named.get(url) not in HERS
            ]
    assert not faults, lines(faults)


def _said(answer: HttpResponse) -> str:
    return _OPAQUE.sub("", text_of(answer))


def _changed(place: Place, clients: dict[str, Client], said: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    """What reads otherwise after than before: pages, those they lead to, lists, and what leaves as a file."""
    for letter, client in clients.items():
        pages = [text for (whose, _url), text in said.items() if whose == letter]
        urls = {name: url for page in pages for name, url in linked(page)}
        if (letter, "/listes/") in said:
            for what in ("people.all", "episodes.all", "tasks.all"):
                urls[what] = client.post("/listes/", {"what": what, "home": ""})["Location"]
        said |= {(letter, url): _said(client.get(url)) for url in urls.values()}
    out = files(place)
    observe(place)
    found = [key for key, text in said.items() if _said(clients[key[0]].get(key[1])) != text]
    return found + [("", name) for name, made in files(place).items() if made != out[name]]


def test_the_table_names_everyone_once_for_each_page() -> None:
    for address in ABOUT_A_FILE:
        if address.reads is not None:
            named = "".join(part[4:] for part in address.reads.split())
            assert sorted(named.replace("N", "")) == sorted(EVERYONE), address
    for name, (reads, _outside) in OF_ONESELF.items():
        assert reads is None or sorted(expected(reads)) == sorted(ALL), name
