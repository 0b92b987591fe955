"""From a `Query` to the index and back: which services, in which order, with which counts. No row is read here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

import tantivy
from tantivy import FieldType, Occur

from maillage.directory import hours as opening
from maillage.directory import ranking, vocabulary
from maillage.directory import text as texts
from maillage.directory.engine import Reader, schema
from maillage.directory.queries import Bounds, Query
from maillage.directory.terms import CELLS, EVERYWHERE
from maillage.reference import communes, points

Clause = tuple[Occur, tantivy.Query]
FACETS: Mapping[str, int] = {
    "need": 40, "public": 20, "language": 30, "channel": 10, "kind": 30,
}  # fmt: skip
EVERY_PUBLIC = "tous-publics"  # of data.inclusion: asked for, it narrows nothing
_MOST_COMMUNES = 4_000  # within the largest radius
_MOST_CELLS = 400
_LEAST = 0.001  # of a score: less than what any word is worth
_ACROSS = 16  # clusters from one side of the view to the other


@dataclass(frozen=True)
class Found:
    """`ids` of one page; `distances`: km from what was asked to each commune around it."""

    ids: Sequence[str]
    distances: Mapping[str, float]
    total: int
    near: int
    counts: Mapping[str, Mapping[str, int]]
    heard: texts.Heard


def find(reader: Reader, query: Query, *, facets: bool = True) -> Found:
    heard = texts.hear(query.text, reader.knows, reader.words()) if query.text.strip() else texts.Heard((), (), (), ())
    filters = _filters(reader, query)
    distances = _distances(query)
    must = filters if distances is None else [*filters, (Occur.Must, _there(query, distances))]
    spoken = _spoken(heard, every_word=True)
    asked = _both(must, spoken)
    if not heard.needs and len(heard.words) > 1 and not _page(reader, asked, 1).count:
        spoken = _spoken(heard, every_word=False)
        asked = _both(must, spoken)
    wanted = dict(FACETS) if facets else {}
    if distances is not None:
        wanted["commune"] = _MOST_COMMUNES
    counts, total = reader.counts(asked, wanted) if wanted else ({}, 0)
    if "public" in counts:
        counts["public"] = _for_each_public(counts["public"])
    offset = (query.page - 1) * query.size
    if distances is None:
        result = _page(reader, _among_equals(reader, asked, query), query.size, offset, by_id=query.by_id)
        ids = [str(pk) for pk, _address in result.hits] if query.by_id else reader.ids(result.hits)
        return Found(ids, {}, int(result.count), 0, counts, heard)
    there = [(code, far, counts["commune"][code]) for code, far in distances if code in counts["commune"]]
    near = sum(found for _code, _far, found in there)
    if query.speaking or query.open_first:
        ordered = _by_rank(reader, asked, there, query)
    else:
        reached, rest = _reached(there, query)
        # Looking no further than the page reaches spares most of what is around.
        ordered = _nearest_first(
            asked if rest else _both([*filters, (Occur.Must, _any("commune", reached))], spoken), reached
        )
    result = _page(reader, ordered, query.size, offset)
    return Found(reader.ids(result.hits), dict(distances), total, near, counts, heard)


def _for_each_public(counts: Mapping[str, int]) -> dict[str, int]:
    """How many each public would find: its own, and what is for everyone."""
    everyone = counts.get(EVERY_PUBLIC, 0)
    return {value: count + everyone for value, count in counts.items() if value != EVERY_PUBLIC}


def _page(reader: Reader, asked: tantivy.Query, size: int, offset: int = 0, *, by_id: bool = False) -> Any:
    """Hits and their `count` (which the stubs of tantivy leave out), by score or in the order of ids."""
    if by_id:
        return reader.searcher.search(asked, size, True, "id", offset, tantivy.Order.Asc)
    return reader.searcher.search(asked, size, True, None, offset)


There = Sequence[tuple[str, float, int]]  # communes that hold some, nearest first: code, km, how many


def _reached(there: There, query: Query) -> tuple[Sequence[str], bool]:
    """Communes that a page can show something of, nearest first; whether it also shows what is in none of them."""
    until = query.page * query.size
    reached, sofar = [], 0
    for code, _far, found in there:
        reached.append(code)
        sofar += found
        if sofar >= until:
            return reached, False
    return reached, True


def _nearest_first(asked: tantivy.Query, reached: Sequence[str]) -> tantivy.Query:
    """Communes by distance weigh more than any text."""
    clauses: list[Clause] = [(Occur.Must, tantivy.Query.const_score_query(asked, 0.0))]
    clauses += [_worth(_one("commune", code), 1 + len(reached) - place) for place, code in enumerate(reached)]
    return tantivy.Query.boolean_query(clauses)


def _by_rank(reader: Reader, asked: tantivy.Query, there: There, query: Query) -> tantivy.Query:
    """As `ranking.weight` says, of more weight than any text. Communes are told apart in the steps the page reaches."""
    clauses: list[Clause] = [(Occur.Must, tantivy.Query.const_score_query(asked, 0.0)), *_preferred(reader, query)]
    sofar = 0
    for _step, group in groupby(there, key=lambda one: ranking.step(one[1])):
        within = list(group)
        codes = [code for code, _far, _count in within]
        clauses.append(_worth(_any("commune", codes), ranking.weight(far=within[0][1])))
        if sofar < query.page * query.size:
            clauses += [_worth(_one("commune", code), place) for place, code in enumerate(reversed(codes), 1)]
        sofar += sum(count for _code, _far, count in within)
    return tantivy.Query.boolean_query(clauses)


def _among_equals(reader: Reader, asked: tantivy.Query, query: Query) -> tantivy.Query:
    """Without a centre, what the text says goes first: the rest of the rule parts those that it puts together."""
    preferred = _preferred(reader, query, _LEAST / ranking.PLACES)
    return tantivy.Query.boolean_query([(Occur.Must, asked), *preferred]) if preferred else asked


def _preferred(reader: Reader, query: Query, unit: float = 1.0) -> list[Clause]:
    """Open, or at least not known to be closed; then in that language."""
    clauses = []
    hours = tuple(reader.hours()) if query.open_first else ()
    if query.open_first and hours:
        opened, closed = _doors(hours, _minute(query.open_first))
        all_but: list[Clause] = [(Occur.Must, tantivy.Query.all_query())]
        all_but += [(Occur.MustNot, _any("hours", closed))] if closed else []
        unknown, more = ranking.weight(open_now=None), ranking.weight(open_now=True) - ranking.weight(open_now=None)
        clauses.append(_worth(tantivy.Query.boolean_query(all_but), unknown * unit))
        clauses += [_worth(_any("hours", opened), more * unit)] if opened else []
    if query.speaking not in ("", ranking.FRENCH):
        clauses.append(_worth(_one("language", query.speaking), ranking.weight(speaks=True) * unit))
    return clauses


def _worth(which: tantivy.Query, points: float) -> Clause:
    return Occur.Should, tantivy.Query.const_score_query(which, float(points))


def _one(field: str, value: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema(), field, value)


def _any(field: str, values: Sequence[str]) -> tantivy.Query:
    return tantivy.Query.term_set_query(schema(), field, list(values))


def _both(must: Sequence[Clause], spoken: tantivy.Query | None) -> tantivy.Query:
    clauses = [*must]
    if spoken is not None:
        clauses.append((Occur.Must, spoken))
    return tantivy.Query.boolean_query(clauses) if clauses else tantivy.Query.all_query()


def _spoken(heard: texts.Heard, *, every_word: bool) -> tantivy.Query | None:
    """The services that answer one of the needs heard, or hold the words: the more, the higher."""
    if not heard.words:
        return None
    either: list[Clause] = []
    for need, weight in heard.needs:
        term = tantivy.Query.term_query(schema(), "need", need)
        either.append((Occur.Should, tantivy.Query.const_score_query(term, 4.0 + 4.0 * weight)))
    words = heard.others if heard.needs else heard.words
    told = [_word(word) for word in words]
    if told and not heard.needs:
        occur = Occur.Must if every_word else Occur.Should
        return tantivy.Query.boolean_query([(occur, word) for word in told])
    names = [_named(word) for word in dict.fromkeys(heard.words)]
    whole = [(Occur.Must, word) for word in names]
    if whole:
        # The name of a structure, typed whole, comes before the needs its words may speak of.
        either.append((Occur.Should, tantivy.Query.boost_query(tantivy.Query.boolean_query(whole), 6.0)))
    if told:
        either.append((Occur.Should, tantivy.Query.boolean_query([(Occur.Should, word) for word in told])))
    return tantivy.Query.boolean_query(either)


def _named(word: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema(), "name", _stem(word))


def _word(word: str) -> tantivy.Query:
    in_name = tantivy.Query.boost_query(_named(word), 3.0)
    in_body = tantivy.Query.term_query(schema(), "body", _stem(word))
    return tantivy.Query.boolean_query([(Occur.Should, in_name), (Occur.Should, in_body)])


def _stem(word: str) -> str:
    found = texts.analyzer().analyze(word)
    return str(found[0]) if found else word


def _filters(reader: Reader, query: Query) -> list[Clause]:
    themes = [one for theme in query.themes for one in vocabulary.themes_of(theme)]
    exact = {
        "need": query.needs, "theme": themes, "language": query.languages, "channel": query.channels,
        "kind": query.kinds, **query.exact,
    }  # fmt: skip
    must: list[Clause] = [(Occur.Must, _any(name, values)) for name, values in exact.items() if values]
    if query.publics and EVERY_PUBLIC not in query.publics:
        must.append((Occur.Must, _any("public", [*query.publics, EVERY_PUBLIC])))
    if query.departement and not query.commune:
        zones = [query.departement, EVERYWHERE]
        must.append((Occur.Must, _any_of(("departement", [query.departement]), ("zone", zones))))
    if query.bounds is not None:
        must.append((Occur.Must, _range("lat", _fixed(query.bounds.south), _fixed(query.bounds.north))))
        must.append((Occur.Must, _range("lon", _fixed(query.bounds.west), _fixed(query.bounds.east))))
    if query.quality > 0:
        must.append((Occur.Must, _range("quality", query.quality, None)))
    if query.remote:
        must.append((Occur.Must, tantivy.Query.term_query(schema(), "remote", "1")))
    if query.age is not None:
        must.append((Occur.Must, _range("age_from", None, query.age)))
        must.append((Occur.Must, _range("age_to", query.age, None)))
    if query.open_at is not None:
        opened, _closed = _doors(tuple(reader.hours()), _minute(query.open_at))
        must.append((Occur.Must, _any("hours", opened) if opened else tantivy.Query.empty_query()))
    return must


def _fixed(degrees: float) -> int:
    return round(degrees * 1e5)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


@lru_cache(maxsize=8)
def _doors(hours: tuple[str, ...], at: datetime) -> tuple[Sequence[str], Sequence[str]]:
    """Of all distinct hours, those open then, and those closed then; those that cannot be read are in neither."""
    found: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for one in hours:
        zone, _bar, times = one.partition("|")
        found[opening.is_open(times, at, zone)].append(one)
    return found[True], found[False]


def _range(field: str, low: int | None, high: int | None) -> tantivy.Query:
    return tantivy.Query.range_query(schema(), field, FieldType.Integer, low, high)


def _any_of(*pairs: tuple[str, Sequence[str]]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, _any(field, values)) for field, values in pairs])


def _distances(query: Query) -> Sequence[tuple[str, float]] | None:
    """Communes within the radius, nearest first; None when the search has no centre."""
    centre = query.point or (points.of(query.commune) if query.commune else None)
    if centre is not None:
        return points.around(centre, float(query.radius))
    if query.commune:  # a commune without a known point: itself alone
        return ((query.commune, 0.0),)
    return None


def zones_of(commune: str) -> Sequence[str]:
    """Zone codes that cover a commune."""
    known = communes.find(commune)
    found = [EVERYWHERE, "99100", commune]
    if known:
        found.append(known.departement)
    if epci := points.epci_of(commune):
        found.append(epci)
    return found


def _there(query: Query, distances: Sequence[tuple[str, float]]) -> tantivy.Query:
    """Placed within the radius, or answering there from a distance."""
    centre = query.commune or (points.nearest(query.point) if query.point else None) or ""
    zones = zones_of(centre) if centre else [EVERYWHERE]
    return _any_of(("commune", [code for code, _far in distances] or ["-"]), ("zone", zones))


def cells(reader: Reader, query: Query, bounds: Bounds) -> tuple[int, list[tuple[float, float, int]], list[str]]:
    """For a map's view: how many services, then either clusters (latitude, longitude, count) or ids to draw."""
    must = _filters(reader, replace(query, bounds=bounds))
    heard = texts.hear(query.text, reader.knows, reader.words()) if query.text.strip() else None
    asked = _both(must, _spoken(heard, every_word=True) if heard else None)
    span = max(bounds.north - bounds.south, bounds.east - bounds.west)
    zoom = next((zoom for zoom, size in reversed(CELLS.items()) if span / size <= _ACROSS), min(CELLS))
    name, size = f"cell{zoom}", CELLS[zoom]
    counts, total = reader.counts(asked, {name: _MOST_CELLS * 4})
    if total <= _MOST_CELLS:
        return total, [], reader.ids(_page(reader, asked, max(total, 1)).hits)
    found = []
    for cell, held in counts[name].items():
        south, west = (int(part) * size for part in cell.split(":"))
        found.append((south + size / 2, west + size / 2, held))
    return total, found, []
