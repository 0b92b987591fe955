"""The official communes, asked the way people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.reference import communes


def codes(text: str, postcode: str | None = None) -> list[str]:
    return [commune.code for commune in communes.by_name(text, postcode)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Saint-Étienne", "42218"),
        ("ST ETIENNE", "42218"),
        ("L’Haÿ-les-Roses", "94038"),
        ("L HAY LES ROSES", "94038"),
        ("Haÿ-les-Roses (L')", "94038"),
        ("Haÿ-les-Roses", "94038"),
        ("Villeneuve s/ Lot", "47323"),
        ("Lille CEDEX 9", "59350"),
        ("Paris 12e", "75112"),
        ("PARIS 12ème arrondissement", "75112"),
        ("Marseille 1er", "13201"),
        ("75012 Paris", "75056"),
        ("Pointe-à-Pitre", "97120"),
        ("Nouméa", "98818"),
        ("Saint-Barthélemy 97133", "97701"),
    ],
)
def test_the_ways_a_commune_is_written(text, code):
    assert codes(text) == [code]


def test_homonyms_are_all_given_and_a_postcode_settles():
    assert len(codes("Saint-Denis")) > 1
    assert codes("Saint-Denis", "93200") == ["93066"]
    assert codes("St Denis", "97400") == ["97411"]


def test_a_cedex_postcode_means_its_departement():
    assert codes("Lille", "59040") == ["59350"]
    assert codes("Ajaccio", "20090") == codes("Ajaccio", "20999") == ["2A004"]


@pytest.mark.parametrize(
    ("text", "postcode"), [("Lille", "75001"), ("Zut-sur-Rien", None), ("", None), ("59000", None)]
)
def test_what_is_not_a_commune_there_is_nothing(text, postcode):
    assert codes(text, postcode) == []


def test_a_code_is_found_or_not():
    found = communes.find("2a004")
    assert found is not None
    assert (found.name, found.departement) == ("Ajaccio", "2A")
    assert communes.exists("75056")
    assert not communes.exists("20004")
    assert not communes.exists("Paris")


def test_the_list_is_whole():
    everything = communes._list()[0]
    assert len(everything) == 35_014
    assert {commune.departement for commune in everything.values()} >= {"01", "2A", "2B", "971", "976", "988"}
    assert all(len(code) == 5 for code in everything)


@given(st.sampled_from(sorted(communes._list()[0])))
def test_every_commune_is_found_by_its_own_name_and_postcode(code):
    commune = communes.find(code)
    assert commune in communes.by_name(commune.name.upper())
    for postcode in commune.postcodes[:1]:
        assert commune in communes.by_name(commune.name.replace("-", " "), postcode)
