"""Outlines of départements and of their communes, shipped as static files: which ones a map needs. Pure."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

FOLDER = "reference/outlines"  # among static files; `build_outlines` makes them, and says what they hold
COUNTRY = f"{FOLDER}/france.json"

Frame = tuple[float, float, float, float]  # west, south, east, north


def file_of(departement: str) -> str:
    return f"{FOLDER}/{departement}.json"


def communes_of(departement: str) -> str:
    return f"{FOLDER}/communes/{departement}.json"


@cache
def frames() -> Mapping[str, Frame]:
    """Département → what it spans, degrees."""
    country = json.loads((files("maillage.reference") / "static" / COUNTRY).read_text("utf-8"))
    return {code: tuple(one["b"]) for code, one in country.items()}


def _meet(one: Frame, other: Frame) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def within(frame: Frame) -> Sequence[str]:
    """Départements that may be seen in that frame."""
    return [code for code, its in frames().items() if _meet(its, frame)]


@cache
def around(departement: str) -> Sequence[str]:
    """It, then those whose frame meets its own; none when it has no outline."""
    if departement not in frames():
        return ()
    near = within(frames()[departement])
    return (departement, *(code for code in near if code != departement))
