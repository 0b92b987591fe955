"""Password, then second factor; nothing that tells accounts apart."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.accounts.enums import Role
from maillage.accounts.models import Letter, User
from maillage.accounts.services import user_deactivate
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.config.settings import sign_in
from tests.accounts.people import PASSWORD, enrolled, goes_through_sign_in, present_code, professional

pytestmark = pytest.mark.django_db

SIGN_IN, CODE, LOST, HOME = "/compte/entrer/", "/compte/entrer/code/", "/compte/oubli/", "/compte/"


def body(response) -> str:
    """A page without what differs on every page: tokens, the instant, and the address that was typed."""
    text = re.sub(r'value="[\w-]{64}"', "", response.content.decode())
    text = re.sub(r"\S+@exemple\.invalid", "", text)
    return re.sub(r'data-now="[^"]*"', "", text)


def signed_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def test_password_then_code_opens_a_session_and_is_journalled() -> None:
    user = professional()
    client = Client()
    answer = goes_through_sign_in(client, user, enrolled(user))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in(client)
    assert JournalEntry.objects.filter(verb="session.opened", by=user.pk).count() == 1


def test_the_password_alone_opens_nothing() -> None:
    user = professional()
    enrolled(user)
    client = Client()
    answer = client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == CODE
    assert client.get(HOME)["Location"].startswith(SIGN_IN)
    assert not JournalEntry.objects.filter(verb="session.opened").exists()


def test_the_code_page_opens_to_nobody_without_a_password() -> None:
    user = professional()
    secret = enrolled(user)
    answer = Client().post(CODE, {"code": present_code(secret)})
    assert answer["Location"] == SIGN_IN


def test_a_sign_in_half_made_can_be_given_up() -> None:
    user = professional()
    secret = enrolled(user)
    client = Client()
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    client.post("/compte/sortir/")
    assert client.post(CODE, {"code": present_code(secret)})["Location"] == SIGN_IN


def test_a_wrong_password_an_unknown_address_and_a_closed_account_get_the_same_answer() -> None:
    known = professional()
    closed = professional(name="Sacha Lampadaire")
    user_deactivate(by=SYSTEM, user=closed)
    answers = [
        Client().post(SIGN_IN, {"login": login, "password": password})
        for login, password in [
            (known.email, "une phrase qui ne va pas"),
            ("personne@exemple.invalid", "une phrase qui ne va pas"),
            (closed.email, PASSWORD),
        ]
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert "Adresse ou mot de passe incorrect." in body(answers[0])
    assert len({body(answer) for answer in answers}) == 1


def test_a_wrong_password_and_an_unknown_address_hash_one_password_each(monkeypatch) -> None:
    hashed: list[str] = []
    known = professional()
    check, choose = User.check_password, User.set_password
    monkeypatch.setattr(User, "check_password", lambda self, raw: hashed.append("check") or check(self, raw))
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append("set") or choose(self, raw))
    Client().post(SIGN_IN, {"login": known.email, "password": "une phrase qui ne va pas"})
    assert hashed == ["check"]
    Client().post(SIGN_IN, {"login": "personne@exemple.invalid", "password": "une phrase qui ne va pas"})
    assert hashed == ["check", "set"]


def test_a_lost_password_gets_the_same_answer_and_the_same_work_whether_the_address_is_known_or_not() -> None:
    known = professional()
    Client().post(LOST, {"email": "autre@exemple.invalid"})  # this browser has asked before
    answers, work = [], []
    for address in (known.email, "personne@exemple.invalid"):
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            answers.append(client.post(LOST, {"email": address}, follow=True))
        work.append([re.sub(r"""('[^']*'|\b\d+\b|NULL|"s\d+_x\d+")(::\w+)?""", "?", query["sql"]) for query in queries])
    assert {answer.status_code for answer in answers} == {200}
    assert body(answers[0]) == body(answers[1])
    assert work[0] == work[1]
    assert list(Letter.objects.order_by("created_at").values_list("user", flat=True)) == [None, known.pk, None]


def test_nobody_signs_up_by_herself() -> None:
    for path in ("/compte/signup/", "/compte/inscription/", "/compte/email/", "/compte/3rdparty/"):
        assert Client().get(path).status_code in (302, 404)
        assert Client().post(path, {"email": "moi@exemple.invalid"}).status_code in (401, 404)
    assert not User.objects.exists()


