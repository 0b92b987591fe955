"""What can be asked of the directory, and the shape of its answers. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from maillage.reference.points import Point

PAGE_SIZE = 20
LARGEST_PAGE = 100
RADIUS = 50  # km
LARGEST_RADIUS = 200


@dataclass(frozen=True)
class Query:
    """A search. Within one filter any value will do; every filter must hold."""

    text: str = ""  # as typed: accents, plurals, typos and young people's own words are dealt with
    needs: Sequence[str] = ()  # codes of `vocabulary.NEEDS`
    themes: Sequence[str] = ()  # data.inclusion v1 themes, or categories of them
    publics: Sequence[str] = ()  # data.inclusion v1 publics
    languages: Sequence[str] = ()  # ISO 639-1
    channels: Sequence[str] = ()  # codes of `enums.Channel`
    kinds: Sequence[str] = ()  # codes of `enums.StructureKind`
    age: int | None = None  # years; services that say no age serve all
    commune: str = ""  # INSEE code: nearest first, then what answers there from a distance
    point: Point | None = None  # instead of `commune`, when a browser gave its place on request; never kept
    radius: int = RADIUS  # km around the commune or point
    bounds: "Bounds | None" = None  # only what has its place in a map's view
    departement: str = ""
    open_at: datetime | None = None  # only what is open then
    remote: bool = False  # only what answers by phone, message or chat
    # Who comes first among those as near (`ranking.weight`); nobody is left out.
    open_first: datetime | None = None  # what is open then
    speaking: str = ""  # what answers in that language, ISO 639-1
    # For the public API: exact values of other columns of the index, one of them each.
    exact: Mapping[str, Sequence[str]] = field(default_factory=dict)
    quality: int = 0  # per cent at least
    by_id: bool = False  # in a fixed order, to read everything page by page
    page: int = 1
    size: int = PAGE_SIZE


@dataclass(frozen=True)
class FacetValue:
    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One filter with what it would leave. `name` is the attribute of `Query`."""

    name: str
    label: str
    values: Sequence[FacetValue]

    @property
    def single(self) -> str:
        """« needs » → « need »: as forms that take one value call it."""
        return self.name.removesuffix("s")


@dataclass(frozen=True)
class Sheet:
    """One service as its reader may see it. Everything a page shows; no row of the database.

    Place and distance are empty when the reader may not know them: there is nothing to hide in a template.
    """

    id: uuid.UUID
    reference: str  # « source--local id »
    name: str
    description: str
    structure_id: uuid.UUID
    structure_name: str
    structure_kind: str
    kind_label: str
    need_labels: Sequence[str]
    needs: Sequence[str]
    themes: Sequence[str]
    theme_labels: Sequence[str]
    public_labels: Sequence[str]
    publics_note: str
    age_from: int | None
    age_to: int | None
    languages: Sequence[str]
    language_labels: Sequence[str]
    channels: Sequence[str]
    channel_labels: Sequence[str]
    phone: str  # as dialled: « 119 », « +33140269151 »
    email: str
    website: str
    contact_link: str
    conditions: str
    cost: str  # in words, "" when not said
    address: str
    address_more: str
    postcode: str
    commune_name: str
    commune: str
    latitude: float | None
    longitude: float | None
    hours: str  # OpenStreetMap syntax
    hours_lines: Sequence[str]  # readable, one line a rule
    open_now: bool | None  # None: not known
    place_hidden: bool  # there is a place, and it is not shown
    confidentiality: str
    source: str
    source_link: str
    updated_on: date
    verified_on: date | None
    verified_by: str
    stale: bool
    remote: bool
    # Km from what was asked; None: no place, or not to be known.
    distance: float | None = None

    @property
    def km(self) -> str:
        """The distance as it is said; "" without one."""
        return "" if self.distance is None else str(round(self.distance))


@dataclass(frozen=True)
class StructureSheet:
    """One structure as its reader may see it, with the services that reader may see."""

    id: uuid.UUID
    reference: str
    name: str
    kind: str
    kind_label: str
    description: str
    phone: str
    email: str
    website: str
    address: str
    address_more: str
    postcode: str
    commune_name: str
    commune: str
    hours_lines: Sequence[str]
    open_now: bool | None
    place_hidden: bool
    confidentiality: str
    state: str
    source: str
    source_link: str
    updated_on: date
    verified_on: date | None
    verified_by: str
    stale: bool
    services: Sequence[Sheet]


@dataclass(frozen=True)
class Understood:
    """What was made of a free text, to say it back."""

    needs: Sequence[str] = ()  # codes of needs recognised
    labels: Sequence[str] = ()
    corrected: Sequence[tuple[str, str]] = ()  # (typed, read as)


@dataclass(frozen=True)
class Page:
    """`total`: of all pages. `near`: how many of them have a place within the radius."""

    hits: Sequence[Sheet]
    total: int
    near: int
    number: int
    size: int
    facets: Sequence[Facet] = ()
    understood: Understood = field(default_factory=Understood)
    ready: bool = True  # False: the index is being made for the first time

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


@dataclass(frozen=True)
class Bounds:
    """A map's view, in degrees."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True)
class MapPoint:
    """One service to draw, or a cluster of `count` of them (`structure_id` None and `name` empty)."""

    latitude: float
    longitude: float
    count: int = 1
    structure_id: uuid.UUID | None = None
    name: str = ""


@dataclass(frozen=True)
class MapView:
    """What a map shows. `total`: of the services in view, in clusters or not."""

    total: int
    points: Sequence[MapPoint]
