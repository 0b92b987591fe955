"""Reading questionnaires and answers."""

import hashlib
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from maillage.common.enums import Section
from maillage.questionnaires import engine
from maillage.questionnaires.definition import GROUP, SECTIONS, Definition, said
from maillage.questionnaires.models import AnswerSet, Questionnaire
from maillage.vault.sealing import Opened

EVERYWHERE = "*"
INSTRUMENTS = Path(__file__).parent / "instruments"


def unpublished() -> list[Path]:
    """Instruments that come with the product and were never published here, by their content."""
    shipped = Questionnaire.objects.filter(departement=EVERYWHERE).order_by("pk")
    known = set(shipped.values_list("slug", "sha256"))
    files = sorted(INSTRUMENTS.glob("*.xlsx"))
    return [file for file in files if (file.stem, hashlib.sha256(file.read_bytes()).hexdigest()) not in known]


def current(slug: str, departement: str = EVERYWHERE) -> Questionnaire | None:
    """The version new answers are given to: the département's newest one in use, else the newest shipped for all."""
    in_use = Questionnaire.objects.filter(slug=slug, published_at__isnull=False, withdrawn_at__isnull=True)
    for whose in (departement, EVERYWHERE):
        found = in_use.filter(departement=whose).order_by("-number").first()
        if found is not None:
            return found
    return None


def versions(slug: str, departement: str = EVERYWHERE) -> list[Questionnaire]:
    """Every version ever published for that département and for all, its own first, newest first, without content."""
    found = (
        Questionnaire.objects.filter(slug=slug, published_at__isnull=False, departement__in=[departement, EVERYWHERE])
        .defer("workbook", "definition")
        .order_by("-number")
    )
    return sorted(found, key=lambda row: row.departement == EVERYWHERE)


def version(slug: str, departement: str, pk: uuid.UUID) -> Questionnaire | None:
    """A version that département could be answering, withdrawn since or not: what was begun with it goes on."""
    return Questionnaire.objects.filter(
        pk=pk, slug=slug, published_at__isnull=False, departement__in=[departement, EVERYWHERE]
    ).first()


def definitions(pks: Iterable[uuid.UUID]) -> dict[uuid.UUID, Definition]:
    """What those versions asked: one query, none without any."""
    wanted = set(pks)
    if not wanted:
        return {}
    found = Questionnaire.objects.filter(pk__in=wanted).order_by("pk").values_list("pk", "definition")
    return {pk: Definition.from_json(definition) for pk, definition in found}


def definition_of(questionnaire: Questionnaire) -> Definition:
    return Definition.from_json(questionnaire.definition)


@dataclass(frozen=True)
class Question:
    """What one question asks, in the reader's language: `answers` by code, in the author's order."""

    name: str
    label: str
    hint: str
    answers: Mapping[str, str]


def asked(definition: Definition, name: str) -> Question:
    """A question of a version as it was asked; by its name alone when that version has none of that name."""
    item, language = definition.questions.get(name), get_language() or "fr"
    if item is None:
        return Question(name, name, "", {})
    answers = {choice.name: said(choice.label, language) for choice in definition.choices(item)}
    return Question(name, said(item.label, language), said(item.hint, language), answers)


@dataclass(frozen=True)
class Line:
    """One line of a form that shows everything: a heading, a note, or a question; in the reader's language."""

    name: str
    type: str
    label: str
    hint: str


def outline(definition: Definition) -> list[tuple[str, list[Line]]]:
    """Title and lines of each page; "" for what stands outside of any group."""
    language = get_language() or "fr"
    return [
        (
            said(page.label, language) if page.grouped else "",
            [Line(item.name, item.type, said(item.label, language), said(item.hint, language)) for item in page.items],
        )
        for page in definition.pages
    ]


def answer_set(pk: uuid.UUID) -> AnswerSet | None:
    return AnswerSet.objects.select_related("questionnaire", "data_key").filter(pk=pk).first()


def sets_of(context: uuid.UUID) -> list[AnswerSet]:
    """Every set of a talk, oldest first: the first answers, then each correction; the draft under way is last."""
    return list(
        AnswerSet.objects.select_related("questionnaire", "data_key", "submitted_by")
        .filter(context=context)
        .order_by("started_at", "pk")
    )


