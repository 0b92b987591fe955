"""The public API speaks data.inclusion v1; whatever it is asked, it answers without falling."""

import json
from typing import Any

import schemathesis
from data_inclusion.schema import v1
from django.test import Client
from hypothesis import HealthCheck, given, settings

from maillage.directory.api import PagedFound, PagedServices, PagedStructures, api
from tests.directory.world import LILLE, Network


def get(client: Client, path: str) -> dict:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


def test_lists_are_pages_of_valid_records(network: Network, client: Client) -> None:
    for path, model in (("structures", v1.Structure), ("services", v1.Service)):
        page = get(client, f"{path}?size=1")
        assert (page["page"], page["size"], page["total"], page["pages"]) == (1, 1, 2, 2)
        model.model_validate(page["items"][0])
        other = get(client, f"{path}?size=1&page=2")["items"]
        assert other[0]["id"] != page["items"][0]["id"]
        assert get(client, f"{path}?size=1&page=3")["items"] == []


def test_pages_are_what_the_description_says(network: Network, client: Client) -> None:
    """They are sent without being checked again."""
    for path, schema in {
        "structures": PagedStructures, "services": PagedServices, f"search/services?code_commune={LILLE}": PagedFound,
    }.items():  # fmt: skip
        told = get(client, path)
        assert told["items"]
        assert schema.model_validate(told, strict=True).model_dump() == told


def test_a_category_mixed_with_a_theme_answers_both(network: Network, client: Client) -> None:
    both = get(client, "services?thematiques=sante&thematiques=famille--surmonter-conflits-separation-violence")
    assert {row["id"] for row in both["items"]} == {network.talk.reference, network.line.reference}
    one = get(client, "services?thematiques=numerique")
    assert one["items"] == []


def test_search_gives_the_nearest_first_then_what_answers_from_a_distance(network: Network, client: Client) -> None:
    found = get(client, f"search/services?code_commune={LILLE}")["items"]
    assert [(row["service"]["id"], row["distance"]) for row in found] == [
        (network.talk.reference, 0), (network.line.reference, None),
    ]  # fmt: skip
    v1.Structure.model_validate(found[0]["service"]["structure"])
    assert client.get("/api/v1/search/services?code_commune=99999").status_code == 422
    assert client.get("/api/v1/search/services?lat=48").status_code == 422


def test_filters_narrow(network: Network, client: Client) -> None:
    for filter_, expected in {
        "publics=jeunes": 1, "frais=payant": 0, "modes_accueil=a-distance": 1, "sources=maillage": 2, "sources=dora": 0,
        "code_departement=59": 1, "slug_departement=nord": 1, "code_region=32": 1, f"code_commune={LILLE}": 1,
        "score_qualite_minimum=1": 0, "recherche_public=parler": 2,
    }.items():  # fmt: skip
        assert get(client, f"services?{filter_}")["total"] == expected, filter_
    assert client.get("/api/v1/services?code_departement=00").status_code == 422
    assert client.get("/api/v1/services?thematiques=nothing").status_code == 422


def test_a_filter_finds_what_the_records_say(network: Network, client: Client) -> None:
    """How a service receives people is also told from its channels, when nobody wrote it."""
    for way in ("a-distance", "en-presentiel"):
        said = {row["id"] for row in get(client, "services")["items"] if way in (row["modes_accueil"] or [])}
        assert said == {row["id"] for row in get(client, f"services?modes_accueil={way}")["items"]} != set()
    assert get(client, "services?size=10000")["total"] == 2
    assert client.get("/api/v1/services?size=10001").status_code == 422


def test_it_describes_itself_in_openapi_3_1_and_sets_no_cookie(network: Network, client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")
    assert not answer.cookies
    assert client.post("/api/v1/services").status_code == 405
    assert {row["value"] for row in client.get("/api/v1/doc/publics").json()} == {one.value for one in v1.Public}


def test_nothing_it_is_asked_makes_it_fall(network: Network, client: Client) -> None:
    """Every operation of its own description, with generated values, good and bad, against the real views."""
    described = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    schema = schemathesis.openapi.from_dict(described)
    asked = 0
    for result in schema.get_all_operations():
        asked += ask_about(result.ok(), client)
    assert asked > 100


def ask_about(operation: Any, client: Client) -> int:
    """Generated cases of one operation; how many."""
    asked = 0

    @settings(max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        nonlocal asked
        asked += 1
        answer = client.get(case.formatted_path, case.query or {})
        assert answer.status_code in (200, 404, 422), (case.formatted_path, case.query)

    ask()
    return asked
