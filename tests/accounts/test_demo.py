"""Demo accounts exist under demo settings only, and sign in with codes anyone can compute."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from maillage.accounts import demo
from maillage.accounts.enums import Role
from maillage.accounts.models import User
from maillage.common.clock import now
from tests.accounts.people import organisation, professional

pytestmark = pytest.mark.django_db


def account(email: str = "camille@exemple.invalid") -> User:
    return demo.demo_account(email=email, display_name="Camille", posts=[(Role.EDUCATOR, organisation())])


def test_no_demo_account_outside_a_demo() -> None:
    for call in (account, lambda: demo.demo_codes(now())):
        with pytest.raises(ImproperlyConfigured):
            call()
    assert not demo.demo_accounts_exist()


def test_a_demo_account_signs_in_with_its_password_and_its_code(settings) -> None:
    settings.DEMO = True
    user = account()
    (shown,) = demo.demo_codes(now())
    assert (shown.email, shown.roles) == (user.email, ("Éducateur ou éducatrice",))
    client = Client()
    client.post("/compte/entrer/", {"login": shown.email, "password": demo.PASSWORD})
    assert client.post("/compte/entrer/code/", {"code": shown.code}).status_code == 302
    assert client.get("/compte/").status_code == 200
    assert demo.demo_accounts_exist()


def test_made_twice_it_is_one_account(settings) -> None:
    settings.DEMO = True
    assert account().pk == account().pk


def test_a_real_looking_address_is_refused(settings) -> None:
    settings.DEMO = True
    with pytest.raises(ValueError, match="exemple.invalid"):
        account("camille@exemple.fr")


def test_only_accounts_with_a_code_are_listed(settings) -> None:
    settings.DEMO = True
    professional(name="Sacha Lampadaire")
    assert demo.demo_codes(now()) == []
