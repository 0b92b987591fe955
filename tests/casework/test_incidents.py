"""Incidents around a place: whose they are, what lists never say, and what is kept of their transmission."""

from datetime import timedelta
from typing import Any

import pytest

from maillage.accounts.actors import actor_of
from maillage.accounts.enums import OrganisationKind, Role
from maillage.audit.models import JournalEntry
from maillage.casework.access import incidents_visible_to, open_incident
from maillage.casework.models import PlaceIncident, TimelineEntry
from maillage.casework.services import incidents
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from tests.accounts.people import signed_in
from tests.casework.capabilities import SECRET
from tests.casework.test_contracts import every_cell
from tests.episodes import world as worlds
from tests.episodes.world import World
from tests.walls.test_url_matrix import sent


def noted(world: World, **values: Any) -> PlaceIncident:
    given = {"kind": "vehicle", "happened_at": now() - timedelta(hours=1), "seen": SECRET, "who_saw": "Une voisine"}
    return incidents.incident_record(
        **{"by": world.actor(), "organisation": world.home, **given, **values}  # type: ignore[arg-type]
    )


def passed_on(world: World, row: PlaceIncident, **values: Any) -> PlaceIncident:
    given = {"sent_at": now(), "force": "police", "who": "Commissariat", "means": "phone", "reference": "PV-inventé"}
    return incidents.incident_send(
        **{"by": world.actor(), "incident": row, "version": 1, **given, **values}  # type: ignore[arg-type]
    )


def test_it_belongs_to_the_place_and_its_words_are_sealed(world: World) -> None:
    row = passed_on(world, noted(world))
    assert not any(field.name == "person" for field in PlaceIncident._meta.get_fields())
    assert not TimelineEntry.objects.exists()
    whole = every_cell()
    for word in (SECRET, "Une voisine", "PV-inventé"):
        assert word not in whole
        assert word.encode().decode("latin-1") not in whole
    opened = open_incident(world.actor("manager"), row)
    assert opened.value(row, "text") == {"seen": SECRET, "who_saw": "Une voisine"}
    assert opened.value(row, "sent_to")["reference"] == "PV-inventé"


def test_who_reads_and_notes_them(world: World, at: Any) -> None:
    row = noted(world)
    other = noted(world, by=world.actor("stranger"), organisation=world.other_home)
    here = [f"/abords/{world.home.pk}/", f"/abords/{world.home.pk}/nouveau/", f"/abords/fait/{row.pk}/"]
    typed = {"version": 1, "kind": "other", "happened_at": "2026-01-02", "hour": "10:00", "seen": "x", "who_saw": "x",
             "force": "police", "who": "x", "sent_at": "2026-01-02", "means": "phone"}  # fmt: skip
    for name in ("educator", "carer", "manager", "case_worker", "ase_on_call"):
        client = at(name)
        assert [client.get(url).status_code for url in here] == [200] * 3, name
    for name, wanted in [("stranger", 404), ("nurse", 403), ("dpo", 403), ("administrator", 403)]:
        client = at(name)
        assert [client.get(url).status_code for url in here] == [wanted] * 3, name
        user = getattr(world, name)
        assert [sent(client, url, user, typed).status_code for url in here[1:]] == [wanted] * 2, name
    assert at("educator").get(f"/abords/fait/{other.pk}/").status_code == 404
    far = worlds.member("Lin Sifflet", (Role.EDUCATOR, worlds.organisation("Ailleurs", OrganisationKind.HOME)))
    assert [signed_in(far).get(url).status_code for url in here] == [404] * 3
    assert not incidents_visible_to(actor_of(far)).exists()
    with pytest.raises(NotAllowed):
        noted(world, by=actor_of(far))
    with pytest.raises(NotAllowed):
        passed_on(world, row, by=actor_of(far))
    with pytest.raises(NotAllowed):
        open_incident(actor_of(far), row)
    row.refresh_from_db()
    assert (PlaceIncident.objects.count(), row.sent_at) == (2, None)


def test_lists_say_no_word_of_it(world: World, at: Any) -> None:
    row = passed_on(world, noted(world, kind="intrusion"))
    client = at("educator")
    for url in ("/abords/", f"/abords/{world.home.pk}/", "/", f"/p/{world.lila.pk}/", "/recherche/?q=Réverbère"):
        page = client.get(url).content.decode()
        for word in (SECRET, "Une voisine", "PV-inventé"):
            assert word not in page, url
    page = client.get(f"/abords/fait/{row.pk}/").content.decode()
    assert SECRET in page
    assert "PV-inventé" in page
    assert JournalEntry.objects.filter(verb="incident.read", by=world.educator.pk).count() == 1


def test_noting_and_passing_on_by_hand(world: World, at: Any) -> None:
    client = at("educator")
    assert 'href="/abords/"' in client.get("/").content.decode()
    assert f"/abords/{world.home.pk}/" in client.get("/abords/").content.decode()
    new = f"/abords/{world.home.pk}/nouveau/"
    typed = {"kind": "prowling", "happened_at": "2026-01-02", "hour": "22:40", "seen": "Un manteau jaune"}
    refused = sent(client, new, world.educator, typed)
    assert refused.status_code == 422
    assert "Un manteau jaune" in refused.content.decode()
    assert sent(client, new, world.educator, {**typed, "who_saw": "La veilleuse"}).status_code == 302
    row = PlaceIncident.objects.get()
    assert "à transmettre" in client.get(f"/abords/{world.home.pk}/").content.decode()
    address = f"/abords/fait/{row.pk}/"
    said = {"version": 1, "force": "gendarmerie", "who": "Brigade", "sent_at": "2026-01-03", "hour": "09:00",
            "means": "in_person", "reference": "12"}  # fmt: skip
    assert sent(client, address, world.educator, {**said, "sent_at": "2026-01-01"}).status_code == 422
    assert sent(client, address, world.educator, said).status_code == 302
    page = client.get(address).content.decode()
    assert all(word in page for word in ("Gendarmerie, Brigade", "Sur place", "Nour Lampe"))
    late = sent(client, address, world.educator, {**said, "who": "Autre brigade"})
    assert late.status_code == 409
    assert all(word in late.content.decode() for word in ("Brigade", "Autre brigade"))
    assert sent(client, address, world.educator, {**said, "version": 2}).status_code == 422


@pytest.mark.parametrize(
    ("field", "wrong"), [("kind", "x"), ("seen", " "), ("who_saw", ""), ("happened_at", timedelta(hours=1))]
)
def test_what_is_no_incident(world: World, field: str, wrong: Any) -> None:
    with pytest.raises(RuleBroken) as refusal:
        noted(world, **{field: now() + wrong if field == "happened_at" else wrong})
    assert refusal.value.field == field


def test_two_hands_pass_it_on_once(world: World) -> None:
    row = noted(world)
    passed_on(world, row)
    with pytest.raises(StaleEdit) as refusal:
        passed_on(world, row, by=world.actor("manager"), who="Brigade", version=1)
    assert ("Commissariat", "Brigade") in [(one.stored, one.typed) for one in refusal.value.differences]
