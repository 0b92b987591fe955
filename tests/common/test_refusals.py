"""Refused and failed forms come back whole."""

import errno
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from maillage.common import forms, refusals
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit, TokenConflict
from tests.common.test_forms import Word

pytestmark = pytest.mark.django_db
ALICE = "alice-id"


def caused(code: int) -> OperationalError:
    """As Django raises it, with the engine's own error behind."""
    inner = sqlite3.OperationalError("…")
    inner.sqlite_errorcode = code
    error = OperationalError("…")
    error.__cause__ = inner
    return error


def postgres(state: str) -> OperationalError:
    inner = Exception("…")
    inner.sqlstate = state  # type: ignore[attr-defined]
    error = OperationalError("…")
    error.__cause__ = inner
    return error


@pytest.mark.parametrize(
    ("error", "busy"),
    [
        (caused(sqlite3.SQLITE_BUSY), True),
        (caused(sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (caused(sqlite3.SQLITE_FULL), True),
        (caused(sqlite3.SQLITE_IOERR_WRITE), True),
        (caused(sqlite3.SQLITE_ERROR), False),  # no such table…
        (OperationalError("database is locked"), True),
        (postgres("53100"), True),  # disk full
        (postgres("40P01"), True),  # deadlock
        (postgres("42P01"), False),  # no such table
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (ValueError("x"), False),
        (None, False),
    ],
)
def test_a_busy_database_and_a_full_disk_are_told_from_a_fault_of_ours(error: Exception | None, busy: bool) -> None:
    assert refusals.is_busy(error) is busy


def test_a_failure_behind_another_is_found() -> None:
    error = RuntimeError("while storing a file")
    error.__cause__ = OSError(errno.ENOSPC, "full")
    assert refusals.is_busy(error)


def answered(error: Exception, **typed: str) -> HttpResponse:
    """What a view's author sees when it lets `error` through, after binding a form to what was typed."""
    request = RequestFactory().post("/e/1/steps/?next=2", typed)

    def view(request: HttpRequest) -> HttpResponse:
        Word(request.POST)
        raise error

    middleware = refusals.Refusals(view)
    with forms.author(lambda: ALICE):
        try:
            return middleware(request)
        except type(error) as raised:
            response = middleware.process_exception(request, raised)
            assert response is not None
            return response


STALE = StaleEdit("Modifié.", differences=[Difference("Mot", "ancien texte", "texte tapé")], current_version=7)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuleBroken("Trop tôt."), 422),
        (NotAllowed("Pas vous."), 403),
        (TokenConflict("Déjà envoyé."), 409),
        (STALE, 409),
        (OperationalError("database is locked"), 503),
    ],
)
def test_each_refusal_has_its_page_with_everything_typed(error: Exception, status: int) -> None:
    token = forms.new_token(ALICE)
    page = answered(error, word="une phrase longue", form_token=token, version="3", csrfmiddlewaretoken="x" * 64)
    html = page.content.decode()
    assert page.status_code == status
    assert "une phrase longue" in html
    assert 'action="/e/1/steps/?next=2"' in html
    assert token not in html  # the next sending is another one


def test_a_stale_edit_shows_both_texts_and_goes_on_from_the_present_version() -> None:
    html = answered(STALE, word="texte tapé", version="3", form_token="x").content.decode()
    assert "ancien texte" in html
    assert 'name="version" value="7"' in html
    assert 'value="3"' not in html


def test_a_form_sent_again_carries_a_token_of_its_author() -> None:
    with forms.author(lambda: ALICE):
        post = RequestFactory().post("/", {"form_token": "old", "word": ["a", "b"]}).POST
        kept = forms.typed(post)
    assert [(one.name, one.value) for one in kept if one.name == "word"] == [("word", "a"), ("word", "b")]
    assert forms.token_is_of(next(one.value for one in kept if one.name == "form_token"), ALICE)


def test_an_unknown_failure_is_left_to_the_server() -> None:
    middleware = refusals.Refusals(lambda _request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/"), ValueError("x")) is None
    assert middleware.process_exception(RequestFactory().get("/"), caused(sqlite3.SQLITE_ERROR)) is None


def test_a_failure_outside_of_views_is_a_503_too() -> None:
    request = RequestFactory().post("/", {"word": "gardé"})
    try:
        raise caused(sqlite3.SQLITE_FULL)
    except OperationalError:
        page = refusals.server_error(request)
    assert page.status_code == 503
    assert "gardé" in page.content.decode()
    assert page["Retry-After"] == "5"
    try:
        raise ValueError("secret value")
    except ValueError:
        page = refusals.server_error(request)
    assert page.status_code == 500
    assert "secret value" not in page.content.decode()


@pytest.mark.parametrize(
    ("handler", "error", "status"),
    [
        (refusals.bad_request, RequestDataTooBig(), 413),
        (refusals.bad_request, Exception(), 400),
        (refusals.forbidden, PermissionDenied("Pas vous."), 403),
        (refusals.not_found, Exception(), 404),
    ],
)
def test_the_projects_error_pages(
    handler: Callable[[HttpRequest, Exception], HttpResponse], error: Exception, status: int
) -> None:
    assert handler(RequestFactory().get("/"), error).status_code == status


@time_machine.travel(datetime(2026, 1, 10, tzinfo=UTC), tick=False)
def test_a_stranger_and_a_missing_page_read_the_same() -> None:
    request = RequestFactory().get("/")
    one, other = (refusals.not_found(request, error) for error in (Exception("a"), Exception("b")))
    assert one.content == other.content


def test_a_form_without_csrf_token_gives_nothing_back_to_a_stranger() -> None:
    page = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"word": "mot", "form_token": "forged"})
    assert page.status_code == 403
    assert 'value="mot"' not in page.content.decode()
