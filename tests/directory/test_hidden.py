"""A hidden address is nowhere a stranger can look, and nowhere a professional was not given it."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client

from maillage.audit.journal import SYSTEM
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.directory import indexing, places, selectors
from maillage.directory.enums import Confidentiality, ProposalKind
from maillage.directory.exchange import export
from maillage.directory.models import Change, HiddenPlace, Proposal, Structure
from maillage.directory.queries import Bounds, Query
from maillage.directory.services import place_answer, place_ask, propose, service_save, structure_save, structures_merge
from tests.directory.world import GRENOBLE, LILLE, SECRET, TRACES, Network

NAMES = ("Tourterelles", "Douze places", "Ombrelle")
ALL_OF_FRANCE = Bounds(-90, -180, 90, 180)


def clean(text: str, *, names: bool = True) -> bool:
    return not any(trace in text for trace in (*TRACES, *(NAMES if names else ())))


def test_a_stranger_finds_no_trace_in_any_search(network: Network) -> None:
    queries = [
        Query(), Query(text="Abri des Tourterelles"), Query(text="Tourterelles Grenoble"), Query(text="théière"),
        Query(commune=GRENOBLE, radius=1), Query(departement="38"), Query(needs=("specialised-shelter",)),
        Query(kinds=("shelter",)), Query(text="douze place"), Query(text="ombrele"),
    ]  # fmt: skip
    for query in queries:
        page = selectors.search(query)
        assert clean(repr(page)), query
        assert page.total == len(page.hits), "a count would betray what is not shown"
    counts = {value.value: value.count for facet in selectors.search(Query()).facets for value in facet.values}
    assert "specialised-shelter" not in counts
    assert "shelter" not in counts


def test_words_of_hidden_sheets_correct_nobody(network: Network) -> None:
    assert selectors.search(Query(text="Tourterele")).understood.corrected == ()
    assert selectors.search(Query(text="ombrele")).understood.corrected == ()


def test_distances_and_orders_cannot_place_a_hidden_shelter(network: Network) -> None:
    """From every side, near and far: a professional without it sees the sheet, never a distance, never in order."""
    by = network.actor(network.educator)
    for commune in (GRENOBLE, LILLE, "38421", "38151", "75056", "69123"):
        for radius in (1, 5, 30, 200):
            page = selectors.search(Query(commune=commune, radius=radius), by=by)
            for hit in page.hits:
                if hit.id == network.beds.pk:
                    assert hit.distance is None
                    assert page.hits.index(hit) >= page.near
            assert clean(repr(selectors.search(Query(commune=commune, radius=radius))))
    seen = selectors.map_view(ALL_OF_FRANCE, by=by)
    assert [point.structure_id for point in seen.points] == [network.talk.structure_id] * seen.total
    assert clean(repr(selectors.map_view(ALL_OF_FRANCE)))


def test_the_public_api_says_nothing_of_it(network: Network, client: Client) -> None:
    paths = [
        "structures?size=1000", "services?size=1000", f"search/services?code_commune={GRENOBLE}&size=1000",
        "search/services?lat=45.18&lon=5.72&size=1000", "search/services?recherche_public=Tourterelles", "sources",
        "services?code_departement=38", f"services?code_commune={GRENOBLE}",
    ]  # fmt: skip
    for path in paths:
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, path
        assert clean(answer.text), path
    for kind, row in (("structures", network.shelter), ("services", network.beds), ("services", network.inside)):
        there, nowhere = client.get(f"/api/v1/{kind}/{row.reference}"), client.get(f"/api/v1/{kind}/maillage--nothing")
        assert (there.status_code, there.content) == (404, nowhere.content)


@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.hsds"])
def test_exports_hold_no_trace_of_it(network: Network, tmp_path: Path, name: str) -> None:
    export.write(tmp_path / name, "hsds" if name.endswith("hsds") else "data-inclusion")
    for file in tmp_path.iterdir():
        assert clean(file.read_text())


def test_the_files_of_the_public_index_hold_no_trace_of_it(network: Network) -> None:
    for file in (Path(settings.DATA) / "index" / "public").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(word in content for word in (b"tourterelle", b"ombrelle", b"theier", b"Grenoble", b"38185"))


def test_a_dump_of_the_database_holds_no_hidden_place(network: Network) -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = repr([[bytes(cell) if isinstance(cell, memoryview) else cell for cell in row] for row in cursor])
            assert clean(text, names=False), table


def test_the_database_refuses_a_place_beside_on_request(network: Network) -> None:
    for column, value in (("address", "2 rue du Bol"), ("commune", LILLE), ("latitude", 45.0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Structure.objects.filter(pk=network.shelter.pk).update(**{column: value})


def test_making_a_sheet_hidden_seals_its_place_and_wipes_it_from_history_proposals_and_search(
    network: Network,
) -> None:
    structure = network.talk.structure
    propose(
        by=network.actor(network.educator), kind=ProposalKind.CHANGE, structure=structure,
        values={"address": "9 quai Parasol", "phone": "0199009988"},
    )  # fmt: skip
    structure = structure_save(by=SYSTEM, structure=structure, address="5 place du Parasol")
    structure = structure_save(by=SYSTEM, structure=structure, confidentiality=Confidentiality.ON_REQUEST)
    # At once, before the index knows.
    assert all(hit.structure_id != structure.pk for hit in selectors.search(Query()).hits)
    indexing.refresh()
    assert "Parasol" not in repr(selectors.search(Query(), by=network.actor(network.educator)))
    assert "Parasol" not in json.dumps([list(change.fields.items()) for change in Change.objects.order_by("pk")])
    assert "Parasol" not in json.dumps(Proposal.objects.get().values)
    network.talk.refresh_from_db()
    assert (network.talk.confidentiality, network.talk.address) == (Confidentiality.ON_REQUEST, "")
    kept = {place["address"] for _service, place in places.reveal_place(network.actor(network.coordinator), structure)}
    assert kept == {"5 place du Parasol", "3 place du Parasol"}


def test_opening_it_again_gives_the_place_back(network: Network) -> None:
    shelter = structure_save(by=SYSTEM, structure=network.shelter, confidentiality=Confidentiality.PROFESSIONALS)
    assert shelter.address == SECRET["address"]
    assert not HiddenPlace.objects.filter(structure=shelter, service=None).exists()
    network.beds.refresh_from_db()
    assert network.beds.address == "", "each service stays as narrow as its people left it"


def test_a_service_is_never_wider_than_its_structure(network: Network) -> None:
    beds = service_save(by=SYSTEM, service=network.beds, confidentiality=Confidentiality.PUBLIC)
    assert beds.confidentiality == Confidentiality.ON_REQUEST


def test_the_address_is_given_on_request_for_a_time_and_its_reading_is_journalled(network: Network) -> None:
    asker, keeper = network.actor(network.educator), network.actor(network.keeper)
    assert places.reveal_place(asker, network.shelter) == []
    request = place_ask(by=asker, structure=network.shelter, reason="J’y accompagne une jeune demain.")
    with pytest.raises(NotAllowed):
        place_answer(by=asker, request=request, grant=True)
    with pytest.raises(RuleBroken):
        place_ask(by=asker, structure=network.shelter, reason="Encore une fois, merci bien.")
    assert places.reveal_place(asker, network.shelter) == []
    place_answer(by=keeper, request=request, grant=True)
    [(_none, place), (service, _its)] = sorted(
        places.reveal_place(asker, network.shelter), key=lambda one: one[0] is not None
    )
    assert place["address"] == SECRET["address"]
    assert service == network.beds
    request.refresh_from_db()
    type(request).objects.filter(pk=request.pk).update(until=request.answered_at)
    assert places.reveal_place(asker, network.shelter) == []


def test_a_refusal_says_why_and_gives_nothing(network: Network) -> None:
    asker, coordinator = network.actor(network.educator), network.actor(network.coordinator)
    request = place_ask(by=asker, structure=network.shelter, reason="J’y accompagne une jeune demain.")
    with pytest.raises(RuleBroken):
        place_answer(by=coordinator, request=request, grant=False)
    place_answer(by=coordinator, request=request, grant=False, answer="Appelez d’abord la structure.")
    assert places.reveal_place(asker, network.shelter) == []


def test_merging_keeps_the_narrower_of_the_two(network: Network) -> None:
    open_twin = structure_save(by=SYSTEM, name="Abri Tourterelles", kind="association", address="17 rue de la Théière")
    kept = structures_merge(by=network.actor(network.coordinator), kept=open_twin, absorbed=network.shelter)
    assert kept.confidentiality == Confidentiality.ON_REQUEST
    assert kept.address == ""
    network.beds.refresh_from_db()
    assert network.beds.structure_id == kept.pk
    indexing.refresh()
    assert clean(repr(selectors.search(Query(text="tourterelles"))))
