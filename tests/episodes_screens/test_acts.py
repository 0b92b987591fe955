"""Each act of an episode through its screen: written, refused, repeated, kept when refused."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from maillage.episodes.enums import Action, EpisodeState, EventKind
from maillage.episodes.models import EpisodeEvent, MissingEpisode
from maillage.episodes.views.acts import ACTS, SLUGS

MISSING, LOCATED, RETURNED, CLOSED = EpisodeState

# slug → state to write it in, who writes, what she types, the event it leaves.
WRITTEN: dict[str, tuple[EpisodeState, str, dict[str, Any], EventKind]] = {
    "contact": (
        MISSING, "educator",
        {"way": "call", "outcome": "no_answer", "who": "Une amie synthétique"},
        EventKind.CONTACT_ATTEMPT,
    ),
    "signe": (MISSING, "educator", {"way": "message", "words": "je vais bien"}, EventKind.SIGN_OF_LIFE),
    "qualification": (
        MISSING, "educator",
        {"authority": "police", "kind": "runaway", "who": "Brigade synthétique"},
        EventKind.AUTHORITY_QUALIFICATION,
    ),
    "place": (MISSING, "educator", {"until": "2099-01-01"}, EventKind.PLACE_KEPT),
    "fin-accueil": (
        MISSING, "case_worker",
        {"ends_on": "2026-01-06", "end_kind": "breakdown", "motive": "Motif synthétique", "next_place": "Ailleurs"},
        EventKind.PLACEMENT_ENDED,
    ),
    "localisee": (MISSING, "educator", {"by_police": "on", "place": "Gare synthétique"}, EventKind.LOCATED),
    "trajet": (LOCATED, "educator", {"who": "Deux collègues, voiture bleue"}, EventKind.FETCH),
    "rentree": (MISSING, "educator", {"who": "Seule"}, EventKind.RETURNED),
    "retour-erreur": (RETURNED, "educator", {"text": "Ce n’était pas elle."}, EventKind.RETURN_UNDONE),
    "soins": (RETURNED, "educator", {"offer": "offered"}, EventKind.URGENT_CARE),
    "besoins": (RETURNED, "educator", {"met": ["food", "sleep"]}, EventKind.NEEDS),
    "questionnaire-enqueteurs": (RETURNED, "educator", {"outcome": "not_held"}, EventKind.POLICE_QUESTIONNAIRE),
    "proposition": (RETURNED, "educator", {"offer": "refused", "words": "pas ce soir"}, EventKind.TALK),
    "decision": (
        RETURNED, "educator",
        {"title": "Prendre rendez-vous", "owner": "role:case_worker", "due_at": "2099-01-01T10:00"},
        EventKind.DECISION,
    ),
    "rouvrir": (CLOSED, "educator", {"text": "Repartie aussitôt."}, EventKind.REOPENED),
}  # fmt: skip


def address(episode: MissingEpisode, slug: str) -> str:
    return reverse("episodes:act", args=[episode.pk, slug])


def events(episode: MissingEpisode, kind: EventKind) -> int:
    return EpisodeEvent.objects.filter(episode=episode, kind=kind).count()


def test_every_act_is_written_here() -> None:
    assert set(WRITTEN) == set(ACTS)


def test_every_action_has_its_screen() -> None:
    elsewhere = {
        Action.READING_CHANGE, Action.CLOSE, Action.CORRECT, Action.INTERVIEW_START, Action.DECLARATION_MAKE,
        Action.END_OF_SEARCH_MAKE, Action.SERIOUS_EVENT_MAKE, Action.CHRONOLOGY_MAKE,
    }  # fmt: skip
    assert set(SLUGS) | elsewhere == set(Action)


@pytest.mark.parametrize("slug", WRITTEN)
def test_an_act_is_written_once_however_often_it_is_sent(slug: str, world: Any, browser: Any) -> None:
    state, who, typed, kind = WRITTEN[slug]
    episode = world.in_state(state)
    client, url = browser(who), address(episode, slug)
    before = events(episode, kind)
    target, data = client.fill(url, **typed)
    first = client.post(target, data)
    assert first.status_code == 302, first.content.decode()
    client.post(target, data)
    assert events(episode, kind) == before + 1


@pytest.mark.parametrize("slug", WRITTEN)
def test_reading_the_form_writes_no_event(slug: str, world: Any, browser: Any) -> None:
    state, who, _typed, _kind = WRITTEN[slug]
    episode = world.in_state(state)
    before = EpisodeEvent.objects.count()
    assert browser(who).get(address(episode, slug)).status_code == 200
    assert EpisodeEvent.objects.count() == before


@pytest.mark.parametrize("slug", WRITTEN)
def test_the_right_role_in_another_home_finds_nothing(slug: str, world: Any, browser: Any) -> None:
    state, who, typed, kind = WRITTEN[slug]
    episode = world.in_state(state)
    before = events(episode, kind)
    _target, data = browser(who).fill(address(episode, slug), **typed)
    stranger = browser("stranger")
    assert stranger.get(address(episode, slug)).status_code == 404
    assert stranger.post(address(episode, slug), data).status_code == 404
    assert events(episode, kind) == before


@pytest.mark.parametrize(
    ("slug", "typed", "kept"),
    [
        ("contact", {"who": "Une amie à rappeler", "outcome": "no_answer"}, "Une amie à rappeler"),
        ("signe", {"words": "mots à garder"}, "mots à garder"),
        ("localisee", {"happened_at_0": "other", "happened_at_1": "", "text": "texte à garder"}, "texte à garder"),
        ("rentree", {"happened_at_0": "other", "happened_at_1": "2020-01-01T10:00", "text": "à garder"}, "à garder"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    slug: str, typed: dict[str, str], kept: str, world: Any, browser: Any
) -> None:
    episode = world.open()
    page = browser().submit(address(episode, slug), **typed)
    assert page.status_code == 422
    assert kept in page.content.decode()
    assert "À corriger avant d’enregistrer" in page.content.decode()
    assert EpisodeEvent.objects.filter(episode=episode).count() == 1


def test_a_return_before_the_departure_is_refused_beside_its_hour(world: Any, browser: Any) -> None:
    episode = world.open()
    page = browser().submit(address(episode, "rentree"), happened_at_0="other", happened_at_1="2020-01-01T10:00")
    assert page.status_code == 422
    assert 'id="id_happened_at_error"' in page.content.decode()
    episode.refresh_from_db()
    assert episode.returned_at is None


def test_only_health_staff_are_asked_which_care(world: Any, browser: Any) -> None:
    episode = world.in_state(RETURNED)
    assert 'name="health"' not in browser().get(address(episode, "soins")).content.decode()
    assert 'name="health"' in browser("nurse").get(address(episode, "soins")).content.decode()


def test_an_act_the_state_does_not_allow_is_refused(world: Any, browser: Any) -> None:
    episode = world.open()
    assert browser().get(address(episode, "besoins")).status_code == 422


def test_a_role_without_the_ability_is_refused(world: Any, browser: Any) -> None:
    episode = world.open()
    assert browser("nurse").get(address(episode, "rentree")).status_code == 403
    assert browser().get(address(episode, "fin-accueil")).status_code == 403


def test_an_unknown_act_is_nowhere(world: Any, browser: Any) -> None:
    assert browser().get(address(world.open(), "autre-chose")).status_code == 404


def test_an_hour_is_read_on_the_clock_of_the_home(world: Any, browser: Any) -> None:
    world.home.zone = "Indian/Reunion"
    world.home.save()
    episode = world.open(noticed_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    browser().submit(
        address(episode, "contact"),
        way="call",
        outcome="no_answer",
        happened_at_0="other",
        happened_at_1="2026-03-01T18:00",
    )
    event = EpisodeEvent.objects.get(episode=episode, kind=EventKind.CONTACT_ATTEMPT)
    assert event.happened_at.isoformat() == "2026-03-01T14:00:00+00:00"


def test_a_correction_stands_beside_the_first_line(world: Any, browser: Any) -> None:
    episode = world.open()
    client = browser()
    client.submit(address(episode, "contact"), way="call", outcome="no_answer", text="première version")
    event = EpisodeEvent.objects.get(episode=episode, kind=EventKind.CONTACT_ATTEMPT)
    url = reverse("episodes:correct", args=[episode.pk, event.pk])
    assert "première version" in client.get(url).content.decode()
    assert client.submit(url, text="seconde version").status_code == 302
    assert EpisodeEvent.objects.filter(corrects=event).count() == 1
    page = client.get(reverse("episodes:page", args=[episode.pk])).content.decode()
    assert "première version" in page
    assert "seconde version" in page
    assert "Corrigé plus tard" in page


def test_a_line_of_another_episode_cannot_be_corrected_here(world: Any, browser: Any) -> None:
    episode, other = world.open(), world.open(world.noe)
    line = EpisodeEvent.objects.filter(episode=other).first()
    assert browser().get(reverse("episodes:correct", args=[episode.pk, line.pk])).status_code == 404


def test_closing_asks_for_what_is_left_or_a_written_reason(world: Any, browser: Any) -> None:
    episode = world.in_state(RETURNED)
    url = reverse("episodes:close", args=[episode.pk])
    page = browser().submit(url, reason="followed")
    assert page.status_code == 422
    html = page.content.decode()
    assert "Écrivez pourquoi vous fermez." in html
    assert "motif écrit demandé" in html
    assert "(facultatif)" not in html
    assert browser().submit(url, reason="followed", note="Suivi tenu ailleurs (synthétique).").status_code == 302
    episode.refresh_from_db()
    assert episode.closing_reason == "followed"


def test_closing_a_page_that_changed_meanwhile_is_a_conflict(world: Any, browser: Any) -> None:
    episode = world.in_state(RETURNED)
    client = browser()
    target, data = client.fill(reverse("episodes:close", args=[episode.pk]), reason="back_no_follow_up", note="x")
    MissingEpisode.objects.filter(pk=episode.pk).update(version=episode.version + 5)
    assert client.post(target, data).status_code == 409
    episode.refresh_from_db()
    assert episode.closed_at is None


def test_closing_belongs_to_those_who_see_her(world: Any, browser: Any) -> None:
    url = reverse("episodes:close", args=[world.in_state(RETURNED).pk])
    assert browser("stranger").get(url).status_code == 404
    assert browser("carer").get(url).status_code == 403
