"""The words of the field as data: needs, their synonyms, the standard themes they are nearest to. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

FRENCH_LANGUAGE_NAMES: Mapping[str, str] = {
    "fr": "français", "en": "anglais", "es": "espagnol", "pt": "portugais", "ro": "roumain", "ar": "arabe",
    "it": "italien", "de": "allemand", "ru": "russe", "uk": "ukrainien", "bg": "bulgare", "sq": "albanais",
    "tr": "turc", "zh": "chinois", "fa": "persan", "ps": "pachto", "bn": "bengali", "so": "somali",
    "bm": "bambara", "wo": "wolof", "ln": "lingala", "yo": "yoruba", "ha": "haoussa",
    "fsl": "langue des signes française",
}  # fmt: skip


@dataclass(frozen=True)
class Need:
    """One need of this field. `theme`: nearest data.inclusion v1 theme; `phrases`: how people say it."""

    code: str
    label: str
    theme: str
    phrases: Sequence[str]


@dataclass(frozen=True)
class Term:
    """An entry of a data.inclusion v1 vocabulary."""

    value: str
    label: str
    description: str | None


def data(name: str) -> str:
    """The text of a file of this package's data."""
    return (files("maillage.directory") / "data" / name).read_text("utf-8")


@cache
def needs() -> Mapping[str, Need]:
    """By code, in the order in which they are offered."""
    listed = yaml.load(data("needs.yaml"), Loader=yaml.CSafeLoader)["needs"]
    return {
        code: Need(code, one["label"], one["theme"], tuple(str(phrase) for phrase in one["phrases"]))
        for code, one in listed.items()
    }


@cache
def standard() -> Mapping[str, Mapping[str, Term]]:
    """The vocabularies of data.inclusion v1 by name: thematiques, publics, frais… A test compares them."""
    listed: dict[str, list[dict[str, Any]]] = json.loads(data("data_inclusion_v1.json"))
    return {name: {one["value"]: Term(**one) for one in terms} for name, terms in listed.items()}


def label(vocabulary: str, value: str) -> str:
    """The words of a value, the value itself when it is not known."""
    known = standard()[vocabulary].get(value)
    return known.label if known else value


def themes_of(category_or_theme: str) -> Sequence[str]:
    """A theme itself; all themes of a category."""
    if "--" in category_or_theme:
        return (category_or_theme,)
    return tuple(value for value in standard()["thematiques"] if value.startswith(f"{category_or_theme}--"))


def themes_for(needs_: Sequence[str], themes: Sequence[str]) -> Sequence[str]:
    """Standard themes of a service: its own, and the nearest of each of its needs. Sorted."""
    return sorted({*themes, *(needs()[code].theme for code in needs_ if code in needs())})


def language_label(code: str) -> str:
    return FRENCH_LANGUAGE_NAMES.get(code, code)
