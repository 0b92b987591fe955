"""What is relevant, what is clean, what is refused; whatever is sent."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.questionnaires import engine
from maillage.questionnaires.definition import SECTIONS, Definition, Page
from maillage.questionnaires.xlsform import compile as compile_form
from tests.questionnaires import world as worlds
from tests.questionnaires.books import book
from tests.questionnaires.world import EDUCATION, HEALTH, WORDS, ZONE

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
DEFINITION = worlds.definition()


def judge(raw: dict, *, zone: str = ZONE, now: datetime = NOW, sections=SECTIONS) -> engine.Verdict:
    return engine.evaluate(DEFINITION, raw, now=now, zone=zone, sections=sections)


def test_every_item_is_judged_and_conditions_follow_the_answers():
    verdict = judge({"faim": "oui"})
    names = {page.name for page in DEFINITION.pages} | {item.name for _page, item in DEFINITION.items()}
    assert set(verdict.relevant) == names
    assert not verdict.relevant["besoin_autre"]
    assert judge({"besoin": ["autre"]}).relevant["besoin_autre"]


def test_what_is_inside_an_irrelevant_page_or_group_is_irrelevant_and_counts_as_blank():
    raw = {"faim": "oui", "nuits": "3", "besoin": ["manger"], "nuit_mots": "fatiguée"}
    assert judge(raw).answers["nuit_mots"] == "fatiguée"
    closed = judge({**raw, "faim": "non"})
    assert [closed.relevant[name] for name in ("recit", "doucement", "mots", "suite", "nuit_mots")] == [False] * 5
    assert "nuit_mots" not in closed.answers


def test_an_irrelevant_answer_is_blank_for_the_conditions_that_name_it():
    content = book(
        [("text", "a", "A"), ("text", "b", "B", "${a} = 'oui'"), ("text", "c", "C", "${b} != ''")],
    )
    definition = compile_form(content, "essai.xlsx")
    raw = {"a": "oui", "b": "x", "c": "y"}
    assert engine.evaluate(definition, raw, now=NOW, zone=ZONE).answers == raw
    assert engine.evaluate(definition, {**raw, "a": "non"}, now=NOW, zone=ZONE).answers == {"a": "non"}


def test_an_irrelevant_question_is_never_required_nor_checked():
    assert "besoin_autre" not in judge({"faim": "oui"}).problems
    assert judge({"faim": "oui", "besoin": ["autre"]}).problems["besoin_autre"].missing


@pytest.mark.parametrize("reason", ["wish", "raised"])
@pytest.mark.parametrize("name", list(DEFINITION.questions))
def test_every_question_accepts_no_answer_in_both_ways(name: str, reason: str):
    everything = dict.fromkeys(DEFINITION.questions, {"not": reason})
    assert judge({**everything, "besoin": ["autre"], "soin": "oui", "nuits": "2"}).problems == {}
    verdict = judge(everything | {"besoin": ["autre"], "soin": "oui", "nuits": "2", name: {"not": reason}})
    assert name not in verdict.problems
    if verdict.relevant[name]:
        assert verdict.answers[name] == {"not": reason}


def test_an_answer_and_its_refusal_together_are_asked_to_be_settled():
    problem = judge({"faim": {"not": "wish", "typed": "oui"}}).problems["faim"]
    assert not problem.missing
    assert "souhaite" in problem.message


def test_a_question_not_answered_is_blank_for_conditions():
    assert not judge({"besoin": {"not": "raised"}}).relevant["besoin_autre"]


@pytest.mark.parametrize(
    ("name", "raw", "clean"),
    [
        ("faim", "oui", "oui"),
        ("faim", ["non"], "non"),
        ("besoin", ["autre", "manger", "manger"], ["manger", "autre"]),
        ("besoin", "dormir", ["dormir"]),
        ("nuits", " 12 ", 12),
        ("nuits", 12, 12),
        ("nuits", "1\u00a00", 10),
        ("retour", "2026-11-20", "2026-11-20"),
        ("retour", "20/11/2026", "2026-11-20"),
        ("retour", "1.2.2026", "2026-02-01"),
        ("partie", "2026-11-20T21:05", "2026-11-20T21:05+01:00"),
        ("partie", "20/07/2026 21:05", "2026-07-20T21:05+02:00"),
        ("partie", "20/07/2026 à 21 h 05", "2026-07-20T21:05+02:00"),
        ("partie", "20/07/2026 21h", "2026-07-20T21:00+02:00"),
        ("relu", "OK", True),
        ("mots", " a\r\nb ", "a\nb"),
        ("mots", "\u00e9\ud800", "\u00e9?"),
    ],
)
def test_answers_are_cleaned_by_their_type(name: str, raw, clean):
    verdict = judge({"faim": "oui", name: raw})
    assert name not in verdict.problems
    assert verdict.answers[name] == clean


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("faim", "peut-être", "liste"),
        ("faim", ["oui", "non"], "Une seule"),
        ("besoin", ["manger", "argent"], "liste"),
        ("nuits", "trois", "nombre entier"),
        ("nuits", "1,5", "nombre entier"),
        ("nuits", "12345678901", "trop grand"),
        ("nuits", "-1", "pas possible"),
        ("nuits", "400", "pas possible"),
        ("retour", "2026-02-30", "qui existe"),
        ("retour", "hier", "qui existe"),
        ("retour", "2026-11-23", "pas possible"),
        ("partie", "2026-11-21T25:00", "qui existent"),
        ("partie", "2026-11-23T10:00", "pas possible"),
        ("partie", "2026-03-29T02:30", "change d’heure"),
        ("mots", "x" * (engine.MAX_TEXT + 1), "trop long"),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_question(name: str, raw, words: str):
    verdict = judge({"faim": "oui", name: raw})
    assert words in verdict.problems[name].message
    assert name in verdict.typed_wrong
    assert name not in verdict.answers


def test_the_authors_message_is_said_when_a_constraint_breaks():
    content = book(
        [("integer", "n", "N", ". < 3", "Moins de trois.")],
        columns=("type", "name", "label", "constraint", "constraint_message"),
    )
    verdict = engine.evaluate(compile_form(content, "essai.xlsx"), {"n": "4"}, now=NOW, zone=ZONE)
    assert verdict.problems["n"].message == "Moins de trois."


@pytest.mark.parametrize(
    ("zone", "fits"),
    [("Europe/Paris", True), ("Pacific/Noumea", True), ("America/Martinique", False)],
)
def test_today_is_the_day_of_the_place(zone: str, fits: bool):
    """At 23 h 30 in Paris on the 21st it is the 22nd in Nouméa, and still the 21st in Martinique."""
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert ("retour" not in judge({"retour": "2026-11-22"}, zone=zone, now=late).problems) is fits


def test_an_instant_keeps_the_offset_of_the_place():
    assert judge({"partie": "2026-11-20T21:05"}, zone="Indian/Reunion").answers["partie"] == "2026-11-20T21:05+04:00"


def test_required_questions_are_missing_until_answered():
    assert judge({}).problems["faim"].missing
    assert judge({}).typed_wrong == {}
    assert "faim" not in judge({"faim": "non"}).problems


def test_only_the_sections_asked_for_are_judged():
    raw = {"soin": "oui", "mots": "x"}
    assert set(judge(raw, sections=[HEALTH]).problems) == {"soin_detail"}
    assert judge(raw, sections=[HEALTH]).answers == {"soin": "oui"}
    assert set(judge(raw, sections=[EDUCATION, WORDS]).problems) == {"faim"}


def test_a_condition_that_cannot_be_computed_neither_hides_nor_blocks():
    item = replace(DEFINITION.questions["mots"], relevant="${mots", constraint="${mots", required="${mots")
    broken = Definition("x", {"fr": "x"}, (Page("p", {"fr": "p"}, items=(replace(item, relevant=""),)),))
    assert engine.evaluate(broken, {"mots": "a"}, now=NOW, zone=ZONE).answers == {"mots": "a"}
    assert engine.evaluate(broken, {}, now=NOW, zone=ZONE).problems == {}


# -- properties -----------------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
plausible = st.one_of(
    st.sampled_from(
        ["oui", "non", "autre", "manger", "2", "-1", "2026-11-20", "20/11/2026", "2026-11-20T21:05", "OK", ""]
    ),
    st.lists(st.sampled_from(["manger", "dormir", "autre", "inconnu"]), max_size=3),
    st.fixed_dictionaries({"not": st.sampled_from(["wish", "raised", "autre", ""])}, optional={"typed": json_values}),
    st.text(max_size=30),
    json_values,
)
raws = st.dictionaries(st.sampled_from([*DEFINITION.questions, "inconnue"]), plausible)


@given(raws)
@settings(max_examples=150, deadline=None)
def test_any_raw_input_is_judged_without_failing(raw: dict):
    verdict = judge(raw)
    for name in DEFINITION.questions:
        if not verdict.relevant[name]:
            assert name not in verdict.answers
            assert name not in verdict.problems
        assert not (name in verdict.answers and name in verdict.problems)


@given(raws)
@settings(max_examples=150, deadline=None)
def test_clean_answers_are_raw_input_that_gives_itself_back(raw: dict):
    first = judge(raw)
    second = judge(dict(first.answers))
    assert second.answers == first.answers
    assert second.typed_wrong == {}


@given(raws)
@settings(max_examples=100, deadline=None)
def test_what_a_draft_keeps_is_judged_like_what_was_typed(raw: dict):
    kept = {name: engine.as_typed(value) for name, value in raw.items()}
    assert judge(kept).answers == judge(raw).answers
    assert judge(kept).relevant == judge(raw).relevant
    for name, value in kept.items():
        assert engine.as_typed(value) == value
        assert (value is None) is engine.is_blank(raw[name])


@given(raws)
@settings(max_examples=100, deadline=None)
def test_any_answer_can_be_put_in_words(raw: dict):
    for name, item in DEFINITION.questions.items():
        worded = engine.wording(DEFINITION, item, raw.get(name))
        assert isinstance(worded, str)
        if engine.is_blank(raw.get(name)):
            assert worded == ""


@given(raws, st.lists(st.integers(min_value=1, max_value=10), max_size=4))
@settings(max_examples=100, deadline=None)
def test_conditions_are_the_same_however_the_questions_are_split_into_pages(raw: dict, cuts: list[int]):
    """Pages without conditions of their own: cutting them elsewhere changes no answer, error or relevance."""
    items = [item for _page, item in DEFINITION.items() if not item.groups and item.type != "group"]
    bounds = sorted({0, len(items), *(min(cut, len(items)) for cut in cuts)})

    def split(limits: list[int]) -> Definition:
        pages = tuple(
            Page(f"~{index}", {"fr": "Page"}, items=tuple(items[start:end]))
            for index, (start, end) in enumerate(pairwise(limits))
        )
        return Definition("essai", {"fr": "Essai"}, pages, DEFINITION.lists)

    whole = engine.evaluate(split([0, len(items)]), raw, now=NOW, zone=ZONE)
    cut = engine.evaluate(split(bounds), raw, now=NOW, zone=ZONE)
    assert (cut.answers, cut.problems) == (whole.answers, whole.problems)
    assert {item.name: cut.relevant[item.name] for item in items} == {i.name: whole.relevant[i.name] for i in items}


@given(raws, st.sampled_from([[HEALTH], [EDUCATION], [EDUCATION, WORDS]]))
@settings(max_examples=100, deadline=None)
def test_leaving_sections_out_changes_nothing_for_the_others(raw: dict, sections: list):
    """What a nurse sees does not depend on what an educator wrote, and the other way round."""
    whole, part = judge(raw), judge(raw, sections=sections)
    for name, item in DEFINITION.questions.items():
        if item.section in sections:
            assert part.relevant[name] == whole.relevant[name]
            assert part.answers.get(name) == whole.answers.get(name)
            assert part.problems.get(name) == whole.problems.get(name)
