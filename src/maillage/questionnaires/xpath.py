"""Conditions of a questionnaire: XPath 1.0 with the functions of ODK that are supported here. Pure.

elementpath reads the grammar; the few constructs a condition needs are evaluated here, over plain values. There is
no document behind it: no path, no axis, no function that reads anything, so a condition can only compute.

Values are `str`, `float`, `bool`, `date`, `datetime` (naive, wall clock). Comparing follows XPath 1.0 § 3.4; a day
or an instant counts as days since 1970, as in ODK. Sources: W3C XPath 1.0; https://docs.getodk.org/form-operators-functions/
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any

Value = str | float | bool | date | datetime

MAX_LENGTH = 1000
MAX_DEPTH = 30
MAX_TOKENS = 300
MAX_REGEX = 200
# A pattern is tried on this much text at most: with at most three open repeats it stays in milliseconds.
MAX_MATCHED = 256
_OPEN_REPEATS = 3

_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}")
_CALL = re.compile(r"([A-Za-z_][\w.:-]*)\s*\(")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # wall clock

# XPath 1.0's own, then ODK's: name → (fewest, most) arguments.
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "string": (0, 1), "number": (0, 1), "boolean": (1, 1), "not": (1, 1), "true": (0, 0), "false": (0, 0),
    "concat": (2, 20), "contains": (2, 2), "starts-with": (2, 2), "substring": (2, 3),
    "substring-before": (2, 2), "substring-after": (2, 2), "string-length": (0, 1), "normalize-space": (0, 1),
    "translate": (3, 3), "floor": (1, 1), "ceiling": (1, 1), "round": (1, 1),
    "selected": (2, 2), "count-selected": (1, 1), "today": (0, 0), "now": (0, 0), "if": (3, 3),
    "coalesce": (2, 2), "regex": (2, 2), "int": (1, 1), "date": (1, 1),
}  # fmt: skip
_OPERATORS = frozenset({"and", "or", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod"})
_LITERALS = frozenset({"(string)", "(integer)", "(decimal)", "(float)"})
_WORDS = frozenset({"and", "or", "div", "mod"})


class BadXPath(Exception):
    """A condition that is refused. `code` says why (a key of `xlsform.CAUSES`), `detail` what."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@lru_cache(maxsize=1)
def _grammar() -> Any:
    """By name, at the first condition: loading it takes longer than a page."""
    found = import_module("maillage.questionnaires.grammar")
    found.prepare(FUNCTIONS)
    return found


@dataclass(frozen=True)
class Condition:
    """A checked condition: its source, the questions it names, its tree."""

    source: str
    references: frozenset[str]
    uses_self: bool
    tree: Any


@lru_cache(maxsize=2048)
def parse(source: str) -> Condition:
    """Read and check a condition. BadXPath says what is wrong with it."""
    if len(source) > MAX_LENGTH:
        raise BadXPath("too_long", str(MAX_LENGTH))
    references: set[str] = set()

    def name(match: re.Match[str]) -> str:
        references.add(match[1])
        return f" $ {match[1]} "

    parts, end = [], 0
    for literal in _LITERAL.finditer(source):
        if "${" in literal[0]:
            raise BadXPath("reference_in_text", literal[0])
        parts += [_outside(source[end : literal.start()], name), literal[0]]
        end = literal.end()
    parts.append(_outside(source[end:], name))
    try:
        tree = _grammar().tree("".join(parts))
        size, uses_self = _check(tree, 1)
    except (SyntaxError, ValueError, TypeError, RecursionError, RuntimeError) as error:
        raise BadXPath("syntax", str(error)) from error
    if size > MAX_TOKENS:
        raise BadXPath("too_long", str(MAX_LENGTH))
    return Condition(source, frozenset(references), uses_self, tree)


def _outside(text: str, name: Callable[[re.Match[str]], str]) -> str:
    """A stretch without text between quotes: functions checked, references made variables."""
    for called in _CALL.findall(text):
        if called not in FUNCTIONS and called not in _WORDS:
            raise BadXPath("function", called)
    if "$" in REFERENCE.sub("", text):
        raise BadXPath("reference", text.strip())
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth > MAX_DEPTH:
            raise BadXPath("too_long", str(MAX_LENGTH))
    return REFERENCE.sub(name, text)


