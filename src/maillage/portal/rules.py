"""Whom to call, after a few answers: the rules as data, read from YAML and followed. Pure.

`load` validates and says file, line and cause of each fault: an answer that leads nowhere, a path that asks more than
five questions, a loop, an outcome without a number. `follow` says where a code leads.

A code is one letter a choice (the door, then each answer), so that an address holds the answers and says none of
them: no query string, nothing stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from maillage.reference.definitions import DefinitionInvalid, Fault, Part, Source

LETTERS = "bcdfghjklmnp"  # no vowel: no code is a word
MOST_QUESTIONS = 5

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,25}$")]
Text = Annotated[str, Field(min_length=1, max_length=300)]
Need = Literal[
    "listening", "health", "outreach", "shelter", "victims", "psychotrauma", "family", "police_station", "crip"
]
ReadingPage = Literal["law", "transmit", "noticing", "resources"]


class Line(Part):
    """A national number. `seen`: of when its source is; `bill`: hidden only when a source says so."""

    key: Key
    number: Annotated[str, Field(pattern=r"^\d[\d ]{1,13}$")]
    name: Text
    by: Literal["call", "sms"]
    hours: Annotated[str, Field(pattern=r"^(always|\d{1,2}–\d{1,2})$")]
    emergency: bool = False
    bill: Literal["hidden"] | None = None
    expect: Text
    url: Annotated[str, Field(pattern=r"^https://")] | None = None
    source: Text
    seen: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]

    @property
    def dialled(self) -> str:
        return self.number.replace(" ", "")


class Lines(Part):
    """One version of the list of numbers."""

    slug: Key
    number: int = Field(ge=1)
    updated: date
    lines: list[Line] = Field(min_length=1)


class Answer(Part):
    """One answer; `then` is the key of a question or of an outcome."""

    key: Key
    text: Text
    then: Key


class Question(Part):
    key: Key
    text: Text
    help: Text | None = None
    answers: list[Answer] = Field(min_length=2, max_length=len(LETTERS))


class Door(Part):
    """Who is asking; `first` is the key of a question."""

    key: Key
    text: Text
    help: Text
    first: Key


class Outcome(Part):
    """What to do: the numbers in order, what can be said, what to look for near here, what to read."""

    key: Key
    title: Text
    text: Text
    call: list[Key] = Field(min_length=1)
    say: list[Key]
    near: list[Need]
    pages: list[ReadingPage] = []


class Phrase(Part):
    """Something one can say, in the first person."""

    key: Key
    text: Text


class Rules(Part):
    """One version of the orientation."""

    slug: Key
    number: int = Field(ge=1)
    updated: date
    doors: list[Door] = Field(min_length=1, max_length=len(LETTERS))
    questions: list[Question] = Field(min_length=1)
    outcomes: list[Outcome] = Field(min_length=1)
    phrases: list[Phrase]

    @cached_property
    def by_key(self) -> Mapping[str, Question | Outcome]:
        found: list[Question | Outcome] = [*self.questions, *self.outcomes]
        return {one.key: one for one in found}

    @cached_property
    def phrase(self) -> Mapping[str, str]:
        return {one.key: one.text for one in self.phrases}


# --- Following -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question that was answered on the way."""

    question: Question
    answer: Answer


@dataclass(frozen=True)
class Stop:
    """Where a code leads: a question to answer, or an outcome."""

    code: str
    door: Door
    asked: Sequence[Asked]
    at: Question | Outcome

    @property
    def question(self) -> Question | None:
        return self.at if isinstance(self.at, Question) else None

    @property
    def outcome(self) -> Outcome | None:
        return self.at if isinstance(self.at, Outcome) else None

    @property
    def choices(self) -> Sequence[tuple[str, Answer]]:
        """Each answer with the code it leads to."""
        if not isinstance(self.at, Question):
            return ()
        return [(self.code + LETTERS[index], answer) for index, answer in enumerate(self.at.answers)]


def doors(rules: Rules) -> Sequence[tuple[str, Door]]:
    """Each door with its code."""
    return [(LETTERS[index], door) for index, door in enumerate(rules.doors)]


def follow(rules: Rules, code: str) -> Stop | None:
    """Where that code leads; None when it is of no path (mistyped, or of an older version)."""
    found = dict(doors(rules)).get(code[:1])
    if found is None:
        return None
    stop = Stop(code[:1], found, (), rules.by_key[found.first])
    for letter in code[1:]:
        index = LETTERS.find(letter)
        if not isinstance(stop.at, Question) or not 0 <= index < len(stop.at.answers):
            return None
        answer = stop.at.answers[index]
        stop = Stop(stop.code + letter, found, (*stop.asked, Asked(stop.at, answer)), rules.by_key[answer.then])
    return stop


def paths(rules: Rules) -> Iterator[Stop]:
    """Every stop there is, each question before what its answers lead to."""
    todo = [code for code, _door in reversed(doors(rules))]
    while todo:
        stop = follow(rules, todo.pop())
        assert stop
        yield stop
        todo += [code for code, _answer in reversed(stop.choices)]


# --- Loading: file, line, cause --------------------------------------------------------------------------------------


