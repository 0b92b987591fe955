"""Queries asked at each page: built and compiled once for each shape of what they are asked with.

Django spends four tenths of a page of ours building and compiling the same dozen of queries again (measured). What it
builds depends on ids and instants only through the parameters of the SQL: here they are left open, and filled in at
each use. SQLAlchemy does the same under the name of compiled cache.

    @prepared
    def _outings(people: frozenset[UUID], at: datetime) -> QuerySet[Outing]:
        return Outing.objects.filter(person__in=people, expected_at__lt=at)

    rows = _outings(frozenset(ids), now())   # a list

The function is called with stand-ins, so it must not ask the database, read a clock, nor decide anything by an id or an
instant; whatever else it is given may decide. The first three are refused when the query is prepared.
"""

import copy
import secrets
import uuid
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import update_wrapper
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import CharField, DateField, DateTimeField, Field, QuerySet, UUIDField
from django.db.models.sql import Query

P = ParamSpec("P")
Row = TypeVar("Row")

_MOST = 40  # shapes kept for one query, of 60 kB: a set of ids counts by the power of two above it


class NotPreparable(Exception):
    """The query depends on something else than what its function was given."""


class Word(str):
    """A text that somebody gives, left open as ids and instants are: any other may decide."""

    __slots__ = ()


class _Open(NamedTuple):
    """The place of a value in a shape."""

    kind: type


_FIELDS: "dict[type, Field[Any, Any]]" = {
    uuid.UUID: UUIDField(),
    datetime: DateTimeField(),
    date: DateField(),
    Word: CharField(),
}


def prepared(build: Callable[P, QuerySet[Any, Row]]) -> "Prepared[P, Row]":
    """The function as one that answers rows; `.build` is the function itself, for a part of another query."""
    return Prepared(build)


class Prepared(Generic[P, Row]):
    def __init__(self, build: Callable[P, QuerySet[Any, Row]]) -> None:
        self.build = build
        self._plans: dict[Hashable, _Plan] = {}
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        values: list[Any] = []
        shape = _shape((args, kwargs), values)
        plan = self._plans.get(shape)
        if plan is None:
            if len(self._plans) >= _MOST:
                self._plans.clear()
            plan = self._plans[shape] = _Plan(self.build, shape)
        return plan.rows(values)


# -- shapes -----------------------------------------------------------------------------------------------------------


def _shape(value: Any, values: list[Any]) -> Any:
    """What a query's structure may depend on; ids and instants go to `values`, in order."""
    kind = type(value)
    if kind in _FIELDS:
        values.append(value)
        return _Open(kind)
    if value is None or kind in (str, int, bool) or isinstance(value, (Enum, type)) or callable(value):
        return value if kind is not bool else (bool, value)
    if kind in (frozenset, set):
        return _set(value, values)
    if isinstance(value, tuple):
        return (kind, *(_shape(one, values) for one in value))
    if kind is list:
        return (list, *(_shape(one, values) for one in value))
    if kind is dict:
        return (dict, *((name, _shape(one, values)) for name, one in value.items()))
    raise NotPreparable(f"{kind.__name__} has no shape")


def _set(value: "frozenset[Any] | set[Any]", values: list[Any]) -> Any:
    """A set of ids as a power of two of them, the last one again and again: few shapes for all sizes."""
    if not all(type(one) is uuid.UUID for one in value):
        return (frozenset, frozenset(value))
    ids = list(value)
    size = 1 << (len(ids) - 1).bit_length() if ids else 0
    values += ids + ids[-1:] * (size - len(ids))
    return (set, size)


def _filled(shape: Any, values: Iterator[Any]) -> Any:
    """What a shape was taken from, with other values."""
    if isinstance(shape, _Open):
        return next(values)
    if not isinstance(shape, tuple):
        return shape
    kind, *parts = shape
    if kind is bool:
        return parts[0]
    if kind is frozenset:
        return parts[0]
    if kind is set:
        return frozenset(next(values) for _number in range(parts[0]))
    if kind is dict:
        return {name: _filled(one, values) for name, one in parts}
    if kind in (tuple, list):
        return kind(_filled(one, values) for one in parts)
    return kind(*(_filled(one, values) for one in parts))


