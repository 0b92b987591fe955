"""A name heard over the phone still finds its bearer."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maillage.youth.names import Born, NameIndex, covers, parts, phone_mark, reference_mark, sound

GIVEN = ["Lina", "Keziah", "Timothée", "Anaïs", "Ilyès", "Lou-Anne", "Mohamed", "Aïcha", "Djibril", "Maëlle", "Oihana"]
FAMILY = ["Parapluie", "Tabouret", "Lampadaire", "Cerf-Volant", "Arrosoir", "Réverbère", "Étagère", "Coquelicot"]


@pytest.fixture(scope="module")
def index() -> NameIndex[tuple[str, str]]:
    found: NameIndex[tuple[str, str]] = NameIndex()
    for place, first in enumerate(GIVEN):
        for last in FAMILY:
            found.add((first, last), [first, last], date(2005 + place, 3, 1))
    return found


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("Keziah", "Quésia"),
        ("Timothée", "Thimothé"),
        ("Mohamed", "Mohammed"),
        ("Aïcha", "Aysha"),
        ("Djibril", "Jibril"),
        ("Christophe", "Kristof"),
        ("Quentin", "Kentin"),
        ("Philippe", "Filipe"),
        ("Sarah", "Sara"),
        ("Khadija", "Kadidja"),
        ("Yanis", "Ianis"),
    ],
)
def test_what_sounds_the_same_has_the_same_key(written, heard):
    (one,), (other,) = parts(written), parts(heard)
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("Lina", "Léa"), ("Tom", "Zoé"), ("Parapluie", "Tabouret")])
def test_what_sounds_otherwise_has_another_key(one, other):
    assert sound(one.lower()) != sound(other.lower())


def test_hyphens_accents_and_case_make_no_parts_of_their_own():
    assert parts("Lou-Anne", "ÉTAGÈRE") == {"lou", "anne", "louanne", "etagere"}


people = st.tuples(st.sampled_from(GIVEN), st.sampled_from(FAMILY))


@given(person=people)
def test_a_name_is_found_first_in_any_order_case_and_without_accents(index, person):
    first, last = person
    for text in (
        f"{first} {last}",
        f"{last} {first}",
        f"{last.upper()}, {first.lower()}",
        " ".join(parts(first, last)),
    ):
        assert index.search(text)[0] == person


@given(person=people, data=st.data())
def test_one_slip_in_a_long_name_still_finds_it_first(index, person, data):
    first, last = person
    place = data.draw(st.integers(1, len(last) - 2))
    slip = data.draw(st.sampled_from(["drop", "double", "swap", "change"]))
    typed = {
        "drop": last[:place] + last[place + 1 :],
        "double": last[:place] + last[place] + last[place:],
        "swap": last[:place] + last[place + 1] + last[place] + last[place + 2 :],
        "change": last[:place] + "x" + last[place + 1 :],
    }[slip]
    assume("-" not in last)
    assert index.search(f"{first} {typed}")[0] == person


@given(person=people)
def test_the_birth_year_settles_between_namesakes(index, person):
    first, last = person
    year = 2005 + GIVEN.index(first)
    assert index.search(last, born=Born.in_year(year))[0] == person


@given(person=people)
def test_the_beginning_of_a_name_is_enough(index, person):
    assert person in index.search(person[1][:4], limit=200)


@given(text=st.text(max_size=60), year=st.integers(-5, 9999))
def test_whatever_is_typed_gives_an_answer(index, text, year):
    assert len(index.search(text, born=Born.in_year(year))) <= 10


@given(text=st.text(max_size=30), among=st.sets(people))
def test_nobody_outside_those_allowed_is_ever_named(index, text, among):
    assert set(index.search(text, among=among, limit=100)) <= among


def test_an_empty_question_finds_nobody(index):
    assert index.search("  -- ") == []


def test_a_changed_name_is_found_under_the_new_one_only():
    index: NameIndex[int] = NameIndex()
    index.add(1, ["Lina", "Parasol"])
    index.add(2, ["Lina", "Brouette"])
    index.add(1, ["Lina", "Tabouret"])
    assert index.search("Tabouret") == [1]
    assert index.search("Parasol") == []
    index.remove(1)
    index.remove(1)
    assert index.search("Tabouret") == []
    assert index.search("Lina") == [2]
    assert len(index) == 1


@pytest.mark.parametrize(
    ("names", "born", "expected"),
    [
        (["Lina", "Parasol"], date(2010, 5, 7), True),
        (["PARASOL", "LINA"], date(2010, 5, 7), True),
        (["Lyna", "Parasol"], date(2010, 5, 7), True),
        (["Lina", "Parasol"], date(2010, 7, 5), True),  # day and month swapped
        (["Lina", "Parasol"], date(2011, 5, 7), False),
        (["Lina", "Parasol"], None, True),
        (["Lina"], None, False),
        (["Tom", "Parasol"], date(2010, 5, 7), False),
        (["Lina", "Brouette"], date(2010, 5, 7), False),
        ([], date(2010, 5, 7), False),
    ],
)
def test_likely_twins(names, born, expected):
    index: NameIndex[int] = NameIndex()
    index.add(1, ["Lina", "Parasol"], date(2010, 5, 7))
    assert index.twins(names, born) == ([1] if expected else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("06 39 98 00 11", True),
        ("+33 6 39 98 00 11", True),
        ("ASE-77", True),
        ("ase-77 ", True),
        ("06 39 98 00 12", False),
    ],
)
def test_a_telephone_or_a_reference_finds_one_exactly(text, found):
    index: NameIndex[int] = NameIndex()
    index.add(1, ["Lina", "Parasol"], None, [phone_mark("+33639980011"), reference_mark("ASE-77")])
    index.add(2, ["Lina", "Brouette"], None, [])
    assert (index.search(text) == [1]) is found
    index.remove(1)
    assert index.search(text) == []


def test_a_day_of_birth_alone_finds_those_one_sees(index):
    assert index.search("", born=Born.on(date(2005, 3, 1))) == []
    seen = {("Lina", "Parapluie"), ("Keziah", "Parapluie")}
    assert index.search("", born=Born.on(date(2005, 3, 1)), among=seen) == [("Lina", "Parapluie")]
    assert index.search("", born=Born.on(date(2005, 1, 3)), among=seen) == [("Lina", "Parapluie")]
    assert index.search("", born=Born.in_year(2005), among=seen) == []


@pytest.mark.parametrize(
    ("searched", "names", "covered"),
    [
        ("Quésia Lampadère", ["Keziah", "Lampadaire"], True),
        ("Lampa", ["Keziah", "Lampadaire"], True),
        ("Tabouret", ["Keziah", "Lampadaire"], False),
        ("06 39 98 00 11", ["Keziah", "Lampadaire"], False),
        ("", ["Keziah"], False),
    ],
)
def test_a_search_covers_the_names_it_was_made_under(searched, names, covered):
    assert covers(searched, names) is covered