def load_lines(text: str, name: str) -> Lines:
    """The numbers of a YAML text. DefinitionInvalid with every fault."""
    source = Source(text, name)
    lines = source.checked(Lines)
    _raise(source, _doubles("lines", lines.lines))
    return lines


def load(text: str, name: str, numbers: Lines) -> Rules:
    """The rules of a YAML text. DefinitionInvalid with every fault: file, line, cause."""
    source = Source(text, name)
    rules = source.checked(Rules)
    _raise(source, _incoherences(rules, numbers))
    return rules


Found = Iterator[tuple[Sequence[str | int], str]]


def _raise(source: Source, found: Found) -> None:
    faults: list[Fault] = [source.fault(path, cause) for path, cause in found]
    if faults:
        raise DefinitionInvalid(faults)


def _doubles(where: str, parts: Sequence[Line | Door | Question | Outcome | Phrase]) -> Found:
    seen: set[str] = set()
    for index, part in enumerate(parts):
        if part.key in seen:
            yield (where, index, "key"), _("« %(key)s » existe déjà") % {"key": part.key}
        seen.add(part.key)


def _incoherences(rules: Rules, numbers: Lines) -> Found:
    """What no single key shows: references, dead ends, loops, too many questions, what nothing leads to."""
    for where in ("doors", "questions", "outcomes", "phrases"):
        yield from _doubles(where, getattr(rules, where))
    questions = {question.key for question in rules.questions}
    outcomes = {outcome.key for outcome in rules.outcomes}
    for key in sorted(questions & outcomes):
        index = [outcome.key for outcome in rules.outcomes].index(key)
        yield ("outcomes", index, "key"), _("« %(key)s » est déjà une question") % {"key": key}
    reached = {door.first for door in rules.doors}
    whole = True
    for index, door in enumerate(rules.doors):
        if door.first not in questions:
            whole = False
            yield ("doors", index, "first"), _("question inconnue « %(key)s »") % {"key": door.first}
    for index, question in enumerate(rules.questions):
        for number, answer in enumerate(question.answers):
            reached.add(answer.then)
            if answer.then not in questions | outcomes:
                whole = False
                path = ("questions", index, "answers", number, "then")
                yield (
                    path,
                    _("impasse : « %(key)s » n’est ni une question ni une réponse finale") % {"key": answer.then},
                )
        yield from _doubles_of_answers(index, question)
    for where in ("questions", "outcomes"):
        for index, part in enumerate(getattr(rules, where)):
            if part.key not in reached:
                yield (where, index, "key"), _("rien ne mène à « %(key)s »") % {"key": part.key}
    yield from _references(rules, numbers)
    if whole:
        yield from _lengths(rules)


def _doubles_of_answers(index: int, question: Question) -> Found:
    seen: set[str] = set()
    for number, answer in enumerate(question.answers):
        if answer.key in seen:
            yield ("questions", index, "answers", number, "key"), _("« %(key)s » existe déjà") % {"key": answer.key}
        seen.add(answer.key)


def _references(rules: Rules, numbers: Lines) -> Found:
    known = {line.key for line in numbers.lines}
    said: set[str] = set()
    for index, outcome in enumerate(rules.outcomes):
        for place, key in enumerate(outcome.call):
            if key not in known:
                yield ("outcomes", index, "call", place), _("numéro inconnu « %(key)s »") % {"key": key}
        for place, key in enumerate(outcome.say):
            said.add(key)
            if key not in rules.phrase:
                yield ("outcomes", index, "say", place), _("phrase inconnue « %(key)s »") % {"key": key}
    for index, phrase in enumerate(rules.phrases):
        if phrase.key not in said:
            yield ("phrases", index, "key"), _("rien ne mène à « %(key)s »") % {"key": phrase.key}


def _lengths(rules: Rules) -> Found:
    """Paths that ask too much, or turn in a circle (which asks without end)."""
    questions = {question.key: (index, question) for index, question in enumerate(rules.questions)}
    worst: dict[str, int] = {}

    def longest(key: str, on_the_way: frozenset[str]) -> int:
        """Questions from there on; more than allowed when it comes back to itself."""
        if key not in questions:
            return 0
        if key in on_the_way:
            return MOST_QUESTIONS + 1
        if key not in worst:
            worst[key] = 1 + max(longest(one.then, on_the_way | {key}) for one in questions[key][1].answers)
        return worst[key]

    for index, door in enumerate(rules.doors):
        if longest(door.first, frozenset()) > MOST_QUESTIONS:
            yield (
                ("doors", index),
                _("plus de %(most)d questions, ou un cercle, derrière « %(key)s »")
                % {
                    "most": MOST_QUESTIONS,
                    "key": door.key,
                },
            )


# --- What is shipped -------------------------------------------------------------------------------------------------


def shipped(name: str) -> str:
    """The text of a file of `data/`."""
    return (files("maillage.portal") / "data" / name).read_text("utf-8")


@cache
def numbers() -> Lines:
    return load_lines(shipped("lines.yaml"), "lines.yaml")


@cache
def orientation() -> Rules:
    return load(shipped("orientation.yaml"), "orientation.yaml", numbers())
