"""What an instrument of observation may be: the shipped one is, and whatever could be counted is refused."""

import re
from importlib import import_module

import pytest

from maillage.questionnaires.definition import Definition
from maillage.questionnaires.enums import Observed
from maillage.questionnaires.observation import MOST, misfits
from maillage.questionnaires.workbook import BadWorkbook
from maillage.questionnaires.xlsform import compile as compile_form
from tests.questionnaires.books import SURVEY
from tests.questionnaires.observed import FOUR, SHIPPED, workbook

DOMAINS = {
    "absences": "Absences", "material": "Situation matérielle", "digital": "Numérique", "school": "École",
    "health": "Santé", "relations": "Relations", "behaviour": "Comportement", "violence": "Violences subies",
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Definition:
    return compile_form(SHIPPED.read_bytes(), SHIPPED.name, misfits)


def test_the_shipped_one_asks_the_eight_domains_in_their_order_with_the_four_answers(shipped: Definition) -> None:
    assert {name: item.label["fr"] for name, item in shipped.questions.items()} == DOMAINS
    assert list(shipped.questions) == list(DOMAINS)
    assert all(item.hint for item in shipped.questions.values())
    (answers,) = shipped.lists.values()
    assert [(one.name, one.label["fr"]) for one in answers] == [(one.value, one.label) for one in Observed]


def test_its_texts_are_in_french_and_in_english_and_name_nothing_crudely(shipped: Definition) -> None:
    texts = [page.label for page in shipped.pages]
    texts += [text for _page, item in shipped.items() for text in (item.label, item.hint) if text]
    texts += [choice.label for choices in shipped.lists.values() for choice in choices]
    assert all(set(text) == {"fr", "en"} for text in texts)
    french = " ".join(text["fr"] for text in texts)
    assert "'" not in french
    assert not re.search(r" [:;?!»]|« ", french)
    assert not re.search(r"score|gravité|niveau|probabilit|prostitu|victime", french.lower())


def test_rows_of_before_keep_the_very_words_they_were_asked_with() -> None:
    frozen = import_module("maillage.casework.migrations.0005_observations_of_an_instrument")
    asked = Definition.from_json(frozen.definition())
    assert {name: item.label["fr"] for name, item in asked.questions.items()} == DOMAINS
    assert not any(item.hint for item in asked.questions.values())
    assert not list(misfits(asked))


def test_a_departement_writes_its_own_words_and_as_many_items_as_a_page_holds() -> None:
    own = compile_form(workbook(), "a.xlsx", misfits)
    assert [item.label["fr"] for item in own.questions.values()] == ["Le coucher", "La classe"]
    rows = [("select_one quatre", f"n{number}", "Quoi") for number in range(MOST)]
    assert len(compile_form(workbook(rows), "a.xlsx", misfits).questions) == MOST


ITEM = ("select_one quatre", "coucher", "Le coucher")
# What is written, and where it is told, with the words that tell it.
REFUSED = {
    "a score": ([ITEM, ("calculate", "score", "Total")], FOUR, ("survey", 3, "type « calculate »")),
    "a number": ([ITEM, ("integer", "nuits", "Combien")], FOUR, ("survey", 3, "jamais autrement")),
    "a text": ([("text", "mots", "Ses mots")], FOUR, ("survey", 2, "jamais autrement")),
    "several at once": ([("select_multiple quatre", "a", "A")], FOUR, ("survey", 2, "jamais autrement")),
    "five answers": ([ITEM], [*FOUR, ("quatre", "souvent", "Souvent")], ("choices", 6, "« souvent »")),
    "a renamed code": ([ITEM], [("quatre", "vu", "Vu"), *FOUR[1:]], ("choices", 2, "« vu »")),
    "three answers": ([ITEM], FOUR[:3], ("choices", None, "il manque la réponse « contested »")),
    "another list": ([ITEM, ("select_one on", "b", "B")], [*FOUR, ("on", "oui", "Oui")], ("choices", 6, "« oui »")),
    "a weight": ([ITEM], [("quatre", "observed", "Vu (3)"), *FOUR[1:]], ("choices", 2, "chiffre")),
    "a required item": ([(*ITEM, None, None, "oui")], FOUR, ("survey", 2, "colonne required")),
    "a condition": ([ITEM, ("note", "n", "Et", "${coucher} = 'observed'")], FOUR, ("survey", 3, "colonne relevant")),
    "a condition of a group": (
        [ITEM, ("begin_group", "g", "G", "${coucher} = 'observed'"), ("select_one quatre", "b", "B"), ("end_group",)],
        FOUR, ("survey", 3, "colonne relevant"),
    ),
    "a constraint": ([(*ITEM, None, ". = 'observed'")], FOUR, ("survey", 2, "colonne constraint")),
    "a section": ([(*ITEM, None, None, None, "health")], FOUR, ("survey", 2, "colonnes section et voice")),
    "too many": ([(ITEM[0], f"n{number}", "Quoi") for number in range(MOST + 1)], FOUR, ("survey", None, "plus de 60")),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_whatever_could_be_added_up_is_refused_with_its_place_and_cause(what: str) -> None:
    survey, answers, (sheet, row, cause) = REFUSED[what]
    with pytest.raises(BadWorkbook) as caught:
        compile_form(workbook(survey, answers), "a.xlsx", misfits)
    found = [(one.sheet, one.row, one.cause.replace("\u00a0", " ")) for one in caught.value.faults]
    assert [one for one in found if one[:2] == (sheet, row) and cause in one[2]], found
    # A form of the talk may have all of it but what no form has.
    if what != "a score":
        assert compile_form(workbook(survey, answers), "a.xlsx").questions


def test_a_column_of_calculation_is_refused() -> None:
    counted = [("select_one quatre", "a", "A", *[None] * 5, "1 + 1")]
    with pytest.raises(BadWorkbook, match="calculation"):
        compile_form(workbook(counted, columns=(*SURVEY, "calculation")), "a.xlsx", misfits)
