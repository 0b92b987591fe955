"""A stranger, then a professional, reads everything there is to read, twice: once as things are, once with the hidden
place somewhere else, or no hidden sheet at all. Not one byte may differ: then no order, count, distance, length, tag or
log line can say where it is, however they are sorted or subtracted."""

import json
import logging
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.directory import indexing
from maillage.directory.enums import Confidentiality
from maillage.directory.models import Change, HiddenPlace, Pending, Service, Structure
from maillage.directory.places import hide
from maillage.directory.services import service_save, structure_save
from maillage.portal.addresses import View, hidden
from maillage.portal.rules import orientation, paths
from tests.accounts.people import signed_in
from tests.directory.world import GRENOBLE, LILLE, TRACES, Network

BREST = "29019"
ELSEWHERE = {
    "address": "4 impasse du Gobelet", "postcode": "29200", "commune": BREST, "commune_name": "Brest",
    "latitude": 48.39, "longitude": -4.48,
}  # fmt: skip
NEAR = (GRENOBLE, BREST, LILLE, "38421", "75056", "69123")
VIEWS = ("45.1,5.6,45.3,5.8", "48.3,-4.6,48.5,-4.4", "45.18,5.72,45.19,5.73", "41,-5,51,10", "45.2,5.0,51,10")
VOLATILE = re.compile(r'(csrfmiddlewaretoken|form_token)" value="[^"]*"|nonce="[^"]*"')
Read = dict[str, tuple[int, str, tuple[tuple[str, str], ...]]]


def of_the_api() -> Iterator[str]:
    for size in (1, 1000):
        for page in (1, 3):
            yield f"/api/v1/services?size={size}&page={page}"
            yield f"/api/v1/structures?size={size}&page={page}"
    for code in NEAR:
        yield f"/api/v1/search/services?code_commune={code}&size=1000"
        yield f"/api/v1/services?code_commune={code}"
        yield f"/api/v1/structures?code_commune={code}"
    for code in ("38", "29", "59"):
        yield f"/api/v1/services?code_departement={code}"
        yield f"/api/v1/structures?code_departement={code}"
    yield from ("/api/v1/search/services?lat=45.18&lon=5.72", "/api/v1/search/services?lat=48.39&lon=-4.48")
    for said in ("tourterelles", "douze places", "abri", "grenoble", "brest", "hébergement"):
        yield f"/api/v1/services?recherche_public={said}"
        yield f"/api/v1/search/services?recherche_public={said}&code_commune={GRENOBLE}"
    yield from ("/api/v1/services?thematiques=logement-hebergement", "/api/v1/services?score_qualite_minimum=0.5")
    yield from ("/api/v1/sources", "/api/v1/openapi.json", "/api/v1/doc/thematiques")


def of_the_directory() -> Iterator[str]:
    for code in NEAR[:4]:
        for radius in (5, 200):
            yield f"/annuaire/?commune={code}&radius={radius}"
        yield f"/annuaire/?commune={code}&map=1&kind=shelter"
    for view in VIEWS:
        yield f"/annuaire/points/?bounds={view}"
        yield f"/annuaire/points/?bounds={view}&text=tourterelles"
    yield f"/annuaire/?bounds={VIEWS[0]}"
    yield from (f"/annuaire/?text={said}" for said in ("tourterelles", "grenoble", "brest", "théière", "gobelet"))
    yield from ("/annuaire/", "/annuaire/?page=2", "/annuaire/?need=specialised-shelter", "/annuaire/a-traiter/")


def read(client: Client, begin: list[str], inside: str, most: int = 400) -> Read:
    """Those addresses, and all that their pages link to under `inside`; what came, headers too."""
    todo, found = list(begin), Read()
    while todo and len(found) < most:
        url = todo.pop(0)
        if url in found:
            continue
        answer = client.get(url)
        text = VOLATILE.sub("", answer.content.decode())
        if "json" in answer.get("Content-Type", ""):
            text = json.dumps(answer.json(), ensure_ascii=False)  # « é » as it is read, not as it is sent
        found[url] = (answer.status_code, text, tuple(sorted(answer.headers.items())))
        if "html" in answer.get("Content-Type", ""):
            for link in re.findall(r'(?:href|action)="([^"#]+)', text):
                target = urljoin(url, unescape(link))
                if target.startswith(inside) and not urlsplit(target).netloc:
                    todo.append(target)
    return found


