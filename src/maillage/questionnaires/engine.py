"""What is relevant, what was answered, what is wrong: a definition and raw answers in, a verdict out. Pure.

The only place where conditions are evaluated: a page with scripts asks the server too, so that the result never
depends on the browser. Nothing given as raw input raises.

Raw answers, by question name: text as typed, a list of choice names, or `{"not": "wish" | "raised", "typed": …}`
(« ne souhaite pas répondre », « non abordé », and what was typed all the same). Clean answers: text; choice name;
list of choice names in the author's order; int; "YYYY-MM-DD"; ISO instant with its offset; True (acknowledge);
or `{"not": …}`. A clean answer is itself valid raw input and gives itself back.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maillage.common.enums import Section
from maillage.questionnaires import xpath
from maillage.questionnaires.definition import SECTIONS, Definition, Item, said

WISH: Final = "wish"  # ne souhaite pas répondre
RAISED: Final = "raised"  # non abordé
NOT_ANSWERED = (WISH, RAISED)

MAX_TEXT = 20_000
MAX_INTEGER = 10**9

Raw = Mapping[str, Any]
Answer = str | int | bool | list[str] | dict[str, str]

_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
_FRENCH_INSTANT = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})[ T,à]+(\d{1,2})\s*[h:]\s*(\d{2})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([+-]\d{2}:\d{2}(:\d{2})?|Z)?", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """Why an answer is refused. `missing`: nothing was answered where an answer is asked."""

    message: str
    missing: bool = False


@dataclass(frozen=True)
class Verdict:
    """`relevant`: every page, group, note and question that was judged. `answers`: clean, relevant ones only.

    `expected`: relevant questions that ask for an answer, given or not.
    """

    relevant: Mapping[str, bool]
    answers: Mapping[str, Answer]
    problems: Mapping[str, Problem]
    expected: frozenset[str]

    @property
    def typed_wrong(self) -> Mapping[str, Problem]:
        """The problems a draft may already show: something is written, and it does not fit."""
        return {name: problem for name, problem in self.problems.items() if not problem.missing}


def evaluate(
    definition: Definition, raw: Raw, *, now: datetime, zone: str, sections: Collection[str] = SECTIONS
) -> Verdict:
    """Judge raw answers. `now` aware; `zone` IANA name, where dates and hours were typed.

    Only items of `sections` are judged; answers of other sections count as blank. Conditions never cross towards a
    section that another reader of the item may not open (refused when compiled), so leaving one out changes
    nothing for the others.
    """
    moment = xpath.Moment(now.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    relevance: dict[str, bool] = {}
    values: dict[str, xpath.Value] = {}
    answers: dict[str, Answer] = {}
    problems: dict[str, Problem] = {}
    for node in _order(definition):
        shown = all(relevance.get(around, True) for around in node.around)
        shown = shown and _holds(node.relevant, values, moment, failing=True)
        relevance[node.name] = shown
        item = node.item
        if item is None or not item.asks or item.section not in sections or not shown:
            continue
        answer, problem = clean(definition, item, raw.get(item.name), zone)
        if problem is None and answer is not None and not isinstance(answer, dict):
            values[item.name] = _value(item, answer)
        if problem is not None:
            problems[item.name] = problem
        elif answer is not None:
            answers[item.name] = answer
    expected: set[str] = set()
    for name, item in definition.questions.items():
        if item.section not in sections or not relevance[name]:
            continue
        if _holds(item.required, values, moment, failing=False, empty=False):
            expected.add(name)
        if name not in problems:
            rule = _rule_broken(item, answers.get(name), name in expected, values, moment)
            if rule is not None:
                problems[name] = rule
    order = definition.questions
    return Verdict(
        relevant=relevance,
        answers={name: answers[name] for name in order if name in answers and name not in problems},
        problems={name: problems[name] for name in order if name in problems},
        expected=frozenset(expected),
    )


def _rule_broken(
    item: Item, answer: Answer | None, expected: bool, values: Mapping[str, xpath.Value], moment: xpath.Moment
) -> Problem | None:
    """The constraint and the requirement, once every value is known: both may name any question."""
    if isinstance(answer, dict):
        return None
    if answer is None:
        if expected:
            return Problem(_("Répondez, ou choisissez « Ne souhaite pas répondre » ou « Non abordé »."), missing=True)
        return None
    if item.constraint and not _holds(item.constraint, values, moment, failing=True, own=values[item.name]):
        return Problem(said(item.constraint_message, get_language() or "fr") or _("Cette réponse n’est pas possible."))
    return None


def _holds(
    source: str,
    values: Mapping[str, xpath.Value],
    moment: xpath.Moment,
    *,
    failing: bool,
    empty: bool = True,
    own: xpath.Value = "",
) -> bool:
    """A condition; `empty` when there is none. One that cannot be computed never hides nor blocks: `failing`."""
    if not source:
        return empty
    try:
        return xpath.evaluate(xpath.parse(source), values, own=own, moment=moment)
    except (xpath.BadXPath, ArithmeticError, ValueError, TypeError):
        return failing


# -- order of evaluation --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Node:
    name: str
    relevant: str
    around: tuple[str, ...]
    item: Item | None


class Loop(ValueError):
    """Conditions that wait for each other. `names`: the items of the loop."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = names


