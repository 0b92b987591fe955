"""Each thing that makes a production start unsafe is refused, by its own id."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from maillage.accounts.demo import demo_account
from maillage.audit.enums import CLOCK_MOVED
from maillage.audit.journal import SYSTEM, record
from maillage.audit.seal import seal_batch
from maillage.config import checks
from maillage.vault import keyring

pytestmark = pytest.mark.django_db
SECRET = "zq8Vw0mJxk3Ry7TnB5cLhD2fGsA9eUoP1iXyWt6vQbNrMzKj4"[:49] + "!?"


@pytest.fixture(autouse=True)
def safe(settings: Settings, tmp_path: Path) -> None:
    """Settings no check has anything to say about."""
    settings.KEYS = tmp_path / "keys"
    settings.FILES = tmp_path / "data" / "files"
    keyring.create_missing()
    settings.SECRET_KEY = SECRET
    settings.SQLITE_CHOSEN = True
    settings.DEMO = settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["maillage.exemple.invalid"]
    settings.BASE_URL = "https://maillage.exemple.invalid"
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def ids() -> list[str | None]:
    return [message.id for message in checks.unsafe()]


def test_a_safe_site_starts() -> None:
    assert ids() == []
    checks.refuse_unsafe()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DEMO", True, "maillage.E001"),
        ("SECRET_KEY", "", "maillage.E003"),
        ("SECRET_KEY", SECRET[:49], "maillage.E003"),
        ("SECRET_KEY", "ab" * 40, "maillage.E003"),
        ("SECRET_KEY", "django-insecure-" + SECRET, "maillage.E003"),
        ("DEBUG", True, "maillage.E004"),
        ("SESSION_COOKIE_SECURE", False, "maillage.E007"),
        ("CSRF_COOKIE_SECURE", False, "maillage.E007"),
        ("CSRF_COOKIE_HTTPONLY", False, "maillage.E007"),
        ("SESSION_COOKIE_SAMESITE", "None", "maillage.E007"),
        ("SECURE_SSL_REDIRECT", False, "maillage.E008"),
        ("SECURE_HSTS_SECONDS", 0, "maillage.E008"),
        ("BASE_URL", "http://maillage.exemple.invalid", "maillage.E008"),
        ("ALLOWED_HOSTS", ["*"], "maillage.E010"),
        ("ALLOWED_HOSTS", [], "maillage.E010"),
    ],
)
def test_an_unsafe_setting_is_refused_by_its_id(settings: Settings, name: str, value: Any, expected: str) -> None:
    if name == "SECRET_KEY" and value == "":
        settings.SECRET_KEY_FALLBACKS = []
        value = " "
    setattr(settings, name, value)
    assert ids() == [expected]


def test_sealing_the_journal_leaves_the_folder_of_keys_closed() -> None:
    record(CLOCK_MOVED, by=SYSTEM)
    before = os.umask(0o022)
    try:
        assert seal_batch() == 1
    finally:
        os.umask(before)
    assert ids() == []


def test_demo_accounts_are_refused(settings: Settings) -> None:
    settings.DEMO = True
    demo_account(email="educatrice@exemple.invalid", display_name="Odile Parapluie", posts=[])
    settings.DEMO = False
    assert ids() == ["maillage.E002"]


@pytest.mark.parametrize(
    "expose",
    [lambda folder: (folder / "master.json").chmod(0o640), lambda folder: folder.chmod(0o750)],
    ids=["file", "folder"],
)
def test_keys_that_others_can_read_are_refused(settings: Settings, expose: Callable[[Path], None]) -> None:
    expose(Path(settings.KEYS))
    assert ids() == ["maillage.E005"]


def test_keys_in_the_backup_of_what_they_seal_are_refused(settings: Settings, tmp_path: Path) -> None:
    settings.FILES = tmp_path
    assert ids() == ["maillage.E006"]


def test_sqlite_by_default_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SQLITE_CHOSEN = False
    monkeypatch.setattr(checks.connection, "vendor", "sqlite")
    monkeypatch.setitem(checks.connection.settings_dict, "NAME", "/somewhere/else.sqlite3")
    assert ids() == ["maillage.E009"]


def test_the_refusal_names_every_fault_and_what_to_do(settings: Settings) -> None:
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]
    with pytest.raises(ImproperlyConfigured) as refusal:
        checks.refuse_unsafe()
    text = str(refusal.value)
    assert "maillage.E004" in text
    assert "maillage.E010" in text
    assert "MAILLAGE_HOSTS" in text


def test_demo_settings_start_on_this_machine(settings: Settings) -> None:
    settings.DEMO = settings.DEBUG = True
    checks.refuse_unsafe()


def test_every_check_says_what_to_do(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = settings.DEBUG = True
    settings.SECRET_KEY = "x"
    settings.FILES = tmp_path
    settings.ALLOWED_HOSTS = []
    found = checks.unsafe()
    assert len(found) >= 4
    assert all(message.hint and message.id.startswith("maillage.E") for message in found)
