"""Who is near, open now, in one's language: what the public directory answers for a need of the orientation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maillage.directory import selectors
from maillage.directory.queries import Query, Sheet
from maillage.portal.addresses import View
from maillage.reference import communes, outlines, points

SHOWN = 30
RADIUS = 60  # km
ADDRESSEES = ("crip", "prosecutor", "minors_brigade", "family_house")
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
    """Public services for those needs around that place: near, then open now, then in that language. A filter leaves
    out what is closed, or speaks another one, only where the reader asked for it."""
    codes = [code for need in needs for code in NEEDS[need]]
    if not codes:
        return []
    query: dict[str, Any] = {
        "needs": codes, "commune": where.code, "radius": RADIUS, "size": SHOWN, "open_first": now, "speaking": language,
    }  # fmt: skip
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
    """Who receives what is transmitted in that département, in the order in which one transmits."""
    found = selectors.search(Query(kinds=ADDRESSEES, departement=departement, size=SHOWN), facets=False).hits
    return sorted(filter(reachable, found), key=lambda sheet: ADDRESSEES.index(sheet.structure_kind))


def outlines_around(place: Place) -> Sequence[str]:
    """Static files of the outlines that a map centred there shows: its département and those it touches."""
    return [outlines.file_of(code) for code in outlines.around(place.departement)]


def communes_around(place: Place) -> str:
    """That of the communes of its département; "" when there is none."""
    return outlines.communes_of(place.departement) if outlines.around(place.departement) else ""
