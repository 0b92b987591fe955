"""When sessions end, and what a copy of the database tells of them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from maillage.accounts import sessions
from maillage.accounts.enums import Role
from maillage.accounts.models import Membership, User
from maillage.accounts.services import membership_end, membership_open, user_deactivate
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from tests.accounts.people import enrolled, goes_through_sign_in, organisation, professional, signed_in

pytestmark = pytest.mark.django_db

HOME = "/compte/"
MINUTE = timedelta(minutes=1)
ITSELF = {"X-Maillage-Refresh": "1"}


@pytest.fixture
def start(time_machine):
    """An instant at which the clock stands."""
    instant = now().replace(microsecond=0)
    time_machine.move_to(instant, tick=False)
    return instant


@pytest.fixture
def user(start) -> User:
    return professional()


@pytest.fixture
def client(user: User) -> Client:
    client = Client()
    goes_through_sign_in(client, user, enrolled(user))
    return client


def is_open(client: Client, **headers: str) -> bool:
    return client.get(HOME, headers=headers).status_code == 200


def test_a_session_lasts_half_an_hour_without_a_hand_on_it(client: Client, start, time_machine) -> None:
    time_machine.move_to(start + 30 * MINUTE - timedelta(seconds=1), tick=False)
    assert is_open(client)
    time_machine.move_to(start + 60 * MINUTE, tick=False)
    assert not is_open(client)


def test_an_idle_session_is_gone_for_good(client: Client, start, time_machine) -> None:
    time_machine.move_to(start + 30 * MINUTE, tick=False)
    assert not is_open(client)
    assert not Session.objects.exists()
    time_machine.move_to(start, tick=False)
    assert not is_open(client)


def test_each_use_extends_the_session(client: Client, start, time_machine) -> None:
    for quarter in range(1, 9):
        time_machine.move_to(start + quarter * 15 * MINUTE, tick=False)
        assert is_open(client)


def test_a_page_that_refreshes_itself_never_extends_the_session(client: Client, start, time_machine) -> None:
    for step in range(1, 90):
        time_machine.move_to(start + step * timedelta(seconds=20), tick=False)
        assert is_open(client, **ITSELF)
    time_machine.move_to(start + 30 * MINUTE, tick=False)
    refused = client.get(HOME, headers=ITSELF)
    assert refused.status_code == 401
    assert refused["HX-Refresh"] == "true"
    assert refused.content == b""


def test_a_session_ends_after_a_night_however_busy(client: Client, start, time_machine, settings) -> None:
    at = start
    while at < start + settings.SESSION_LIMIT:
        time_machine.move_to(at, tick=False)
        assert is_open(client)
        at += 20 * MINUTE
    time_machine.move_to(start + settings.SESSION_LIMIT, tick=False)
    assert not is_open(client)


def test_how_long_is_a_setting(client: Client, start, time_machine, settings) -> None:
    settings.SESSION_IDLE = 5 * MINUTE
    time_machine.move_to(start + 5 * MINUTE, tick=False)
    assert not is_open(client)


@pytest.mark.parametrize("change", ["given", "taken", "closed"])
def test_a_change_of_rights_ends_the_sessions_opened_before(
    change: str, client: Client, user: User, start, time_machine
) -> None:
    time_machine.move_to(start + MINUTE, tick=False)
    if change == "given":
        membership_open(by=SYSTEM, user=user, organisation=organisation("Autre"), role=Role.CASE_WORKER)
    elif change == "taken":
        membership_end(by=SYSTEM, membership=Membership.objects.get(user=user))
    else:
        user_deactivate(by=SYSTEM, user=user)
    assert not is_open(client)


def test_a_change_of_another_persons_rights_leaves_the_session_open(client: Client, start, time_machine) -> None:
    time_machine.move_to(start + MINUTE, tick=False)
    professional(name="Sacha Lampadaire")
    assert is_open(client)


def test_closing_her_other_sessions_keeps_this_one(client: Client, user: User, start, time_machine) -> None:
    other = signed_in(user)
    assert is_open(other)
    time_machine.move_to(start + MINUTE, tick=False)
    assert client.post("/compte/sessions/").status_code == 302
    assert is_open(client)
    assert not is_open(other)


def test_being_seen_is_written_at_most_once_a_minute_and_never_by_a_refresh(
    client: Client, user: User, start, time_machine
) -> None:
    def seen_after(seconds: int, **headers: str):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        assert is_open(client, **headers)
        return User.objects.get(pk=user.pk).last_seen_at

    assert seen_after(59) is None
    assert seen_after(60) == start + timedelta(seconds=60)
    assert seen_after(119) == start + timedelta(seconds=60)
    assert seen_after(600, **ITSELF) == start + timedelta(seconds=60)
    assert seen_after(601) == start + timedelta(seconds=601)


def test_a_copy_of_the_database_neither_opens_nor_reads_a_session(client: Client, user: User) -> None:
    cookie = client.cookies["s"].value
    row = Session.objects.get()
    assert cookie not in (row.session_key, row.session_data)
    assert str(user.pk) not in row.session_data
    thief = Client()
    thief.cookies["s"] = row.session_key
    assert not is_open(thief)


def test_the_content_of_a_session_put_under_another_name_says_nothing(client: Client, user: User) -> None:
    own = Session.objects.get()
    stranger = sessions.SessionStore()
    stranger["x"] = 1
    stranger.save()
    Session.objects.exclude(pk=own.pk).update(session_data=own.session_data)
    assert sessions.SessionStore(stranger.session_key).load() == {}


def test_a_session_store_keeps_renews_and_forgets() -> None:
    professional()  # the system's key exists since the first account
    store = sessions.SessionStore()
    store["word"] = "parapluie"
    store.save()
    first = store.session_key
    assert store.exists(first)
    assert sessions.SessionStore(first)["word"] == "parapluie"
    store.cycle_key()
    assert not store.exists(first)
    assert sessions.SessionStore(store.session_key)["word"] == "parapluie"
    store.flush()
    assert not Session.objects.exists()
    assert sessions.SessionStore("x" * 32).load() == {}


def test_cookies_are_named_neutrally_and_out_of_reach_of_scripts(client: Client) -> None:
    assert set(client.cookies) <= {"s", "c"}
    assert client.cookies["s"]["httponly"]
    assert client.cookies["s"]["samesite"] == "Lax"
    assert client.cookies["s"]["max-age"] == ""  # gone with the browser


def test_the_language_of_the_account_is_the_language_of_the_screens(client: Client, user: User) -> None:
    assert client.get(HOME)["Content-Language"] == "fr"
    client.post(
        "/compte/langue/",
        {"language": "en", "form_token": client.get(HOME).context["token_form"]["form_token"].value()},
    )
    assert client.get(HOME)["Content-Language"] == "en"
    assert User.objects.get(pk=user.pk).language == "en"
