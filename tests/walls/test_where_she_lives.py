"""The name of a home gives the place: whoever may not know where she lives reads it nowhere.

One reader with a mission that leaves her whereabouts out, one role that never opens them; each screen, each document.
"""

import io
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from maillage.accounts.models import Organisation
from maillage.accounts.sealed import place_of
from maillage.accounts.services import organisation_save
from maillage.audit.journal import SYSTEM
from maillage.common.enums import Section
from maillage.episodes import services as episodes
from maillage.vault.sealing import SectionClosed
from maillage.youth import services as youth
from maillage.youth.access import address_of, reveal
from maillage.youth.search import NAMES
from maillage.youth.selectors import PLACE_UNSAID
from tests.accounts.people import signed_in
from tests.episodes import world as worlds

pytestmark = pytest.mark.django_db

NO_PLACE = ["identity", "education", "justice", "words", "health"]


@pytest.fixture
def world() -> worlds.World:
    NAMES.forget()
    return worlds.build()


@pytest.fixture
def reader(world):
    """An educator of another home, with a mission of her own that leaves her whereabouts out."""
    youth.mission_open(
        by=SYSTEM, person=world.lila, kind="follows", user=world.stranger, sections=NO_PLACE,
        legal_basis="shared_secrecy",
    )  # fmt: skip
    return world.stranger


def read(client, url, **typed):
    answer = client.post(url, typed) if typed else client.get(url)
    assert answer.status_code == 200, url
    return unescape(answer.content.decode())


def test_no_screen_says_the_name_of_her_home_to_who_may_not_know_it(world, reader):
    episode = world.open()
    task = next(task for task in world.tasks(episode).values() if task.state == "open")
    client = signed_in(reader)
    step = reverse("episodes:step", args=[episode.pk, task.pk])
    pages = {url: read(client, url) for url in ("/", f"/p/{world.lila.pk}/", f"/e/{episode.pk}/", step)}
    pages["search"] = read(client, "/chercher/", text="Lila Parapluie")
    assert "L. P." in pages["search"]
    assert str(PLACE_UNSAID) in pages["search"]
    for url, page in pages.items():
        assert world.home.name not in page, url
        assert "Lampadaire secret" not in page, url
    nurse = read(signed_in(world.nurse), f"/e/{episode.pk}/")
    assert world.home.name not in nurse
    # So that this means something: who knows the place reads it.
    assert world.home.name in read(signed_in(world.case_worker), "/")


def test_a_relay_list_names_no_home_to_who_may_not_know_it(world, reader):
    episode = world.open()
    task = next(task for task in world.tasks(episode).values() if task.state == "open")
    url = reverse("episodes:step_hand_over", args=[episode.pk, task.pk])
    page = read(signed_in(reader), url)
    assert world.colleague.display_name in page
    assert world.home.name not in page
    assert world.home.name in read(signed_in(world.educator), url)


@pytest.mark.parametrize("kind", ["declaration", "end_of_search", "serious_event", "chronology"])
def test_no_document_by_who_may_not_know_the_place_says_it(world, reader, kind):
    episode = world.open()
    if kind == "end_of_search":
        episode = episodes.returned(by=world.actor(), episode=episode, happened_at=worlds.now())
    lines = {"lines": frozenset({event.pk for event in episode.events.all()})} if kind == "chronology" else {}
    made = episodes.document_make(by=world.actor("stranger"), episode=episode, kind=kind, **lines)
    text = _text(episodes.document_read(by=world.actor("stranger"), document=made))
    assert world.home.name not in text
    assert "Lampadaire secret" not in text
    assert Section.WHEREABOUTS not in made.sections
    if kind in ("declaration", "serious_event"):
        assert str(PLACE_UNSAID) in text
        by_home = episodes.document_make(by=world.actor(), episode=episode, kind=kind)
        # The police are told; an authority, of a confidential home, who runs it.
        told = world.home.name in _text(episodes.document_read(by=world.actor(), document=by_home))
        assert told == (kind == "declaration")
        assert Section.WHEREABOUTS in by_home.sections


def _text(pdf: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_an_address_is_sealed_and_opens_with_her_whereabouts_alone(world, reader):
    assert place_of(world.home) == ("7 rue du Lampadaire secret", "75056")
    assert address_of(reveal(world.actor(), world.lila), world.home) == "7 rue du Lampadaire secret, Paris"
    with pytest.raises(SectionClosed):
        address_of(reveal(world.actor("stranger"), world.lila), world.home)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_organisation")
        stored = b"".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for row in cursor for value in row
        )  # fmt: skip
    assert b"Maison du Parapluie" in stored
    assert b"Lampadaire secret" not in stored
    assert b"75056" not in stored
    home = Organisation.objects.get(pk=world.home.pk)
    organisation_save(by=SYSTEM, organisation=home, name=home.name, kind=home.kind, departement="99", address="9 quai")
    assert place_of(Organisation.objects.get(pk=home.pk)) == ("9 quai", "")