def test_after_five_wrong_passwords_even_the_right_one_is_refused_for_a_while(time_machine) -> None:
    start = now().replace(microsecond=0)
    time_machine.move_to(start, tick=False)
    user = professional()
    enrolled(user)
    for _ in range(5):
        assert Client().post(SIGN_IN, {"login": user.email, "password": "non, pas cela"}).status_code == 422
    refused = Client().post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    assert refused.status_code == 422
    assert "Trop d’essais" in refused.content.decode()
    time_machine.move_to(start + timedelta(minutes=5, seconds=1), tick=False)
    assert Client().post(SIGN_IN, {"login": user.email, "password": PASSWORD}).status_code == 302


def test_wrong_codes_are_limited_too() -> None:
    user = professional()
    secret = enrolled(user)
    client = Client()
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    for _ in range(5):
        assert client.post(CODE, {"code": "000000"}).status_code == 422
    refused = client.post(CODE, {"code": present_code(secret)})
    assert refused.status_code == 422
    assert "Trop d’essais" in refused.content.decode()


def test_many_lost_passwords_of_one_address_are_refused_without_saying_whether_it_exists() -> None:
    known = professional()
    for address in (known.email, "personne@exemple.invalid"):
        answers = [Client().post(LOST, {"email": address}).status_code for _ in range(6)]
        assert answers == [302] * 5 + [429]


def test_next_never_leads_to_another_site() -> None:
    user = professional()
    answer = goes_through_sign_in(Client(), user, enrolled(user), next="https://ailleurs.exemple.invalid/")
    assert answer["Location"] == "/"


def test_a_page_asked_for_before_sign_in_is_reached_after_it() -> None:
    user = professional()
    client = Client()
    assert client.get("/compte/mot-de-passe/")["Location"] == f"{SIGN_IN}?next=/compte/mot-de-passe/"
    answer = goes_through_sign_in(client, user, enrolled(user), next="/compte/mot-de-passe/")
    assert answer["Location"] == "/compte/mot-de-passe/"


def test_signing_out_takes_a_post_and_ends_the_session() -> None:
    user = professional()
    client = Client()
    goes_through_sign_in(client, user, enrolled(user))
    assert client.get("/compte/sortir/").status_code == 405
    assert signed_in(client)
    client.post("/compte/sortir/")
    assert not signed_in(client)


def test_changing_the_password_keeps_this_session_and_ends_the_others() -> None:
    user = professional()
    secret = enrolled(user)
    here, there = Client(), Client()
    goes_through_sign_in(here, user, secret)
    there.force_login(user)
    assert there.get(HOME).status_code == 200
    chosen = "un lampadaire au fond du jardin"
    answer = here.post("/compte/mot-de-passe/", {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen})
    assert answer["Location"] == HOME
    assert signed_in(here)
    assert not signed_in(there)
    assert JournalEntry.objects.filter(verb="password.changed", by=user.pk).count() == 1


def test_a_wrong_current_password_changes_nothing() -> None:
    user = professional()
    client = Client()
    goes_through_sign_in(client, user, enrolled(user))
    chosen = "un lampadaire au fond du jardin"
    answer = client.post("/compte/mot-de-passe/", {"oldpassword": "non", "password1": chosen, "password2": chosen})
    assert answer.status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_passwords_are_hashed_with_argon2_in_every_installation() -> None:
    assert sign_in.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_the_sign_in_page_names_no_role_and_loads_nothing_from_elsewhere() -> None:
    page = Client().get(SIGN_IN).content.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert all(str(role.label) not in page for role in Role)


def _wrong_password(address: str, asked_from: str) -> int:
    """Somebody far away, seen through the proxy of a site."""
    answer = Client().post(
        SIGN_IN, {"login": address, "password": "une autre phrase"}, headers={"x-forwarded-for": asked_from}
    )
    return answer.content.decode().count("Trop d’essais")


def test_a_stranger_s_wrong_passwords_keep_nobody_else_out(settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # as in production
    cache.clear()
    for number in range(10):
        # The proxy writes the last address; what stands before it is what the stranger made up.
        _wrong_password(f"inconnue{number}@exemple.invalid", f"192.0.2.{number}, 198.51.100.7")
    assert _wrong_password("inconnue@exemple.invalid", "192.0.2.200, 198.51.100.7")
    assert not _wrong_password("inconnue@exemple.invalid", "203.0.113.9")
