"""Sign-ins that fail leave a trace that names no address, the same for an address nobody has."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.accounts.services import user_deactivate
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from tests.accounts.people import PASSWORD, enrolled, professional

pytestmark = pytest.mark.django_db


def tries(address: str, password: str = "une phrase qui ne convient pas") -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert Client().post("/compte/entrer/", {"login": address, "password": password}).status_code == 422
    return len(asked)


def refused() -> list[tuple[str, str]]:
    rows = JournalEntry.objects.filter(verb="session.refused").order_by("pk")
    return [(row.object_id, row.payload["step"]) for row in rows]


def test_a_wrong_password_names_the_account_and_an_unknown_address_none() -> None:
    user = professional()
    assert tries(user.email) == tries("personne@exemple.invalid")
    assert refused() == [(str(user.pk), "password"), ("", "password")]
    everything = json.dumps(list(JournalEntry.objects.values("payload", "object_id", "digest", "token")), default=str)
    assert "personne" not in everything
    assert user.email not in everything


def test_the_same_address_is_written_once_a_minute() -> None:
    user = professional()
    with time_machine.travel(now(), tick=False) as clock:
        tries(user.email)
        tries(user.email.upper())
        assert len(refused()) == 1
        clock.shift(timedelta(seconds=61))
        tries(user.email)
    assert len(refused()) == 2


def test_the_right_password_of_a_closed_account_is_refused_in_the_journal_too() -> None:
    user = professional()
    user_deactivate(by=SYSTEM, user=user)
    tries(user.email, PASSWORD)
    assert refused() == [(str(user.pk), "password")]


def test_a_wrong_code_and_a_wrong_key_are_written_and_a_sign_in_is_not() -> None:
    user = professional()
    enrolled(user)
    client = Client()
    assert client.post("/compte/entrer/", {"login": user.email, "password": PASSWORD}).status_code == 302
    assert refused() == []
    assert client.post("/compte/entrer/code/", {"code": "000000"}).status_code == 422
    assert client.post("/compte/entrer/code/", {"credential": "{}"}).status_code == 422
    assert refused() == [(str(user.pk), "code"), (str(user.pk), "key")]


@pytest.mark.parametrize(
    "said", ['{"id": ' + "9" * 5000 + "}", "[" * 19_000, "9" * 30_000], ids=["number", "depth", "length"]
)
def test_what_no_key_ever_says_is_a_bad_request(said: str) -> None:
    user = professional()
    enrolled(user)
    client = Client(raise_request_exception=False)
    client.post("/compte/entrer/", {"login": user.email, "password": PASSWORD})
    for address in ("/compte/entrer/code/", "/compte/entrer/cle/"):
        assert client.post(address, {"credential": said}).status_code == 400
