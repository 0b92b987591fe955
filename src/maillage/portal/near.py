"""Who is near, open now, in one's language: what the public directory answers for a need of the orientation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from maillage.directory import selectors
from maillage.directory.queries import Query, Sheet
from maillage.portal.addresses import View
from maillage.reference import communes, points

SHOWN = 30
RADIUS = 60  # km
LINES = frozenset({"helpline", "emergency"})

# What each need of the rules is called in the directory.
NEEDS: Mapping[str, Sequence[str]] = {
    "listening": ("listening",),
    "health": ("sexual-health", "care"),
    "outreach": ("outreach",),
    "shelter": ("shelter",),
    "victims": ("victims-rights", "sexual-violence"),
    "psychotrauma": ("psycho-trauma",),
    "family": ("family",),
    "police_station": ("investigation",),
    "crip": ("report",),
}


@dataclass(frozen=True)
class Place:
    """A commune and where it is (degrees)."""

    code: str
    name: str
    departement: str
    latitude: float | None
    longitude: float | None


def place(code: str) -> Place | None:
    """The commune of that INSEE code; None when there is none."""
    commune = communes.find(code)
    if commune is None:
        return None
    point = points.of(commune.code)
    return Place(
        commune.code, commune.name, commune.departement, point.latitude if point else None,
        point.longitude if point else None,
    )  # fmt: skip


def places(typed: str) -> Sequence[communes.Commune]:
    """The communes that somebody may mean by a name, or by a postcode alone."""
    return communes.by_name(typed) or communes.by_postcode(typed)


def search(needs: Sequence[str], where: Place, view: View, language: str, now: datetime) -> Sequence[Sheet]:
    """Public services for those needs around that place, nearest first."""
    codes = [code for need in needs for code in NEEDS[need]]
    if not codes:
        return []
    query: dict[str, Any] = {"needs": codes, "commune": where.code, "radius": RADIUS, "size": SHOWN}
    if view.open:
        query["open_at"] = now
    if view.language:
        query["languages"] = [language]
    found = selectors.search(Query(**query), facets=False).hits
    # The national numbers are above, in their order; a sheet without any way to reach it helps nobody now.
    return [sheet for sheet in found if sheet.structure_kind not in LINES and reachable(sheet)]


def reachable(sheet: Sheet) -> bool:
    return bool(sheet.phone or sheet.website or sheet.contact_link or sheet.address)


def addressees(departement: str) -> Sequence[Sheet]:
    """Who receives what is transmitted in that département: CRIP, prosecutor, brigade."""
    kinds = ("crip", "prosecutor", "minors_brigade", "family_house")
    return selectors.search(Query(kinds=kinds, departement=departement, size=SHOWN), facets=False).hits


def outlines(around: Place) -> Sequence[str]:
    """Static files of the outlines that a map centred there shows: its département and those it touches."""
    return [f"portal/outlines/{code}.json" for code in neighbours().get(around.departement, ())]


@cache
def neighbours() -> Mapping[str, Sequence[str]]:
    """Département → itself, then those whose frame meets its own."""
    folder = files("maillage.portal") / "static" / "portal" / "outlines"
    frames = {
        file.name.removesuffix(".json"): json.loads(file.read_text("utf-8"))["b"]
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
    }

    def meet(one: Sequence[float], other: Sequence[float]) -> bool:
        return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]

    return {
        code: [code, *(near for near, frame in frames.items() if near != code and meet(frames[code], frame))]
        for code in frames
    }
