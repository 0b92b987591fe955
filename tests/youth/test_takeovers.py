"""A colleague is away or leaves: nothing opens before a yes, nothing ends before it is held, silence comes back."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.http import Http404

from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.forms import new_token
from maillage.tasks.models import HandOver, Notice, Task
from maillage.tasks.sweeper import sweep
from maillage.youth.access import open_sections, visible_to
from maillage.youth.models import Mission
from maillage.youth.services import mission_open
from maillage.youth.takeover_access import holders, share_or_404, to_pass_on
from maillage.youth.takeover_models import Takeover, TakeoverShare
from maillage.youth.takeover_selectors import shares_of
from maillage.youth.takeover_services import (
    takeover_decline,
    takeover_propose,
    takeover_take,
    takeover_withdraw,
    takeovers_propose,
)
from tests.accounts.people import acting, organisation, professional, signed_in
from tests.youth.young import resident

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ase():
    return organisation("Service de l’ASE", kind="ase")


@pytest.fixture
def leo(ase):
    return professional(Role.CASE_WORKER, ase, name="Léonie Cafetière")


@pytest.fixture
def gwen(ase):
    return professional(Role.CASE_WORKER, ase, name="Gwen Calepin")


@pytest.fixture
def rose(ase):
    return professional(Role.CASE_WORKER, ase, name="Rose Agenda")


@pytest.fixture
def two(leo):
    home = organisation("Foyer des Parapluies")
    return [resident(home, given, "Parasol", case_worker=leo) for given in ("Lina", "Maud")]


def mission_of(person, user):
    return Mission.objects.filter(person=person, user=user).latest("starts_at", "pk")


def propose(by, holder, chosen, why="departure", starts_at=None, ends_at=None):
    return takeover_propose(
        by=acting(by), holder=holder, why=why, starts_at=starts_at or now(), ends_at=ends_at, chosen=chosen
    )


def test_a_departure_is_passed_on_to_one_each_and_ends_once_they_said_yes(leo, gwen, rose, two):
    lina, maud = two
    propose(leo, leo, {mission_of(lina, leo).pk: gwen, mission_of(maud, leo).pk: rose})
    assert not visible_to(acting(gwen)).exists()
    one, other = TakeoverShare.objects.get(user=gwen), TakeoverShare.objects.get(user=rose)
    assert "Lina" not in one.task.title + one.task.why
    with pytest.raises(NotAllowed):
        takeover_take(by=acting(rose), share=one)
    takeover_take(by=acting(gwen), share=one)
    assert visible_to(acting(gwen)).get() == lina
    assert visible_to(acting(leo)).get() == maud  # hers of the other waits for the other's answer
    assert mission_of(lina, gwen).sections == mission_of(lina, leo).sections
    assert Task.objects.get(pk=one.task_id).state == "done"
    for answer in (takeover_take, takeover_decline):
        with pytest.raises(RuleBroken):
            answer(by=acting(gwen), share=one)
    with pytest.raises(RuleBroken):
        takeover_withdraw(by=acting(leo), share=one)
    takeover_withdraw(by=acting(leo), share=other)
    assert not Task.objects.get(pk=other.task_id).live
    with pytest.raises(RuleBroken):
        takeover_take(by=acting(rose), share=other)
    assert visible_to(acting(leo)).get() == maud


def test_an_absence_to_come_opens_for_its_days_and_hers_goes_on(leo, gwen, two):
    lina, maud = two
    start = now() + 3 * DAY
    propose(leo, leo, {mission_of(one, leo).pk: gwen for one in two}, "absence", start, start + 7 * DAY)
    takeover_take(by=acting(gwen), share=TakeoverShare.objects.get())
    assert not visible_to(acting(gwen)).exists()
    with time_machine.travel(start + DAY):
        assert set(visible_to(acting(gwen))) == {lina, maud}
        assert open_sections(acting(gwen), lina) == open_sections(acting(leo), lina)
    with time_machine.travel(start + 8 * DAY):
        assert not visible_to(acting(gwen)).exists()
        assert set(visible_to(acting(leo))) == {lina, maud}


def test_silence_comes_back_to_who_asked_and_is_told_above(leo, gwen, ase, two):
    above = professional(Role.ASE_ON_CALL, ase, name="Gaspard Arrosoir")
    propose(leo, leo, {mission_of(two[0], leo).pk: gwen})
    share = TakeoverShare.objects.get()
    with time_machine.travel(now() + DAY + timedelta(minutes=1)):
        sweep(now())
        assert HandOver.objects.get().returned_at
        told = Notice.objects.filter(kind="hand_over_back").values_list("recipient", flat=True)
        assert set(told) == {leo.pk, above.pk}
        [line] = shares_of(acting(leo))
        assert line.state == "back"
        with pytest.raises(RuleBroken):
            takeover_take(by=acting(gwen), share=share)
        assert not visible_to(acting(gwen)).exists()
        assert two[0] in visible_to(acting(leo))
        takeover_withdraw(by=acting(leo), share=share)
        assert not Task.objects.get().live


def test_the_last_who_answers_for_a_file_is_never_lost(leo, gwen, two):
    """The next one's mission ended between her yes and the day of the departure."""
    lina = two[0]
    Mission.objects.filter(person=lina).exclude(user=leo).update(ends_at=now())
    start = now() + 2 * DAY
    propose(leo, leo, {mission_of(lina, leo).pk: gwen}, starts_at=start)
    # She holds it already, for one more day only: nothing new opens, and the leaver's goes on.
    mission_open(by=SYSTEM, person=lina, kind="case_worker", user=gwen, legal_basis="judge", ends_at=now() + DAY)
    takeover_take(by=acting(gwen), share=TakeoverShare.objects.get())
    assert mission_of(lina, leo).ends_at is None