def _check(token: Any, depth: int) -> tuple[int, bool]:
    """Only what `_value` knows may be in the tree: (number of tokens, whether `.` is used)."""
    if depth > MAX_DEPTH:
        raise BadXPath("too_long", str(MAX_LENGTH))
    symbol, children = token.symbol, list(token)
    if symbol == "$":
        return 1, False
    if symbol == ".":
        return 1, True
    if symbol not in _LITERALS and symbol not in _OPERATORS and symbol not in FUNCTIONS and symbol != "(":
        raise BadXPath("construct", str(token.value))
    if (symbol in _OPERATORS and not (len(children) == 2 or (len(children) == 1 and symbol in "+-"))) or (
        symbol == "(" and len(children) != 1
    ):
        raise BadXPath("construct", str(token.value))
    if symbol in FUNCTIONS:
        fewest, most = FUNCTIONS[symbol]
        if not fewest <= len(children) <= most:
            raise BadXPath("arguments", symbol)
    if symbol == "regex":
        pattern = children[1]
        if pattern.symbol != "(string)":
            raise BadXPath("regex_literal")
        check_pattern(pattern.value)
    inside = [_check(child, depth + 1) for child in children]
    implicit = symbol in ("string", "number", "string-length", "normalize-space") and not children
    return 1 + sum(size for size, _self in inside), implicit or any(own for _size, own in inside)


def check_pattern(pattern: str) -> None:
    """BadXPath unless the pattern compiles and cannot take long: no repeated group, few open repeats."""
    plain = re.sub(r"\\.|\[(?:\\.|[^\]])*\]", "x", pattern)
    open_repeats = len(re.findall(r"[*+]|\{\d*,\d*\}", plain))
    if len(pattern) > MAX_REGEX or re.search(r"\)\s*[*+{]", plain) or "(?" in plain or open_repeats > _OPEN_REPEATS:
        raise BadXPath("regex_slow", pattern)
    if re.search(r"\\[1-9]", pattern):
        raise BadXPath("regex_slow", pattern)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadXPath("regex", pattern) from error


# -- values ---------------------------------------------------------------------------------------------------------


def string(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return str(int(value)) if value == int(value) else repr(value)
    return value if isinstance(value, str) else value.isoformat()


def number(value: Value) -> float:
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, float):
        return value
    if isinstance(value, datetime):
        return (value - _EPOCH) / timedelta(days=1)
    if isinstance(value, date):
        return float((value - _EPOCH.date()).days)
    text = value.strip(" \t\r\n")
    return float(text) if re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", text, re.ASCII) else math.nan


def boolean(value: Value) -> bool:
    if isinstance(value, float):
        return not (math.isnan(value) or value == 0)
    return value if isinstance(value, bool) else True if isinstance(value, date) else bool(value)


