"""Searching by name, though no name is stored in the clear."""

from datetime import date

import pytest

from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.enums import Section
from maillage.vault.sealing import destroy
from maillage.youth.access import visible_to
from maillage.youth.models import IdentityRevision
from maillage.youth.names import Born
from maillage.youth.search import NAMES, search, twins_in_sight
from maillage.youth.services import person_edit
from tests.accounts.people import acting, organisation, professional
from tests.youth.young import follower, resident

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return organisation()


@pytest.fixture
def me(home):
    return acting(professional(where=home))


def test_a_mistyped_name_finds_someone_she_sees(home, me):
    lina = resident(home, "Keziah", "Lampadaire")
    resident(home, "Tom", "Escabeau")
    assert search(me, "lampadère Quésia") == [lina]


def test_aliases_usual_and_former_names_count(home, me):
    person = resident(home, usual_name="Ily", aliases=["Moustique"], former_names=["Brouette"])
    for text in ("Ily", "moustique", "Brouette"):
        assert search(me, text) == [person]


def test_who_is_followed_without_her_identity_is_not_found_by_it(home, me):
    lina = resident(home, "Lina", "Lampadaire")
    reader = acting(follower(lina, sections=[Section.EDUCATION]))
    assert lina in visible_to(reader)
    for someone, found in ((me, [lina]), (reader, [])):
        assert search(someone, "Lina Lampadaire") == found
        assert twins_in_sight(someone, ["Lina", "Lampadaire"], born=None) == found


@pytest.mark.parametrize(
    "typed", ["06 39 98 11 22", "+33 6 39 98 11 22", "0639981122", "01.99.00.44.44", "ASE-2019-0042", " ase-2019-0042 "]
)
def test_a_telephone_or_a_reference_finds_her(home, me, typed):
    person = resident(home, phones=["06 39 98 11 22", "01 99 00 44 44"], external_reference="ASE-2019-0042")
    resident(home, "Tom", "Escabeau", phones=["06 39 98 11 23"], external_reference="ASE-2019-0043")
    assert search(me, typed) == [person]


def test_a_number_that_changed_and_one_of_a_stranger_find_nobody(home, me):
    person = resident(home, phones=["06 39 98 11 22"], external_reference="ASE-2019-0042")
    resident(organisation("Foyer des Tabourets"), "Noé", phones=["06 39 98 99 99"], external_reference="ASE-2019-0099")
    assert search(me, "06 39 98 11 22") == [person]
    person_edit(by=SYSTEM, person=person, version=1, phones=["06 39 98 33 33"])
    assert search(me, "06 39 98 33 33") == search(me, "ASE-2019-0042") == [person]
    for typed in ("06 39 98 11 22", "06 39 98 99 99", "ASE-2019-0099"):
        assert search(me, typed) == [], typed


def test_a_name_borne_elsewhere_gets_the_answer_of_a_name_nobody_bears(home, me, django_assert_num_queries):
    resident(organisation("Foyer des Tabourets"), "Noé", "Brouette", birth_date=date(2009, 1, 2))
    search(me, "pour construire l’index")
    for text in ("Noé Brouette", "Zébulon Inconnu"):
        with django_assert_num_queries(3):  # whom she sees, news of names, the journal
            assert search(me, text, born=Born.in_year(2009)) == []


def test_a_look_up_is_journalled_without_its_words(home, me):
    resident(home)
    search(me, "Parasol", born=Born.in_year(2010))
    row = JournalEntry.objects.get(verb="youth.searched")
    assert (row.by, row.subject, row.payload) == (me.user_id, None, {"found": 1, "with_year": True})
    assert not JournalEntry.objects.filter(verb="youth.read").exists()


def test_a_renamed_person_is_found_under_the_new_name(home, me):
    person = resident(home)
    assert search(me, "Parasol") == [person]
    person_edit(by=SYSTEM, person=person, version=1, family_name="Tournesol")
    assert search(me, "Tournesol") == [person]
    assert search(me, "Parasol") == []


def test_a_person_created_after_the_index_is_found(home, me):
    search(me, "rien")
    person = resident(home, "Milo", "Arc-en-Ciel")
    assert search(me, "arc en ciel") == [person]


def test_a_number_committed_late_is_not_lost(home, me):
    lina, milo = resident(home), resident(home, "Milo", "Cerf-Volant")
    last = IdentityRevision.objects.get(person=milo).pk
    IdentityRevision.objects.filter(pk=last).update(id=last + 100)
    assert search(me, "Cerf") == [milo]
    person_edit(by=SYSTEM, person=lina, version=1, family_name="Guirlande")
    # Its number was given before the other and committed after: PostgreSQL does not promise the order.
    changed = IdentityRevision.objects.filter(person=lina).latest("at")
    IdentityRevision.objects.filter(pk=changed.pk).update(id=last + 50)
    assert search(me, "Guirlande") == [lina]


def test_an_erased_person_leaves_the_index(home, me):
    person = resident(home)
    search(me, "Parasol")
    destroy(person.data_key)
    IdentityRevision.objects.create(person=person, at=person.created_at)
    assert search(me, "Parasol") == []
    NAMES.forget()
    assert search(me, "Parasol") == []


def test_a_database_put_back_from_a_copy_is_read_again(home, me):
    person = resident(home)
    assert search(me, "Parasol") == [person]
    other = resident(home, "Milo", "Cerf-Volant")
    IdentityRevision.objects.filter(person=other).delete()
    IdentityRevision.objects.filter(person=person).update(person=other)
    assert search(me, "volant") == [other]


def test_a_server_that_prepared_itself_opens_nobody_at_the_first_search(home, me, monkeypatch):
    """Forty seconds of waiting for the first to search, in a département of fifty thousand files."""
    person = resident(home)
    NAMES.prepare()
    read = []
    monkeypatch.setattr("maillage.youth.search._read", lambda *given: read.append(given))
    assert search(me, "Parasol") == [person]
    assert not read


def test_the_index_reads_nothing_when_nothing_changed(home, me, django_assert_num_queries):
    resident(home)
    search(me, "Parasol")
    with django_assert_num_queries(6):  # sight, news of names, persons, their placements, what is open, the journal
        search(me, "Parasol")
