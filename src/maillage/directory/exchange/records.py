"""Rows as data.inclusion v1 records. A stranger's rows only: what is hidden has no place to be written from."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from maillage.directory import vocabulary
from maillage.directory.enums import Channel
from maillage.directory.exchange.columns import EXTENSION, EXTENSION_STRUCTURE, LISTS, NUMBERS, SERVICE, STRUCTURE
from maillage.directory.models import Service, Structure
from maillage.directory.sheets import reception_of

Record = dict[str, Any]
_WAYS = {
    Channel.PHONE: "telephoner", Channel.MAIL: "envoyer-un-courriel", Channel.ON_SITE: "se-presenter",
    Channel.CHAT: "utiliser-lien-mobilisation",
}  # fmt: skip
_SHORTEST = 5  # letters of a description


def _value(row: Structure | Service, column: str, field: str) -> Any:
    value = getattr(row, field)
    if column in LISTS:
        return sorted(value) or None
    if column == "date_maj":
        return value.isoformat()
    return value if value not in ("", None) else None


def structure_record(row: Structure) -> Record:
    """Every column of the standard, null where nothing is known."""
    record = {column: _value(row, column, field) for column, field in STRUCTURE.items()}
    if len(row.description) < _SHORTEST:
        record["description"] = None
    return record


def service_record(row: Service) -> Record:
    """The same; themes hold the nearest one of each need, ways of reaching are told from channels when not written."""
    record = {column: _value(row, column, field) for column, field in SERVICE.items() if field != "structure_reference"}
    record["structure_id"] = row.structure.reference
    record["thematiques"] = list(vocabulary.themes_for(row.needs, row.themes)) or None
    if len(row.description) < _SHORTEST:
        record["description"] = f"{row.name} ({row.structure.name})"
    if not row.contact_ways:
        record["modes_mobilisation"] = sorted(_WAYS[Channel(one)] for one in row.channels if one in _WAYS) or None
    record["modes_accueil"] = sorted(reception_of(row)) or None
    return record


def extension_record(row: Structure | Service) -> Record:
    """What the standard lacks, for another Maillage."""
    record: Record = {"id": row.reference}
    for name, field in (EXTENSION if isinstance(row, Service) else EXTENSION_STRUCTURE).items():
        value = getattr(row, field)
        record[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return record


def columns_of(record: Mapping[str, Any], pairs: Mapping[str, str]) -> dict[str, Any]:
    """A validated record as our columns: null as "" or [], but for numbers."""
    return {field: convert(record[column]) for column, field, convert in _steps(tuple(pairs.items()))}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _list(value: Any) -> list[str]:
    return sorted(map(str, value)) if value else []


def _same(value: Any) -> Any:
    return value


@cache
def _steps(pairs: tuple[tuple[str, str], ...]) -> Sequence[tuple[str, str, Callable[[Any], Any]]]:
    """Column of the standard, ours, and how one becomes the other."""
    return [
        (column, field, _list if column in LISTS else _same if column in NUMBERS or column == "date_maj" else _text)
        for column, field in pairs
        if field != "structure_reference"
    ]