def _nodes(definition: Definition) -> dict[str, _Node]:
    nodes: dict[str, _Node] = {}
    for page in definition.pages:
        nodes[page.name] = _Node(page.name, page.relevant, (), None)
        for item in page.items:
            nodes[item.name] = _Node(item.name, item.relevant, (page.name, *item.groups), item)
    return nodes


def waits_for(node: _Node, nodes: Mapping[str, _Node]) -> list[str]:
    named = xpath.parse(node.relevant).references if node.relevant else frozenset()
    return [*node.around, *sorted(name for name in named if name in nodes)]


def _order(definition: Definition) -> list[_Node]:
    """Items so that whatever a condition names comes before it; the author's order otherwise. `Loop` if impossible."""
    known: list[_Node] | None = definition.__dict__.get("_evaluation_order")
    if known is not None:
        return known
    nodes = _nodes(definition)
    done: dict[str, bool] = {}  # False while its predecessors are being placed
    ordered: list[_Node] = []
    for start in nodes:
        path = [(start, iter(waits_for(nodes[start], nodes)))] if start not in done else []
        done.setdefault(start, False)
        while path:
            name, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                done[name] = True
                ordered.append(nodes[name])
            elif following not in done:
                done[following] = False
                path.append((following, iter(waits_for(nodes[following], nodes))))
            elif not done[following]:
                around = [step for step, _rest in path]
                raise Loop([*around[around.index(following) :], following])
    definition.__dict__["_evaluation_order"] = ordered
    return ordered


def check_order(definition: Definition) -> None:
    """`Loop` when conditions wait for each other."""
    _order(definition)


# -- one answer -----------------------------------------------------------------------------------------------------


def clean(definition: Definition, item: Item, raw: Any, zone: str) -> tuple[Answer | None, Problem | None]:
    """One answer, typed: (None, None) when blank. Total: any JSON value is accepted as input."""
    raw = as_typed(raw)
    if isinstance(raw, Mapping):
        reason = raw["not"]
        if "typed" not in raw:
            return {"not": str(reason)}, None
        return None, Problem(
            _("Une réponse est écrite et « %(reason)s » est coché : gardez l’un des deux.")
            % {"reason": not_answered_label(str(reason))}
        )
    if raw is None:
        return None, None
    match item.type:
        case "select_multiple":
            return _several(definition, item, raw)
        case "acknowledge":
            return True, None
    if isinstance(raw, list):
        if len(raw) > 1:
            return None, Problem(_("Une seule réponse est possible."))
        raw = raw[0]
    text = plain(raw)
    match item.type:
        case "select_one":
            if text in {choice.name for choice in definition.choices(item)}:
                return text, None
            return None, Problem(_("Choisissez une réponse de la liste."))
        case "integer":
            return _integer(text)
        case "date":
            return _date(text)
        case "datetime":
            return _datetime(text, zone)
    if len(text) > MAX_TEXT:
        return None, Problem(_("Ce texte est trop long (%(max)d caractères au plus).") % {"max": MAX_TEXT})
    return text, None


