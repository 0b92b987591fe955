"""Versioned definitions written as YAML: read as plain data that remembers its lines, so that each fault is said
with file, line and cause. Pure.

Plain words stay words: « oui », « 9–23 », « no » mean what they look like, not what YAML 1.1 makes of them. Anchors,
tags, depth and size are refused: a definition may come from outside.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import yaml
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError

MAX_CHARACTERS = 200_000
MAX_DEPTH = 20
_OPENING = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)

Path = Sequence[str | int]
Schema = TypeVar("Schema", bound=BaseModel)


class Part(BaseModel):
    """A piece of a definition: nothing unknown in it, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Fault:
    """One thing wrong: `str()` gives « fichier, ligne 12 : cause »."""

    name: str
    line: int
    cause: str

    def __str__(self) -> str:
        return _("%(name)s, ligne %(line)d : %(cause)s") % {"name": self.name, "line": self.line, "cause": self.cause}


class DefinitionInvalid(ValueError):
    """Every fault found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.cause)))
        super().__init__("\n".join(map(str, self.faults)))


class Source:
    """A YAML text as plain data (`data`), with the line of every key and item."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self._lines: dict[tuple[str | int, ...], int] = {(): 1}
        try:
            node = self._compose(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            line = mark.line + 1 if mark else 1
            raise DefinitionInvalid([Fault(name, line, _("ce n’est pas du YAML lisible"))]) from error
        self.data = self._read(node, ()) if node is not None else {}

    def _compose(self, text: str) -> yaml.Node | None:
        if len(text) > MAX_CHARACTERS:
            raise DefinitionInvalid([Fault(self.name, 1, _("fichier trop long"))])
        depth = 0
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            line = token.start_mark.line + 1
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > MAX_DEPTH:
                raise DefinitionInvalid([Fault(self.name, line, _("trop de niveaux"))])
            # Anchors could make a small file unfold into a huge one.
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
                raise DefinitionInvalid([Fault(self.name, line, _("ni ancre (&, *) ni étiquette (!) dans ce fichier"))])
        return yaml.compose(text, Loader=yaml.SafeLoader)

    def _read(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key, line = str(key_node.value), key_node.start_mark.line + 1
                if key in found:
                    self.faults.append(Fault(self.name, line, _("clé en double « %(key)s »") % {"key": key}))
                self._lines[(*path, key)] = line
                found[key] = self._read(value_node, (*path, key))
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def fault(self, path: Path, cause: str) -> Fault:
        """At the line of the nearest thing that exists on the way to `path`."""
        known = tuple(path)
        while known not in self._lines:
            known = known[:-1]
        return Fault(self.name, self._lines[known], cause)

    def checked(self, schema: type[Schema]) -> Schema:
        """The data as `schema` describes it. DefinitionInvalid with every fault."""
        try:
            found = schema.model_validate(self.data)
        except ValidationError as error:
            faults = [self.fault(item["loc"], _cause(item)) for item in error.errors()]
            raise DefinitionInvalid([*self.faults, *faults]) from error
        if self.faults:
            raise DefinitionInvalid(self.faults)
        return found


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if not isinstance(node, yaml.ScalarNode) or node.style is not None:
        return text
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _day(text)
    return None if text in ("", "~", "null") else text


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _cause(item: Any) -> str:
    """A pydantic error in French."""
    last = next((part for part in reversed(item["loc"]) if isinstance(part, str)), "")
    kind, given, context = item["type"], item["input"], item.get("ctx", {})
    if kind == "missing":
        return _("il manque « %(key)s »") % {"key": last}
    if kind == "extra_forbidden":
        return _("mot inconnu « %(key)s »") % {"key": last}
    if kind in ("enum", "literal_error"):
        return _("« %(key)s » : valeur inconnue « %(given)s » (possibles : %(expected)s)") % {
            "key": last,
            "given": given,
            "expected": str(context.get("expected", "")).replace(" or ", ", ").replace("'", ""),
        }
    if kind == "value_error":
        return str(context["error"])
    if kind in ("too_short", "string_too_short"):
        return _("« %(key)s » est vide") % {"key": last}
    return _("« %(key)s » : valeur impossible « %(given)s »") % {"key": last, "given": str(given)[:60]}
