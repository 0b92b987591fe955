"""Every address that names a row, asked for by every role of elsewhere: never the page, never a name."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from maillage.accounts.enums import Role
from maillage.accounts.models import Membership
from maillage.audit.models import JournalEntry
from maillage.common import forms
from maillage.common.clock import now
from maillage.common.doors import Door
from maillage.episodes import services as episodes
from maillage.episodes.enums import Action, ContactOutcome, ContactWay, OutingKind
from maillage.episodes.models import EpisodeEvent
from maillage.episodes.views.acts import SLUGS
from maillage.tasks.services.relays import hand_over
from maillage.tasks.services.shifts import shift_save
from tests.accounts.people import signed_in
from tests.architecture.test_addresses import ADDRESSES
from tests.episodes import world as worlds

pytestmark = pytest.mark.django_db

# Addresses whose parameters name no row of anybody.
FREE = {"account_reset_password_from_key"}
NAMING = [
    (address, pattern)
    for address, pattern in ADDRESSES
    if pattern.pattern.converters and pattern.name not in FREE and "mfa" not in (pattern.name or "")
]


@pytest.fixture
def world() -> worlds.World:
    return worlds.build()


@pytest.fixture
def rows(world: worlds.World) -> dict[str, Any]:
    """What each parameter may name: rows of the home, foreign to everybody who asks."""
    episode = world.open()
    educator, manager = world.actor("educator"), world.actor("manager")
    episodes.contact_record(
        by=educator, episode=episode, happened_at=now(), way=ContactWay.CALL, outcome=ContactOutcome.NO_ANSWER
    )
    task = world.tasks(episode)["first_calls"]
    relay = hand_over(
        by=educator, task=task, to_organisation=world.home, to_user=world.colleague, answer_within=timedelta(minutes=15)
    )
    outing = episodes.outing_start(
        by=educator, person=world.noe, kind=OutingKind.VISIT, expected_at=now() + timedelta(hours=2)
    )
    shift = shift_save(
        by=manager, organisation=world.home, role=Role.ON_CALL_MANAGER, user=world.manager,
        starts_at=now(), ends_at=now() + timedelta(hours=8),
    )  # fmt: skip
    return {
        "youth:pk": world.lila.pk,
        "youth:parent_id": world.parent().pk,
        "desk:person_id": world.lila.pk,
        "desk:outing_id": outing.pk,
        "desk:hand_over_id": relay.pk,
        "episodes:person_id": world.noe.pk,
        "episodes:outing_id": outing.pk,
        "episodes:episode_id": episode.pk,
        "episodes:task_id": task.pk,
        "episodes:event_id": EpisodeEvent.objects.filter(episode=episode).latest("written_at").pk,
        "episodes:document_id": uuid.uuid4(),
        "episodes:slug": SLUGS[Action.CONTACT_RECORD],
        "episodes:kind": "declaration",
        "tasks:pk": shift.pk,
        "tasks:organisation": world.home.pk,
        "tasks:role": Role.ON_CALL_MANAGER.value,
        "accounts:pk": world.educator.pk,
        "accounts:membership": Membership.objects.get(user=world.educator).pk,
    }


def filled(address: str, pattern: URLPattern, rows: dict[str, Any]) -> str:
    """The address with the foreign rows in it. KeyError: a new parameter is to be added to `rows`."""
    package = pattern.callback.__module__.split(".")[1]
    path = address
    for name, converter in pattern.pattern.converters.items():
        known = "membership" if address.startswith("compte/roles/") else name
        kind = next(code for code in ("uuid", "slug", "int", "str") if f"<{code}:{name}>" in path)
        path = path.replace(f"<{kind}:{name}>", converter.to_url(rows[f"{package}:{known}"]))
    return "/" + path


def test_there_are_addresses_that_name_rows() -> None:
    assert len(NAMING) > 45


@pytest.mark.parametrize("role", Role)
def test_no_role_of_elsewhere_gets_a_page_about_them(role: Role, world: worlds.World, rows: dict[str, Any]) -> None:
    elsewhere = worlds.organisation("Maison d’Ailleurs", departement="98")
    asker = worlds.member("Personne d’Ailleurs", (role, elsewhere))
    client = signed_in(asker)
    before = JournalEntry.objects.exclude(by=None).count()
    for address, pattern in NAMING:
        path = filled(address, pattern, rows)
        for send in (client.get, client.post):
            answer = send(path, {"form_token": forms.new_token(asker.pk)})
            # A button's address, typed in: the desk, whatever it names.
            home = send == client.get and answer.status_code == 302 and answer.headers["Location"] == "/"
            refused = answer.status_code in (403, 404, 405, 422)
            assert refused or home, f"{role} {send.__name__} {path}: {answer.status_code}"
            text = answer.content.decode()
            assert "Lila" not in text, path
            assert "Parapluie" not in text, path
    assert JournalEntry.objects.exclude(by=None).count() == before, "something was written, or read"


def test_a_row_of_elsewhere_and_none_at_all_are_answered_the_same(world: worlds.World, rows: dict[str, Any]) -> None:
    elsewhere = worlds.organisation("Maison d’Ailleurs", departement="98")
    asker = worlds.member("Personne d’Ailleurs", (Role.EDUCATOR, elsewhere))
    client = signed_in(asker)
    nothing = {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in rows.items()}
    for address, pattern in NAMING:
        for send in (client.get, client.post):
            token = {"form_token": forms.new_token(asker.pk)}
            found, missing = (send(filled(address, pattern, which), token) for which in (rows, nothing))
            assert found.status_code == missing.status_code, address


def test_nobody_gets_in_without_signing_in(rows: dict[str, Any]) -> None:
    for address, pattern in [*NAMING, *((one, two) for one, two in ADDRESSES if not two.pattern.converters)]:
        if getattr(pattern.callback, "door", Door()).public or "(?P<" in address:
            continue
        answer = Client().get(filled(address, pattern, rows))
        assert answer.status_code == 302, f"{address}: {answer.status_code}"
        assert answer.headers["Location"].startswith("/compte/entrer/"), address
