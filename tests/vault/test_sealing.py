"""Sealing: what a key opens, and what it never does."""

import copy
import os
import pickle
import stat

import pytest
import tink

from maillage.common.enums import Section
from maillage.tasks.models import Task
from maillage.vault import files, keyring, rotation
from maillage.vault.models import DataKey
from maillage.vault.sealing import Erased, Opened, Sealer, SectionClosed, destroy, new_key, seal, system_key

pytestmark = pytest.mark.django_db


def a_row(key: DataKey, **values: object) -> Task:
    """Any model with sealed fields will do; it need not be stored."""
    row = Task()
    seal(row, key, **values)
    return row


def test_a_sealed_value_reads_back_as_it_was() -> None:
    key = new_key()
    row = a_row(key, note="Rappeler à 8 h — accueil « jour »", recipient=["Poste A", "Poste B"])
    opened = Opened(key, [Section.EDUCATION])
    assert opened.text(row, "note") == "Rappeler à 8 h — accueil « jour »"
    assert opened.value(row, "recipient") == ["Poste A", "Poste B"]
    assert opened.text(row, "reference") == ""


def test_the_stored_bytes_hold_no_clear_text() -> None:
    row = a_row(new_key(), note="Lampadaire")
    assert b"Lampadaire" not in bytes(row.note)


def test_two_sealings_of_one_value_differ_so_that_rows_cannot_be_linked() -> None:
    key = new_key()
    assert a_row(key, note="Tabouret").note != a_row(key, note="Tabouret").note


def test_a_section_that_was_not_opened_stays_closed() -> None:
    key = new_key()
    row = a_row(key, note="Texte")
    with pytest.raises(SectionClosed):
        Opened(key, [Section.HEALTH]).text(row, "note")


def test_another_persons_key_opens_nothing() -> None:
    row = a_row(new_key(), note="Texte")
    with pytest.raises(SectionClosed):
        Opened(new_key(), Section.values).text(row, "note")


def test_a_key_unwrapped_once_goes_into_no_copy_of_its_row() -> None:
    """Caches and tests copy rows: the key in clear stays with the object that asked for it."""
    key = new_key()
    row = a_row(key, note="Texte")
    assert key._unwrapped is not None  # type: ignore[attr-defined]
    for other in (copy.deepcopy(key), pickle.loads(pickle.dumps(key))):  # noqa: S301  # our own bytes
        assert other._unwrapped is None
        assert Opened(other, [Section.EDUCATION]).text(row, "note") == "Texte"


@pytest.mark.parametrize("move", ["row", "field"])
def test_ciphertext_moved_to_another_row_or_column_does_not_open(move: str) -> None:
    key = new_key()
    row = a_row(key, note="Texte")
    if move == "row":
        other = a_row(key)
        other.note = row.note
        target, field = other, "note"
    else:
        row.recipient = row.note
        target, field = row, "recipient"
    with pytest.raises(tink.TinkError):
        Opened(key, [Section.EDUCATION]).value(target, field)


def test_only_sealed_columns_are_sealed() -> None:
    with pytest.raises(TypeError):
        a_row(new_key(), title="En clair")


def test_a_destroyed_key_erases_what_it_sealed() -> None:
    key = new_key()
    a_row(key, note="Texte")
    destroy(key)
    with pytest.raises(Erased):
        Opened(DataKey.objects.get(pk=key.pk), [Section.EDUCATION])
    assert DataKey.objects.get(pk=key.pk).wrapped is None


def test_a_wrapped_key_copied_onto_another_row_does_not_open() -> None:
    one, other = new_key(), new_key()
    DataKey.objects.filter(pk=other.pk).update(wrapped=one.wrapped)
    with pytest.raises(tink.TinkError):
        Sealer(DataKey.objects.get(pk=other.pk))


def test_there_is_one_system_key() -> None:
    assert system_key().pk == system_key().pk


def test_key_files_are_for_their_owner_alone() -> None:
    for name in keyring.TEMPLATES:
        assert stat.S_IMODE(os.stat(keyring.path(name)).st_mode) == 0o600


def test_a_look_up_digest_depends_on_label_and_value() -> None:
    assert keyring.lookup("reference", "ASE-1") == keyring.lookup("reference", "ASE-1")
    assert keyring.lookup("reference", "ASE-1") != keyring.lookup("phone", "ASE-1")
    assert keyring.lookup("reference", "ASE-1") != keyring.lookup("reference", "ASE-2")


def test_a_file_is_stored_sealed_and_reads_back() -> None:
    key = new_key()
    row = a_row(key)
    assert files.store(row, Sealer(key), b"une photo de synthese") == 21
    assert b"synthese" not in files.path_of(row.pk).read_bytes()
    assert files.load(row, Opened(key, [])) == b"une photo de synthese"


def test_a_file_put_in_place_of_another_does_not_open() -> None:
    key = new_key()
    one, other = a_row(key), a_row(key)
    files.store(one, Sealer(key), b"un")
    files.store(other, Sealer(key), b"deux")
    files.path_of(one.pk).write_bytes(files.path_of(other.pk).read_bytes())
    with pytest.raises(tink.TinkError):
        files.load(one, Opened(key, []))


@pytest.fixture
def own_keys(settings, tmp_path):
    settings.KEYS = tmp_path / "keys"
    keyring.create_missing()


@pytest.mark.usefixtures("own_keys")
def test_rotation_rewraps_every_key_and_moves_no_value() -> None:
    keys = [new_key() for _ in range(3)]
    rows = [a_row(key, note="Texte") for key in keys]
    before = {key.pk: bytes(key.wrapped) for key in keys}
    old_file = keyring.path("master").read_text()

    done = rotation.rotate()

    assert (done.rewrapped, done.retired) == (3, 1)
    for key, row in zip(keys, rows, strict=True):
        now_stored = DataKey.objects.get(pk=key.pk)
        assert bytes(now_stored.wrapped) != before[key.pk]
        assert Opened(now_stored, [Section.EDUCATION]).text(row, "note") == "Texte"
    # The stolen old keyset opens nothing any more.
    keyring.path("master").write_text(old_file)
    with pytest.raises(tink.TinkError):
        Sealer(DataKey.objects.get(pk=keys[0].pk))


@pytest.mark.usefixtures("own_keys")
def test_a_process_that_holds_the_old_keyset_goes_on_during_a_rotation() -> None:
    key = new_key()
    rotation._add_primary()  # the instant after the swap, before anything is rewrapped
    born_meanwhile = new_key()
    row = a_row(DataKey.objects.get(pk=key.pk), note="Texte")
    rotation.finish()
    assert Opened(DataKey.objects.get(pk=key.pk), [Section.EDUCATION]).text(row, "note") == "Texte"
    Sealer(DataKey.objects.get(pk=born_meanwhile.pk))


@pytest.mark.usefixtures("own_keys")
def test_a_rotation_stopped_half_way_is_finished_by_running_it_again() -> None:
    keys = [new_key() for _ in range(4)]
    seen = []

    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        raise Stopped

    with pytest.raises(Stopped):
        rotation.rotate(stop)
    rotation.rotate()
    for key in keys:
        Sealer(DataKey.objects.get(pk=key.pk))
    assert len(rotation._keys(rotation._json(keyring.handle("master")))) == 1


@pytest.mark.usefixtures("own_keys")
def test_a_key_destroyed_stays_destroyed_through_a_rotation() -> None:
    key = new_key()
    destroy(key)
    rotation.rotate()
    assert DataKey.objects.get(pk=key.pk).wrapped is None
