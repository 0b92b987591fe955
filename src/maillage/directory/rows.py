"""Services read as tuples instead of models, which cost five times as much.

Attributes have the names they have in the models, so that what a sheet says of a place or of quality is said once.
"""

import json
import uuid
from collections import namedtuple
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from django.db.models import F, JSONField, QuerySet, TextField
from django.db.models.functions import Cast

from maillage.directory.models import Service, Structure


class Home(NamedTuple):
    """Its structure, as the index reads it."""

    id: uuid.UUID
    name: str
    kind: str
    hours: str
    address: str
    commune: str
    commune_name: str
    latitude: float | None
    longitude: float | None
    phone: str
    email: str
    networks: Sequence[str]


class Line(NamedTuple):
    """One service, as the index reads it."""

    id: uuid.UUID
    confidentiality: str
    name: str
    description: str
    publics_note: str
    source: str
    cost: str
    type: str
    hours: str
    age_from: int | None
    age_to: int | None
    address: str
    commune: str
    commune_name: str
    latitude: float | None
    longitude: float | None
    phone: str
    email: str
    contact_link: str
    needs: Sequence[str]
    themes: Sequence[str]
    publics: Sequence[str]
    languages: Sequence[str]
    channels: Sequence[str]
    reception: Sequence[str]
    zones: Sequence[str]
    contact_ways: Sequence[str]
    structure: Home


@lru_cache(maxsize=20_000)
def _listed(text: str) -> Sequence[str]:
    """The same few lists come back in thousands of rows."""
    return tuple(json.loads(text))


class _Shape:
    """Of tuples of one kind, each ending with that of its structure: the columns, and which of them are lists."""

    def __init__(self, kind: Any, home: Any) -> None:
        self.kind, self.home, self.own = kind, home, len(kind._fields) - 1
        names = [*kind._fields[:-1], *(f"structure__{name}" for name in home._fields)]
        models = [Service] * self.own + [Structure] * len(home._fields)
        self.lists = [
            at
            for at, (model, name) in enumerate(zip(models, names, strict=True))
            if isinstance(model._meta.get_field(name.removeprefix("structure__")), JSONField)
        ]
        self.columns = [Cast(name, TextField()) if at in self.lists else F(name) for at, name in enumerate(names)]

    def made(self, row: Sequence[Any]) -> Any:
        values = list(row)
        for at in self.lists:
            values[at] = _listed(values[at])
        return self.kind._make((*values[: self.own], self.home._make(values[self.own :])))


@cache
def _for_the_index() -> _Shape:
    return _Shape(Line, Home)


_OF_KEEPERS = frozenset({"version", "changed_at", "reminded_at", "structure", "organisation", "merged_into"})


@cache
def _whole() -> _Shape:
    """Every column, but those that only keeping a sheet needs."""
    own, home = (
        [field.name for field in model._meta.concrete_fields if field.name not in _OF_KEEPERS]
        for model in (Service, Structure)
    )
    return _Shape(namedtuple("WholeService", [*own, "structure"]), namedtuple("WholeStructure", home))


def lines(services: QuerySet[Service], batch: int) -> Iterator[Line]:
    """Those services, read `batch` at a time."""
    shape = _for_the_index()
    return map(shape.made, services.values_list(*shape.columns).iterator(chunk_size=batch))


def columns(services: QuerySet[Service]) -> QuerySet[Service, Any]:
    """What `whole` makes services of."""
    return services.values_list(*_whole().columns)


def whole(rows: Iterable[Sequence[Any]]) -> list[Service]:
    """To read all that sheets and records show, as from a model. They are tuples: nothing is saved, nor asked later."""
    return cast(list[Service], list(map(_whole().made, rows)))