def as_a_stranger() -> Read:
    """Each outcome that looks around a place, there and elsewhere; who receives what is transmitted; the whole API."""
    client = Client()
    outcomes = {stop.outcome.key: stop.code for stop in paths(orientation()) if stop.outcome and stop.outcome.near}
    pages = [
        f"/i/fr/{code}/{hidden(place)}/{View(map=True).code}/"
        for code in outcomes.values()
        for place in (GRENOBLE, BREST, LILLE)
    ]
    pages += [f"/i/fr/4/{hidden(departement)}/" for departement in ("38", "29")]
    found = read(client, [*pages, *of_the_api()], "/none/")
    url = f"/i/fr/{outcomes['pro_partner']}/"
    for number, typed in enumerate(("38000", "Brest", "17 rue de la Théière", "Tourterelles")):
        answer = client.post(url, {"place": typed})
        text = answer.content.decode().replace(typed, "")
        found[f"{url} {number}"] = (answer.status_code, text, tuple(sorted(answer.items())))
    return found


def as_a_professional(network: Network) -> Read:
    return read(signed_in(network.educator), list(of_the_directory()), "/annuaire/fiche/")


def differing(before: Read, after: Read) -> list[str]:
    assert before.keys() == after.keys()
    return [url for url in before if before[url] != after[url]]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_a_stranger_reads_the_same_whether_there_is_a_hidden_sheet_or_none(
    network: Network, said: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(now(), tick=False):
        before = as_a_stranger()
        assert not any(trace in repr(before) for trace in (*TRACES, "Tourterelles", "Ombrelle"))
        assert "Accueil et écoute" in repr(before)
        Change.objects.all().delete()
        HiddenPlace.objects.all().delete()
        Service.objects.exclude(confidentiality=Confidentiality.PUBLIC).delete()
        Structure.objects.exclude(confidentiality=Confidentiality.PUBLIC).delete()
        Pending.objects.all().delete()
        indexing.rebuild()
        assert not differing(before, as_a_stranger())
    assert not any(trace in said.text for trace in TRACES)


def test_a_professional_who_was_not_given_it_reads_the_same_wherever_it_is(
    network: Network, said: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(now(), tick=False):
        before = as_a_professional(network)
        assert "Tourterelles" in repr(before)
        assert reverse("directory:sheet", args=[network.shelter.pk]) in before
        assert not any(trace in repr(before) for trace in TRACES)
        hide(network.shelter, None, ELSEWHERE)
        hide(network.shelter, network.beds, ELSEWHERE)
        indexing.rebuild()
        assert not differing(before, as_a_professional(network))
    assert not any(trace in said.text for trace in (*TRACES, "Gobelet"))


def test_what_changed_is_seen_when_the_place_is_no_secret(network: Network) -> None:
    """So that the two tests above mean something."""
    shelter = structure_save(by=SYSTEM, structure=network.shelter, confidentiality=Confidentiality.PROFESSIONALS)
    client, [grenoble, *_others] = signed_in(network.educator), VIEWS
    asked = [f"/annuaire/points/?bounds={grenoble}", f"/annuaire/?commune={BREST}&radius=5"]
    beds = service_save(by=SYSTEM, service=network.beds, confidentiality=Confidentiality.PROFESSIONALS)
    indexing.refresh()
    before = read(client, asked, "/none/")
    structure_save(by=SYSTEM, structure=shelter, **ELSEWHERE)
    service_save(by=SYSTEM, service=beds, **ELSEWHERE)
    indexing.refresh()
    assert differing(before, read(client, asked, "/none/")) == asked
