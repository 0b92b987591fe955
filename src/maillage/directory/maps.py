"""The map of the directory: where it opens, and whose outlines its view needs. Pure."""

from collections.abc import Mapping, Sequence
from math import cos, radians

from maillage.directory.queries import Bounds, Query
from maillage.reference import outlines, points

FRANCE = Bounds(41.2, -5.3, 51.3, 9.7)
_KM = 111.0  # a degree of latitude
# How wide a view may be, degrees, to show communes, and to show départements one by one.
_COMMUNES, _DEPARTEMENTS = 1.2, 4.0


def first_view(query: Query) -> Bounds:
    """Around what was asked for."""
    if query.bounds is not None:
        return query.bounds
    centre = points.of(query.commune) if query.commune else None
    if centre is None:
        return FRANCE
    tall = query.radius / _KM
    wide = tall / max(0.1, cos(radians(centre.latitude)))
    return Bounds(
        max(-90.0, centre.latitude - tall), max(-180.0, centre.longitude - wide),
        min(90.0, centre.latitude + tall), min(180.0, centre.longitude + wide),
    )  # fmt: skip


def outlines_of(view: Bounds) -> Mapping[str, Sequence[str]]:
    """Static files to draw: the country from afar, its départements nearer, with their communes nearer still."""
    width = view.east - view.west
    if width > _DEPARTEMENTS:
        return {"outlines": [outlines.COUNTRY], "communes": []}
    near = outlines.within((view.west, view.south, view.east, view.north))
    return {
        "outlines": [outlines.file_of(code) for code in near],
        "communes": [outlines.communes_of(code) for code in near] if width <= _COMMUNES else [],
    }
