"""The screens of the rota."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from maillage.accounts.enums import Role
from maillage.accounts.models import Membership
from maillage.tasks.models import OnCallShift
from tests.accounts.people import signed_in
from tests.tasks.world import World, member

AT = datetime(2026, 11, 17, 20, 0, tzinfo=UTC)  # a Tuesday, 21 h in Paris
ROTA = "/astreinte/"


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def client(world: World, who: str = "manager") -> Client:
    return signed_in(getattr(world, who))


def add_url(world: World, role: str = Role.ON_CALL_MANAGER) -> str:
    return reverse("tasks:shift_add", args=[world.home.pk, role])


def shift(world: World, start: datetime = AT, hours: int = 12, **changes: object) -> OnCallShift:
    values = {"organisation": world.home, "role": Role.ON_CALL_MANAGER, "user": world.manager}
    return OnCallShift.objects.create(starts_at=start, ends_at=start + timedelta(hours=hours), **(values | changes))


def filled(page, **changes: str) -> dict[str, str]:
    """What the form holds, token included, with changes typed in."""
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    return {name: str(value) for name, value in (values | changes).items()}


def test_it_says_who_answers_now_with_a_number(world: World):
    html = client(world, "educator").get(ROTA).text
    assert "Toujours joignable" in html
    assert 'href="tel:0199001234"' in html
    assert "Camille Tiroir" in html
    assert "Noa Paravent" in html
    assert "ASE des Parasols" in html


def test_it_says_when_nobody_answers(world: World):
    Membership.objects.filter(role=Role.ASE_ON_CALL).update(ends_at=AT)
    assert "personne ne tient ce rôle" in client(world).get(ROTA).text


def test_a_week_without_anybody_is_said_in_words(world: World):
    page = client(world).get(ROTA)
    assert "Personne n’est inscrit cette semaine." in page.text
    assert len(page.context["weeks"]) == 1


def test_holes_and_doubles_are_said_in_words(world: World):
    other = member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.home))
    shift(world)
    shift(world, AT + timedelta(hours=10), user=other)
    page = client(world).get(ROTA)
    [week] = page.context["weeks"]
    assert [(one.starts_at, one.ends_at) for one in week.gaps] == [
        (AT + timedelta(hours=22), datetime(2026, 11, 22, 23, 0, tzinfo=UTC))
    ]
    assert "Des heures sans personne" in page.text
    assert "Plusieurs personnes en même temps" in page.text


@pytest.mark.parametrize("query", ["?du=2026-11-26", "?du=2026-11-23", "?du=2026-11-29"])
def test_any_day_shows_its_week_from_monday(world: World, query: str):
    page = client(world).get(ROTA + query)
    assert page.context["monday"].isoformat() == "2026-11-23"
    assert "Du 23 novembre au 29 novembre 2026" in page.text


@pytest.mark.parametrize("query", ["?du=", "?du=hier", "?du=9999-99-99", "?du=0001-01-01", "?du=9999-12-31"])
def test_a_day_that_makes_no_sense_is_no_error(world: World, query: str):
    assert client(world).get(ROTA + query).status_code == 200


def test_a_manager_writes_a_shift_on_the_clock_of_the_home(world: World):
    browser = client(world)
    page = browser.get(add_url(world))
    answer = browser.post(
        add_url(world),
        filled(page, user=str(world.manager.pk), starts_at="2026-11-20T20:00", ends_at="2026-11-21T08:00"),
    )
    assert answer.status_code == 302
    row = OnCallShift.objects.get()
    assert row.starts_at == datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    assert "Camille Tiroir" in browser.get(answer.url).text


def test_the_clock_is_the_one_of_the_overseas_home(world: World):
    world.home.zone = "Indian/Reunion"
    world.home.save()
    browser = client(world)
    values = filled(
        browser.get(add_url(world)),
        user=str(world.manager.pk), starts_at="2026-11-20T20:00", ends_at="2026-11-21T08:00",
    )  # fmt: skip
    browser.post(add_url(world), values)
    row = OnCallShift.objects.get()
    assert row.starts_at == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    edit = browser.get(reverse("tasks:shift_edit", args=[row.pk]))
    assert edit.context["form"]["starts_at"].value() == "2026-11-20T20:00"


@pytest.mark.parametrize(
    "changes",
    [
        {"user": ""},
        {"user": "nobody"},
        {"starts_at": "demain soir"},
        {"ends_at": ""},
        {"ends_at": "2026-11-20T19:00"},
        {"ends_at": "2026-99-99T19:00"},
    ],
)
def test_a_refused_shift_keeps_what_was_typed_and_says_why(world: World, changes: dict):
    browser = client(world)
    typed = {"user": str(world.manager.pk), "starts_at": "2026-11-20T20:00", "ends_at": "2026-11-21T08:00"} | changes
    answer = browser.post(add_url(world), filled(browser.get(add_url(world)), **typed))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(changes)
    for name, value in typed.items():
        assert answer.context["form"][name].value() == value
    assert not OnCallShift.objects.exists()


def test_an_edit_moves_the_shift_and_a_stale_one_is_a_conflict(world: World):
    row = shift(world, AT + timedelta(days=1))
    browser, url = client(world), reverse("tasks:shift_edit", args=[row.pk])
    first, second = filled(browser.get(url)), filled(browser.get(url))
    assert browser.post(url, first | {"ends_at": "2026-11-19T10:00"}).status_code == 302
    row.refresh_from_db()
    assert row.ends_at == datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
    conflict = browser.post(url, second | {"ends_at": "2026-11-19T12:00"})
    assert conflict.status_code == 409
    row.refresh_from_db()
    assert row.version == 2


def test_removing_asks_for_a_post_and_takes_it_out_of_the_week(world: World):
    row = shift(world, AT + timedelta(days=1))
    browser, url = client(world), reverse("tasks:shift_remove", args=[row.pk])
    assert browser.get(url).status_code == 405
    removal = browser.get(reverse("tasks:shift_edit", args=[row.pk])).context["removal"]
    values = {name: str(removal[name].value()) for name in removal.fields}
    answer = browser.post(url, values)
    assert answer.status_code == 302
    assert browser.get(answer.url).context["weeks"][0].shifts == []
    assert browser.get(reverse("tasks:shift_edit", args=[row.pk])).status_code == 404


def test_the_same_form_twice_writes_one_shift(world: World):
    browser = client(world)
    values = filled(
        browser.get(add_url(world)),
        user=str(world.manager.pk), starts_at="2026-11-20T20:00", ends_at="2026-11-21T08:00",
    )  # fmt: skip
    assert [browser.post(add_url(world), values).status_code for _time in range(2)] == [302, 302]
    assert OnCallShift.objects.count() == 1


@pytest.mark.parametrize("who", ["educator", "nurse", "carer"])
def test_the_team_reads_the_rota_but_does_not_keep_it(world: World, who: str):
    row = shift(world, AT + timedelta(days=1))
    browser = client(world, who)
    html = browser.get(ROTA).text
    assert "Camille Tiroir" in html
    assert "Modifier" not in html
    for url in (add_url(world), reverse("tasks:shift_edit", args=[row.pk])):
        assert browser.get(url).status_code == 403
        assert browser.post(url, {}).status_code == 403
    assert browser.post(reverse("tasks:shift_remove", args=[row.pk]), {"version": 1}).status_code == 403
    row.refresh_from_db()
    assert row.removed_at is None


def test_another_home_is_not_there(world: World):
    row = shift(world, AT + timedelta(days=1))
    browser = client(world, "stranger")
    assert "Camille Tiroir" not in browser.get(ROTA).text
    for url in (
        add_url(world),
        reverse("tasks:shift_edit", args=[row.pk]),
        reverse("tasks:shift_edit", args=[uuid.uuid4()]),
    ):
        assert browser.get(url).status_code == 404
    assert browser.post(reverse("tasks:shift_remove", args=[row.pk]), {"version": 1}).status_code == 404


def test_a_role_without_a_rota_has_no_page(world: World):
    assert client(world).get(add_url(world, Role.EDUCATOR)).status_code == 404


def test_nobody_signed_in_sees_it(world: World):
    assert Client().get(ROTA).status_code == 302


def test_the_page_costs_the_same_for_one_shift_and_for_many(world: World, django_assert_num_queries):
    shift(world)
    browser = client(world)
    browser.get(ROTA)
    with django_assert_num_queries(20, exact=False) as captured:
        browser.get(ROTA)
    for number in range(6):
        shift(world, user=member(f"Parasol {number}", (Role.ON_CALL_MANAGER, world.home)))
    with django_assert_num_queries(len(captured)):
        browser.get(ROTA)
