"""What each column may hold."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.youth.drafts import FIELDS, Refused, a_date, draft
from maillage.youth.mappings import ColumnMapping, Columns, load
from maillage.youth.tables import Unreadable

TODAY = date(2026, 11, 21)
GOOD = {
    "reference": "EX-1",
    "family_name": "Parapluie",
    "given_name": "Lina",
    "departement": "93",
    "home": "Foyer",
    "home_kind": "MECS",
    "placed_since": "12/02/2024",
}


def reasons(**cells: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refusal:
        draft({**GOOD, **cells}, {}, TODAY)
    return [(problem.column, problem.reason) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    "text",
    ["17/05/2010", "17-5-2010", "17.05.10", "2010-05-17", "2010/05/17", "17 mai 2010", "17 MAI 10", "40315",
     "17/05/2010 00:00:00", "2010-05-17T00:00:00Z", " 17/05/2010 "],
)  # fmt: skip
def test_the_ways_to_write_a_date(text):
    assert a_date(text) == date(2010, 5, 17)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1er janvier 2011", date(2011, 1, 1)), ("3 août 2009", date(2009, 8, 3)), ("5 déc. 2009", date(2009, 12, 5)),
     ("2 févr. 2010", date(2010, 2, 2)), ("01/01/75", date(1975, 1, 1))],
)  # fmt: skip
def test_dates_in_words_and_two_digits(text, expected):
    assert a_date(text) == expected


def test_a_workbook_of_1904_counts_from_there():
    assert a_date("38853", mac_dates=True) == date(2010, 5, 17)


@pytest.mark.parametrize(
    "text", ["31/02/2010", "17/13/2010", "demain", "2010", "17/05", "5 jui 2010", "00/00/0000", "99999"]
)
def test_what_is_no_date(text):
    with pytest.raises(ValueError, match=r"date|day|month|year"):
        a_date(text)


@given(st.dates(date(1990, 1, 1), date(2039, 12, 31)))
def test_every_day_is_read_back_from_its_usual_forms(day):
    for form in ("%d/%m/%Y", "%d-%m-%y", "%Y-%m-%d", "%d.%m.%Y"):
        assert a_date(day.strftime(form)) == day


def test_a_good_row_is_understood():
    found = draft(
        {**GOOD, "birth_date": "17/05/2010", "sex": "Fille", "phones": "0639980041 / 06 39 98 00 42"}, {}, TODAY
    )
    assert found.identity == {
        "family_name": "Parapluie",
        "given_name": "Lina",
        "birth_date": date(2010, 5, 17),
        "sex": "f",
        "phones": ["+33639980041", "+33639980042"],
    }
    assert (found.home_kind, found.placed_since) == ("home", date(2024, 2, 12))


def test_of_several_communes_of_one_name_that_of_the_departement_is_meant():
    found = draft({**GOOD, "home_commune": "St-Denis"}, {}, TODAY)
    assert (found.home.commune, found.home.departement) == ("93066", "93")


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"reference": ""}, "Référence", "référence absente"),
        ({"family_name": "", "given_name": ""}, "Nom", "ni nom ni prénom"),
        ({"birth_date": "31/02/2010"}, "Date de naissance", "JJ/MM/AAAA"),
        ({"birth_date": "01/01/1950"}, "Date de naissance", "pas celle d’un jeune"),
        ({"birth_date": "01/01/2030"}, "Date de naissance", "pas celle d’un jeune"),
        ({"sex": "?"}, "Sexe", "F, M ou X"),
        ({"departement": ""}, "Département", "absent"),
        ({"departement": "20"}, "Département", "n’est pas un département"),
        ({"legal_status": "mystère"}, "Statut juridique", "« mystère » n’est pas prévu"),
        ({"home_commune": "Zut-sur-Nulle-Part"}, "Commune du lieu", "absente de la liste officielle"),
        ({"home_commune": "Sainte-Colombe"}, "Commune du lieu", "ajoutez le code postal"),
        ({"home_commune": "Lille", "home_postcode": "75001"}, "Commune du lieu", "absente"),
        ({"home": ""}, "Lieu d’accueil", "personne ne pourrait voir ce dossier"),
        ({"home_kind": ""}, "Type d’accueil", "absent"),
        ({"home_kind": "château"}, "Type d’accueil", "n’est pas prévu"),
        ({"placed_since": ""}, "Accueil depuis", "absente"),
        ({"placed_since": "01/01/2027"}, "Accueil depuis", "avenir"),
        ({"phones": "12"}, "Téléphone", "non compris"),
        ({"case_worker": "leonie"}, "Courriel du référent", "non comprise"),
        ({"parent1_name": "Rosalie"}, "Parent 1 lien", "lien absent"),
        ({"parent2_kinship": "voisine"}, "Parent 2 lien", "n’est pas prévu"),
        (
            {"parent1_kinship": "mère", "parent1_may_know_place": "peut-être"},
            "Parent 1 peut connaître le lieu",
            "oui ou non",
        ),
        ({"family_name": '=HYPERLINK("http://exemple.invalid")'}, "Nom", "ne ressemble pas à un nom"),
        ({"given_name": "<b>Lina</b>"}, "Prénom", "ne ressemble pas à un nom"),
        ({"measure": "x" * 1001}, "Mesure", "trop long"),
        ({"home_reference": "F-1", "home": ""}, "Lieu d’accueil", "nom absent"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(cells, column, said):
    found = reasons(**cells)
    assert [(where, said in reason) for where, reason in found] == [(column, True)]


def test_every_reason_of_a_row_is_given_at_once():
    assert len(reasons(reference="", birth_date="?", departement="", sex="?")) == 4


def test_no_reason_repeats_a_name_or_a_birth_date():
    said = " ".join(
        reason for _column, reason in reasons(family_name="=Parapluie", birth_date="17/05/1910", phones="zzz")
    )
    assert not any(secret in said for secret in ("Parapluie", "1910", "zzz"))


@given(cells=st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=30)))
def test_whatever_the_cells_hold_a_row_is_understood_or_refused(cells):
    try:
        draft({**GOOD, **cells}, {}, TODAY)
    except Refused as refusal:
        assert refusal.problems  # noqa: PT017


# -- mapping -------------------------------------------------------------------------------------------------------


def mapped(folder, text: str) -> ColumnMapping:
    path = folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_headings_are_found_whatever_their_accents_and_case(tmp_path):
    mapping = mapped(tmp_path, "columns:\n  reference: n° DOSSIER\n  given_name: Prenom\n")
    columns = Columns(["Prénom", "autre", "N°  dossier"], mapping)
    assert columns.cells(["Lina", "x", "EX-1"]) == {"reference": "EX-1", "given_name": "Lina"}
    assert columns.ignored == ["autre"]


def test_without_mapping_our_own_headings_and_names_serve():
    assert Columns(["Référence", "given_name"], ColumnMapping()).cells(["EX-1"]) == {
        "reference": "EX-1",
        "given_name": "",
    }


def test_values_and_defaults_apply(tmp_path):
    mapping = mapped(
        tmp_path,
        "columns: {sex: S}\nvalues: {sex: {Dame: f, oui: m}}\n"
        "defaults: {departement: 01, sex: x, legal_basis: Reprise}\n",
    )
    columns = Columns(["S"], mapping)
    assert columns.cells(["DAME"])["sex"] == "f"
    assert columns.cells([""]) == {"sex": "x", "departement": "1", "legal_basis": "Reprise"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: [", "ligne 1"),
        ("colonnes: {}", "colonnes"),
        ("columns: {prenom: X}", "columns.prenom"),
        ("columns: {given_name: [a]}", "columns.given_name"),
        ("columns: Prénom", "columns"),
        ("- a", "clé: valeur"),
        ("values: {sex: f}", "values.sex"),
        ("columns: !!python/object:os.system {}", "YAML"),
    ],
)
def test_a_wrong_mapping_names_its_key(tmp_path, text, said):
    with pytest.raises(Unreadable, match=said):
        mapped(tmp_path, text)


@pytest.mark.parametrize(("headers", "said"), [(["A"], "« Prénom » n’est pas"), (["Prénom", "prenom"], "deux fois")])
def test_a_heading_missing_or_twice_is_said(headers, said):
    with pytest.raises(Unreadable, match=said):
        Columns(headers, ColumnMapping(columns={"given_name": "Prénom"}))


def test_a_file_without_any_known_heading_asks_for_a_mapping():
    with pytest.raises(Unreadable, match="correspondance"):
        Columns(["A", "B"], ColumnMapping())