def _as_date(value: Value) -> Value:
    """ODK's date(): a day from "YYYY-MM-DD" or from days since 1970; "" when it is none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and not math.isfinite(number(value)):
            return date.fromisoformat(value[:10])
        return _EPOCH.date() + timedelta(days=math.floor(number(value)))
    except (ValueError, OverflowError):
        return ""


def _compare(symbol: str, left: Value, right: Value) -> bool:
    if symbol in ("=", "!="):
        if isinstance(left, bool) or isinstance(right, bool):
            same = boolean(left) == boolean(right)
        elif float in (type(left), type(right)) or (isinstance(left, date) and isinstance(right, date)):
            same = number(left) == number(right)
        else:
            same = string(left) == string(right)
        return same if symbol == "=" else not same
    first, second = number(left), number(right)
    return {"<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second}[symbol]


def _arithmetic(symbol: str, left: float, right: float) -> float:
    try:
        if symbol == "+":
            return left + right
        if symbol == "-":
            return left - right
        if symbol == "*":
            return left * right
        if symbol == "mod":
            return math.fmod(left, right)
        return left / right
    except ZeroDivisionError:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
    except (ValueError, OverflowError):
        return math.nan


def _substring(text: str, start: float, length: float | None) -> str:
    """XPath 1.0 § 4.2: positions from 1, rounded, NaN gives nothing."""
    first = _round(start)
    last = math.inf if length is None else first + _round(length)
    return "".join(letter for position, letter in enumerate(text, 1) if first <= position < last)


def _round(value: float) -> float:
    return value if math.isnan(value) or math.isinf(value) else float(math.floor(value + 0.5))


def _translate(text: str, source: str, target: str) -> str:
    table: dict[int, str | None] = {}
    for index, letter in enumerate(source):
        table.setdefault(ord(letter), target[index] if index < len(target) else None)
    return text.translate(table)


def _whole(value: Value) -> float:
    plain = number(value)
    return float(math.trunc(plain)) if math.isfinite(plain) else math.nan


def _floored(value: float, how: Callable[[float], float]) -> float:
    return float(how(value)) if math.isfinite(value) else value


@dataclass(frozen=True)
class Moment:
    """What `today()` and `now()` answer: the wall clock of the place, naive."""

    now: datetime


def evaluate(condition: Condition, values: Mapping[str, Value], *, own: Value = "", moment: Moment) -> bool:
    """Whether the condition holds. `values`: by question name, absent is blank; `own`: what `.` stands for."""
    return boolean(_value(condition.tree, values, own, moment))


def _value(token: Any, values: Mapping[str, Value], own: Value, moment: Moment) -> Value:
    symbol = token.symbol
    if symbol == "(":
        return _value(token[0], values, own, moment)
    if symbol == "$":
        return values.get(token[0].value, "")
    if symbol == ".":
        return own
    if symbol == "(string)":
        return str(token.value)
    if symbol in _LITERALS:
        return float(token.value)
    if symbol == "and":
        return all(boolean(_value(part, values, own, moment)) for part in token)
    if symbol == "or":
        return any(boolean(_value(part, values, own, moment)) for part in token)
    if symbol == "if" or symbol == "coalesce":
        return _lazy(token, values, own, moment)
    parts = [_value(part, values, own, moment) for part in token]
    if symbol in FUNCTIONS:
        return _call(symbol, parts, own, moment)
    if symbol in ("+", "-") and len(parts) == 1:
        return number(parts[0]) if symbol == "+" else -number(parts[0])
    if symbol in ("+", "-", "*", "div", "mod"):
        return _arithmetic(symbol, number(parts[0]), number(parts[1]))
    return _compare(symbol, parts[0], parts[1])


def _lazy(token: Any, values: Mapping[str, Value], own: Value, moment: Moment) -> Value:
    first = _value(token[0], values, own, moment)
    if token.symbol == "if":
        return _value(token[1 if boolean(first) else 2], values, own, moment)
    return first if string(first) else _value(token[1], values, own, moment)


def _call(name: str, parts: list[Value], own: Value, moment: Moment) -> Value:
    text = [string(part) for part in parts] or [string(own)]
    plain = [number(part) for part in parts] or [number(own)]
    match name:
        case "string":
            return text[0]
        case "number":
            return plain[0]
        case "boolean":
            return boolean(parts[0])
        case "not":
            return not boolean(parts[0])
        case "true" | "false":
            return name == "true"
        case "concat":
            return "".join(text)
        case "contains":
            return text[1] in text[0]
        case "starts-with":
            return text[0].startswith(text[1])
        case "substring":
            return _substring(text[0], plain[1], plain[2] if len(parts) == 3 else None)
        case "substring-before":
            return text[0].partition(text[1])[0] if text[1] and text[1] in text[0] else ""
        case "substring-after":
            return text[0].partition(text[1])[2] if text[1] else text[0]
        case "string-length":
            return float(len(text[0]))
        case "normalize-space":
            return " ".join(text[0].split())
        case "translate":
            return _translate(text[0], text[1], text[2])
        case "floor":
            return _floored(plain[0], math.floor)
        case "ceiling":
            return _floored(plain[0], math.ceil)
        case "round":
            return _round(plain[0])
        case "selected":
            return text[1].strip() in text[0].split()
        case "count-selected":
            return float(len(text[0].split()))
        case "today":
            return moment.now.date()
        case "now":
            return moment.now
        case "regex":
            return len(text[0]) <= MAX_MATCHED and re.fullmatch(text[1], text[0]) is not None
        case "int":
            return _whole(parts[0])
        case "date":
            return _as_date(parts[0])
    raise BadXPath("function", name)


def compared(condition: Condition) -> list[tuple[str, str]]:
    """(question, text between quotes) wherever one is compared with the other: what a list must contain."""
    found: list[tuple[str, str]] = []

    def walk(token: Any) -> None:
        children = list(token)
        if token.symbol in ("=", "!=", "selected") and len(children) == 2:
            for one, other in (children, reversed(children)):
                if one.symbol == "$" and other.symbol == "(string)":
                    found.append((one[0].value, str(other.value)))
        if token.symbol != "$":
            for child in children:
                walk(child)

    walk(condition.tree)
    return found
