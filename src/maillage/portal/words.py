"""The words of the public pages in six languages. French is the source; the others follow it key by key. Pure.

`words(code)` gives every text of a language by dotted key: « ui.exit », « questions.young_danger.text »…
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from maillage.portal.rules import Lines, Rules, numbers, orientation, shipped
from maillage.reference.definitions import DefinitionInvalid, Fault, Source


@dataclass(frozen=True)
class Language:
    """`code`: ISO 639-1, also that of addresses."""

    code: str
    right_to_left: bool = False

    @property
    def direction(self) -> str:
        return "rtl" if self.right_to_left else "ltr"


LANGUAGES: Mapping[str, Language] = {
    one.code: one
    for one in (
        Language("fr"), Language("en"), Language("es"), Language("ro"), Language("ar", right_to_left=True),
        Language("pt"),
    )
}  # fmt: skip
DEFAULT = LANGUAGES["fr"]


def flat(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text with its path."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from flat(value, (*path, key))
    else:
        yield path, str(data)


def of_rules(rules: Rules, lines: Lines) -> Mapping[str, str]:
    """The French texts that the rules hold."""
    found: dict[str, str] = {}
    for door in rules.doors:
        found |= {f"doors.{door.key}.text": door.text, f"doors.{door.key}.help": door.help}
    for question in rules.questions:
        found[f"questions.{question.key}.text"] = question.text
        if question.help:
            found[f"questions.{question.key}.help"] = question.help
        for answer in question.answers:
            found[f"questions.{question.key}.answers.{answer.key}"] = answer.text
    for outcome in rules.outcomes:
        found |= {f"outcomes.{outcome.key}.title": outcome.title, f"outcomes.{outcome.key}.text": outcome.text}
    found |= {f"phrases.{phrase.key}": phrase.text for phrase in rules.phrases}
    for line in lines.lines:
        found |= {f"lines.{line.key}.name": line.name, f"lines.{line.key}.expect": line.expect}
    return found


def load(text: str, name: str, wanted: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The texts of a file by dotted key. DefinitionInvalid when keys lack, are unknown, or lose a « {…} »."""
    source = Source(text, name)
    faults = list(source.faults)
    found = {}
    for path, value in flat(source.data):
        key = ".".join(path)
        found[key] = value
        if not value.strip():
            faults.append(source.fault(path, _("« %(key)s » est vide") % {"key": key}))
        if wanted is not None and key not in wanted:
            faults.append(source.fault(path, _("mot inconnu « %(key)s »") % {"key": key}))
        elif wanted is not None and _slots(value) != _slots(wanted[key]):
            faults.append(source.fault(path, _("« %(key)s » n’a pas les mêmes {…} que le français") % {"key": key}))
    for key in (wanted or {}).keys() - found.keys():
        faults.append(Fault(name, 1, _("il manque « %(key)s »") % {"key": key}))
    if faults:
        raise DefinitionInvalid(faults)
    return found


def _slots(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


@cache
def words(code: str) -> Mapping[str, str]:
    """Every text of that language."""
    french = {**load(shipped("words/fr.yaml"), "fr.yaml"), **of_rules(orientation(), numbers())}
    return french if code == DEFAULT.code else load(shipped(f"words/{code}.yaml"), f"{code}.yaml", french)


@cache
def section(code: str, name: str) -> Mapping[str, str]:
    """The texts under that first key, without it."""
    start = f"{name}."
    return {key.removeprefix(start): text for key, text in words(code).items() if key.startswith(start)}


def preferred(accepted: str) -> Language:
    """The first of ours in an Accept-Language header, in its order of preference."""
    weighed = []
    for index, part in enumerate(accepted.split(",")[:30]):
        tag, _semicolon, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        language = LANGUAGES.get(tag.split("-")[0].lower())
        if language and weight > 0:
            weighed.append((-weight, index, language))
    return min(weighed, key=lambda one: one[:2])[2] if weighed else DEFAULT
