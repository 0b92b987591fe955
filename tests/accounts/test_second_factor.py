"""Nobody reaches anything without a second factor; its secrets are sealed; each code is good once."""

import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import get_resolver

from maillage.accounts import adapters, totp
from maillage.accounts.enums import LetterKind, Role
from maillage.accounts.middleware import SETTING_UP
from maillage.accounts.models import Letter
from maillage.accounts.services import second_factor_reset
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.doors import Door
from tests.accounts.people import PASSWORD, enrolled, goes_through_sign_in, present_code, professional

pytestmark = pytest.mark.django_db

SET_UP = "/compte/second-facteur/"
PARTS = {"uuid": "0190a000-0000-7000-8000-000000000000", "int": "1", "hidden": "a" * 40}


def addresses(patterns=None, prefix: str = "", names: tuple[str, ...] = ()):
    """Every address of the product: (path, full name, view)."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from addresses(entry.url_patterns, route, inner)
        else:
            path = re.sub(r"<(?:(\w+):)?\w+>", lambda part: PARTS.get(part[1] or "str", "mot"), route)
            path = re.sub(r"\(\?P<\w+>[^)]*\)", "abc", path).replace("^", "").replace("$", "")
            yield "/" + path, ":".join([*names, entry.name or ""]), entry.callback


def only_password(user) -> Client:
    """Signed in with a password, no second factor yet: the first visit of someone invited."""
    client = Client()
    client.post("/compte/entrer/", {"login": user.email, "password": PASSWORD})
    return client


def test_without_a_second_factor_every_page_leads_to_setting_one_up() -> None:
    client = only_password(professional(Role.ASE_ON_CALL))
    walked = 0
    for path, name, view in addresses():
        if getattr(view, "door", Door()).public or name in SETTING_UP:
            continue
        for method in (client.get, client.post):
            answer = method(path)
            assert (answer.status_code, answer["Location"]) == (302, SET_UP), (path, name)
        walked += 1
    assert walked > 15


def test_every_page_of_accounts_says_who_may_knock() -> None:
    for path, name, view in addresses():
        if path.startswith("/compte/"):
            assert hasattr(view, "door"), (path, name)


def test_the_pages_without_sign_in_are_these_and_no_other() -> None:
    assert {
        name for path, name, view in addresses() if path.startswith("/compte/") and view.door.public
    } == {
        "account_login", "mfa_login_webauthn", "mfa_authenticate", "account_logout", "account_reset_password",
        "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    }  # fmt: skip


def test_someone_invited_sets_up_codes_gets_recovery_codes_and_enters(
    django_capture_on_commit_callbacks,
) -> None:
    user = professional()
    client = only_password(user)
    page = client.get("/compte/codes/")
    assert 'fill="white"' in page.context["totp_svg"]
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/compte/codes/", {"code": present_code(secret)})
    assert answer["Location"] == "/compte/secours/"
    codes = re.findall(r"<code>(\d{8})</code>", client.get("/compte/secours/").content.decode())
    assert len(set(codes)) == 10
    assert client.get("/compte/").status_code == 200
    assert JournalEntry.objects.get(verb="second_factor.added").payload == {"kind": "totp"}
    assert Letter.objects.filter(user=user, kind=LetterKind.NOTICE).count() == 1


def test_a_wrong_code_sets_up_nothing_and_keeps_the_same_secret() -> None:
    user = professional()
    client = only_password(user)
    secret = client.get("/compte/codes/").context["form"].secret
    answer = client.post("/compte/codes/", {"code": "abcdef"})
    assert answer.status_code == 422
    assert answer.context["form"].secret == secret
    assert not Authenticator.objects.exists()


def test_the_secret_never_lies_in_the_database_in_clear(django_capture_on_commit_callbacks) -> None:
    user = professional()
    client = only_password(user)
    secret = client.get("/compte/codes/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/compte/codes/", {"code": present_code(secret)})
    stored = {row.type: row.data for row in Authenticator.objects.filter(user_id=user.pk)}
    assert secret not in json.dumps(stored)
    adapter = adapters.MFAAdapter()
    assert adapter.decrypt(stored["totp"]["secret"]) == secret
    seed = adapter.decrypt(stored["recovery_codes"]["seed"])
    assert seed not in json.dumps(stored)
    with pytest.raises(ValueError, match="not a second-factor secret"):
        adapter.decrypt(secret)


def test_a_code_is_good_once(time_machine) -> None:
    start = now().replace(second=5, microsecond=0)
    time_machine.move_to(start, tick=False)
    user = professional()
    secret = enrolled(user)
    code = present_code(secret)
    assert goes_through_sign_in(Client(), user, secret).status_code == 302
    # Still within the time a slow clock is given, and long after allauth forgot it.
    for later in (0, 20, 40):
        time_machine.move_to(start + timedelta(seconds=later), tick=False)
        client = Client()
        client.post("/compte/entrer/", {"login": user.email, "password": PASSWORD})
        assert client.post("/compte/entrer/code/", {"code": code}).status_code == 422
    assert client.post("/compte/entrer/code/", {"code": present_code(secret)}).status_code == 302


def test_a_code_older_than_the_last_one_used_is_refused(time_machine) -> None:
    time_machine.move_to(now().replace(second=5, microsecond=0), tick=False)
    user = professional()
    secret = enrolled(user)
    app = Authenticator.objects.get(user_id=user.pk)
    before, following = present_code(secret), present_code(secret, later=30)
    assert totp.spend(app, following)
    assert not totp.spend(app, following)
    assert not totp.spend(app, before)


def test_a_code_of_another_time_is_refused(time_machine) -> None:
    time_machine.move_to(now().replace(second=5, microsecond=0), tick=False)
    user = professional()
    secret = enrolled(user)
    app = Authenticator.objects.get(user_id=user.pk)
    assert not totp.spend(app, present_code(secret, later=-90))
    assert not totp.spend(app, present_code(secret, later=90))
    assert totp.spend(app, present_code(secret, later=-30))


def test_the_code_that_set_up_the_app_does_not_sign_in_as_well() -> None:
    user = professional()
    client = only_password(user)
    secret = client.get("/compte/codes/").context["form"].secret
    code = present_code(secret)
    client.post("/compte/codes/", {"code": code})
    other = Client()
    other.post("/compte/entrer/", {"login": user.email, "password": PASSWORD})
    assert other.post("/compte/entrer/code/", {"code": code}).status_code == 422


def test_a_recovery_code_is_good_once() -> None:
    user = professional()
    client = only_password(user)
    secret = client.get("/compte/codes/").context["form"].secret
    client.post("/compte/codes/", {"code": present_code(secret)})
    code = re.findall(r"<code>(\d{8})</code>", client.get("/compte/secours/").content.decode())[3]
    answers = []
    for _ in range(2):
        other = Client()
        other.post("/compte/entrer/", {"login": user.email, "password": PASSWORD})
        answers.append(other.post("/compte/entrer/code/", {"code": code}).status_code)
    assert answers == [302, 422]
    assert code not in client.get("/compte/secours/").content.decode()


def test_the_last_second_factor_cannot_be_taken_away() -> None:
    user = professional()
    client = Client()
    goes_through_sign_in(client, user, enrolled(user))
    assert client.post("/compte/codes/retirer/").status_code == 422
    assert Authenticator.objects.filter(user_id=user.pk, type="totp").exists()


def test_one_of_two_second_factors_can_be_taken_away(django_capture_on_commit_callbacks) -> None:
    user = professional()
    client = Client()
    goes_through_sign_in(client, user, enrolled(user))
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Clé", "credential": {}})
    assert client.post("/compte/codes/retirer/").status_code == 302
    assert not Authenticator.objects.filter(user_id=user.pk, type="totp").exists()
    assert JournalEntry.objects.get(verb="second_factor.removed").payload == {"kind": "totp"}


def test_nobody_touches_the_key_of_another() -> None:
    owner, other = professional(), professional(name="Sacha Lampadaire")
    key = Authenticator.objects.create(user=owner, type="webauthn", data={"name": "Clé", "credential": {}})
    client = Client()
    goes_through_sign_in(client, other, enrolled(other))
    for path in (f"/compte/cles/{key.pk}/nom/", f"/compte/cles/{key.pk}/retirer/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_someone_whose_second_factor_is_reset_sets_up_another_at_her_next_sign_in() -> None:
    user = professional()
    client = Client()
    goes_through_sign_in(client, user, enrolled(user))
    second_factor_reset(by=SYSTEM, user=user)
    assert client.get("/compte/")["Location"].startswith("/compte/entrer/")
    assert only_password(user).get("/compte/")["Location"] == SET_UP
    assert JournalEntry.objects.get(verb="second_factor.reset").payload == {"removed": 1}


def test_recovery_codes_are_shown_only_to_someone_who_just_proved_who_she_is(time_machine) -> None:
    start = now()
    time_machine.move_to(start, tick=False)
    user = professional()
    client = only_password(user)
    secret = client.get("/compte/codes/").context["form"].secret
    client.post("/compte/codes/", {"code": present_code(secret)})
    time_machine.move_to(start + timedelta(minutes=6), tick=False)
    assert client.get("/compte/secours/")["Location"] == "/compte/confirmer/?next=%2Fcompte%2Fsecours%2F"
    client.post("/compte/confirmer/", {"password": PASSWORD, "next": "/compte/secours/"})
    assert client.get("/compte/secours/").status_code == 200
