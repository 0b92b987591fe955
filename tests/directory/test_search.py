"""What a filter leaves, and how many it says it would leave."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from maillage.audit.journal import SYSTEM
from maillage.directory import indexing, selectors
from maillage.directory.queries import Query
from maillage.directory.services import service_save
from tests.accounts.people import signed_in
from tests.directory.world import GRENOBLE, LILLE, Network

NOON = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))  # a Wednesday
SUNDAY = datetime(2026, 7, 5, 12, tzinfo=ZoneInfo("Europe/Paris"))
HERE, LINE = "Accueil et écoute", "Ligne Girouette"


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, {HERE, LINE}),
        ({"age": 12}, {HERE, LINE}),
        ({"age": 21}, {HERE, LINE}),
        ({"age": 11}, {LINE}),  # who says no age serves all
        ({"age": 22}, {LINE}),
        ({"publics": ["jeunes"]}, {HERE}),
        ({"publics": ["familles"]}, set()),
        ({"languages": ["ro"]}, {HERE}),
        ({"remote": True}, {LINE}),
        ({"channels": ["on_site"]}, {HERE}),
        ({"kinds": ["helpline"]}, {LINE}),
        ({"needs": ["exploitation"]}, {LINE}),
        ({"needs": ["runaway"], "age": 11}, set()),
        ({"open_at": NOON}, {HERE, LINE}),
        ({"open_at": SUNDAY}, {LINE}),
        ({"commune": LILLE, "radius": 5}, {HERE, LINE}),
        ({"commune": GRENOBLE, "radius": 5}, {LINE}),
    ],
    ids=lambda one: str(sorted(one) if isinstance(one, set) else one),  # the same in each process of a run
)
def test_a_filter_leaves_what_it_says(network: Network, asked: dict[str, Any], names: set[str]) -> None:
    assert {one.name for one in selectors.search(Query(**asked)).hits} == names


def test_each_count_is_what_its_choice_leaves(network: Network) -> None:
    for number, publics in enumerate((["tous-publics"], ["jeunes", "familles"], ["familles"], [])):
        service_save(by=SYSTEM, structure=network.talk.structure, name=f"Banc {number}", publics=publics)
    indexing.rebuild()
    for query in (Query(), Query(commune=LILLE), Query(needs=["listening"]), Query(text="parler")):
        facets = selectors.search(query).facets
        assert {"needs", "publics", "languages", "channels", "kinds"} <= {facet.name for facet in facets}
        for facet in facets:
            for value in facet.values:
                left = selectors.search(replace(query, **{facet.name: [value.value]})).total
                assert value.count == left, (query, facet.name, value)
    [publics] = [facet for facet in selectors.search(Query()).facets if facet.name == "publics"]
    assert {one.value: one.count for one in publics.values} == {"jeunes": 3, "familles": 3}


def test_a_choice_on_the_page_is_a_link_with_its_count(network: Network) -> None:
    client = signed_in(network.educator)
    page = client.get("/annuaire/?commune=Lille&radius=15").text
    assert 'href="?commune=Lille&amp;radius=15&amp;need=runaway"' in page
    narrowed = client.get("/annuaire/?commune=Lille&radius=15&need=runaway&age=15&open_now=on")
    assert narrowed.context["form"].cleaned_data["need"] == "runaway"
    assert {hit.name for hit in narrowed.context["page"].hits} <= {HERE}
