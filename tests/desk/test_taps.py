"""Outings in one tap."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser

from django.test import Client

from maillage.common.clock import now
from maillage.common.forms import new_token
from maillage.episodes import services as episodes
from maillage.episodes.selectors import outings_of
from tests.episodes import world as worlds

Browse = Callable[[str], Client]


class Taps(HTMLParser):
    """The buttons of a page's forms: (where, what they send)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._action, self._hidden = "", {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._action, self._hidden = given.get("action", ""), {}
        elif tag == "input":
            self._hidden[given["name"]] = given.get("value", "")
        elif tag == "button":
            sent = {given["name"]: given["value"]} if "name" in given else {}
            self.found.append((self._action, {**self._hidden, **sent}))


def taps(client: Client, where: str) -> list[dict[str, str]]:
    return [sent for action, sent in Taps(client.get("/").content.decode()).found if action.startswith(where)]


def test_one_tap_notes_an_outing_until_the_hour_on_the_button(world: worlds.World, browse: Browse) -> None:
    educator = browse("educator")
    buttons = taps(educator, f"/sortie/{world.lila.pk}/")
    assert len(buttons) == 3
    for sent in (buttons[0], buttons[0]):  # the same tap twice is one outing
        assert educator.post(f"/sortie/{world.lila.pk}/", sent).status_code == 302
    outing = outings_of([world.lila.pk])[world.lila.pk]
    assert f"{outing.kind} {outing.expected_at.isoformat()}" == buttons[0]["preset"]
    assert "Sortie notée" in educator.get("/").content.decode()


def test_one_tap_brings_her_back(world: worlds.World, browse: Browse) -> None:
    outing = episodes.outing_start(
        by=world.actor(), person=world.lila, kind="school", expected_at=now() + timedelta(hours=2)
    )
    educator = browse("educator")
    (sent,) = taps(educator, f"/rentree/{outing.pk}/")
    assert educator.post(f"/rentree/{outing.pk}/", sent).status_code == 302
    assert not outings_of([world.lila.pk])


def test_a_second_outing_is_refused_with_the_reason(world: worlds.World, browse: Browse) -> None:
    educator = browse("educator")
    first, second = (taps(educator, f"/sortie/{world.lila.pk}/")[0] for _ in range(2))
    educator.post(f"/sortie/{world.lila.pk}/", first)
    answer = educator.post(f"/sortie/{world.lila.pk}/", second)
    assert answer.status_code == 422
    assert "Une sortie est déjà en cours" in answer.content.decode()


def test_an_hour_that_has_passed_since_the_page_was_read_is_refused(world: worlds.World, browse: Browse) -> None:
    educator = browse("educator")
    sent = taps(educator, f"/sortie/{world.lila.pk}/")[0]
    sent["preset"] = f"school {(now() - timedelta(minutes=1)).isoformat()}"
    assert educator.post(f"/sortie/{world.lila.pk}/", sent).status_code == 422
    assert not outings_of([world.lila.pk])


def test_what_no_button_says_is_refused(world: worlds.World, browse: Browse) -> None:
    educator = browse("educator")
    sent = taps(educator, f"/sortie/{world.lila.pk}/")[0] | {"preset": "cinema demain"}
    assert educator.post(f"/sortie/{world.lila.pk}/", sent).status_code == 422


def test_strangers_and_readers_record_nothing(world: worlds.World, browse: Browse) -> None:
    outing = episodes.outing_start(
        by=world.actor(), person=world.noe, kind="school", expected_at=now() + timedelta(hours=2)
    )
    sent = taps(browse("educator"), f"/sortie/{world.lila.pk}/")[0]
    stranger, nurse = browse("stranger"), browse("nurse")
    assert stranger.post(f"/sortie/{world.lila.pk}/", sent).status_code == 404
    assert stranger.post(f"/rentree/{outing.pk}/", {}).status_code == 404
    own = {"preset": sent["preset"], "form_token": taps_token(nurse)}
    assert nurse.post(f"/sortie/{world.lila.pk}/", own).status_code == 403
    assert nurse.post(f"/rentree/{outing.pk}/", {"form_token": own["form_token"]}).status_code == 403
    assert not outings_of([world.lila.pk])


def taps_token(client: Client) -> str:
    """A token of this person's own, as any of her pages would carry."""
    return new_token(client.session["_auth_user_id"])


def test_a_tap_opened_by_hand_leads_back_to_the_desk(world: worlds.World, browse: Browse) -> None:
    assert browse("educator").get(f"/sortie/{world.lila.pk}/").headers["Location"] == "/"
