"""Where communes are: the point of each town hall, and what lies around it. Read once per process."""

import csv
import gzip
import io
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt
from sys import intern
from typing import NamedTuple

EARTH = 6371.0  # km, mean radius


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


def of(code: str) -> Point | None:
    """The point of a commune or municipal arrondissement; None for the few without one (overseas territories)."""
    known = _places()
    at = known.numbers.get(code.strip().upper())
    return None if at is None else Point(known.latitudes[at], known.longitudes[at])


def epci_of(code: str) -> str:
    """SIREN of the EPCI a commune belongs to, "" when it has none or is not known."""
    known = _places()
    at = known.numbers.get(code.strip().upper())
    return "" if at is None else known.epcis[at]


def distance(one: Point, other: Point) -> float:
    """Great-circle kilometres."""
    return _distance(one.latitude, one.longitude, other.latitude, other.longitude)


def _distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    half_lat = radians(other_latitude - latitude) / 2
    half_lon = radians(other_longitude - longitude) / 2
    chord = sin(half_lat) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(half_lon) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, chord)))


@lru_cache(maxsize=256)
def around(centre: Point, radius: float) -> Sequence[tuple[str, float]]:
    """Codes of communes whose point is within `radius` km, nearest first, each with its distance in km."""
    codes, latitudes, longitudes = (known := _places()).codes, known.latitudes, known.longitudes
    reach = radius / 111.0
    low, high = bisect_left(latitudes, centre.latitude - reach), bisect_right(latitudes, centre.latitude + reach)
    found = []
    for at in range(low, high):
        if (far := _distance(centre.latitude, centre.longitude, latitudes[at], longitudes[at])) <= radius:
            found.append((codes[at], far))
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


def nearest(point: Point) -> str | None:
    """Code of the commune whose town hall is nearest, within 50 km."""
    for radius in (5.0, 15.0, 50.0):
        if found := around(point, radius):
            return found[0][0]
    return None


class _Places(NamedTuple):
    """From south to north, to look at a band of latitudes only. Numbers in rows, no object each: a process keeps it."""

    codes: Sequence[str]
    latitudes: "array[float]"
    longitudes: "array[float]"
    epcis: Sequence[str]
    numbers: Mapping[str, int]  # by code


@cache
def _places() -> _Places:
    packed = (files("maillage.reference") / "data" / "points.csv.gz").read_bytes()
    read = csv.DictReader(io.StringIO(gzip.decompress(packed).decode()))
    rows = sorted(
        (float(row["latitude"]), float(row["longitude"]), intern(row["code"]), intern(row["epci"])) for row in read
    )
    latitudes, longitudes, codes, epcis = zip(*rows, strict=True)
    numbers = {code: at for at, code in enumerate(codes)}
    return _Places(codes, array("d", latitudes), array("d", longitudes), epcis, numbers)
