"""The orientation as data: every path ends well, and a wrong file says where and why."""

import re
from itertools import product

import pytest

from maillage.portal.near import NEEDS
from maillage.portal.rules import (
    LETTERS,
    MOST_QUESTIONS,
    Need,
    Outcome,
    Stop,
    follow,
    load,
    load_lines,
    numbers,
    orientation,
    paths,
    shipped,
)
from maillage.reference.definitions import DefinitionInvalid

RULES = orientation()
STOPS = list(paths(RULES))
ENDS = [stop for stop in STOPS if stop.outcome]
EMERGENCY = {line.key for line in numbers().lines if line.emergency}


def on_the_way(stop: Stop) -> str:
    return " → ".join([stop.door.key, *(f"{one.question.key}={one.answer.key}" for one in stop.asked)])


@pytest.mark.parametrize("stop", ENDS, ids=on_the_way)
def test_every_path_ends_with_numbers_in_few_questions(stop: Stop) -> None:
    assert stop.outcome
    assert 1 <= len(stop.asked) <= MOST_QUESTIONS
    assert stop.outcome.title
    assert any(key in EMERGENCY for key in stop.outcome.call)
    assert len(set(stop.outcome.call)) == len(stop.outcome.call)


def test_there_is_no_dead_end() -> None:
    """Every question's every answer leads on, and every walk of letters that means something ends at an outcome."""
    assert {stop.code for stop in STOPS if stop.question} == {
        end.code[:length] for end in ENDS for length in range(1, len(end.code))
    }
    assert {outcome.key for outcome in RULES.outcomes} == {stop.at.key for stop in ENDS}
    assert {question.key for question in RULES.questions} == {stop.at.key for stop in STOPS if stop.question}


@pytest.mark.parametrize("stop", [stop for stop in ENDS if stop.asked[0].answer.key == "yes"], ids=on_the_way)
def test_whoever_is_in_danger_gets_an_emergency_service_first(stop: Stop) -> None:
    """At most two questions later, and the first number is one that sends help."""
    assert stop.outcome
    assert stop.outcome.call[0] in ("police", "sms", "samu")
    assert len(stop.asked) <= 2


@pytest.mark.parametrize("door", RULES.doors, ids=lambda door: door.key)
def test_each_door_asks_about_danger_first(door: object) -> None:
    assert getattr(door, "first", "").endswith("_danger")


def test_whoever_cannot_speak_is_told_to_write() -> None:
    silent = next(stop.outcome for stop in ENDS if stop.asked[-1].answer.text == "Non, ou on pourrait m’entendre")
    assert isinstance(silent, Outcome)
    assert silent.call[0] == "sms"


def test_someone_missing_is_a_matter_for_17_then_116_000() -> None:
    for key in ("missing_parent", "missing_entrusted", "pro_missing"):
        outcome = RULES.by_key[key]
        assert isinstance(outcome, Outcome)
        assert outcome.call[:2] == ["police", "disparus"]


def test_a_code_holds_the_answers_and_is_no_word() -> None:
    codes = [stop.code for stop in STOPS]
    assert len(set(codes)) == len(codes)
    assert not any(set("aeiouy") & set(code) for code in codes)
    for stop in STOPS:
        again = follow(RULES, stop.code)
        assert again
        assert (again.at.key, on_the_way(again)) == (stop.at.key, on_the_way(stop))


def test_a_code_of_no_path_leads_nowhere_and_raises_nothing() -> None:
    known = {stop.code for stop in STOPS}
    for length in (1, 2, 3):
        for letters in product(LETTERS, repeat=length):
            code = "".join(letters)
            assert (follow(RULES, code) is not None) == (code in known)
    for code in ("", "é", "b" * 40, "zz", "b b"):
        assert follow(RULES, code) is None


def test_numbers_are_those_of_the_country_and_each_says_its_source() -> None:
    wanted = {"17", "112", "114", "15", "119", "116000", "3018"}
    assert {line.dialled for line in numbers().lines} == wanted
    for line in numbers().lines:
        assert line.source
        assert re.match(r"20[12]\d", line.seen)
    assert next(line for line in numbers().lines if line.by == "sms").dialled == "114"


