"""Who comes first: near, then open now, then in the reader's language; and nobody is left out for any of them."""

import re
from dataclasses import replace
from datetime import date, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from maillage.audit.journal import SYSTEM
from maillage.directory import hours, indexing, selectors
from maillage.directory.enums import Channel, StructureKind
from maillage.directory.queries import Query, Sheet
from maillage.directory.ranking import PLACES, answers_in, weight
from maillage.directory.services import service_save, structure_save
from maillage.portal.addresses import View, hidden
from maillage.portal.rules import orientation, paths
from tests.accounts.people import signed_in
from tests.directory.world import LILLE, Network

RONCHIN, ROUBAIX, ARRAS = "59507", "59512", "62041"  # 3, 11 and 44 km from Lille
WEDNESDAY_NOON = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))
WRITTEN = date(2026, 1, 5)
DAY, NIGHT = "Mo-Su 08:00-18:00", "Mo-Su 20:00-23:00"


def test_the_rule_by_examples() -> None:
    """Each line comes before the next."""
    told = [
        weight(3.0, True, True, place=1),  # a little farther, and still as near: open, in her language
        weight(0.0, True, False, place=2),
        weight(5.0, None, True),  # hours nobody wrote: perhaps
        weight(0.0, None, False),
        weight(0.0, False, True, place=2),  # closed now
        weight(3.0, False, True, place=1),
        weight(0.0, False, False, place=2),
        weight(5.1, True, True),  # a bus away
        weight(14.0, False, False),
        weight(40.0, True, True),
        weight(119.0, False, False),
        weight(200.0, False, False),
        weight(None, True, True),  # by telephone
        weight(None, True, False),
        weight(None, False, False),
    ]
    assert told == sorted(told, reverse=True)
    assert len(set(told)) == len(told)


def test_the_index_may_add_it_up() -> None:
    whole = weight(0.0, True, True, place=PLACES - 1)
    assert whole == weight(0.0) + weight(open_now=True) + weight(speaks=True) + PLACES - 1
    assert whole < 2**24  # its scores have 32 bits


def test_french_makes_no_difference() -> None:
    assert answers_in(["fr", "ro"], "ro")
    assert not answers_in([], "ro")
    assert not answers_in(["fr"], "fr")
    assert not answers_in(["fr"], "")


@pytest.fixture
def around(network: Network) -> Network:
    """Places of every sort in four communes, and two that answer from a distance."""
    for commune, name in ((LILLE, "Lille"), (RONCHIN, "Ronchin"), (ROUBAIX, "Roubaix"), (ARRAS, "Arras"), ("", "")):
        home = structure_save(
            by=SYSTEM, name=f"Kiosque {name or 'de loin'}", kind=StructureKind.YOUTH_PLACE, commune=commune,
            updated_on=WRITTEN, phone="0199000000",
        )  # fmt: skip
        for number, (times, languages) in enumerate((
            (NIGHT, []), (NIGHT, ["ro"]), ("", ["fr"]), ("", ["ro", "fr"]), (DAY, ["es"]), (DAY, ["fr", "ro"]),
        )):  # fmt: skip
            service_save(
                by=SYSTEM, structure=home, name=f"Banc {number}", needs=["listening"], commune=commune, hours=times,
                languages=languages, channels=[] if commune else [Channel.PHONE], updated_on=WRITTEN,
                zones=[] if commune else ["france"],
            )  # fmt: skip
    indexing.rebuild()
    return network


def worth(sheet: Sheet, language: str) -> int:
    is_open = hours.is_open(sheet.hours, WEDNESDAY_NOON)
    return weight(sheet.distance, is_open, answers_in(sheet.languages, language))


def test_the_index_follows_the_rule_and_hides_nobody(around: Network) -> None:
    plain = Query(needs=["listening"], commune=LILLE, size=100)
    everyone = selectors.search(plain).hits
    for language in ("ro", "es", "fr"):
        told = replace(plain, open_first=WEDNESDAY_NOON, speaking=language)
        ranked = selectors.search(told).hits
        assert {hit.id for hit in ranked} == {hit.id for hit in everyone}
        assert len(ranked) == 5 * 6 + 1 + 1  # with those of the network
        # Among equals, the nearest commune.
        order = [(worth(hit, language), -(hit.distance or 0)) for hit in ranked]
        assert order == sorted(order, reverse=True)
        # Page by page, the same.
        pages = [selectors.search(replace(told, size=5, page=page)).hits for page in range(1, 8)]
        assert [hit.id for page in pages for hit in page] == [hit.id for hit in ranked]


def test_without_a_place_the_words_go_first_and_the_language_parts_equals(around: Network) -> None:
    found = selectors.search(Query(text="kiosque lille", speaking="ro", size=100)).hits
    assert [hit.structure_name for hit in found][:6] == ["Kiosque Lille"] * 6
    assert [answers_in(hit.languages, "ro") for hit in found][:6] == [True] * 3 + [False] * 3


@time_machine.travel(WEDNESDAY_NOON)  # in the evening, one that speaks no French is open and first
def test_a_reader_of_the_public_pages_sees_hers_first_and_that_it_is_hers(around: Network, client: Client) -> None:
    code = next(stop.code for stop in paths(orientation()) if stop.at.key == "young_talk")
    address = f"{code}/{hidden(LILLE)}/{View().code}/"
    names = {}
    for language in ("ro", "fr"):
        text = unescape(client.get(f"/i/{language}/{address}").content.decode())
        names[language] = re.findall(r'<li class="place".*?</li>', text, re.DOTALL)
        marked = ["yours" in one for one in names[language]]
        assert all(marked) is False
        assert any(marked) is (language == "ro")
    assert len(names["ro"]) == len(names["fr"])
    first = names["ro"][0]
    assert "română" in first
    assert first.index("română") < first.index("franceză")


def test_a_professional_says_a_language_and_still_sees_the_others(around: Network) -> None:
    client = signed_in(around.educator)
    page = client.get("/annuaire/?need=listening&commune=Lille&radius=15&speaking=es")
    shown = page.context["page"]
    assert shown.total == client.get("/annuaire/?need=listening&commune=Lille&radius=15").context["page"].total
    assert shown.hits[0].languages == ("es",)
    assert unescape(page.text).count("on y parle : espagnol") == 3 + 1
    # Narrowed by the counts below the list: said, and undone without losing the language.
    only = client.get("/annuaire/?need=listening&commune=Lille&language=es")
    assert "Seulement ce qui dit parler : espagnol" in only.text
    assert {hit.languages for hit in only.context["page"].hits} == {("es",)}
    assert client.get(f"/annuaire/?{only.context['not_only']}").context["page"].total > only.context["page"].total
