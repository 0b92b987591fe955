"""An organisation without an account puts itself to the directory: the coordinator reads it, nobody else publishes."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.directory import indexing, reminders, selectors, services
from maillage.directory.enums import Confidentiality
from maillage.directory.models import Proposal, Structure
from maillage.directory.queries import Query
from tests.accounts.people import signed_in
from tests.directory.test_screens import typed
from tests.directory.world import Network

ME = {"who": "Irène Tamis, cheffe de service", "reply": "tamis@exemple.invalid"}


def register(**values: Any) -> Any:
    """As a stranger's browser does."""
    client = Client(enforce_csrf_checks=True)
    url = reverse("directory:structure_register")
    told = {"name": "Halte des Sabliers", "kind": "youth_place", "commune": "Lille", **ME, **values}
    body = typed(client, url, **told)
    return client.post(url, {**body, "csrfmiddlewaretoken": client.cookies["c"].value}, follow=True)


def test_it_waits_for_the_coordinator_and_shows_nowhere_before(network: Network) -> None:
    answer = register(address="2 allée du Sablier", word="Ouverte depuis mars")
    assert answer.redirect_chain == [(reverse("directory:structure_registered"), 302)]
    assert "C’est transmis" in answer.text
    made = Proposal.objects.get()
    assert (made.by, made.contact) == (None, "Irène Tamis, cheffe de service <tamis@exemple.invalid>")
    indexing.refresh()
    assert not Structure.objects.filter(name__contains="Sablier").exists()
    assert not selectors.search(Query(text="sabliers")).hits
    page = reverse("directory:proposal", args=[made.pk])
    for user in (network.keeper, network.educator):
        assert signed_in(user).get(page).status_code == 404
        assert "Sabliers" not in signed_in(user).get(reverse("directory:to_do")).text
    coordinator = signed_in(network.coordinator)
    assert "sans compte" in coordinator.get(reverse("directory:to_do")).text
    said = coordinator.get(page).text
    assert "tamis@exemple.invalid" in said
    assert "Vérifiez qui propose" in said
    assert coordinator.post(page, {**typed(coordinator, page), "go": "yes"}).status_code == 302
    row = Structure.objects.get(name="Halte des Sabliers")
    assert (row.address, row.organisation_id) == ("2 allée du Sablier", None)
    assert "tamis" not in coordinator.get(reverse("directory:sheet", args=[row.pk])).text
    told = JournalEntry.objects.filter(verb="directory.proposed").get()
    assert (told.by, told.payload) == (None, {"kind": "new_structure"})


def test_the_address_of_a_shelter_is_not_even_kept(network: Network) -> None:
    register(kind="shelter", address="2 allée du Sablier", postcode="59000")
    made = Proposal.objects.get()
    assert made.values["confidentiality"] == Confidentiality.ON_REQUEST
    assert not {"address", "postcode", "commune", "commune_name"} & made.values.keys()


@pytest.mark.parametrize("wrong", [{"reply": ""}, {"who": ""}, {"reply": "a@localhost"}, {"name": "x"}, {"kind": "x"}])
def test_who_does_not_say_where_to_answer_is_refused(network: Network, wrong: dict[str, str]) -> None:
    assert register(**wrong).status_code == 422
    assert not Proposal.objects.exists()


def test_a_flood_fills_no_queue(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "STRANGERS_AN_HOUR", 2)
    assert [register().status_code for _time in range(3)] == [200, 200, 422]
    Proposal.objects.update(at=now() - timedelta(hours=2))
    monkeypatch.setattr(services, "STRANGERS_WAITING", 2)
    assert register().status_code == 422
    assert Proposal.objects.count() == 2
    # Who has an account is not held back by them.
    educator, url = signed_in(network.educator), reverse("directory:structure_new")
    assert educator.post(url, typed(educator, url, name="Banc public", kind="other")).status_code == 302


def test_who_proposed_is_forgotten_some_time_after_the_answer(network: Network) -> None:
    register(word="Mon mot")
    made = Proposal.objects.get()
    services.proposal_answer(
        by=network.actor(network.coordinator), proposal=made, accept=False, answer="Déjà dans l’annuaire."
    )
    reminders.remind(now() + timedelta(days=59))
    assert Proposal.objects.get().contact
    reminders.remind(now() + timedelta(days=61))
    made.refresh_from_db()
    assert (made.contact, made.word, made.answer) == ("", "", "Déjà dans l’annuaire.")
