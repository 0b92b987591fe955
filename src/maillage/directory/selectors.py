"""What pages read. Without `by`, as a stranger: the public index, public rows, and nothing else."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.common.clock import now
from maillage.common.prepared import Word, prepared
from maillage.directory import searching, sheets, vocabulary
from maillage.directory.access import services_shown, visible_services, visible_structures
from maillage.directory.engine import Audience, NotReady, Reader
from maillage.directory.enums import Channel, StructureKind
from maillage.directory.models import Service, Structure
from maillage.directory.queries import (
    LARGEST_PAGE,
    LARGEST_RADIUS,
    Bounds,
    Facet,
    FacetValue,
    MapPoint,
    MapView,
    Page,
    Query,
    Sheet,
    StructureSheet,
    Understood,
)
from maillage.directory.rows import columns, lines, whole

_MOST_KEPT = 1_000  # ids of a query that is kept: one of ten thousand takes megabytes
_DEEPEST = 10_000  # results: nobody reads further, and an index would be emptied page by page


def _audience(by: Actor | None) -> Audience:
    return Audience.PUBLIC if by is None else Audience.PROFESSIONALS


def _bounded(query: Query) -> Query:
    size = max(1, min(query.size, LARGEST_PAGE))
    page = max(1, min(query.page, _DEEPEST // size))
    return replace(query, size=size, page=page, radius=max(1, min(query.radius, LARGEST_RADIUS)))


def search(query: Query, *, by: Actor | None = None, facets: bool = True) -> Page:
    """One page of results: with a commune or a point nearest first, then what answers from a distance; else by what
    the text says, the needs heard first. The order of services never depends on their quality."""
    query = _bounded(query)
    try:
        reader = Reader(_audience(by))
    except NotReady:
        return Page((), 0, 0, 1, query.size, ready=False)
    found = searching.find(reader, query, facets=facets)
    shown = _sheets(found, by)
    needs = vocabulary.needs()
    codes = [code for code, _weight in found.heard.needs]
    understood = Understood(tuple(codes), tuple(needs[code].label for code in codes), found.heard.corrected)
    return Page(
        hits=tuple(shown),
        total=found.total,
        near=found.near,
        number=query.page,
        size=query.size,
        facets=tuple(_facets(query, found.counts)) if facets else (),
        understood=understood,
    )


def find_public(query: Query) -> tuple[list[tuple[Service, float | None]], int]:
    """Rows for the public API, with the distance of each and the total. Every page can be reached."""
    try:
        reader = Reader(Audience.PUBLIC)
    except NotReady:
        return [], 0
    found = searching.find(reader, query, facets=False)
    return [(row, _far(row, found)) for row in _rows(found, None)], found.total


def list_public_structures(
    *, sources: Sequence[str], networks: Sequence[str], departements: Sequence[str], commune: str, page: int, size: int
) -> tuple[list[tuple[Structure, list[Service]]], int]:
    """Public structures with their public services, by identifier, and how many there are."""
    rows = visible_structures(None)
    if sources:
        rows = rows.filter(source__in=sources)
    if commune:
        rows = rows.filter(commune=commune)
    if departements:
        rows = rows.filter(reduce(or_, (Q(commune__startswith=code) for code in departements)))
    if networks:
        rows = rows.annotate(named=Cast("networks", TextField())).filter(
            reduce(or_, (Q(named__contains=f'"{name}"') for name in networks))
        )
    total = rows.count()
    start = (page - 1) * size
    keys = list(rows.order_by("reference").values_list("pk", flat=True)[start : start + size]) if start < total else []
    its: dict[uuid.UUID, list[Service]] = {}
    for service in visible_services(None).filter(structure__in=keys).order_by("reference"):
        its.setdefault(service.structure_id, []).append(service)
    found = visible_structures(None).in_bulk(keys)
    return [(found[pk], its.get(pk, [])) for pk in keys if pk in found], total


def public_service_by_reference(reference: str) -> Service | None:
    found = whole(_by_reference(Word(reference)))
    return found[0] if found else None


@prepared
def _by_reference(reference: Word) -> "QuerySet[Service, Any]":
    return columns(services_shown(stranger=True).filter(reference=reference))


def public_structure_by_reference(reference: str) -> tuple[Structure, list[Service]] | None:
    """By its identifier, or one it had before sheets were merged."""
    rows = visible_structures(None)
    row = rows.filter(reference=reference).first() or rows.filter(aliases__reference=reference).first()
    if row is None:
        return None
    return row, list(visible_services(None).filter(structure=row).order_by("reference"))


def public_sources() -> list[str]:
    return sorted(visible_structures(None).order_by("source").values_list("source", flat=True).distinct())


def _rows(found: searching.Found, by: Actor | None) -> list[Service]:
    """Rows are asked again what may be seen: a sheet hidden a second ago is gone before the index knows."""
    keys = [uuid.UUID(pk) for pk in found.ids]
    asked = _by_id if len(keys) <= _MOST_KEPT else _by_id.build
    rows = {row.id: row for row in whole(asked(by is None, frozenset(keys)))}
    return [rows[pk] for pk in keys if pk in rows]


@prepared
def _by_id(stranger: bool, keys: frozenset[uuid.UUID]) -> "QuerySet[Service, Any]":
    return columns(services_shown(stranger).filter(pk__in=keys))


@prepared
def _of_structure(stranger: bool, pk: uuid.UUID) -> "QuerySet[Service, Any]":
    return columns(services_shown(stranger).filter(structure=pk).order_by("name", "pk"))


def _far(row: Service, found: searching.Found) -> float | None:
    """Km between communes. A place that is hidden is in no row: no distance."""
    return found.distances.get(sheets.placed_row(row).commune)


def _sheets(found: searching.Found, by: Actor | None) -> list[Sheet]:
    instant = now()
    return [sheets.sheet_of(row, instant, _far(row, found), professional=by is not None) for row in _rows(found, by)]


def _facets(query: Query, counts: Mapping[str, Mapping[str, int]]) -> Iterable[Facet]:
    needs = vocabulary.needs()
    told = (
        ("needs", _("Besoin"), "need", {code: need.label for code, need in needs.items()}, query.needs),
        ("publics", _("Public"), "public",
         {code: term.label for code, term in vocabulary.standard()["publics"].items()}, query.publics),
        ("languages", _("Langue"), "language", dict(vocabulary.FRENCH_LANGUAGE_NAMES), query.languages),
        ("channels", _("Comment"), "channel", {one.value: str(one.label) for one in Channel}, query.channels),
        ("kinds", _("Type"), "kind", {one.value: str(one.label) for one in StructureKind}, query.kinds),
    )  # fmt: skip
    for name, label, field, labels, chosen in told:
        found = counts.get(field, {})
        values = [
            FacetValue(value, labels.get(value, value), found.get(value, 0), value in chosen)
            for value in dict.fromkeys([*labels, *chosen])
            if found.get(value) or value in chosen
        ]
        if values:
            yield Facet(name, label, tuple(values))


def map_view(bounds: Bounds, query: Query | None = None, *, by: Actor | None = None) -> MapView:
    """What to draw in a map's view: services, or clusters of them when they are many. Filters of `query` hold; its
    commune, radius and page do not."""
    try:
        reader = Reader(_audience(by))
    except NotReady:
        return MapView(0, ())
    total, clusters, ids = searching.cells(reader, query or Query(), bounds)
    if clusters:
        return MapView(total, [MapPoint(latitude, longitude, count) for latitude, longitude, count in clusters])
    # Rows are asked again what may be seen, as for a list.
    found = lines(visible_services(by).filter(pk__in=ids).order_by("reference"), len(ids) or 1)
    placed = ((line, sheets.placed_row(line)) for line in found)
    points = [
        MapPoint(place.latitude, place.longitude, 1, line.structure.id, line.name)
        for line, place in placed
        if place.latitude is not None and place.longitude is not None
    ]
    return MapView(total, points)


def public_service(pk: uuid.UUID) -> Sheet | None:
    """What a stranger sees of a service; None when that is nothing."""
    row = visible_services(None).filter(pk=pk).first()
    return sheets.sheet_of(row, now()) if row else None


def service_for(by: Actor, pk: uuid.UUID) -> Sheet | None:
    row = visible_services(by).filter(pk=pk).first()
    return sheets.sheet_of(row, now(), professional=True) if row else None


def structure_for(by: Actor, row: Structure) -> StructureSheet:
    """Of a row that she may see."""
    return _structure(by, row)


def _structure(by: Actor | None, row: Structure) -> StructureSheet:
    services = whole(_of_structure(by is None, row.pk))
    return sheets.structure_sheet_of(row, services, now(), professional=by is not None)


def helplines() -> list[Sheet]:
    """The national numbers, in the order of the list they come from: emergencies first."""
    rows = visible_services(None).filter(is_helpline=True).order_by("rank", "reference")
    instant = now()
    return [sheets.sheet_of(row, instant) for row in rows]