def plain(raw: Any) -> str:
    """Text out of anything: one kind of line break, nothing that cannot be stored, no blank around."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if raw is None or raw is False or isinstance(raw, Mapping | list | tuple):
        return ""
    if isinstance(raw, int) and abs(raw) > 10**100:
        return ""
    text = str(raw)
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\x00", "").strip()


def _blank(raw: Any) -> bool:
    if isinstance(raw, list | tuple):
        return all(not plain(part) for part in raw)
    return not plain(raw)


def _several(definition: Definition, item: Item, raw: Any) -> tuple[Answer | None, Problem | None]:
    given = {plain(part) for part in (raw if isinstance(raw, list) else [raw])} - {""}
    names = [choice.name for choice in definition.choices(item)]
    if not given <= set(names):
        return None, Problem(_("Choisissez une réponse de la liste."))
    return [name for name in names if name in given], None


def _integer(text: str) -> tuple[Answer | None, Problem | None]:
    digits = re.sub(r"[\s\u00a0\u202f]", "", text).replace("\u2212", "-")
    if not re.fullmatch(r"[+-]?\d{1,12}", digits, re.ASCII):
        return None, Problem(_("Écrivez un nombre entier, en chiffres."))
    value = int(digits)
    if abs(value) > MAX_INTEGER:
        return None, Problem(_("Ce nombre est trop grand."))
    return value, None


def _date(text: str) -> tuple[Answer | None, Problem | None]:
    french = _DAY.fullmatch(text)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1])).isoformat(), None
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text).isoformat(), None
    except ValueError:
        pass
    return None, Problem(_("Écrivez une date qui existe, par exemple 21/11/2026."))


def _datetime(text: str, zone: str) -> tuple[Answer | None, Problem | None]:
    french = _FRENCH_INSTANT.fullmatch(text)
    try:
        if french:
            day, month, year, hour, minute = (int(part or 0) for part in french.groups())
            found = datetime(year, month, day, hour, minute)  # noqa: DTZ001  # wall clock, placed below
        elif _INSTANT.fullmatch(text):
            found = datetime.fromisoformat(text)
        else:
            raise ValueError(text)
        if found.tzinfo is None:
            place = ZoneInfo(zone)
            here = found.replace(tzinfo=place)
            if here.astimezone(ZoneInfo("UTC")).astimezone(place).replace(tzinfo=None) != found:
                return None, Problem(_("Cette heure n’existe pas : on change d’heure cette nuit-là."))
            found = here
        found.astimezone(ZoneInfo("UTC"))
        return found.isoformat(timespec="minutes"), None
    except (ValueError, OverflowError):
        return None, Problem(_("Écrivez une date et une heure qui existent, par exemple 21/11/2026 22:40."))


def _value(item: Item, answer: Answer) -> xpath.Value:
    """A clean answer as conditions see it."""
    match item.type:
        case "date":
            return date.fromisoformat(str(answer))
        case "datetime":
            return datetime.fromisoformat(str(answer)).replace(tzinfo=None)
        case "integer":
            return float(str(answer))
        case "acknowledge":
            return "OK"
    return " ".join(answer) if isinstance(answer, list) else str(answer)


def not_answered_label(reason: str) -> str:
    return _("Ne souhaite pas répondre") if reason == WISH else _("Non abordé")


def is_blank(raw: Any) -> bool:
    """Whether nothing at all was said about a question."""
    if isinstance(raw, Mapping):
        return raw.get("not") not in NOT_ANSWERED and _blank(raw.get("typed"))
    return _blank(raw)


def may_depend(section: str, other: str) -> bool:
    """Whether an item of `section` may have a condition on an answer of `other`.

    Whether an item shows tells its reader about that answer: the same section, or education (which everyone who
    reads words opens). Never health: health staff open no other, and nobody else opens health.
    """
    return section == other or (section == Section.WORDS and other == Section.EDUCATION)


def as_typed(raw: Any) -> Any:
    """Raw input as a draft keeps it: text, list of texts, or `{"not", "typed"}`; None when nothing was said.

    Nothing is judged nor trimmed; what could not be written down as text is.
    """
    if is_blank(raw):
        return None
    if isinstance(raw, Mapping):
        typed = as_typed(raw.get("typed"))
        if raw.get("not") not in NOT_ANSWERED:
            return typed
        return {"not": raw["not"]} if typed is None else {"not": raw["not"], "typed": typed}
    if isinstance(raw, list | tuple):
        return [kept for part in raw if (kept := _writable(part)).strip()]
    return raw if isinstance(raw, bool | int) and plain(raw) else _writable(raw)


def _writable(raw: Any) -> str:
    text = raw if isinstance(raw, str) else plain(raw)
    return text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def wording(definition: Definition, item: Item, raw: Any, language: str = "fr") -> str:
    """An answer, raw or clean, as one reads it: labels instead of names, dates as said in France."""
    if isinstance(raw, Mapping):
        reason, typed = raw.get("not"), raw.get("typed")
        written = "" if _blank(typed) else wording(definition, item, typed, language)
        return " — ".join(filter(None, [not_answered_label(str(reason)) if reason in NOT_ANSWERED else "", written]))
    if _blank(raw):
        return ""
    labels = {choice.name: said(choice.label, language) for choice in definition.choices(item)}
    if isinstance(raw, list | tuple):
        return ", ".join(labels.get(plain(part), plain(part)) for part in raw)
    if item.type == "acknowledge":
        return _("Oui")
    text = plain(raw)
    try:
        if item.type == "date":
            return date.fromisoformat(text).strftime("%d/%m/%Y")
        if item.type == "datetime":
            return datetime.fromisoformat(text).strftime("%d/%m/%Y %H:%M")
    except ValueError:
        pass  # a draft shows what was typed
    return labels.get(text, text)
