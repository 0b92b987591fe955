"""The episode's page: what is next, whose, by when; kept up to date without touching the session."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillage.accounts.enums import Role
from maillage.accounts.services import membership_open
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.episodes import services
from maillage.episodes.enums import EpisodeState
from maillage.tasks import services as tasks
from maillage.youth.enums import Contact
from tests.episodes.world import organisation

MISSING, LOCATED, RETURNED, CLOSED = EpisodeState


def page_of(client: Any, episode: Any) -> str:
    page = client.get(reverse("episodes:page", args=[episode.pk]))
    assert page.status_code == 200
    html: str = page.content.decode()
    return html


def test_it_says_what_is_next_whose_and_by_when(world: Any, browser: Any) -> None:
    episode = world.open()
    html = page_of(browser(), episode)
    following = html[html.index("Prochaine étape") :]
    due = min(
        (task for task in world.tasks(episode).values() if task.due_at), key=lambda task: (task.due_at, task.order)
    )
    assert due.title in following[: following.index("</section>")]
    assert "À vous" in following[: following.index("</section>")]
    assert "data-due=" in following[: following.index("</section>")]


@pytest.mark.parametrize("state", list(EpisodeState))
def test_each_state_has_at_most_one_filled_button(state: EpisodeState, world: Any, browser: Any) -> None:
    assert page_of(browser(), world.in_state(state)).count("btn-primary") <= 1


def test_the_calls_are_there_while_it_runs_and_no_longer_after(world: Any, browser: Any) -> None:
    assert 'href="tel:17"' in page_of(browser(), world.open())
    assert 'href="tel:17"' not in page_of(browser(), world.in_state(CLOSED, world.noe))


def test_a_tab_and_an_address_tell_nothing(world: Any, browser: Any) -> None:
    html = page_of(browser(), world.open())
    assert "<title>Suivi</title>" in html.replace("\n", "")


def test_a_notice_that_is_not_allowed_is_a_stated_reason(world: Any, browser: Any) -> None:
    world.parent(contact=Contact.FORBIDDEN)
    episode = world.open()
    html = page_of(browser(), episode)
    assert "Ne pas prévenir" in html
    assert any(task.state == "not_due" for task in world.tasks(episode).values())


def test_our_reading_stands_beside_the_authority_s(world: Any, browser: Any) -> None:
    episode = world.open()
    assert "pas encore connue" in page_of(browser(), episode)
    services.authority_qualify(
        by=world.actor(), episode=episode, authority="police", kind="unauthorised_absence", happened_at=now(),
        who="Brigade synthétique",
    )  # fmt: skip
    html = page_of(browser(), episode)
    assert "autre que notre lecture" in html
    assert "Brigade synthétique" in html


def test_outside_her_home_initials_and_the_name_on_touch(world: Any, browser: Any) -> None:
    episode = world.open()
    html = page_of(browser("case_worker"), episode)
    assert 'class="reveal"' in html
    assert 'class="reveal"' not in page_of(browser("educator"), episode)


def test_words_are_closed_to_who_may_not_read_them(world: Any, browser: Any) -> None:
    episode = world.open()
    services.sign_of_life_record(
        by=world.actor(), episode=episode, happened_at=now(), way="message", words="paroles synthétiques",
        place="Gare synthétique",
    )  # fmt: skip
    assert "paroles synthétiques" in page_of(browser("educator"), episode)
    assert "paroles synthétiques" not in page_of(browser("ase_on_call"), episode)
    nurse = page_of(browser("nurse"), episode)
    assert "paroles synthétiques" not in nurse
    assert "Gare synthétique" not in nurse


def test_strangers_find_nothing_and_reading_is_journalled(world: Any, browser: Any) -> None:
    episode = world.open()
    for name in ("page", "live", "documents", "talk", "close", "reading"):
        assert browser("stranger").get(reverse(f"episodes:{name}", args=[episode.pk])).status_code == 404
        assert browser("dpo").get(reverse(f"episodes:{name}", args=[episode.pk])).status_code == 404
    before = JournalEntry.objects.filter(subject=world.lila.pk, by=world.colleague.pk).count()
    page_of(browser("colleague"), episode)
    assert JournalEntry.objects.filter(subject=world.lila.pk, by=world.colleague.pk).count() > before


def test_steps_that_lost_their_object_together_are_one_line(world: Any, browser: Any) -> None:
    episode = world.in_state(RETURNED)
    html = page_of(browser(), episode)
    told = html[html.index("Ce qui s’est passé") :]
    assert "étapes sans objet" in told
    assert told.count("la recherche est finie") == 1


# -- keeping up to date -------------------------------------------------------------------------------------------


def seen_in(html: str) -> str:
    return (
        html.split("X-Maillage-Seen&quot;: &quot;")[-1].split("&quot;")[0]
        if "&quot;" in html
        else (html.split('"X-Maillage-Seen": "')[1].split('"')[0])
    )


def refreshed(client: Any, episode: Any, seen: str = "") -> Any:
    return client.get(
        reverse("episodes:live", args=[episode.pk]),
        headers={"HX-Request": "true", "X-Maillage-Refresh": "1", "X-Maillage-Seen": seen},
    )


def test_the_page_asks_for_its_moving_part_within_twenty_seconds(world: Any, browser: Any) -> None:
    html = page_of(browser(), world.open())
    assert 'hx-trigger="every 15s' in html
    assert "data-lost=" in html
    assert "X-Maillage-Refresh" in html


def test_when_nothing_changed_only_the_time_of_reading_comes_back(world: Any, browser: Any) -> None:
    episode = world.open()
    client = browser()
    seen = seen_in(page_of(client, episode))
    same = refreshed(client, episode, seen)
    assert same["HX-Reswap"] == "none"
    assert "Mis à jour à" in same.content.decode()
    assert "Prochaine étape" not in same.content.decode()


def test_what_a_colleague_does_comes_with_the_next_refresh(world: Any, browser: Any) -> None:
    episode = world.open()
    client = browser()
    seen = seen_in(page_of(client, episode))
    services.contact_record(
        by=world.actor("colleague"), episode=episode, happened_at=now(), way="call", outcome="no_answer"
    )
    changed = refreshed(client, episode, seen)
    assert "HX-Reswap" not in changed
    assert "Tentative de contact" in changed.content.decode()
    assert "<html" not in changed.content.decode()
    assert seen_in(changed.content.decode()) != seen


def test_a_step_handed_over_changes_what_both_see(world: Any, browser: Any) -> None:
    episode = world.open()
    client = browser("colleague")
    seen = seen_in(page_of(client, episode))
    task = min(
        (task for task in world.tasks(episode).values() if task.due_at), key=lambda task: (task.due_at, task.order)
    )
    tasks.hand_over(
        by=world.actor(), task=task, to_organisation=world.home, to_user=world.colleague,
        answer_within=timedelta(minutes=20), word="mot synthétique",
    )  # fmt: skip
    html = refreshed(client, episode, seen).content.decode()
    assert "Je prends le relais" in html
    assert "mot synthétique" in html
    assert "pas encore confirmé" in page_of(browser(), episode)


def test_the_page_costs_the_same_whatever_the_number_of_steps_relays_and_lines(world: Any, browser: Any) -> None:
    episode = world.open()
    client = browser()
    page_of(client, episode)
    with CaptureQueriesContext(connection) as few:
        page_of(client, episode)
    for _turn in range(5):
        services.contact_record(
            by=world.actor(), episode=episode, happened_at=now(), way="call", outcome="no_answer", who="Amie"
        )
    live = [task for task in world.tasks(episode).values() if task.state == "open"]
    for task in live[:3]:
        tasks.hand_over(
            by=world.actor("manager"), task=task, to_organisation=world.home, to_role=Role.EDUCATOR,
            answer_within=timedelta(minutes=20),
        )  # fmt: skip
    # Each adds a step: to tell the investigator.
    for way in ("message", "call"):
        services.sign_of_life_record(by=world.actor(), episode=episode, happened_at=now(), way=way, who="Amie")
    page_of(client, episode)  # reads journalled once
    with CaptureQueriesContext(connection) as many:
        page_of(client, episode)
    assert len(many) <= len(few) <= 24


def test_urgent_care_says_until_when_and_to_health_staff_why(world: Any, browser: Any) -> None:
    """The detail of a care is for health staff; everybody at the door knows how long a visit is of use."""
    episode = world.open()
    episode = services.returned(by=world.actor(), episode=episode, happened_at=now() - timedelta(minutes=5))
    until = (episode.returned_at + timedelta(hours=48)).isoformat(timespec="minutes")[:16]
    for who in ("educator", "manager", "nurse"):
        html = page_of(browser(who), episode)
        told = html[html.index("Soins urgents à proposer") :]
        told = told[: told.index("</p>")]
        assert f'<time datetime="{until}' in told
        assert ("post-exposition" in told) == (who == "nurse")
        assert ("La visite reste utile" in told) == (who != "nurse")
    # Health staff of another place, who follows her here as an educator, reads what educators read.
    membership_open(
        by=SYSTEM, user=world.educator, organisation=organisation("Centre des Cerceaux"), role=Role.HEALTH_STAFF
    )
    assert "post-exposition" not in page_of(browser("educator"), episode)


def test_past_its_hours_urgent_care_is_offered_all_the_same(world: Any, browser: Any) -> None:
    episode = services.returned(by=world.actor(), episode=world.open(), happened_at=now())
    client = browser()
    before = seen_in(page_of(client, episode))
    with time_machine.travel(now() + timedelta(hours=48, minutes=1)):
        client = browser()
        html = page_of(client, episode)
        assert "la visite se propose quand même" in html
        assert "reste utile" not in html
        assert seen_in(html) != before


def test_roles_named_as_readers_are_those_that_open_her_words(world: Any, browser: Any) -> None:
    html = browser().get(reverse("episodes:talk", args=[world.in_state(RETURNED).pk])).content.decode()
    assert f'value="{Role.EDUCATOR}"' in html
    assert f'value="{Role.HEALTH_STAFF}"' not in html
