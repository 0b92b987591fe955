"""Where communes are: the point of each town hall, and what lies around it. Read once per process."""

import csv
import gzip
import io
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt

EARTH = 6371.0  # km, mean radius


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


def of(code: str) -> Point | None:
    """The point of a commune or municipal arrondissement; None for the few without one (overseas territories)."""
    place = _places()[0].get(code.strip().upper())
    return place[0] if place else None


def epci_of(code: str) -> str:
    """SIREN of the EPCI a commune belongs to, "" when it has none or is not known."""
    place = _places()[0].get(code.strip().upper())
    return place[1] if place else ""


def distance(one: Point, other: Point) -> float:
    """Great-circle kilometres."""
    half_lat = radians(other.latitude - one.latitude) / 2
    half_lon = radians(other.longitude - one.longitude) / 2
    chord = sin(half_lat) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(half_lon) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, chord)))


@lru_cache(maxsize=256)
def around(centre: Point, radius: float) -> Sequence[tuple[str, float]]:
    """Codes of communes whose point is within `radius` km, nearest first, each with its distance in km."""
    _by_code, latitudes, ordered = _places()
    reach = radius / 111.0
    low, high = bisect_left(latitudes, centre.latitude - reach), bisect_right(latitudes, centre.latitude + reach)
    found = []
    for code, point in ordered[low:high]:
        if (far := distance(centre, point)) <= radius:
            found.append((code, far))
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


def nearest(point: Point) -> str | None:
    """Code of the commune whose town hall is nearest, within 50 km."""
    for radius in (5.0, 15.0, 50.0):
        if found := around(point, radius):
            return found[0][0]
    return None


_Places = tuple[dict[str, tuple[Point, str]], list[float], list[tuple[str, Point]]]


@cache
def _places() -> _Places:
    """By code; and from south to north, to look at a band of latitudes only."""
    packed = (files("maillage.reference") / "data" / "points.csv.gz").read_bytes()
    by_code = {}
    for row in csv.DictReader(io.StringIO(gzip.decompress(packed).decode())):
        by_code[row["code"]] = (Point(float(row["latitude"]), float(row["longitude"])), row["epci"])
    ordered = sorted(((code, place[0]) for code, place in by_code.items()), key=lambda one: one[1].latitude)
    return by_code, [point.latitude for _code, point in ordered], ordered
