"""The return talk's answers, and lines of the thread: whose they are to write, until when, what a correction leaves."""

from typing import Any

import pytest
from django.urls import reverse

from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.common.errors import NotAllowed
from maillage.episodes import services
from maillage.episodes.access import get_visible_or_404
from maillage.episodes.enums import EpisodeState, EventKind
from maillage.episodes.models import EpisodeEvent, ReturnInterview
from maillage.episodes.selectors import episode_page
from maillage.questionnaires.models import AnswerSet
from maillage.questionnaires.publishing import publish_shipped

RETURNED = EpisodeState.RETURNED


@pytest.fixture
def begun(world: Any, browser: Any) -> Any:
    """Somebody back, her talk begun, a draft under way."""
    publish_shipped(by=SYSTEM)
    episode = world.in_state(RETURNED)
    client = browser()
    client.submit(talk(episode), told="on")
    assert client.submit(questions(episode)).status_code == 302
    return episode


def talk(episode: Any) -> str:
    return reverse("episodes:talk", args=[episode.pk])


def questions(episode: Any) -> str:
    return reverse("episodes:talk_questionnaire", args=[episode.pk])


def answer(client: Any, episode: Any, **typed: Any) -> Any:
    typed = {"q-besoin": "rien", "q-moment": "plus_tard"} | typed
    return client.submit(f"{questions(episode)}?page=all", do="submit", **typed)


def close(world: Any, episode: Any) -> None:
    services.episode_close(by=world.actor(), episode=episode, reason="back_no_follow_up", note_text="Synthétique.")


def thread(world: Any, episode: Any, who: str = "educator") -> list[Any]:
    by = world.actor(who)
    return list(episode_page(by, get_visible_or_404(by, episode.pk), now()).timeline)


def test_a_draft_ends_with_the_episode_and_stays_readable(begun: Any, world: Any, browser: Any) -> None:
    client = browser()
    client.submit(f"{questions(begun)}?page=all", do="save", **{"q-faits": "Sommeil dès l’arrivée."})
    target, late = client.fill(f"{questions(begun)}?page=all", do="save", **{"q-faits": "Écrit trop tard."})
    close(world, begun)
    before = AnswerSet.objects.get().version
    refused = client.post(target, late)
    assert refused.status_code == 422
    assert "L’épisode est clos" in refused.content.decode()
    assert "Écrit trop tard." in refused.content.decode()
    assert AnswerSet.objects.get().version == before
    assert client.get(questions(begun)).status_code == 302
    page = client.get(talk(begun)).content.decode()
    assert "Brouillon laissé à la clôture" in page
    assert "Sommeil dès l’arrivée." in page
    assert "Reprendre le brouillon" not in page


def test_no_talk_is_begun_in_a_closed_episode(begun: Any, world: Any, browser: Any) -> None:
    AnswerSet.objects.all().delete()
    client = browser()
    target, data = client.fill(questions(begun))
    close(world, begun)
    assert client.post(target, data).status_code == 422
    assert not AnswerSet.objects.exists()


def test_a_correction_after_closing_stands_beside_the_first_and_says_so(begun: Any, world: Any, browser: Any) -> None:
    client = browser()
    assert answer(client, begun, **{"q-faits": "Sommeil dès l’arrivée."}).status_code == 302
    close(world, begun)
    assert client.submit(talk(begun), action="corriger/").status_code == 302
    assert answer(client, begun, **{"q-faits": "Sommeil, puis un bain."}).status_code == 302
    page = client.get(talk(begun)).content.decode()
    assert "Corrigé après la clôture" in page
    assert "Sommeil, puis un bain." in page
    assert "Sommeil dès l’arrivée." in page
    entry = next(one for one in thread(world, begun) if one.kind == EventKind.ANSWERS_CORRECTED)
    assert "écrit après la clôture" in entry.facts
    assert entry.by == "Nour Lampe"
    held = ReturnInterview.objects.get()
    assert EpisodeEvent.objects.filter(facts__interview=str(held.pk), facts__offer="held").count() == 1


def test_a_correction_before_closing_is_not_said_after_it(begun: Any, world: Any, browser: Any) -> None:
    client = browser()
    answer(client, begun)
    assert client.submit(talk(begun), action="corriger/").status_code == 302
    answer(client, begun)
    close(world, begun)
    entry = next(one for one in thread(world, begun) if one.kind == EventKind.ANSWERS_CORRECTED)
    assert entry.facts == ()


def test_a_form_for_a_talk_already_begun_is_refused_whatever_it_says(world: Any, browser: Any) -> None:
    episode = world.in_state(RETURNED)
    late = browser("colleague")
    target, data = late.fill(talk(episode), chosen_person="Sa tante")
    browser().submit(talk(episode), told="on")
    assert "told" not in data
    refused = late.post(target, data)
    assert refused.status_code == 422
    assert "déjà commencé" in refused.content.decode()
    assert "Sa tante" in refused.content.decode()
    assert ReturnInterview.objects.count() == 1


def test_a_line_corrected_by_somebody_without_words_keeps_the_words(world: Any, browser: Any) -> None:
    episode = world.open()
    first = services.contact_record(
        by=world.actor(), episode=episode, happened_at=now(), way="call", outcome="answered", words="Je suis au chaud."
    )
    ase = world.actor("ase_on_call")
    with pytest.raises(NotAllowed):
        services.event_correct(by=ase, event=first, happened_at=now(), words="Autre chose.")
    address = reverse("episodes:correct", args=[episode.pk, first.pk])
    assert browser("ase_on_call").submit(address, text="Vers midi.").status_code == 302
    second = EpisodeEvent.objects.get(corrects=first)
    shown = {entry.id: entry for entry in thread(world, episode)}[second.pk]
    assert (shown.words, shown.text) == ("Je suis au chaud.", "Vers midi.")
    hidden = {entry.id: entry for entry in thread(world, episode, "ase_on_call")}[second.pk]
    assert (hidden.words, hidden.hidden) == ("", True)
    # Who reads the words corrects them as they are, through both lines.
    form = browser().get(reverse("episodes:correct", args=[episode.pk, second.pk])).content.decode()
    assert "Je suis au chaud." in form


def test_a_line_corrected_after_closing_says_so(world: Any) -> None:
    episode = world.in_state(RETURNED)
    needs = services.needs_record(by=world.actor(), episode=episode, happened_at=now(), met=["sleep"])
    close(world, episode)
    services.event_correct(by=world.actor(), event=needs, happened_at=needs.happened_at, text="Et un repas.")
    facts = {entry.text: entry.facts for entry in thread(world, episode) if entry.kind == EventKind.NEEDS}
    assert "écrit après la clôture" in facts["Et un repas."]
    assert "écrit après la clôture" not in facts[""]
