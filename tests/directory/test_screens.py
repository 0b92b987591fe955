"""The directory's screens: everyone finds, its own people keep, others propose, the coordinator answers."""

import json
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from data_inclusion.schema import v1
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillage.directory import keeping, searching
from maillage.directory.enums import AnswerState, Confidentiality, ProposalState
from maillage.directory.exchange import export
from maillage.directory.models import PlaceRequest, Proposal, Service, Structure
from maillage.reference import outlines
from tests.accounts.people import signed_in
from tests.directory.world import LILLE, TRACES, Network


def typed(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """What a page's form holds, with changes typed in."""
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (values | changes).items() if value not in (None, "", False)}


def sheet(network: Network) -> str:
    return reverse("directory:sheet", args=[network.talk.structure_id])


def test_the_coordinator_begins_with_what_waits_for_her(network: Network) -> None:
    answer = signed_in(network.coordinator).get("/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("directory:to_do"))


def test_a_search_says_what_it_understood_and_how_far(network: Network) -> None:
    html = signed_in(network.educator).get("/annuaire/?text=jai+fugé&commune=lille").text
    assert "Fugue, disparition" in html
    assert "Accueil et écoute" in html
    assert " 0 km" not in html  # in the commune itself, its name says it
    there = signed_in(network.educator).get("/annuaire/?text=jai+fugé&commune=roubaix").text
    assert "Lille · à environ 10 km" in there
    assert "Cette commune n’est pas connue" in signed_in(network.educator).get("/annuaire/?commune=zzz").text


def test_a_sheet_is_reached_from_the_list_and_read_once(network: Network) -> None:
    client = signed_in(network.educator)
    assert f'href="{sheet(network)}"' in client.get("/annuaire/?commune=lille").text
    with CaptureQueriesContext(connection) as asked:
        assert client.get(sheet(network)).status_code == 200
    assert len([one for one in asked.captured_queries if 'FROM "directory_structure"' in one["sql"]]) == 1


def test_a_name_that_several_communes_have_is_no_dead_end(network: Network) -> None:
    client = signed_in(network.educator)
    page = client.get("/annuaire/?commune=Saint-Denis&radius=15&need=listening&page=2&map=1")
    names = [name for name, _asked in page.context["which"]]
    assert {"Saint-Denis (93)", "Saint-Denis (974)"} <= set(names)
    for name, asked in page.context["which"]:
        around = client.get(f"/annuaire/?{asked}")
        assert not around.context["form"].errors, name
        assert not around.context["which"]
        assert (around.context["form"].cleaned_data["need"], "page" in asked) == ("listening", False)
    assert all(f'href="?{asked}"' in unescape(page.text) for _name, asked in page.context["which"])
    assert not client.get("/annuaire/?commune=zzz").context["which"]


def test_the_map_shows_what_the_list_of_its_view_holds(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(network.educator)
    page = client.get("/annuaire/?commune=Lille&radius=15&map=1")
    points = parse_qs(urlsplit(page.context["map"]["points"]).query)
    assert (points["commune"], "map" in points) == (["Lille"], False)
    around = page.context["map"]["bounds"]
    found = client.get(page.context["map"]["points"], {"bounds": around}).json()
    listed = client.get(page.context["map"]["list"], {"bounds": around}).context["page"]
    assert found["total"] == listed.total == 1 + 1  # « Ombrelle » has the place of its structure
    assert {point[3] for point in found["points"]} == {hit.name for hit in listed.hits}
    assert {point[4] for point in found["points"]} == {sheet(network)}
    assert any("communes/59" in name for name in found["communes"])
    assert client.get("/annuaire/points/?bounds=40,-5,49,10").json()["points"] == []
    assert client.get("/annuaire/points/?bounds=nan,1,2,3").status_code == 422
    # Many at once come by the handful, and are counted.
    monkeypatch.setattr(searching, "_MOST_CELLS", 1)
    found = client.get(f"/annuaire/points/?bounds={around}").json()
    assert (found["total"], [point[2:] for point in found["points"]]) == (2, [[2, "", ""]])


def test_every_file_of_outlines_is_there() -> None:
    for code in outlines.frames():
        for name in (outlines.file_of(code), outlines.communes_of(code)):
            assert finders.find(name), name


def test_professionals_see_a_shelter_without_its_address(network: Network) -> None:
    client = signed_in(network.educator)
    pages = [client.get("/annuaire/?text=tourterelles").text]
    pages.append(client.get(reverse("directory:sheet", args=[network.shelter.pk])).text)
    for name in ("structure_edit", "place_ask"):
        pages.append(client.get(reverse(f"directory:{name}", args=[network.shelter.pk])).text)
    pages.append(client.get(reverse("directory:service_edit", args=[network.beds.pk])).text)
    assert all("Tourterelles" in page or "places" in page for page in pages)
    assert not any(trace in page for trace in TRACES for page in pages)


def test_the_address_is_asked_for_given_and_read(network: Network) -> None:
    asker, keeper, page = (
        signed_in(network.educator), signed_in(network.keeper), reverse("directory:sheet", args=[network.shelter.pk]),
    )  # fmt: skip
    ask = reverse("directory:place_ask", args=[network.shelter.pk])
    assert asker.post(ask, typed(asker, ask, reason="court")).status_code == 422
    assert asker.post(ask, typed(asker, ask, reason="Une jeune y est attendue demain.")).status_code == 302
    request = PlaceRequest.objects.get()
    answer = reverse("directory:place_answer", args=[request.pk])
    assert asker.post(answer, {**typed(asker, answer), "go": "yes"}).status_code == 403
    assert answer in keeper.get(reverse("directory:to_do")).text
    assert keeper.post(answer, {**typed(keeper, answer), "go": "no"}).status_code == 422
    assert keeper.post(answer, {**typed(keeper, answer), "go": "yes"}).status_code == 302
    request.refresh_from_db()
    assert request.state == AnswerState.GRANTED
    assert "17 rue de la Théière" in asker.get(page).text
    assert "Théière" not in signed_in(network.coordinator).get(sheet(network)).text


def test_a_request_of_others_is_a_stranger_s(network: Network) -> None:
    asker = signed_in(network.educator)
    ask = reverse("directory:place_ask", args=[network.shelter.pk])
    asker.post(ask, typed(asker, ask, reason="Une jeune y est attendue demain."))
    other = signed_in(network.keeper)
    PlaceRequest.objects.update(structure=network.talk.structure)
    assert other.get(reverse("directory:place_answer", args=[PlaceRequest.objects.get().pk])).status_code == 404


def test_its_own_people_write_at_once_others_propose(network: Network) -> None:
    own = signed_in(network.keeper)
    edit = reverse("directory:structure_edit", args=[network.shelter.pk])
    assert own.post(edit, typed(own, edit, phone="0199005566")).status_code == 302
    network.shelter.refresh_from_db()
    assert (network.shelter.phone, network.shelter.address) == ("0199005566", "")
    other = signed_in(network.educator)
    edit = reverse("directory:service_edit", args=[network.talk.pk])
    assert other.post(edit, typed(other, edit, name="Accueil du soir", word="Ils ont changé")).status_code == 302
    network.talk.refresh_from_db()
    assert network.talk.name == "Accueil et écoute"
    proposal = Proposal.objects.get()
    assert proposal.values == {"name": "Accueil du soir"}
    page = reverse("directory:proposal", args=[proposal.pk])
    assert signed_in(network.keeper).get(page).status_code == 404
    assert other.post(page, {**typed(other, page), "go": "yes"}).status_code == 403
    coordinator = signed_in(network.coordinator)
    assert "Accueil et écoute" in coordinator.get(page).text
    assert coordinator.post(page, {**typed(coordinator, page), "go": "yes"}).status_code == 302
    network.talk.refresh_from_db()
    proposal.refresh_from_db()
    assert (network.talk.name, proposal.state) == ("Accueil du soir", ProposalState.ACCEPTED)


def test_whatever_is_typed_is_refused_or_fits_the_standard(network: Network, tmp_path: Path) -> None:
    client = signed_in(network.coordinator)
    for name, row, tries in (
        ("service_edit", network.talk, (
            {"zones": "Lille centre"}, {"zones": "59, 2a, 200093201, 59350, FRANCE"}, {"email": "a@localhost"},
            {"email": "contact@moulinets.fr"}, {"contact_link": "ftp://moulinets.fr/a"}, {"description": "abc"},
            {"contact_link": "moulinets.fr/a"}, {"publics": ["tous-publics"]}, {"name": "Une halte."},
        )),
        ("structure_edit", network.talk.structure, ({"website": "ftps://moulinets.fr"}, {"siret": "12345678901234"})),
    ):  # fmt: skip
        url = reverse(f"directory:{name}", args=[row.pk])
        for tried in tries:
            assert client.post(url, typed(client, url, **tried)).status_code in (302, 422), tried
    export.write(tmp_path / "a.json", "data-inclusion")
    told = json.loads((tmp_path / "a.json").read_text())
    for record in told["services"]:
        v1.Service.model_validate(record)
    for record in told["structures"]:
        v1.Structure.model_validate(record)
    network.talk.refresh_from_db()
    assert network.talk.zones == ["59", "2A", "200093201", "59350", "france"]
    assert (network.talk.email, network.talk.contact_link) == ("contact@moulinets.fr", "https://moulinets.fr/a")


def test_a_stale_edit_shows_both_texts(network: Network) -> None:
    first, second = signed_in(network.keeper), signed_in(network.coordinator)
    edit = reverse("directory:structure_edit", args=[network.shelter.pk])
    mine = typed(first, edit, phone="0199000001")
    second.post(edit, typed(second, edit, phone="0199000002"))
    answer = first.post(edit, mine)
    assert answer.status_code == 409
    assert "0199000002" in answer.text
    assert "0199000001" in answer.text


def test_a_new_structure_is_proposed_then_published_with_its_place(network: Network) -> None:
    client = signed_in(network.educator)
    url = reverse("directory:structure_new")
    body = typed(client, url, name="Point Écoute Bobine", kind="youth_place", commune="Lille", hours="lundi")
    assert client.post(url, body).status_code == 422
    assert client.post(url, {**body, "hours": "Mo 09:00-12:00"}).status_code == 302
    assert not Structure.objects.filter(name="Point Écoute Bobine").exists()
    coordinator = signed_in(network.coordinator)
    page = reverse("directory:proposal", args=[Proposal.objects.get().pk])
    coordinator.post(page, {**typed(coordinator, page), "go": "yes"})
    made = Structure.objects.get(name="Point Écoute Bobine")
    assert (made.commune, made.commune_name, made.latitude is not None) == (LILLE, "Lille", True)
    add = reverse("directory:service_new", args=[made.pk])
    assert coordinator.post(add, typed(coordinator, add, name="Permanence", needs=["listening"])).status_code == 302
    assert Service.objects.get(name="Permanence").structure == made


def test_a_shelter_is_hidden_unless_somebody_says_otherwise(network: Network) -> None:
    client, url = signed_in(network.coordinator), reverse("directory:structure_new")
    typed_there = {"kind": "shelter", "address": "2 allée du Sablier", "commune": "Lille"}
    body = typed(client, url, name="Refuge des Sabliers", **typed_there)
    assert client.post(url, body).status_code == 302
    made = Structure.objects.get(name="Refuge des Sabliers")
    assert (made.confidentiality, made.address, made.commune) == (Confidentiality.ON_REQUEST, "", "")
    assert "2 allée du Sablier" in client.get(reverse("directory:sheet", args=[made.pk])).text
    open_to_all = typed(client, url, name="Auberge des Sabliers", confidentiality="public", **typed_there)
    assert client.post(url, open_to_all).status_code == 302
    assert Structure.objects.get(name="Auberge des Sabliers").confidentiality == Confidentiality.PUBLIC
    # What becomes one is hidden too, until somebody opens it.
    edit = reverse("directory:structure_edit", args=[network.talk.structure_id])
    answer = client.post(edit, typed(client, edit, kind="shelter"), follow=True)
    assert "Un hébergement donne son adresse sur demande" in answer.text
    network.talk.refresh_from_db()
    now_hidden = Structure.objects.get(pk=network.talk.structure_id)
    assert (now_hidden.confidentiality, now_hidden.address) == (Confidentiality.ON_REQUEST, "")
    assert (network.talk.confidentiality, network.talk.address) == (Confidentiality.ON_REQUEST, "")
    assert client.post(edit, typed(client, edit, confidentiality="public")).status_code == 302
    assert Structure.objects.get(pk=now_hidden.pk).address == "3 place du Parasol"
    # Proposed, its address is kept by nobody, and that is said.
    other = signed_in(network.educator)
    answer = other.post(url, typed(other, url, name="Halte des Sabliers", **typed_there), follow=True)
    assert "L’adresse n’a pas été gardée" in answer.text
    assert "Sablier" not in str({**Proposal.objects.get().values, "name": ""})


def test_one_s_own_organisation_is_chosen_and_keeps_its_sheet(network: Network) -> None:
    own, url = signed_in(network.keeper), reverse("directory:structure_new")
    body = typed(own, url, name="Accueil de jour des Tourterelles", kind="association", own=str(network.home.pk))
    assert own.post(url, {**body, "own": str(network.talk.pk)}).status_code == 422
    assert own.post(url, body).status_code == 302
    coordinator = signed_in(network.coordinator)
    page = reverse("directory:proposal", args=[Proposal.objects.get().pk])
    assert network.home.name in coordinator.get(page).text
    assert coordinator.post(page, {**typed(coordinator, page), "go": "yes"}).status_code == 302
    made = Structure.objects.get(name="Accueil de jour des Tourterelles")
    assert made in keeping.to_do(network.actor(network.keeper)).own
    # Another sheet: the coordinator says who keeps it, by name.
    edit = reverse("directory:structure_edit", args=[network.talk.structure_id])
    assert "keeper" not in own.get(reverse("directory:structure_edit", args=[made.pk])).context["form"].fields
    assert coordinator.post(edit, typed(coordinator, edit, keeper="Personne")).status_code == 422
    assert coordinator.post(edit, typed(coordinator, edit, keeper="abri des tourterelles")).status_code == 302
    assert network.talk.structure in keeping.to_do(network.actor(network.keeper)).own
    assert "Qui tient la fiche" in own.get(sheet(network)).text


def test_a_history_says_what_was_and_what_came_in_words_and_no_hidden_place(network: Network) -> None:
    own = signed_in(network.keeper)
    edit = reverse("directory:structure_edit", args=[network.shelter.pk])
    own.post(edit, typed(own, edit, phone="0199005566", kind="association", address="5 quai du Parasol"))
    page = unescape(own.get(reverse("directory:sheet", args=[network.shelter.pk])).text)
    history = page[page.index("Histoire de la fiche") :]
    for said in ("0199001122", "0199005566", "Hébergement, mise à l’abri", "Association", "Adresse"):
        assert said in history
    assert "Parasol" not in history
    assert "Théière" not in history
    other = signed_in(network.educator)
    change = reverse("directory:service_edit", args=[network.talk.pk])
    other.post(change, typed(other, change, needs=["school"], channels=["chat"], languages=["ro"]))
    proposal = other.get(reverse("directory:proposal", args=[Proposal.objects.get().pk])).text
    for said in ("École", "Par tchat", "roumain", "Être écouté, parler, Fugue, disparition", "Sur place"):
        assert said in unescape(proposal), said


def test_confirming_makes_a_sheet_fresh_and_only_its_keepers_may(network: Network) -> None:
    url = reverse("directory:confirm", args=[network.shelter.pk])
    page = reverse("directory:sheet", args=[network.shelter.pk])
    other, own = signed_in(network.educator), signed_in(network.keeper)
    assert other.post(url, typed(other, page)).status_code == 403
    assert own.post(url, typed(own, page)).status_code == 302
    network.shelter.refresh_from_db()
    assert network.shelter.verified_by == network.keeper.email


def test_merging_and_retiring_are_the_coordinator_s(network: Network) -> None:
    twin = Structure.objects.create(
        source="dora", reference="dora--9", name="Espace des Moulinets", commune=LILLE, updated_on="2026-01-01",
        confidentiality="public", changed_at="2026-01-01T00:00Z",
    )  # fmt: skip
    url = reverse("directory:merge", args=[network.talk.structure_id])
    assert signed_in(network.keeper).get(url).status_code == 403
    client = signed_in(network.coordinator)
    assert client.post(url, typed(client, url, other=str(twin.pk))).status_code == 302
    twin.refresh_from_db()
    assert twin.merged_into_id == network.talk.structure_id
    retire = reverse("directory:service_retire", args=[network.talk.pk])
    assert client.post(retire, typed(client, sheet(network))).status_code == 302
    assert "Accueil et écoute" not in client.get("/annuaire/").text
