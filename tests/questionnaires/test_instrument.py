"""The reference instrument: what procedures ask of a return talk, and what it must never do."""

import io
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from maillage.questionnaires import engine, selectors, xpath
from maillage.questionnaires.definition import Definition
from maillage.questionnaires.xlsform import compile as compile_form
from tests.questionnaires.world import EDUCATION, HEALTH, WORDS

WORKBOOK = selectors.INSTRUMENTS / "retour.xlsx"
GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "ecrire-un-questionnaire.md"


@pytest.fixture(scope="module")
def retour() -> Definition:
    return compile_form(WORKBOOK.read_bytes(), WORKBOOK.name)


def test_it_compiles_and_covers_each_subject(retour: Definition):
    assert retour.title == {"fr": "Entretien éducatif de retour", "en": "Return talk"}
    assert [page.name for page in retour.pages] == [
        "besoins", "depart", "absence", "sante", "ecole", "famille", "soi", "contacts", "argent", "securite",
        "page_souhaits", "professionnel", "page_decisions",
    ]  # fmt: skip


def test_every_text_is_in_french_and_in_english(retour: Definition):
    texts = [page.label for page in retour.pages]
    texts += [
        text for _page, item in retour.items() for text in (item.label, item.hint, item.constraint_message) if text
    ]
    texts += [choice.label for choices in retour.lists.values() for choice in choices]
    assert all(set(text) == {"fr", "en"} for text in texts)
    french = " ".join(text["fr"] for text in texts)
    assert "'" not in french
    assert not re.search(r" [:;?!»]|« ", french)


def test_her_words_the_analysis_and_health_are_each_in_their_place(retour: Definition):
    by_section = {
        section: {n for n, i in retour.questions.items() if i.section == section} for section in retour.sections
    }
    assert by_section[HEALTH] == {n for n in retour.questions if retour.questions[n] in retour.pages[3].items}
    assert {retour.questions[name].voice for name in by_section[WORDS]} == {"words"}
    assert {retour.questions[name].voice for name in by_section[EDUCATION]} == {"", "analysis"}
    assert {"faits", "analyse", "decisions"} <= {n for n, i in retour.questions.items() if i.voice == "analysis"}


def test_nothing_is_counted_scored_or_filled_beforehand(retour: Definition):
    conditions = [getattr(item, name) for item in retour.questions.values() for name in ("relevant", "required")]
    assert not any("count-selected" in condition or "+" in condition for condition in conditions)
    said = json.dumps(retour.to_json(), ensure_ascii=False).lower()
    for word in ("score", "risque élevé", "gravité", "niveau de risque", "probabilité", "prostitu"):
        assert word not in said


def test_talking_later_leaves_only_what_is_needed_now(retour: Definition, time_now):
    verdict = engine.evaluate(
        retour,
        {"besoin": ["dormir"], "moment": "plus_tard"},
        now=time_now,
        zone="Europe/Paris",
        sections=[EDUCATION, WORDS],
    )
    assert verdict.problems == {}
    assert verdict.relevant["plus_tard"]
    assert not verdict.relevant["depart"]
    assert verdict.relevant["professionnel"]


def test_a_disclosure_leads_to_passing_it_on(retour: Definition, time_now):
    verdict = engine.evaluate(retour, {"en_echange": "oui"}, now=time_now, zone="Europe/Paris")
    assert verdict.relevant["confidence"]


def test_the_workbook_stays_easy_to_take_up_again():
    book = load_workbook(io.BytesIO(WORKBOOK.read_bytes()))
    assert book.sheetnames == ["survey", "choices", "settings", "lisez_moi"]
    assert book.properties.creator == "Maillage"


def test_the_guide_names_every_column_type_and_function():
    guide = GUIDE.read_text(encoding="utf-8")
    for name in ("type", "name", "label", "hint", "relevant", "constraint", "constraint_message", "required", "section",
                 "voice", "appearance", "commentaire", "form_title", "form_id", "list_name"):  # fmt: skip
        assert f"`{name}`" in guide, name
    for name in ("text", "note", "select_one", "select_multiple", "integer", "date", "datetime", "acknowledge",
                 "begin_group", "end_group"):  # fmt: skip
        assert f"`{name}" in guide, name
    for function in xpath.FUNCTIONS:
        assert f"`{function}(" in guide, function


def test_the_examples_of_the_guide_are_conditions_that_are_accepted():
    guide = GUIDE.read_text(encoding="utf-8")
    examples = re.findall(r"^\| `([^`]+)` \|", guide.partition("## Conditions")[2].partition("\n## ")[0], re.M)
    assert len(examples) >= 5
    for example in examples:
        xpath.parse(example)
