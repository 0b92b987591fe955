"""Opening in three taps: who, continue, open."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from maillage.accounts.enums import OrganisationKind, Role
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.episodes import services
from maillage.episodes.enums import Origin
from maillage.episodes.models import MissingEpisode
from maillage.youth import services as youth
from maillage.youth.enums import PlacementKind
from tests.accounts.people import signed_in
from tests.episodes import world as worlds
from tests.episodes_screens.conftest import Browser

OPEN = "/e/nouveau/"


def first_screen(client: Any, world: Any, *people: Any, url: str = OPEN, **typed: Any) -> Any:
    target, data = client.fill(
        url, people=[str(person.pk) for person in people or [world.lila]], go="questions", **typed
    )
    return client.post(target, data)


def second_screen(client: Any, page: Any, **typed: Any) -> tuple[str, dict[str, Any]]:
    reader = type(client).reader(page)
    return OPEN, {**reader, "go": "open", **typed}


def test_the_17_and_the_station_stand_before_any_question(world: Any, browser: Any) -> None:
    html = browser().get(OPEN).content.decode()
    assert html.index('href="tel:17"') < html.index("<form", html.index("<main"))
    assert html.index('href="tel:0199001717"') < html.index('name="people"')


def test_three_taps_open_an_episode_as_the_protocol_reads_it(world: Any, browser: Any) -> None:
    client = browser()
    page = first_screen(client, world)
    assert page.status_code == 200
    assert "Le protocole propose" in page.content.decode()
    target, data = second_screen(client, page)
    done = client.post(target, data)
    episode = MissingEpisode.objects.get()
    assert done["Location"] == reverse("episodes:page", args=[episode.pk])
    assert episode.person_id == world.lila.pk
    assert episode.declared_kind == episode.suggested_kind


def test_the_same_form_twice_opens_one_episode(world: Any, browser: Any) -> None:
    client = browser()
    target, data = second_screen(client, first_screen(client, world))
    assert client.post(target, data).status_code == 302
    assert client.post(target, data).status_code == 302
    assert MissingEpisode.objects.count() == 1


def test_two_who_left_together_have_an_episode_each(world: Any, browser: Any) -> None:
    client = browser()
    target, data = second_screen(client, first_screen(client, world, world.lila, world.noe))
    assert client.post(target, data)["Location"] == "/"
    assert {row.person_id for row in MissingEpisode.objects.order_by("pk")} == {world.lila.pk, world.noe.pk}


def test_nobody_chosen_is_said_beside_the_faces(world: Any, browser: Any) -> None:
    client = browser()
    target, data = client.fill(OPEN, go="questions", last_seen_at="2026-03-01T10:00")
    page = client.post(target, data)
    assert page.status_code == 422
    assert "Choisissez au moins une personne." in page.content.decode()
    assert 'value="2026-03-01T10:00"' in page.content.decode()


def test_the_lines_that_fired_are_shown_and_follow_the_answers(world: Any, browser: Any) -> None:
    client = browser()
    page = first_screen(client, world)
    target, data = second_screen(client, page, go="read", q_threat="yes")
    html = client.post(target, data).content.decode()
    assert "Disparition inquiétante" in html
    assert "À cause de" in html
    fragment = client.post(target, data, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "Disparition inquiétante" in fragment


def test_a_suggestion_nobody_saw_is_shown_before_anything_opens(world: Any, browser: Any) -> None:
    """Without scripts: answers changed since the reading on screen ask for one more look."""
    client = browser()
    page = first_screen(client, world)
    calm = {"q_whereabouts": "yes", "q_back_soon": "yes", "q_threat": "no", "q_danger": "no", "q_hold": "no"}
    target, data = second_screen(client, page, **calm)
    again = client.post(target, data)
    assert again.status_code == 422
    assert "Vos réponses changent ce que propose le protocole" in again.content.decode()
    assert not MissingEpisode.objects.exists()
    target, data = second_screen(client, again)
    assert data["q_whereabouts"] == ["yes"]
    assert client.post(target, data).status_code == 302


def test_another_choice_asks_why_and_keeps_the_answers(world: Any, browser: Any) -> None:
    client = browser()
    page = first_screen(client, world)
    target, data = second_screen(client, page, declared_kind="unauthorised_absence", q_threat="no")
    refused = client.post(target, data)
    assert refused.status_code == 422
    assert 'id="id_kind_reason_error"' in refused.content.decode()
    target, data = second_screen(client, refused)
    assert data["declared_kind"] == ["unauthorised_absence"]
    assert data["q_threat"] == ["no"]
    done = client.post(target, {**data, "kind_reason": "Elle a prévenu (synthétique)."})
    assert done.status_code == 302
    assert MissingEpisode.objects.get().declared_kind == "unauthorised_absence"


def test_a_second_open_episode_is_refused_by_name_with_everything_kept(world: Any, browser: Any) -> None:
    client = browser()
    page = first_screen(client, world, url=f"{OPEN}{world.lila.pk}/")
    assert page.status_code == 200
    world.open()  # by a colleague, meanwhile
    target, data = second_screen(
        client, page, q_belongings="yes", declared_kind="worrying_disappearance", kind_reason="Sans nouvelles."
    )
    refused = client.post(target, data)
    assert refused.status_code == 422
    assert "Un épisode est déjà ouvert pour L. P." in refused.content.decode()
    assert second_screen(client, refused)[1]["q_belongings"] == ["yes"]
    assert MissingEpisode.objects.count() == 1


def test_who_came_back_and_left_again_is_sent_to_her_open_episode_before_any_question(world: Any, browser: Any) -> None:
    episode = world.open()
    page = first_screen(browser(), world, url=f"{OPEN}{world.lila.pk}/")
    assert page.status_code == 422
    said = page.content.decode()
    assert "Un épisode est déjà ouvert pour L. P." in said
    assert f'href="/e/{episode.pk}/"' in said
    assert "Ce que vous savez" not in said


def test_now_stays_the_minute_it_was_said(world: Any, browser: Any) -> None:
    client = browser()
    page = first_screen(client, world)
    _target, data = second_screen(client, page)
    assert data["noticed_at_0"] == ["other"]
    assert data["noticed_at_1"][0].startswith("20")


def test_going_back_keeps_who_and_when(world: Any, browser: Any) -> None:
    client = browser()
    page = first_screen(client, world, noticed_at_0="other", noticed_at_1="2026-03-01T10:00")
    target, data = second_screen(client, page, go="who")
    back = type(client).reader(client.post(target, data))
    assert back["people"] == [str(world.lila.pk)]
    assert back["noticed_at_1"] == ["2026-03-01T10:00"]


def test_from_a_person_or_an_outing_she_is_chosen_already(world: Any, browser: Any) -> None:
    client = browser()
    assert type(client).reader(client.get(f"{OPEN}{world.noe.pk}/"))["people"] == [str(world.noe.pk)]
    outing = services.outing_start(
        by=world.actor(), person=world.lila, kind="school", expected_at=now() + timedelta(hours=1)
    )
    url = reverse("episodes:open_outing", args=[outing.pk])
    assert type(client).reader(client.get(url))["people"] == [str(world.lila.pk)]


@pytest.mark.parametrize(
    ("kind", "role", "lives", "origin"),
    [
        (OrganisationKind.HOME, Role.EDUCATOR, PlacementKind.HOME, Origin.HOME),
        (OrganisationKind.FOSTER_CARE, Role.FOSTER_CARER, PlacementKind.FOSTER, Origin.FOSTER_CARER),
        (OrganisationKind.AEMO, Role.EDUCATOR, PlacementKind.FAMILY, Origin.AEMO),
    ],
)
def test_it_starts_from_a_home_a_foster_carer_or_an_aemo_service(
    kind: str, role: str, lives: str, origin: str, world: Any
) -> None:
    """In a foster service the carer named for her declares her missing, and sees nobody a colleague looks after."""
    service = worlds.organisation("Service des Bobines", kind, parent=world.ase)
    by = worlds.member("Swan Bobine", (role, service))
    hers, other = (
        youth.person_create(by=SYSTEM, departement="99", given_name=name, family_name="Bobine")
        for name in ("Ambre", "Tim")
    )
    for person, carer in ((hers, by), (other, worlds.member("Lou Casserole", (role, service)))):
        youth.placement_start(
            by=SYSTEM, person=person, organisation=service, kind=lives, starts_on=now().date() - timedelta(days=9),
            legal_basis="judge", foster_carer=carer if kind == OrganisationKind.FOSTER_CARE else None,
        )  # fmt: skip
    client = signed_in(by, Browser())
    offered = client.get(OPEN).content.decode()
    assert str(hers.pk) in offered
    assert (str(other.pk) in offered) == (kind != OrganisationKind.FOSTER_CARE)
    target, data = second_screen(client, first_screen(client, world, hers))
    assert client.post(target, data).status_code == 302
    episode = MissingEpisode.objects.get()
    assert (episode.person_id, episode.organisation_id, episode.origin) == (hers.pk, service.pk, origin)


@pytest.mark.parametrize("role", ["nurse", "dpo", "administrator"])
def test_roles_that_open_nothing_are_refused(role: str, world: Any, browser: Any) -> None:
    assert browser(role).get(OPEN).status_code == 403


def test_strangers_cannot_name_her(world: Any, browser: Any) -> None:
    stranger = browser("stranger")
    assert stranger.get(f"{OPEN}{world.lila.pk}/").status_code == 404
    _target, data = browser().fill(OPEN, people=[str(world.lila.pk)], go="questions")
    assert stranger.post(OPEN, data).status_code == 404
    assert str(world.lila.pk) not in stranger.get(OPEN).content.decode()


def test_no_identity_in_any_address(world: Any, browser: Any) -> None:
    client = browser()
    target, data = second_screen(client, first_screen(client, world))
    where = client.post(target, data)["Location"]
    assert "?" not in where
    assert "Lila" not in where


def test_new_facts_reopen_the_questions(world: Any, browser: Any) -> None:
    episode = world.open(facts={"whereabouts": "yes", "back_soon": "yes", "threat": "no", "danger": "no", "hold": "no"})
    client, url = browser(), reverse("episodes:reading", args=[episode.pk])
    assert type(client).reader(client.get(url))["q_whereabouts"] == ["yes"]
    looked = client.submit(url, go="read", q_threat="yes")
    shown = type(client).reader(looked)
    assert "Disparition inquiétante" in looked.content.decode()
    assert client.post(url, {**shown, "go": "save"}).status_code == 302
    episode.refresh_from_db()
    assert episode.declared_kind == "worrying_disappearance"


def test_two_who_answer_at_once_see_both_answers(world: Any, browser: Any) -> None:
    episode = world.open()
    url = reverse("episodes:reading", args=[episode.pk])
    first, second = browser("educator"), browser("colleague")
    _t, stale = second.fill(url, go="save", declared_kind="runaway", kind_reason="autre", q_threat="no")
    shown = type(first).reader(first.submit(url, go="read", q_threat="yes"))
    assert first.post(url, {**shown, "go": "save"}).status_code == 302
    conflict = second.post(url, stale)
    assert conflict.status_code == 409
    assert "Votre texte" in conflict.content.decode()


def test_the_questions_of_a_stranger_are_nowhere(world: Any, browser: Any) -> None:
    assert browser("stranger").get(reverse("episodes:reading", args=[world.open().pk])).status_code == 404
