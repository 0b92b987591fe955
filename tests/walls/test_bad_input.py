"""A machine that cannot write, and files that cannot be taken: said, kept for the next try, nothing half written.

The other refusals of the same list have their tests beside their screens: a return before the departure and a
second open episode (`episodes_screens`), an unknown commune (`youth/test_imports.py`), an upload too large or
disguised and what is never stored (`youth/test_views.py`), a stale edit and the same form twice (every package), a
session that ends in the middle of a form (`accounts/test_parked.py`).
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.urls import reverse

from maillage.episodes.enums import EventKind
from maillage.episodes.models import EpisodeDocument, EpisodeEvent, ProtocolVersion
from maillage.youth.models import Photo
from tests.accounts.people import signed_in
from tests.common.test_refusals import caused, postgres
from tests.episodes import world as worlds
from tests.episodes.definitions import SMALL
from tests.episodes_screens.conftest import Browser
from tests.walls.rows import changed, stored
from tests.youth.young import picture

FULL_OR_BUSY = {
    "full disk": caused(sqlite3.SQLITE_FULL),
    "locked": caused(sqlite3.SQLITE_BUSY),
    "full disk, PostgreSQL": postgres("53100"),
    "lock not available, PostgreSQL": postgres("55P03"),
}


@pytest.fixture
def world(db: None) -> worlds.World:
    return worlds.build()


@pytest.fixture
def educator(world: worlds.World) -> Browser:
    browser = Browser()
    signed_in(world.educator, browser)
    return browser


@contextmanager
def failing(table: str, error: OperationalError) -> Iterator[None]:
    """Every write to that table fails as the engine would make it fail."""

    def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")) and f'"{table}"' in sql[:80]:
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def test_the_wrapper_of_these_tests_stops_that_table_only(world: worlds.World, educator: Browser) -> None:
    url = reverse("episodes:act", args=[world.open().pk, "contact"])
    with failing("youth_photo", FULL_OR_BUSY["locked"]):
        assert educator.submit(url, way="call", outcome="no_answer").status_code == 302


@pytest.mark.parametrize("table", ["episodes_episodeevent", "audit_journalentry"])
@pytest.mark.parametrize("why", FULL_OR_BUSY)
def test_what_was_typed_waits_for_a_database_that_cannot_write(
    why: str, table: str, world: worlds.World, educator: Browser
) -> None:
    """Also when the journal alone cannot be written: no act without its trace."""
    episode = world.open()
    url = reverse("episodes:act", args=[episode.pk, "signe"])
    typed = {"way": "message", "words": "« je suis chez une amie », mot pour mot", "text": "à garder"}
    target, data = educator.fill(url, **typed)
    before = stored()
    with failing(table, FULL_OR_BUSY[why]):
        page = educator.post(target, data)
    assert page.status_code == 503
    assert page["Retry-After"]
    assert not changed(before, stored())
    kept = educator.reader(page)
    assert {name: kept[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert educator.post(target, kept).status_code == 302
    assert educator.post(target, kept).status_code == 302
    assert EpisodeEvent.objects.filter(episode=episode, kind=EventKind.SIGN_OF_LIFE).count() == 1


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[None]]:
    """The folder of sealed files takes no more bytes; the rest of the machine goes on."""

    @contextmanager
    def full() -> Iterator[None]:
        def no_space(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr("maillage.vault.files.os.fsync", no_space)
            yield

    return full


def files() -> set[str]:
    return {path.name for path in Path(settings.FILES).rglob("*") if path.is_file()}


def test_a_photo_that_finds_no_room_leaves_nothing(world: worlds.World, educator: Browser, full_disk: Any) -> None:
    url = reverse("youth:photo_edit", args=[world.lila.pk])
    target, data = educator.fill(url)
    before = files()
    with full_disk():
        page = educator.post(target, {**data, "photo": SimpleUploadedFile("a.jpg", picture())})
    assert page.status_code == 503
    assert "choisi" in page.content.decode()  # the file is to be chosen again, and the page says so
    assert not Photo.objects.exists()
    assert files() == before
    assert educator.post(target, {**data, "photo": SimpleUploadedFile("a.jpg", picture())}).status_code == 302
    assert len(files()) == len(before) + 1


def test_a_document_that_finds_no_room_takes_no_number(world: worlds.World, educator: Browser) -> None:
    url = reverse("episodes:document_make", args=[world.open().pk, "declaration"])
    target, data = educator.fill(url)
    before = stored()
    with failing("episodes_episodedocument", FULL_OR_BUSY["full disk"]):
        page = educator.post(target, data)
    assert page.status_code == 503
    assert not changed(before, stored())
    assert educator.post(target, educator.reader(page)).status_code == 302
    assert EpisodeDocument.objects.get().number.endswith("1")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("    owner: educator\n", "    owner: gardien\n", "gardien"),
        (
            "  - key: declaration\n    title: Envoyer la fiche\n",
            "  - key: declaration\n    starts_after: reference\n    title: Envoyer la fiche\n",
            "boucle : declaration",
        ),
    ],
    ids=["unknown role", "loop"],
)
def test_a_protocol_that_cannot_be_followed_is_refused_line_by_line(
    before: str, after: str, said: str, world: worlds.World
) -> None:
    assert before in SMALL
    browser = Browser()
    signed_in(world.ase_on_call, browser)
    kept = ProtocolVersion.objects.count()
    file = SimpleUploadedFile("petit.yaml", SMALL.replace(before, after, 1).encode())
    page = browser.submit(reverse("episodes:protocol_load"), file=file)
    assert page.status_code == 422
    faults = page.context["form"].faults
    assert any(fault.startswith("petit.yaml, ligne ") and said in fault for fault in faults), faults
    assert ProtocolVersion.objects.count() == kept
