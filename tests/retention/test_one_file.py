"""A real copy of the database and of the sealed files, put back after a destruction: nothing of her comes back."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from maillage.accounts.models import Organisation
from maillage.audit.journal import SYSTEM
from maillage.casework.models import PlaceIncident
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.episodes.models import MissingEpisode
from maillage.retention import services
from maillage.retention.enums import KeptState
from maillage.vault.fields import SealedField
from maillage.vault.models import DataKey
from maillage.vault.sealing import Erased, Opened
from maillage.youth import services as youth
from maillage.youth.models import YoungPerson
from tests.casework import capabilities
from tests.episodes import world as worlds
from tests.retention.test_course import archived, destroyed, filled, in_months, left, state_of
from tests.walls.test_dump import TEXT, found, looked_for, strings
from tests.youth.young import picture


@pytest.mark.django_db(transaction=True)
def test_nothing_of_her_is_left_in_any_byte_nor_after_a_backup_comes_back(
    world: worlds.World, settings: Any, tmp_path: Path
) -> None:
    """A real copy of the file of the database and of the sealed files, taken before, put in their place after."""
    settings.FILES = tmp_path / "files"
    filled(world)
    youth.photo_replace(by=SYSTEM, person=world.lila, content=picture())
    MissingEpisode.objects.update(
        located_at=now(), returned_at=now(), closed_at=now(), closing_reason="back_no_follow_up"
    )
    person = left(world)
    values = _words(person)
    assert {capabilities.SECRET, "Lila", "2011-03-04", "Chez sa grand-mère"} <= values
    before = tmp_path / "before"
    papers = [path for path in settings.FILES.rglob("*") if path.is_file()]
    assert len(papers) == 2
    connection.close()
    shutil.copytree(settings.FILES, before / "files")
    shutil.copy(_database(), before / "database")
    with in_months(26):
        archived(world)
    with in_months(160):
        destroyed(world)
        assert state_of(person) == KeptState.DESTROYED
        _nothing_left(person, tmp_path, values)
        # Yesterday's backup, whole: her words, her files and her key are there again.
        connection.close()
        for ending in ("-wal", "-shm"):
            Path(f"{_database()}{ending}").unlink(missing_ok=True)
        shutil.copy(before / "database", _database())
        shutil.copytree(before / "files", settings.FILES, dirs_exist_ok=True)
        assert all(path.exists() for path in papers)
        assert _words(person) == values
        assert services.replay() == 1
        _nothing_left(person, tmp_path, values)


def _words(person: YoungPerson) -> set[str]:
    """What must not be found: without ids, which stay, what the test itself writes in clear, names of services."""
    sealed = _sealed(Opened(DataKey.objects.get(pk=person.data_key_id), Section.values))
    openly = ["Synthétique", *Organisation.objects.values_list("name", flat=True)]
    return {value for value in looked_for(sorted(sealed), openly) if not re.fullmatch(r"[0-9a-f-]{36}", value)}


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _sealed(opened: Opened) -> set[str]:
    """Every text that her key sealed."""
    found: set[str] = set()
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
        for row in model._base_manager.filter(data_key=opened.key_id) if names else []:
            for name in names:
                found.update(strings(opened.value(row, name)))
    return found


def _nothing_left(person: YoungPerson, folder: Path, values: set[str]) -> None:
    with pytest.raises(Erased):
        Opened(DataKey.objects.get(pk=person.data_key_id), ["identity"])
    for model in apps.get_app_config("casework").get_models():
        if model is not PlaceIncident:
            assert not model._base_manager.filter(person=person).exists(), model
    assert not [path for path in (folder / "files").rglob("*") if path.is_file()]
    # The database, its journal of writes, files, and the ledger beside the keys; not the copy of before.
    kept = [Path(_database()), Path(f"{_database()}-wal"), *folder.rglob("*")]
    for path in kept:
        if path.is_file() and folder / "before" not in path.parents:
            content = path.read_bytes()
            texts = b"\n".join(TEXT.findall(content))
            assert not [value for value in values if found(value, content, texts)], path