def _kinds(shape: Any) -> Iterator[type]:
    """Of the values of a shape, in order."""
    if isinstance(shape, _Open):
        yield shape.kind
    elif isinstance(shape, tuple) and shape:
        kind, *parts = shape
        if kind is set:
            yield from [uuid.UUID] * parts[0]
        elif kind is dict:
            for _name, one in parts:
                yield from _kinds(one)
        elif kind not in (bool, frozenset):
            for one in parts:
                yield from _kinds(one)


def _stand_in(kind: type) -> Any:
    """A value met nowhere else."""
    if kind is uuid.UUID:
        return uuid.uuid4()
    if kind is Word:
        return Word(secrets.token_hex())
    far = timedelta(days=secrets.randbelow(2_000_000), microseconds=secrets.randbelow(86_400_000_000))
    instant = datetime(3000, 1, 1, tzinfo=UTC) + far
    return instant if kind is datetime else instant.date()


# -- plans ------------------------------------------------------------------------------------------------------------


class _Compiled(NamedTuple):
    queryset: "QuerySet[Any, Any]"
    compiler: Any
    sql: str
    params: tuple[Any, ...]  # a number in `places` where one of the values goes
    places: dict[int, int]


def _compiled(build: Callable[..., "QuerySet[Any, Any]"], shape: Any) -> _Compiled | None:
    """With stand-ins; None when no row can ever answer."""
    kinds = list(_kinds(shape))
    stand_ins = [_stand_in(kind) for kind in kinds]
    args, kwargs = _filled(shape, iter(stand_ins))
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.execute_wrapper(_refuse):
        queryset = build(*args, **kwargs)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
    compiler.connection = None  # of this thread
    numbers = {_adapted(value, connection): number for number, value in enumerate(stand_ins)}
    places = {at: numbers[param] for at, param in enumerate(params) if isinstance(param, Hashable) and param in numbers}
    return _Compiled(queryset, compiler, sql, tuple(params), places)


def _refuse(*_args: Any) -> None:
    raise NotPreparable("it asks the database while it is built")


def _adapted(value: Any, connection: Any) -> Any:
    adapted = _FIELDS[type(value)].get_db_prep_value(value, connection)
    return str(adapted) if type(value) is Word else adapted  # drivers ask what a kind of text is


class _Plan:
    """One shape of one query."""

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"], shape: Any) -> None:
        once, again = _compiled(build, shape), _compiled(build, shape)
        if once is None or again is None:
            if once is not again:
                raise NotPreparable("it has rows or not by the value of an id or an instant")
            self._query = None
            return
        constant = {at: param for at, param in enumerate(once.params) if at not in once.places}
        if (
            once.sql != again.sql
            or once.places.keys() != again.places.keys()  # a set of ids has no order
            or any(again.params[at] != param for at, param in constant.items())
        ):
            raise NotPreparable("it depends on something else than what it is given")
        self._query = once

    def rows(self, values: Sequence[Any]) -> list[Any]:
        if self._query is None:
            return []
        model, query = self._query.queryset, self._query
        connection = connections[DEFAULT_DB_ALIAS]
        params = tuple(
            _adapted(values[query.places[at]], connection) if at in query.places else param
            for at, param in enumerate(query.params)
        )
        bound: Any = type(model)(model.model, query=cast(Query, _Bound(query, params)), using=DEFAULT_DB_ALIAS)
        for name in ("_iterable_class", "_fields", "_prefetch_related_lookups"):
            setattr(bound, name, getattr(model, name))
        return list(bound)


class _Bound:
    """A compiled query with its values, as a QuerySet reads it: whatever is not compiled is the first one's."""

    def __init__(self, query: _Compiled, params: tuple[Any, ...]) -> None:
        self._query, self._params = query, params

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query.queryset.query, name)

    def get_compiler(self, using: str) -> Any:
        compiler = copy.copy(self._query.compiler)
        compiler.connection = connections[using]
        compiler.as_sql = lambda: (self._query.sql, self._params)
        return compiler
