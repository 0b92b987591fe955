"""« Relevé »: a manager's own homes, the list behind each figure, and nobody else."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.accounts.enums import Role
from maillage.accounts.models import Membership
from maillage.common.clock import now
from maillage.common.localtime import local
from maillage.desk import coverage
from maillage.episodes import services as episodes
from maillage.episodes.coverage import Figure, lately
from maillage.tasks import services as tasks
from maillage.youth import services as youth
from maillage.youth.models import Mission, Placement
from tests.episodes import world as worlds

Browse = Callable[[str], Client]


def text(answer: object) -> str:
    return unescape(answer.content.decode()).replace("\u00a0", " ")  # type: ignore[attr-defined]


def figures(world: worlds.World, who: str = "manager") -> dict[Figure, tuple[int, int, int | None]]:
    homes = coverage.homes_of(world.actor(who))
    page = coverage.page(homes, coverage.Choice(lately(coverage.today_of(homes, now()), 2)), now())
    return {one.figure: (one.cell.number, one.cell.people, one.cell.among) for one in page.totals}


def test_figures_come_from_what_was_done(world: worlds.World) -> None:
    by = world.actor()
    episode = world.open(ago=600)
    sheet = next(one for one in world.tasks(episode).values() if one.document == "declaration")
    relay = tasks.hand_over(
        by=by,
        task=sheet,
        to_user=world.colleague,
        to_organisation=world.home,
        answer_within=timedelta(minutes=20),
    )
    tasks.hand_over_acknowledge(by=world.actor("colleague"), hand_over=relay)
    sheet.refresh_from_db()
    tasks.task_do(
        by=world.actor("colleague"),
        task=sheet,
        done_at=episode.noticed_at + timedelta(minutes=40),
        means="email",
        version=sheet.version,
    )
    episodes.returned(by=by, episode=episode, happened_at=now() - timedelta(minutes=90))
    line = episodes.talk_attempt(by=by, episode=episode, happened_at=now() - timedelta(minutes=80), offer="impossible")
    assert figures(world)[Figure.OFFERED] == (0, 0, 1)  # impossible is no offer
    episodes.talk_attempt(by=by, episode=episode, happened_at=now() - timedelta(minutes=60), offer="refused")
    episodes.event_correct(by=by, event=line, happened_at=now() - timedelta(minutes=70))
    interview = episodes.interview_start(by=by, episode=episode, readers=["educator"], told=True)
    episodes.interview_hold(by=by, interview=interview, held_at=now())
    mistaken = world.open(world.noe)
    assert figures(world)[Figure.EPISODES] == (2, 2, None)
    episodes.episode_close(by=by, episode=mistaken, reason="opened_by_mistake", note_text="Elle dormait.")
    found = figures(world)
    assert found[Figure.EPISODES] == (1, 1, None)
    assert found[Figure.RELAYS] == (1, 1, None)
    assert found[Figure.ACKNOWLEDGED] == (1, 1, 1)
    for figure in (Figure.SHEET, Figure.RETURNED, Figure.OFFERED, Figure.HELD, Figure.IN_TIME, Figure.REFUSED):
        assert found[figure] == (1, 1, 1), figure
    assert found[Figure.BREAKDOWN] == found[Figure.CARE] == found[Figure.NOT_OFFERED] == (0, 0, 1)
    day = local(now(), world.home.zone).date()
    placement = Placement.objects.get(person=world.lila)
    youth.placement_end(
        by=world.actor("case_worker"),
        placement=placement,
        version=placement.version,
        ends_on=day,
        end_kind="breakdown",
        motive="Synthétique",
        next_place="Ailleurs",
    )
    assert figures(world)[Figure.BREAKDOWN] == (1, 1, 1)
    assert figures(world, "stranger")[Figure.EPISODES] == (0, 0, None)  # another home, another manager


def test_homes_and_months_are_counted_apart_and_each_opens_its_own_list(world: worlds.World, browse: Browse) -> None:
    Membership.objects.create(
        user=world.manager, organisation=world.other_home, role=Role.ON_CALL_MANAGER, starts_at=worlds.SINCE
    )
    zia = worlds.resident(world.other_home, "Zia", "Bougeoir")
    this = local(now(), world.home.zone).replace(day=1, hour=12)
    # Last month: Lila twice, Zia once. This month: Zia.
    for person, who, day in [(world.lila, "educator", 9), (world.lila, "educator", 6), (zia, "stranger", 3)]:
        by, at = world.actor(who), this - timedelta(days=day)
        episode = world.open(person, by=by, noticed_at=at)
        episodes.returned(by=by, episode=episode, happened_at=at + timedelta(hours=2))
        episodes.episode_close(by=by, episode=episode, reason="back_no_follow_up", note_text="Synthétique.")
    world.open(zia, by=world.actor("stranger"), noticed_at=now())
    homes = coverage.homes_of(world.actor("manager"))
    period = lately(coverage.today_of(homes, now()), 2)
    page = coverage.page(homes, coverage.Choice(period), now())
    counted = coverage.COLUMNS.index(Figure.EPISODES)
    back = coverage.COLUMNS.index(Figure.RETURNED)

    def numbers(lines: tuple[coverage.Line, ...]) -> list[tuple[str, int, int, int]]:
        return [(one.name, one.cells[counted].number, one.cells[back].number, one.people) for one in lines]

    last, present = (coverage.name_of(month) for month in period.months)
    assert numbers(page.by_home) == [(world.home.name, 2, 2, 1), (world.other_home.name, 2, 1, 1)]
    assert numbers(page.by_month) == [(last, 3, 3, 2), (present, 1, 0, 1)]
    assert (page.people, page.totals[0].cell.number) == (2, 4)
    manager = browse("manager")
    for line, who in [(page.by_home[0], {"Lila"}), (page.by_home[1], {"Zia"}), (page.by_month[0], {"Lila", "Zia"}),
                      (page.by_month[1], {"Zia"})]:  # fmt: skip
        listed = text(manager.get(line.cells[counted].url))
        assert {name for name in ("Lila", "Zia") if name in listed} == who, line.name
    # One home, one month: nothing to set beside another.
    one = coverage.page(homes, coverage.Choice(lately(coverage.today_of(homes, now()), 1), world.home.pk), now())
    assert one.by_home == one.by_month == ()


def test_each_figure_opens_its_list_and_the_list_shows_only_whom_she_sees(world: worlds.World, browse: Browse) -> None:
    world.in_state(worlds.EpisodeState.RETURNED)
    manager = browse("manager")
    page = text(manager.get("/releve/"))
    links = re.findall(r'href="(/releve/liste/[^"]+)" aria-label="([^"]+)"', page)
    assert {label.split(" :")[0].split(",")[0] for _url, label in links} >= {"Épisodes", "De retour"}
    for url, _label in links:
        assert not re.search(r"episode|home|20\d\d", url)
        assert "Lila" in text(manager.get(url))
    for mission in Mission.objects.filter(person=world.lila, organisation=world.home):
        Mission.objects.filter(pk=mission.pk).update(ends_at=now() - timedelta(seconds=1))
    again = text(manager.get("/releve/"))
    assert "1 jeune" in again  # counted still
    assert "Lila" not in text(manager.get(links[0][0]))
    assert "Aucun de ces dossiers ne vous est ouvert aujourd’hui." in text(manager.get(links[0][0]))


def test_the_list_shows_no_stranger_next_to_whom_she_sees(world: worlds.World, browse: Browse) -> None:
    world.open()
    world.open(world.noe)
    manager = browse("manager")
    url = re.findall(r'href="(/releve/liste/[^"]+)"', text(manager.get("/releve/")))[0]
    Mission.objects.filter(person=world.noe, organisation=world.home).update(ends_at=now() - timedelta(seconds=1))
    page = text(manager.get(url))
    assert "Lila" in page
    assert "Noé" not in page
    assert "2 épisodes" in page
    assert "Un épisode de plus est compté" in page


@pytest.mark.parametrize("who", ["educator", "carer", "nurse", "case_worker", "ase_on_call", "dpo", "administrator"])
def test_for_everyone_else_there_is_no_such_page(world: worlds.World, browse: Browse, who: str) -> None:
    world.open()
    page = text(browse("manager").get("/releve/"))
    other = browse(who)
    for url in {"/releve/", *re.findall(r'href="(/releve/[^"]+)"', page)[:3], f"/releve/{'A' * 60}/"}:
        assert other.get(url).status_code == 404
    assert other.post("/releve/", {"first": "2026-11", "last": "2026-11"}).status_code == 404
    home = other.get("/")
    assert home.status_code == 302 or "/releve/" not in text(home)


def test_addresses_of_another_manager_open_her_own_homes_or_nothing(world: worlds.World, browse: Browse) -> None:
    world.open()
    manager, stranger = browse("manager"), browse("stranger")
    url = re.findall(r'href="(/releve/liste/[^"]+)"', text(manager.get("/releve/")))[0]
    page = text(stranger.get(url))
    assert "Lila" not in page
    assert "0 épisode" in page
    chosen = manager.post("/releve/", {"first": "2026-11", "last": "2026-11", "home": str(world.home.pk)})
    assert (chosen.status_code, manager.get(chosen["Location"]).status_code) == (302, 200)
    assert stranger.get(chosen["Location"]).status_code == 404
    assert manager.get(chosen["Location"].replace("/releve/", "/releve/A")).status_code == 404
    assert manager.post("/releve/", {"first": "2026-11", "last": "2026-10"}).status_code == 422
    assert (
        manager.post("/releve/", {"first": "x", "last": "2026-10", "home": str(world.other_home.pk)}).status_code == 422
    )


def test_the_page_costs_twelve_queries_at_most_whatever_it_counts(world: worlds.World, browse: Browse) -> None:
    manager = browse("manager")
    manager.get("/releve/")
    with CaptureQueriesContext(connection) as few:
        manager.get("/releve/")
    for number in range(12):
        world.open(worlds.resident(world.home, f"Zia{number}", "Bougeoir"))
    with CaptureQueriesContext(connection) as many:
        assert "12 jeunes" in text(manager.get("/releve/"))
    assert len(few) <= len(many) <= 12, "\n".join(one["sql"][:200] for one in many)


def test_no_query_reads_a_whole_departement(world: worlds.World) -> None:
    homes = coverage.homes_of(world.actor("manager"))
    with CaptureQueriesContext(connection) as queries:
        coverage.page(homes, coverage.Choice(lately(now().date(), 12)), now())
    for one in queries:
        if "episodes_" in one["sql"] or "youth_" in one["sql"]:
            assert "organisation_id" in one["sql"]
