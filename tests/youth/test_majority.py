"""Eighteen years: the day somebody is asked, once; what is decided; what the missions become."""

from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine

from maillage.accounts.enums import Role
from maillage.accounts.models import Letter
from maillage.casework.models import Note, TimelineEntry
from maillage.casework.services.majority import majority_plan, passage
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.forms import new_token
from maillage.tasks.models import Task
from maillage.youth.access import enter, visible_to
from maillage.youth.majority import asked_on, birthday, births_to_ask, to_ask
from maillage.youth.majority_worker import Rounds, ask
from maillage.youth.models import Mission
from tests.accounts.people import acting, organisation, professional, signed_in
from tests.youth.young import follower, resident, stranger

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("born", "asked", "eighteen"),
    [
        ("2008-05-17", "2026-02-17", "2026-05-17"),
        ("2008-02-29", "2025-12-01", "2026-03-01"),  # a leap day: eighteen on 1 March
        ("2008-03-01", "2025-12-01", "2026-03-01"),
        ("2008-05-31", "2026-02-28", "2026-05-31"),  # no 31 February
        ("2006-05-31", "2024-02-29", "2024-05-31"),  # 2024 has a 29 February
        ("2008-01-15", "2025-10-15", "2026-01-15"),  # the year before
        ("2008-12-31", "2026-09-30", "2026-12-31"),
        ("2008-03-31", "2025-12-31", "2026-03-31"),
    ],
)
def test_the_day_one_is_asked(born, asked, eighteen):
    day = date.fromisoformat(born)
    assert (asked_on(day).isoformat(), birthday(day, 18).isoformat()) == (asked, eighteen)
    first, last = date.fromisoformat(asked), date.fromisoformat(eighteen)
    one = timedelta(days=1)
    for today, wanted in ((first - one, False), (first, True), (last - one, True), (last, False)):
        assert to_ask(day, today) is wanted
        if wanted:  # no birth to ask about is left out of what is read
            low, high = births_to_ask(today)
            assert low <= day <= high


TODAY = datetime(2026, 3, 2, 12, tzinfo=PARIS)


@pytest.fixture
def child(db):
    with time_machine.travel(TODAY - timedelta(days=200)):
        return resident(organisation("Foyer des Parapluies"), birth_date=date(2008, 5, 17))


@pytest.fixture
def owner(child):
    with time_machine.travel(TODAY - timedelta(days=100)):
        return follower(child)


def test_the_worker_asks_the_owner_once(child, owner):
    with time_machine.travel(TODAY, tick=False):
        resident(organisation("Ailleurs"), "Maud", "Passoire", birth_date=date(2009, 1, 1))
        stranger("Isée", "Balai", birth_date=date(2008, 5, 17))  # nobody answers for this file: nobody to ask
        rounds = Rounds()
        assert (rounds.turn(now()), rounds.turn(now()), ask(now())) == (1, 0, 0)
        task = Task.objects.get()
        assert (task.subject, task.owner_user) == (child.pk, owner)
        assert Letter.objects.filter(user=owner).count() == 1
        page = unescape(signed_in(owner).get("/").content.decode())
        assert f"/p/{child.pk}/suite/" in page
        plan(owner, child)
        assert Task.objects.get().state == "done"
        assert ask(now()) == 0


def plan(by, child, continues=lambda _mission: True, **values):
    entered = enter(acting(by), child.pk)
    found = passage(entered, entered.open())
    typed = {
        "until": date(2029, 5, 17), "legal_basis": "young_adult", "asked": "said", "words": "Garder ma chambre.",
        "ends_text": "L’accueil au foyer.", "goes_on_text": "",
        "goes_on": {one.pk: continues(one) for one in found.to_decide}, **values,
    }  # fmt: skip
    return majority_plan(by=acting(by), person=child, **typed)


def test_missions_end_at_eighteen_and_go_on_on_another_ground(child, owner):
    with time_machine.travel(TODAY, tick=False):
        friend = follower(child, Role.EDUCATOR, "follows", name="Camille Tabouret")
        before = {one.pk: one.sections for one in Mission.objects.filter(person=child)}
        note = plan(owner, child, lambda one: one.user_id != friend.pk)
        assert TimelineEntry.objects.filter(source_id=note.pk).exists()
        assert set(visible_to(acting(friend))) == {child}  # nothing ends before the day
    eighteen = datetime(2026, 5, 17, tzinfo=PARIS)
    with time_machine.travel(eighteen - timedelta(seconds=1), tick=False):
        assert visible_to(acting(friend)).exists()
    with time_machine.travel(eighteen, tick=False):
        assert not visible_to(acting(friend)).exists()
        assert visible_to(acting(owner)).get() == child
        following = Mission.objects.get(user=owner, legal_basis="young_adult")
        assert following.starts_at == eighteen
        assert following.sections == before[Mission.objects.get(user=owner, ends_at=eighteen).pk]
        shown = unescape(signed_in(owner).get(f"/p/{child.pk}/").content.decode())
        assert "Garder ma chambre." in shown
        assert "L’accueil au foyer." in shown
    with time_machine.travel(datetime(2029, 5, 17, tzinfo=PARIS), tick=False):
        assert not visible_to(acting(owner)).exists()


def test_what_is_refused_changes_nothing(child, owner):
    with time_machine.travel(TODAY, tick=False):
        educator = professional(Role.EDUCATOR, child.placements.get().organisation, name="Alix Bobine")
        before = list(Mission.objects.order_by("pk").values_list("pk", "ends_at"))
        with pytest.raises(NotAllowed):
            majority_plan(
                by=acting(educator), person=child, goes_on={}, until=None, legal_basis="", asked="said", words="x",
                ends_text="", goes_on_text="",
            )  # fmt: skip
        for values in (
            {"goes_on": {}}, {"until": None}, {"until": date(2026, 5, 17)}, {"until": date(2031, 1, 1)},
            {"legal_basis": "judge"}, {"words": " "}, {"asked": "maybe"},
        ):  # fmt: skip
            with pytest.raises(RuleBroken):
                plan(owner, child, **values)
        with pytest.raises(RuleBroken):  # nobody at the ASE would answer for the file
            plan(owner, child, lambda _one: False)
        assert list(Mission.objects.order_by("pk").values_list("pk", "ends_at")) == before
        assert not Note.objects.exists()


def test_the_screen(child, owner):
    with time_machine.travel(TODAY, tick=False):
        url = f"/p/{child.pk}/suite/"
        mission = Mission.objects.get(person=child, user=owner)
        client = signed_in(owner)
        page = unescape(client.get(url).content.decode())
        assert "17 mai 2026" in page
        assert "Se termine avec l’accueil : Foyer des Parapluies." in page
        typed = {
            "form_token": new_token(owner.pk), "legal_basis": "young_adult", "asked": "not_yet", "until": "2028-05-17",
        }  # fmt: skip
        assert client.post(url, typed).status_code == 422  # the mission is not answered
        typed |= {"form_token": new_token(owner.pk), str(mission.pk): "goes_on"}
        assert client.post(url, typed).status_code == 302
        assert "pas encore" in unescape(client.get(f"/p/{child.pk}/").content.decode())
        assert "Toutes les missions ont déjà une fin" in unescape(client.get(url).content.decode())
    with time_machine.travel(datetime(2026, 5, 18, tzinfo=PARIS)):
        assert "se modifient une à une" in unescape(signed_in(owner).get(url).content.decode())