def test_only_what_one_answers_for_to_who_could_hold_it(leo, gwen, two, ase):
    lina, _maud = two
    mission = mission_of(lina, leo)
    educator = professional(Role.EDUCATOR, ase, name="Camille Tabouret")
    outsider = professional(Role.CASE_WORKER, organisation("Autre ASE", kind="ase"), name="Lou Casserole")
    assert holders(acting(outsider)) == []
    for user, chosen, extra in (
        (outsider, {mission.pk: gwen}, {}),
        (leo, {}, {}),
        (leo, {mission.pk: educator}, {}),  # this mission asks for another role
        (leo, {mission.pk: outsider}, {}),
        (leo, {Mission.objects.get(person=lina, kind="hosts").pk: gwen}, {}),
        (leo, {mission.pk: gwen}, {"why": "absence"}),
        (leo, {mission.pk: gwen}, {"why": "absence", "ends_at": now() + 900 * DAY}),
        (leo, {mission.pk: gwen}, {"why": "holiday"}),
    ):
        with pytest.raises(RuleBroken):
            propose(user, leo, chosen, **extra)
    with pytest.raises(NotAllowed):
        propose(educator, leo, {mission.pk: gwen})
    assert not Takeover.objects.exists()
    assert set(to_pass_on(acting(leo), leo).values_list("person_id", flat=True)) == {one.pk for one in two}
    propose(leo, leo, {mission.pk: gwen})
    with pytest.raises(Http404):
        share_or_404(acting(outsider), TakeoverShare.objects.get().pk)


def test_a_team_is_away_one_proposal_each_all_or_none(leo, gwen, rose, two, ase):
    lina, _maud = two
    mission_open(by=SYSTEM, person=lina, kind="follows", user=gwen, legal_basis="judge")
    educator = professional(Role.EDUCATOR, ase, name="Camille Tabouret")
    away = {"why": "absence", "starts_at": now(), "ends_at": now() + 7 * DAY}

    def together(chosen):
        return takeovers_propose(by=acting(leo), chosen=chosen, **away)

    for chosen, field in (
        ({}, None),
        ({leo: rose, gwen: leo}, str(gwen.pk)),  # she is away herself
        ({leo: educator, gwen: rose}, str(leo.pk)),  # her missions ask for another role
    ):
        with pytest.raises(RuleBroken) as refusal:
            together(chosen)
        assert refusal.value.field == field
        assert not Takeover.objects.exists()
    assert {one.holder for one in together({leo: rose, gwen: rose})} == {leo, gwen}
    first, second = TakeoverShare.objects.order_by("pk")
    assert first.task_id != second.task_id
    mine = first if first.takeover.holder == leo else second
    takeover_take(by=acting(rose), share=mine)
    assert set(visible_to(acting(rose))) == set(two)
    other = TakeoverShare.objects.exclude(pk=mine.pk).get()
    assert HandOver.objects.get(task=other.task_id).pending  # its own answer
    takeover_decline(by=acting(rose), share=other)
    assert not Mission.objects.filter(user=rose, kind="follows").exists()


def test_the_screen_of_a_team(leo, gwen, rose, two):
    mission_open(by=SYSTEM, person=two[0], kind="follows", user=gwen, legal_basis="judge")

    def send(**typed):
        return signed_in(leo).post("/releves/equipe/", {"form_token": new_token(leo.pk), **typed})

    page = unescape(signed_in(leo).get("/releves/equipe/").content.decode())
    assert "Lina" not in page
    assert 'href="/releves/equipe/"' in signed_in(leo).get("/releves/").content.decode()
    assert send(why="departure").status_code == 422
    assert send(why="departure", **{str(leo.pk): "same"}).status_code == 422
    both = {str(leo.pk): "same", str(gwen.pk): str(rose.pk)}
    assert send(why="absence", everyone=str(rose.pk), **both).status_code == 422  # until when?
    assert not Takeover.objects.exists()
    assert send(why="departure", everyone=str(rose.pk), **both).status_code == 302
    assert set(TakeoverShare.objects.values_list("takeover__holder", "user")) == {(leo.pk, rose.pk), (gwen.pk, rose.pk)}


def test_the_screens(leo, gwen, rose, two):
    def send(user, url, **typed):
        return signed_in(user).post(url, {"form_token": new_token(user.pk), **typed})

    def page(user, url):
        return unescape(signed_in(user).get(url).content.decode())

    assert "2 dossiers" in page(leo, "/releves/")
    url = f"/releves/de/{leo.pk}/"
    assert "Lina Parasol" in page(leo, url)
    last = str(mission_of(two[1], leo).pk)
    assert send(leo, url, why="departure").status_code == 422
    assert send(leo, url, why="absence", everyone=str(gwen.pk)).status_code == 422
    assert send(leo, url, why="departure", everyone=str(gwen.pk), **{last: "keep"}).status_code == 302
    share = TakeoverShare.objects.get()
    assert share.lines.count() == 1
    desk = page(gwen, "/")
    assert f"/releves/{share.pk}/" in desk
    relay = HandOver.objects.get()
    answer = send(gwen, f"/relais/{relay.pk}/")  # the tap of the desk leads to what is taken
    assert answer["Location"] == f"/releves/{share.pk}/"
    asked = page(gwen, f"/releves/{share.pk}/")
    assert "Je prends la relève" in asked
    assert "Lina" not in asked
    assert signed_in(rose).get(f"/releves/{share.pk}/").status_code == 404
    assert send(gwen, f"/releves/{share.pk}/", answer="yes").status_code == 302
    assert "Lina Parasol" in page(gwen, f"/releves/{share.pk}/")
    assert "Annuler" not in page(leo, f"/releves/{share.pk}/")
