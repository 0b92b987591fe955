"""A compiled questionnaire, as stored: pages of items, choice lists, every text by language. Pure.

JSON shape: `{"format": 1, "name", "title": text, "lists": {name: [{"name", "label": text}]}, "pages": [{"name",
"label": text, "relevant", "items": [item]}]}` where a text is `{"fr": str, "en": str?}` and an item has the fields
of `Item`. Conditions stay as the author wrote them, with `${name}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

from maillage.common.enums import Section

FORMAT = 1

TEXT, NOTE, SELECT_ONE, SELECT_MULTIPLE = "text", "note", "select_one", "select_multiple"
INTEGER, DATE, DATETIME, ACKNOWLEDGE, GROUP = "integer", "date", "datetime", "acknowledge", "group"
QUESTION_TYPES = frozenset({TEXT, SELECT_ONE, SELECT_MULTIPLE, INTEGER, DATE, DATETIME, ACKNOWLEDGE})

# The sections of the file an answer may live in, each sealed in a column of its own.
SECTIONS = (Section.EDUCATION, Section.WORDS, Section.HEALTH)

WORDS, ANALYSIS = "words", "analysis"  # whose voice: the young person's, the professional's

Text = Mapping[str, str]


def field_name(question: str) -> str:
    """The name of a question's input on a page: never one of the form's own."""
    return f"q-{question}"


def said(text: Text, language: str) -> str:
    """The text in that language, else in French."""
    return text.get(language[:2]) or text.get("fr", "")


@dataclass(frozen=True)
class Choice:
    name: str
    label: Text


@dataclass(frozen=True)
class Item:
    """A question, a note, or the heading of a group inside a page.

    `groups`: names of the groups around it in its page, outermost first; it shows when they all do.
    `required`, `relevant`, `constraint`: "" or an XPath condition. `long`: several lines of text.
    """

    name: str
    type: str
    label: Text
    hint: Text = field(default_factory=dict)
    section: str = Section.EDUCATION
    voice: str = ""
    relevant: str = ""
    required: str = ""
    constraint: str = ""
    constraint_message: Text = field(default_factory=dict)
    choices: str = ""
    long: bool = False
    groups: tuple[str, ...] = ()

    @property
    def asks(self) -> bool:
        return self.type in QUESTION_TYPES


@dataclass(frozen=True)
class Page:
    name: str
    label: Text
    relevant: str = ""
    items: tuple[Item, ...] = ()

    @property
    def grouped(self) -> bool:
        """Whether the author made it: what stands between groups is put on a page without a title of its own."""
        return not self.name.startswith("~")


@dataclass(frozen=True)
class Definition:
    name: str
    title: Text
    pages: tuple[Page, ...]
    lists: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    def items(self) -> Iterator[tuple[Page, Item]]:
        for page in self.pages:
            for item in page.items:
                yield page, item

    @cached_property
    def questions(self) -> Mapping[str, Item]:
        """Every question that takes an answer, by name, in the author's order."""
        return {item.name: item for _page, item in self.items() if item.asks}

    @cached_property
    def sections(self) -> frozenset[Section]:
        """The sections its questions touch."""
        return frozenset(Section(item.section) for item in self.questions.values())

    def choices(self, item: Item) -> tuple[Choice, ...]:
        return self.lists.get(item.choices, ())

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "title": dict(self.title),
            "lists": {name: [asdict(choice) for choice in choices] for name, choices in self.lists.items()},
            "pages": [
                {
                    "name": page.name,
                    "label": dict(page.label),
                    "relevant": page.relevant,
                    "items": [_item_json(item) for item in page.items],
                }
                for page in self.pages
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Definition":
        """The definition back from its column. ValueError for a format of another time."""
        if data.get("format") != FORMAT:
            raise ValueError(f"definition format {data.get('format')!r} is not {FORMAT}")
        return cls(
            name=data["name"],
            title=data["title"],
            lists={name: tuple(Choice(**choice) for choice in choices) for name, choices in data["lists"].items()},
            pages=tuple(
                Page(
                    name=page["name"],
                    label=page["label"],
                    relevant=page["relevant"],
                    items=tuple(Item(**{**item, "groups": tuple(item.get("groups", ()))}) for item in page["items"]),
                )
                for page in data["pages"]
            ),
        )


def _item_json(item: Item) -> dict[str, Any]:
    """Fields that say something: an absent one has its default."""
    whole = {f.name: getattr(item, f.name) for f in fields(item)}
    kept = {name: value for name, value in whole.items() if value or name in ("name", "type", "label", "section")}
    return {
        name: dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        for name, value in kept.items()
    } | {"section": str(item.section)}
