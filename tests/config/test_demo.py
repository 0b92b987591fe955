"""The synthetic département: whole, obviously invented, and unreadable without its keys."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from pytest_django.fixtures import Settings

from maillage.accounts.enums import Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.audit.verify import verify
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.config import prepare
from maillage.config.demo import loading as demo
from maillage.config.demo.accounts import ACCOUNTS
from maillage.config.demo.people import YOUNG
from maillage.config.demo.places import PLACES
from maillage.desk.models import SavedList
from maillage.episodes.enums import EpisodeState
from maillage.episodes.lifecycle import state_of
from maillage.episodes.models import MissingEpisode
from maillage.retention import selectors
from maillage.retention.enums import KeptState
from maillage.vault.fields import SealedField
from maillage.vault.models import DataKey
from maillage.vault.sealing import Opened

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("demo")]


@pytest.fixture(autouse=True)
def loaded(settings: Settings, transactional_db: None) -> None:
    settings.DEMO = True
    prepare.definitions()
    demo.load()


def test_it_is_whole_invented_and_loaded_once_under_demo_settings(settings: Settings) -> None:
    assert {row.role for row in Membership.objects.all()} == set(Role.values)
    states = {state_of(episode) for episode in MissingEpisode.objects.all()}
    assert states == {EpisodeState.MISSING, EpisodeState.RETURNED, EpisodeState.CLOSED}
    assert len(ACCOUNTS) == User.objects.count()
    assert verify().sound
    # A newcomer finds each stage of retention alive, and a list of each team.
    seen = selectors.overview("99", now())
    assert {one.state: one.files for one in seen.steps[1:]} == {
        KeptState.ARCHIVED: 1, KeptState.PROPOSED: 2, KeptState.TRASH: 1, KeptState.DESTROYED: 0,
    }  # fmt: skip
    assert seen.ready == 1
    following = {one.state: one.first for one in seen.steps}
    assert following[KeptState.PROPOSED] is None  # waits for somebody
    assert following[KeptState.TRASH] == seen.trash[0].kept.trash_until
    assert SavedList.objects.exclude(team=None).count() == 2
    _obviously_invented()
    with pytest.raises(demo.NotHere, match="not empty"):
        demo.load()
    settings.DEMO = False
    with pytest.raises(demo.NotHere, match="demo settings"):
        demo.load()


def _obviously_invented() -> None:
    assert all(user.email.endswith("@exemple.invalid") for user in User.objects.all())
    phones = [value for row in Organisation.objects.all() for value in (row.phone, row.night_phone) if value]
    phones += [user.phone for user in User.objects.all()]
    assert all(re.match(r"\+33(?:199|63998)\d+$", phone) for phone in phones), phones
    assert {row.departement for row in Organisation.objects.all()} == {"99"}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def sealed_values() -> set[str]:
    """Everything that was sealed, opened again: what must not be read in a stolen copy."""
    opened: dict[object, Opened] = {}
    found: set[str] = set()
    for model in apps.get_models():
        fields = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
        for row in model._base_manager.exclude(data_key=None).order_by("pk") if fields else []:
            key = opened.setdefault(row.data_key_id, Opened(DataKey.objects.get(pk=row.data_key_id), Section.values))
            for name in fields:
                found.update(_strings(key.value(row, name)))
    public = [row.name for row in Organisation.objects.all()] + [user.display_name for user in User.objects.all()]
    words = {value for value in found if len(value) > 2 and not re.fullmatch(r"[a-z_]+", value)}  # codes are no words
    return {value for value in words if not any(value in text for text in public)}


def stolen_copy() -> bytes:
    """The database as a thief of the disk, or of a backup, has it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        name = connection.settings_dict["NAME"]
        return b"".join(Path(f"{name}{end}").read_bytes() for end in ("", "-wal") if Path(f"{name}{end}").exists())
    given = connection.settings_dict
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    dump = shutil.which("pg_dump") or str(found[-1])
    done = subprocess.run(
        [dump, "-h", given["HOST"], "-p", str(given["PORT"]), "-U", given["USER"], "--inserts", given["NAME"]],
        env={**os.environ, "PGPASSWORD": given["PASSWORD"]}, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_stolen_copy_of_database_and_files_says_nothing_of_anyone(settings: Settings) -> None:
    values = sealed_values()
    assert {young.family for young in YOUNG} <= values
    assert {young.given for young in YOUNG} <= values
    assert {place.address for place in PLACES if place.address} <= values
    assert len(values) > 80
    copy = stolen_copy()
    assert b"Maison des Tilleuls" in copy  # what is not sealed is there: the copy is one
    # Random ciphertext holds any three letters sooner or later: short values are looked for as whole words of text.
    texts = b"\n".join(re.findall(rb"[\x20-\x7e\xc3\xc2\x80-\xbf]{12,}", copy))
    for value in sorted(values):
        raw = value.encode()
        if len(raw) >= 6:
            assert raw not in copy, value
            assert raw.hex().encode() not in copy, value
        else:
            assert not re.search(rb"(?<![\w\xc3\x80-\xbf-])" + re.escape(raw) + rb"(?![\w\xc3\x80-\xbf-])", texts), (
                value
            )
    files = [path for path in Path(settings.FILES).rglob("*") if path.is_file()]
    assert len(files) >= len(YOUNG)
    for path in files:
        content = path.read_bytes()
        assert not content.startswith(b"\xff\xd8"), "a photo in clear"
        assert b"JFIF" not in content