def test_needs_are_those_of_the_directory() -> None:
    assert set(NEEDS) == set(Need.__args__)  # type: ignore[attr-defined]


# --- Files that are wrong --------------------------------------------------------------------------------------------

SMALL = """\
slug: small
number: 1
updated: 2026-01-01
doors:
  - {key: one, text: Une, help: Aide, first: ask}
questions:
  - key: ask
    text: Quoi ?
    answers:
      - {key: yes, text: Oui, then: end}
      - {key: no, text: Non, then: end}
outcomes:
  - {key: end, title: Fin, text: Fin, call: [police], say: [word], near: []}
phrases:
  - {key: word, text: Mot}
"""


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DefinitionInvalid) as caught:
        load(text, "essai.yaml", numbers())
    assert all(str(fault).startswith("essai.yaml, ligne ") for fault in caught.value.faults)
    return [(fault.line, fault.cause) for fault in caught.value.faults]


def test_a_small_file_is_read() -> None:
    rules = load(SMALL, "essai.yaml", numbers())
    assert [stop.code for stop in paths(rules)] == ["b", "bb", "bc"]


@pytest.mark.parametrize(
    ("old", "new", "line", "cause"),
    [
        ("then: end}\n      - {key: no", "then: nowhere}\n      - {key: no", 10, "impasse"),
        ("first: ask", "first: nothing", 5, "question inconnue"),
        ("call: [police]", "call: [psychic]", 13, "numéro inconnu"),
        ("call: [police]", "call: []", 13, "vide"),
        ("say: [word]", "say: [words]", 13, "phrase inconnue"),
        ("say: [word]", "say: []", 15, "rien ne mène à"),
        ("{key: no,", "{key: yes,", 11, "existe déjà"),
        ("near: []", "near: [cinema]", 13, "valeur inconnue"),
        ("text: Quoi ?", "texte: Quoi ?", 8, "mot inconnu"),
        ("number: 1", "number: 0", 2, "valeur impossible"),
        ("title: Fin,", "title: '',", 13, "vide"),
        ("key: word", "key: &a word", 15, "ni ancre"),
        ("phrases:", "phrases: [", 15, "YAML lisible"),
        ("updated: 2026-01-01", "updated: hier", 3, "valeur impossible"),
    ],
)
def test_a_wrong_file_says_line_and_cause(old: str, new: str, line: int, cause: str) -> None:
    assert SMALL.count(old) == 1
    found = faults(SMALL.replace(old, new))
    assert any(at == line and cause in said for at, said in found), found


def test_too_many_questions_and_circles_are_refused() -> None:
    long = SMALL.replace("then: end}\n      - {key: no", "then: q1}\n      - {key: no")
    for number in range(1, 6):
        after = f"q{number + 1}" if number < 5 else "end"
        asked = f"  - key: q{number}\n    text: Et ?\n    answers:\n      - {{key: a1, text: A, then: {after}}}\n"
        long = long.replace("outcomes:\n", f"{asked}      - {{key: b1, text: B, then: end}}\noutcomes:\n")
    assert any("plus de 5 questions" in said for _line, said in faults(long))
    short = long.replace("then: q5", "then: end").replace("  - key: q5\n", "  - key: q6\n")
    assert any("rien ne mène à « q6 »" in said for _line, said in faults(short))
    circle = SMALL.replace("then: end}\n      - {key: no", "then: ask}\n      - {key: no")
    assert any("cercle" in said for _line, said in faults(circle))


def test_the_list_of_numbers_is_checked_too() -> None:
    text = shipped("lines.yaml")
    for old, new in (
        ('"17"', '"1x"'),
        ("by: sms", "by: fax"),
        ("key: europe", "key: police"),
        ("hours: always", "hours: soon"),
    ):
        with pytest.raises(DefinitionInvalid):
            load_lines(text.replace(old, new, 1), "lines.yaml")
