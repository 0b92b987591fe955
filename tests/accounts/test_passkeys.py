"""Passkeys, with a key in software: set up, second step, sign-in alone, confirmation, refusals."""

import html
import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from maillage.accounts.enums import Role
from maillage.accounts.models import User
from maillage.accounts.services import second_factor_reset, user_deactivate
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.forms import new_token
from tests.accounts.authenticator import Passkey
from tests.accounts.people import PASSWORD, enrolled, goes_through_sign_in, organisation, professional

pytestmark = pytest.mark.django_db

ADD, SIGN_IN, BY_KEY, CODE = "/compte/cles/ajouter/", "/compte/entrer/", "/compte/entrer/cle/", "/compte/entrer/code/"


def options(page) -> dict:
    """What a page hands to the browser."""
    found = re.search(r'data-options="([^"]+)"', page.content.decode())
    assert found is not None
    return json.loads(html.unescape(found[1]))


def sign_in_options(client: Client) -> dict:
    return client.get(BY_KEY, headers={"Accept": "application/json"}).json()["request_options"]


def password_step(user: User) -> Client:
    client = Client()
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    return client


def with_key(user: User, **kinds: object) -> Passkey:
    """Set up a key as the only second factor."""
    key = Passkey(**kinds)
    client = password_step(user)
    credential = key.create(options(client.get(ADD)))
    client.post(ADD, {"name": "Téléphone du service", "credential": credential, "passwordless": "on"})
    return key


@pytest.fixture
def user() -> User:
    return professional(Role.ADMINISTRATOR, organisation("Département des Lampadaires"))


def is_in(client: Client) -> bool:
    return client.get("/compte/").status_code == 200


def test_a_key_is_a_second_factor_like_another(user: User) -> None:
    key = with_key(user)
    assert Authenticator.objects.get(user_id=user.pk, type="webauthn").wrap().name == "Téléphone du service"
    assert JournalEntry.objects.get(verb="second_factor.added").payload == {"kind": "webauthn"}
    client = password_step(user)
    assert not is_in(client)
    assert client.post(CODE, {"credential": key.get(options(client.get(CODE)))})["Location"] == "/"
    assert is_in(client)


def test_a_key_signs_in_alone(user: User) -> None:
    key = with_key(user)
    client = Client()
    assert client.post(BY_KEY, {"credential": key.get(sign_in_options(client))})["Location"] == "/"
    assert is_in(client)


def test_a_key_whose_owner_gave_neither_finger_nor_code_is_refused_everywhere(user: User) -> None:
    key = with_key(user)
    key.verified = False
    client = password_step(user)
    assert client.post(CODE, {"credential": key.get(options(client.get(CODE)))}).status_code == 422
    alone = Client()
    assert alone.post(BY_KEY, {"credential": key.get(sign_in_options(alone))})["Location"] == SIGN_IN
    assert not is_in(client)
    assert not is_in(alone)


def test_a_key_that_does_not_verify_its_owner_is_not_registered(user: User) -> None:
    with_key(user, verified=False)
    assert not Authenticator.objects.exists()


def test_an_answer_is_good_once_and_for_its_own_challenge(user: User) -> None:
    key = with_key(user)
    client = Client()
    old = key.get(sign_in_options(client))
    client.post(BY_KEY, {"credential": old})
    other = Client()
    assert other.post(BY_KEY, {"credential": old})["Location"] == SIGN_IN
    sign_in_options(other)
    assert other.post(BY_KEY, {"credential": old})["Location"] == SIGN_IN
    assert not is_in(other)


def test_an_answer_given_to_another_site_is_refused(user: User) -> None:
    key = with_key(user)
    key.origin = "https://testserver.exemple.invalid"
    client = Client()
    assert client.post(BY_KEY, {"credential": key.get(sign_in_options(client))})["Location"] == SIGN_IN
    assert not is_in(client)


def test_the_key_of_another_does_not_open_an_account(user: User) -> None:
    with_key(user)
    other = with_key(professional(name="Sacha Lampadaire"))
    client = password_step(user)
    assert client.post(CODE, {"credential": other.get(options(client.get(CODE)))}).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "pas du json", '{"response": {"userHandle": "AAAA"}}'])
