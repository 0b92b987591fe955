"""Names kept for the next process: what it finds, when they are of no use, and what an erasure leaves of them."""

from datetime import date, timedelta

import pytest

from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.vault.models import DataKey
from maillage.vault.sealing import Erased, Opened
from maillage.youth import erasing, kept_names, search
from maillage.youth.lookup_models import KeptNames
from maillage.youth.models import IdentityRevision, YoungPerson
from maillage.youth.search import NAMES, Names
from maillage.youth.services import person_edit
from tests.youth.young import resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(monkeypatch):
    """The files that were read one by one."""
    read = []
    really = search._read

    def noted(index, people):
        read.extend(people.values_list("pk", flat=True))
        really(index, people)

    monkeypatch.setattr(search, "_read", noted)
    return read


def found(names, text):
    everyone = frozenset(YoungPerson.objects.values_list("pk", flat=True))
    return [str(pk) for pk in names.search(text, born=None, among=everyone, limit=5)]


def test_a_process_to_come_finds_everyone_and_opens_no_file(opened):
    lina = resident(given="Lina", family="Parasol", phones=["06 39 98 00 01", "06 39 98 00 02"])
    milo = resident(given="Milo-Jean", family="Cerf-Volant", external_reference="EX-7", birth_date=None)
    assert NAMES.keep(now()) == 2
    opened.clear()
    later, born = Names(), date(2010, 5, 17)
    for text, person in (("Parasol", lina), ("serf volan", milo), ("0639980002", lina), ("EX-7", milo)):
        assert found(later, text) == [str(person.pk)]
    assert later.born_between(born, born) == {lina.pk: born}
    assert opened == []
    assert vars(later.known()) == vars(search.whole_index())


def test_it_opens_only_the_files_changed_since(opened):
    lina, _milo = resident(), resident(given="Milo", family="Cerf-Volant")
    NAMES.keep(now())
    person_edit(by=SYSTEM, person=lina, version=1, family_name="Tournesol")
    opened.clear()
    later = Names()
    assert (found(later, "Tournesol"), found(later, "Parasol")) == ([str(lina.pk)], [])
    assert set(opened) == {lina.pk}


def _another_database():
    first, second = IdentityRevision.objects.order_by("pk")
    IdentityRevision.objects.filter(pk=first.pk).update(person=second.person_id)


def _other_code():
    KeptNames.objects.update(made_by="before")


def _tampered():
    row = KeptNames.objects.get()
    KeptNames.objects.update(names=bytes(row.names)[:-1] + b"!")


def _key_destroyed():
    DataKey.objects.filter(purpose="names").update(wrapped=None, destroyed_at=now())


@pytest.mark.parametrize("change", [_another_database, _other_code, _tampered, _key_destroyed])
def test_what_cannot_be_used_is_read_again_from_the_files(change, opened):
    person, other = resident(), resident(given="Milo", family="Cerf-Volant")
    NAMES.keep(now())
    change()
    opened.clear()
    assert found(Names(), "Parasol") == [str(person.pk)]
    assert set(opened) == {person.pk, other.pk}


def test_they_are_written_at_most_every_ten_minutes_and_only_when_somebody_changed(django_assert_num_queries):
    resident()
    at = now()
    assert NAMES.keep(at) == 1
    resident(given="Milo", family="Cerf-Volant")
    with django_assert_num_queries(0):
        assert NAMES.keep(at + timedelta(minutes=9)) == 0
    assert NAMES.keep(at + timedelta(minutes=10)) == 2
    assert Names().keep(at) == 0
    KeptNames.objects.update(made_by="before")
    assert Names().keep(at) == 2
    assert KeptNames.objects.count() == 1


def test_names_read_before_somebody_changed_are_not_kept():
    """Between the reading and the writing a file may be destroyed: its name would come back."""
    person = resident()
    NAMES.prepare()
    read = kept_names.Kept(NAMES.known(), NAMES._newest, NAMES._applied)
    erasing.erase(person.pk)
    assert kept_names.keep(read, now()) == 0
    assert not KeptNames.objects.exists()


def test_names_are_not_kept_when_an_erasure_had_a_lower_number_than_the_last_change():
    """PostgreSQL gives numbers before it commits: the newest is the same before and after."""
    person, other = resident(), resident(given="Milo", family="Cerf-Volant")
    last = IdentityRevision.objects.get(person=other).pk
    IdentityRevision.objects.filter(pk=last).update(id=last + 100)
    NAMES.prepare()
    read = kept_names.Kept(NAMES.known(), NAMES._newest, NAMES._applied)
    erasing.erase(person.pk)
    late = IdentityRevision.objects.filter(person=person).latest("at").pk
    IdentityRevision.objects.filter(pk=late).update(id=last + 50)
    assert kept_names.newest_change() == read.newest
    assert kept_names.keep(read, now()) == 0
    assert not KeptNames.objects.exists()
    assert not DataKey.objects.filter(purpose="names").exists()
    assert NAMES.keep(now()) == 2


def test_a_file_erased_takes_the_key_of_all_names_with_it():
    person, other = resident(), resident(given="Milo", family="Cerf-Volant")
    NAMES.keep(now())
    row = KeptNames.objects.get()
    assert person.given_name not in bytes(row.names)
    erasing.erase(person.pk)
    assert not KeptNames.objects.exists()
    with pytest.raises(Erased):
        Opened(DataKey.objects.get(pk=row.data_key_id), ["identity"])
    # Kept again under another key, within ten minutes.
    assert Names().keep(now()) == 2
    assert KeptNames.objects.get().data_key_id != row.data_key_id
    assert found(Names(), "Cerf") == [str(other.pk)]