def draft_of(context: uuid.UUID) -> AnswerSet | None:
    """The draft under way, on whatever device it was started."""
    return (
        AnswerSet.objects.select_related("questionnaire", "data_key")
        .filter(context=context, submitted_at__isnull=True)
        .first()
    )


def latest_of(context: uuid.UUID) -> AnswerSet | None:
    """The submitted set that stands: the last correction."""
    return (
        AnswerSet.objects.select_related("questionnaire", "data_key")
        .filter(context=context, submitted_at__isnull=False)
        .order_by("-submitted_at", "-pk")
        .first()
    )


def keeper(row: AnswerSet, section: Section) -> AnswerSet:
    """The set where a section's answers are: this one, or the one it corrects, if it did not write that section."""
    while section not in row.parts and row.corrects is not None:
        row = row.corrects
    return row


def raw_of(row: AnswerSet, opened: Opened, sections: Collection[Section]) -> dict[str, Any]:
    """What is on file for those sections, as typed or clean. `SectionClosed` when one is not opened."""
    found: dict[str, Any] = {}
    for section in sections:
        found.update(section_of(row, opened, section))
    return found


def section_of(row: AnswerSet, opened: Opened, section: Section) -> dict[str, Any]:
    value = opened.value(keeper(row, section), AnswerSet.COLUMNS[section])
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Entry:
    """One line of a page: the question, its answer in words, whose voice it is.

    `not_answered`: "wish", "raised", or "". `heading`: a group's title, without answer. `blank`: nothing was said.
    """

    name: str
    label: str
    text: str = ""
    voice: str = ""
    section: str = ""
    not_answered: str = ""
    heading: bool = False
    blank: bool = False


@dataclass(frozen=True)
class AnswerPage:
    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Answers:
    """What a reader's sections open of a set. `values`: by question name, clean in a submitted set.

    `closed`: sections with questions that this reader does not open; `unfinished`: sections still as typed, whose
    author did not declare them done.
    """

    row: AnswerSet
    title: str
    values: Mapping[str, Any]
    pages: tuple[AnswerPage, ...]
    closed: frozenset[Section] = field(default_factory=frozenset)
    unfinished: frozenset[Section] = field(default_factory=frozenset)

    @property
    def words(self) -> tuple[Entry, ...]:
        """What the young person said, apart from the rest."""
        return tuple(entry for page in self.pages for entry in page.entries if entry.voice == "words" and entry.text)

    @property
    def analysis(self) -> tuple[Entry, ...]:
        """What the professional noticed and thinks."""
        return tuple(entry for page in self.pages for entry in page.entries if entry.voice == "analysis" and entry.text)


def read(row: AnswerSet, opened: Opened) -> Answers:
    """The answers this reader may see. Sections she does not open are named, never shown, not even as blanks."""
    definition = definition_of(row.questionnaire)
    language = get_language() or "fr"
    sections = [section for section in SECTIONS if section in definition.sections and section in opened.sections]
    values = raw_of(row, opened, sections)
    pages = []
    for page in definition.pages:
        entries: list[Entry] = []
        for item in page.items:
            if item.type == GROUP:
                entries.append(Entry(item.name, said(item.label, language), heading=True))
            elif item.asks and item.section in sections:
                entries.append(_entry(definition, item.name, values.get(item.name), language))
        shown = _without_empty_headings(entries)
        if any(not entry.heading for entry in shown):
            pages.append(AnswerPage(said(page.label, language), shown))
    return Answers(
        row=row,
        title=said(definition.title, language),
        values=values,
        pages=tuple(pages),
        closed=definition.sections - frozenset(sections),
        unfinished=frozenset(
            section
            for section in sections
            if "done_at" not in keeper(row, section).parts.get(section, {}) and section_of(row, opened, section)
        ),
    )


def _entry(definition: Definition, name: str, raw: Any, language: str) -> Entry:
    item = definition.questions[name]
    reason = raw.get("not", "") if isinstance(raw, dict) else ""
    return Entry(
        name=name,
        label=said(item.label, language),
        text=engine.wording(definition, item, raw, language),
        voice=item.voice,
        section=item.section,
        not_answered=str(reason),
        blank=engine.is_blank(raw),
    )


def _without_empty_headings(entries: list[Entry]) -> tuple[Entry, ...]:
    kept: list[Entry] = []
    for entry in reversed(entries):
        if not entry.heading or (kept and not kept[-1].heading):
            kept.append(entry)
    return tuple(reversed(kept))