def test_a_made_up_answer_is_refused(credential: str, user: User) -> None:
    with_key(user)
    client = Client()
    sign_in_options(client)
    assert client.post(BY_KEY, {"credential": credential})["Location"] == SIGN_IN
    assert not is_in(client)


def test_a_closed_account_does_not_open_with_its_key(user: User) -> None:
    key = with_key(user)
    user_deactivate(by=SYSTEM, user=user)
    client = Client()
    assert client.post(BY_KEY, {"credential": key.get(sign_in_options(client))})["Location"] == SIGN_IN
    assert not is_in(client)


def test_a_key_that_was_reset_opens_nothing(user: User) -> None:
    key = with_key(user)
    second_factor_reset(by=SYSTEM, user=user)
    client = Client()
    assert client.post(BY_KEY, {"credential": key.get(sign_in_options(client))})["Location"] == SIGN_IN
    assert not is_in(client)


def test_a_key_confirms_who_is_there(user: User, time_machine) -> None:
    start = now()
    time_machine.move_to(start, tick=False)
    key = with_key(user)
    client = Client()
    client.post(BY_KEY, {"credential": key.get(sign_in_options(client))})
    time_machine.move_to(start + timedelta(minutes=6), tick=False)
    assert client.get("/compte/secours/")["Location"].startswith("/compte/confirmer/")
    page = client.get("/compte/confirmer/cle/?next=/compte/secours/")
    answer = client.post("/compte/confirmer/cle/", {"credential": key.get(options(page)), "next": "/compte/secours/"})
    assert answer["Location"] == "/compte/secours/"
    assert client.get("/compte/secours/").status_code == 200


def test_a_parked_form_survives_a_sign_in_by_key(user: User) -> None:
    key = with_key(user)
    client = Client()
    page = client.post(
        "/compte/personnes/inviter/", {"display_name": "Alix du grand foyer", "form_token": new_token(user.pk)}
    )
    blob = re.search(r'name="parked" value="([^"]+)"', page.content.decode())
    fields = {"credential": key.get(sign_in_options(client)), "next": page.context["next"], "parked": blob[1]}
    assert client.post(BY_KEY, fields)["Location"] == "/compte/texte/"
    assert "Alix du grand foyer" in client.get("/compte/texte/").content.decode()


def test_the_last_key_stays_and_one_of_two_factors_can_go(user: User) -> None:
    key = with_key(user)
    client = Client()
    client.post(BY_KEY, {"credential": key.get(sign_in_options(client))})
    row = Authenticator.objects.get(user_id=user.pk, type="webauthn")
    assert client.get(f"/compte/cles/{row.pk}/retirer/").status_code == 200
    client.post(f"/compte/cles/{row.pk}/retirer/")
    assert Authenticator.objects.filter(pk=row.pk).exists()
    enrolled(user)
    client.post(f"/compte/cles/{row.pk}/retirer/")
    assert not Authenticator.objects.filter(pk=row.pk).exists()


def test_a_key_can_be_renamed(user: User) -> None:
    key = with_key(user)
    client = Client()
    client.post(BY_KEY, {"credential": key.get(sign_in_options(client))})
    row = Authenticator.objects.get(user_id=user.pk, type="webauthn")
    path = f"/compte/cles/{row.pk}/nom/"
    assert client.get(path).status_code == 200
    client.post(path, {"name": "Clé du bureau"})
    assert "Clé du bureau" in client.get("/compte/").content.decode()


def test_sign_ins_by_key_are_limited(user: User) -> None:
    answers = [Client().post(BY_KEY, {"credential": "{}"}).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]


def test_someone_with_both_factors_may_use_either(user: User) -> None:
    secret = enrolled(user)
    client = Client()
    goes_through_sign_in(client, user, secret)
    key = Passkey()
    client.post(ADD, {"name": "", "credential": key.create(options(client.get(ADD))), "passwordless": "on"})
    other = password_step(user)
    other.post(CODE, {"credential": key.get(options(other.get(CODE)))})
    assert is_in(other)
