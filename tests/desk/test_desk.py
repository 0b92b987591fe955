"""The desk, by role: who is in, out, missing, what is next, what waits for me."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.desk import selectors
from maillage.episodes import services as episodes
from maillage.episodes.enums import EpisodeState
from maillage.tasks import services as tasks
from maillage.tasks.models import HandOver, SweeperRun
from maillage.youth import services as youth
from maillage.youth.models import Mission
from tests.episodes import world as worlds

Browse = Callable[[str], Client]


def text(client: Client, url: str = "/", **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def desk_of(world: worlds.World, who: str, **options: bool) -> selectors.Desk:
    return selectors.desk(world.actor(who), now(), **options)


def here(desk: selectors.Desk) -> list[str]:
    return [line.face.said for house in desk.houses for line in house.lines]


def test_an_educator_sees_her_home_by_first_name(world: worlds.World, browse: Browse) -> None:
    page = text(browse("educator"))
    assert "Lila" in page
    assert "Noé" in page
    assert "Parapluie</a>" not in page  # the family name stays in the file
    assert here(desk_of(world, "educator")) == ["Lila", "Noé"]


def test_who_is_in_is_one_tap_away_from_being_said_missing(world: worlds.World, browse: Browse) -> None:
    def offered(who: str) -> list[tuple[str, str]]:
        link = r'href="/e/nouveau/([0-9a-f-]+)/">Pas là<span class="visually-hidden"> ([^<]+)</span>'
        return re.findall(link, text(browse(who)))

    assert offered("educator") == [(str(world.lila.pk), "Lila"), (str(world.noe.pk), "Noé")]
    assert [name for _pk, name in offered("case_worker")] == ["L. P.", "N. L."]  # initials outside the home
    assert offered("nurse") == []  # she opens nothing
    world.open()
    assert [name for _pk, name in offered("educator")] == ["Noé"]
    episodes.outing_start(
        by=world.actor(), person=world.noe, kind="school", expected_at=now() + timedelta(hours=2)
    )  # « Pas de retour » is there instead
    assert offered("educator") == []


def test_a_stranger_sees_none_of_them(world: worlds.World, browse: Browse) -> None:
    page = text(browse("stranger"))
    assert "Lila" not in page
    assert "Personne ici pour l’instant" in page


def test_who_is_out_says_when_she_is_expected(world: worlds.World, browse: Browse) -> None:
    educator = world.actor()
    episodes.outing_start(by=educator, person=world.lila, kind="school", expected_at=now() + timedelta(hours=2))
    episodes.outing_start(
        by=educator,
        person=world.noe,
        kind="visit",
        left_at=now() - timedelta(hours=3),
        expected_at=now() - timedelta(minutes=20),
    )
    desk = desk_of(world, "educator")
    assert [(line.face.name, line.outing.late) for line in desk.outside if line.outing] == [
        ("Noé", True),
        ("Lila", False),
    ]
    assert not desk.houses
    page = text(browse("educator"))
    assert "en retard de 20 min" in page
    assert "dans 1 h 59" in page or "dans 2 h" in page


def test_who_is_missing_comes_with_since_when_and_the_next_step(world: worlds.World, browse: Browse) -> None:
    episode = world.open(ago=80)
    desk = desk_of(world, "educator")
    (line,) = desk.away
    assert (line.face.name, line.episode and line.episode.noticed_at) == ("Lila", episode.noticed_at)
    first = min(
        (task for task in world.tasks(episode).values() if task.state == "open"),
        key=lambda task: (task.due_at, task.order),
    )
    assert line.steps[0].title == first.title
    assert here(desk) == ["Noé"]
    page = text(browse("educator"))
    assert "depuis <span data-clock-words>1 h 20</span>" in page
    assert first.title in page
    assert f"/e/{episode.pk}/" in page


def test_once_back_she_is_home_again_with_what_follows(world: worlds.World) -> None:
    episode = world.open()
    episodes.returned(by=world.actor(), episode=episode, happened_at=now())
    desk = desk_of(world, "educator")
    assert not desk.away
    line = next(line for line in desk.houses[0].lines if line.face.name == "Lila")
    assert line.episode is not None
    assert line.episode.returned_at is not None
    assert line.steps


def test_the_first_step_of_the_plan_waits_for_whoever_owns_it(world: worlds.World) -> None:
    world.open()
    (for_educator,) = desk_of(world, "educator").away
    (for_case_worker,) = desk_of(world, "case_worker").away
    assert for_educator.steps[0].mine
    assert not for_case_worker.steps[0].mine
    assert for_case_worker.steps[0].owner == f"Éducateur ou éducatrice · {world.home.name}"
    assert for_educator.steps[0].owner == "Éducateur ou éducatrice"  # of her own team: not said again


def test_elsewhere_than_home_initials_hide_the_name(world: worlds.World, browse: Browse) -> None:
    world.open()
    desk = desk_of(world, "case_worker")
    assert {line.face.initials for line in desk.away} | {
        line.face.initials for house in desk.houses for line in house.lines
    } == {"L. P.", "N. L."}
    assert all(line.face.hidden for line in desk.away)
    assert not any(line.taps for line in desk.away)
    page = text(browse("case_worker"))
    assert '<details class="reveal">' in page
    assert "Montrer le nom de L. P." in page


def test_the_ase_on_call_sees_who_is_missing_not_everyone(world: worlds.World) -> None:
    assert desk_of(world, "ase_on_call").empty
    world.open()
    desk = desk_of(world, "ase_on_call")
    assert [line.face.initials for line in desk.away] == ["L. P."]
    assert not desk.houses


def test_health_staff_sees_only_what_is_addressed_to_her(world: worlds.World, browse: Browse) -> None:
    episode = world.open()
    assert desk_of(world, "nurse").empty
    task = next(iter(world.tasks(episode).values()))
    task.owner_user = world.nurse
    task.state, task.due_at = "open", now()
    task.save()
    desk = desk_of(world, "nurse")
    assert [step.title for step in desk.steps] == [task.title]
    assert desk.steps[0].face is not None
    assert desk.steps[0].face.hidden
    assert not desk.away
    assert task.title in text(browse("nurse"))


def test_health_staff_finds_who_came_back(world: worlds.World) -> None:
    episode = world.in_state(EpisodeState.RETURNED, world.lila)
    (line,) = desk_of(world, "nurse").houses[0].lines
    assert line.episode is not None
    assert line.episode.pk == episode.pk
    assert line.face.hidden


def test_a_foster_carer_sees_the_children_she_is_named_for(world: worlds.World) -> None:
    assert here(desk_of(world, "carer")) == ["Lila", "Noé"]
    lilas = Mission.objects.get(person=world.lila, user=world.carer)
    youth.mission_end(by=SYSTEM, mission=lilas, version=lilas.version)
    desk = desk_of(world, "carer")
    assert here(desk) == ["Noé"]
    assert not desk.houses[0].lines[0].face.hidden


@pytest.mark.parametrize(("who", "where"), [("administrator", "/compte/personnes/"), ("dpo", "/registre/")])
def test_those_who_see_nobody_are_sent_to_their_own_page(browse: Browse, who: str, where: str) -> None:
    answer = browse(who).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, where)


def test_a_relay_waits_on_my_desk_until_i_take_it(world: worlds.World, browse: Browse) -> None:
    episode = world.open()
    task = next(task for task in world.tasks(episode).values() if task.state == "open")
    tasks.hand_over(
        by=world.actor(),
        task=task,
        to_user=world.colleague,
        to_organisation=world.home,
        answer_within=timedelta(minutes=20),
    )
    assert not desk_of(world, "educator").relays
    (relay,) = desk_of(world, "colleague").relays
    colleague = browse("colleague")
    assert "Je prends le relais" in text(colleague)
    answer = colleague.post(f"/relais/{relay.pk}/", {"form_token": ""})
    assert answer.status_code == 422  # a button without its page's token takes nothing
    page = text(colleague)
    token = page.split(f'action="/relais/{relay.pk}/"')[1].split('name="form_token" value="')[1].split('"')[0]
    assert colleague.post(f"/relais/{relay.pk}/", {"form_token": token}).status_code == 302
    assert HandOver.objects.get(pk=relay.pk).acknowledged_by_id == world.colleague.pk
    assert "Vous avez pris le relais" in text(colleague)
    assert not desk_of(world, "colleague").relays


def test_a_relay_addressed_to_someone_else_is_not_mine_to_take(world: worlds.World, browse: Browse) -> None:
    episode = world.open()
    task = next(task for task in world.tasks(episode).values() if task.state == "open")
    relay = tasks.hand_over(
        by=world.actor(),
        task=task,
        to_user=world.colleague,
        to_organisation=world.home,
        answer_within=timedelta(minutes=20),
    )
    for who in ("manager", "stranger", "educator"):
        assert browse(who).post(f"/relais/{relay.pk}/", {"form_token": "x"}).status_code == 422
    assert HandOver.objects.get(pk=relay.pk).acknowledged_at is None


def test_the_desk_says_when_the_sweeper_last_ran_and_warns_after_two_minutes(
    world: worlds.World, browse: Browse
) -> None:
    educator = browse("educator")
    assert "rappels pas encore vérifiés" in text(educator)
    run = SweeperRun.objects.create(name="sweeper", at=now() - timedelta(seconds=110))
    assert "sont à l’arrêt" not in text(educator)
    SweeperRun.objects.filter(pk=run.pk).update(at=now() - timedelta(seconds=125))
    page = text(educator)
    assert "sont à l’arrêt" in page
    assert "Mis à jour à" in page


HTMX = {"hx-request": "true", "x-maillage-refresh": "1"}


@pytest.mark.parametrize(
    ("url", "headers"), [("/", HTMX), ("/garde/", HTMX), ("/?suite=1", {}), ("/", {"sec-fetch-dest": "image"})]
)
def test_a_page_that_refreshes_itself_leaves_the_session_alone(
    world: worlds.World, browse: Browse, url: str, headers: dict[str, str]
) -> None:
    manager = browse("manager")
    text(manager)
    session = manager.session
    session["seen"] = (timezone.now() - timedelta(minutes=5)).timestamp()
    session.save()
    before = dict(manager.session.items())
    with CaptureQueriesContext(connection) as queries:
        text(manager, url, **headers)
    assert dict(manager.session.items()) == before
    written = [one["sql"] for one in queries if "django_session" in one["sql"] and not one["sql"].startswith("SELECT")]
    assert not written
    text(manager)  # a hand on the page is noted
    assert manager.session["seen"] > before["seen"]


def test_the_part_that_refreshes_is_a_fragment(browse: Browse) -> None:
    page = text(browse("educator"), **HTMX)
    assert "<html" not in page
    assert "Lila" in page


def test_the_desk_costs_the_same_for_one_resident_and_for_thirty(world: worlds.World, browse: Browse) -> None:
    educator = browse("educator")
    world.open()
    episodes.outing_start(by=world.actor(), person=world.noe, kind="school", expected_at=now() + timedelta(hours=2))
    text(educator)  # reads journalled once
    with CaptureQueriesContext(connection) as few:
        text(educator)
    for number in range(28):
        person = worlds.resident(world.home, f"Zia{number}", "Bougeoir")
        if number % 3 == 0:
            world.open(person)
        elif number % 3 == 1:
            episodes.outing_start(
                by=world.actor(), person=person, kind="school", expected_at=now() + timedelta(hours=2)
            )
    text(educator)
    with CaptureQueriesContext(connection) as many:
        assert "Zia27" in text(educator)
    assert len(many) == len(few)


def test_a_shared_screen_shows_no_name_and_no_photo(world: worlds.World, browse: Browse) -> None:
    world.open()
    desk = desk_of(world, "educator", discreet=True)
    faces = [line.face for line in (*desk.away, *desk.houses[0].lines)]
    assert {(face.name, face.photo_url, face.hidden) for face in faces} == {("", "", True)}
    educator = browse("educator")
    assert educator.post("/affichage/", {"discreet": "1", "next": "/"}).status_code == 302
    page = text(educator)
    assert "Lila" not in page
    assert "Noé" not in page
    assert "<img" not in page
    assert "L. P." in page
    educator.post("/affichage/", {"discreet": "0", "next": "/"})
    assert "Lila" in text(educator)


def test_the_main_action_and_the_call_come_first_for_who_may_open(world: worlds.World, browse: Browse) -> None:
    page = text(browse("educator"))
    assert 'href="tel:17"' in page
    assert "Quelqu’un n’est pas là" in page
    assert "Quelqu’un n’est pas là" not in text(browse("nurse"))


def test_someone_without_scripts_gets_a_page_that_reloads_itself(browse: Browse) -> None:
    page = text(browse("educator"))
    assert '<noscript><meta http-equiv="refresh" content="15; url=/?suite=1"></noscript>' in page


def test_a_manager_of_an_association_has_all_its_homes_on_her_desk(world: worlds.World) -> None:
    association = worlds.organisation("Association du Buffet", "association")
    first = worlds.organisation("Maison du Tiroir", parent=association)
    second = worlds.organisation("Maison de la Clé", parent=association)
    worlds.resident(first, "Ada", "Tringle")
    worlds.resident(second, "Bo", "Console")
    world.manager = worlds.member("Rim Plateau", ("on_call_manager", association))
    desk = desk_of(world, "manager")
    assert [(house.name, [line.face.name for line in house.lines]) for house in desk.houses] == [
        ("Maison de la Clé", ["Bo"]),
        ("Maison du Tiroir", ["Ada"]),
    ]
