"""What was done, counted from rows: no Django, no score, nothing that ranks a home or a person.

A figure is a number of episodes and, apart, of the young people they are about: someone absent twice is one young
person and two episodes. Episodes opened by mistake are left out before anything is counted.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple

# A breakdown counts with the episode it follows: during the absence, or this long after the return.
AFTER = timedelta(days=30)
# When the protocol of an episode has no step for the talk.
TALK_WITHIN = timedelta(hours=72)
MOST_MONTHS = 24


class Month(NamedTuple):
    """A month of the calendar, in the zone of the home."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    def plus(self, months: int) -> "Month":
        return Month(*_carried(self.year, self.month + months))


def _carried(year: int, month: int) -> tuple[int, int]:
    years, rest = divmod(month - 1, 12)
    return year + years, rest + 1


@dataclass(frozen=True)
class Period:
    """Whole months, both included; an episode belongs to the month in which its absence was noticed."""

    first: Month
    last: Month

    def __post_init__(self) -> None:
        if not self.first <= self.last < self.first.plus(MOST_MONTHS):
            raise ValueError(f"{self.first}-{self.last}")

    @property
    def months(self) -> tuple[Month, ...]:
        found = [self.first]
        while found[-1] < self.last:
            found.append(found[-1].plus(1))
        return tuple(found)


def lately(today: date, months: int) -> Period:
    """The last `months`, the present one included."""
    last = Month.of(today)
    return Period(last.plus(1 - months), last)


class Figure(StrEnum):
    EPISODES = "episodes"
    SHEET = "sheet"
    RETURNED = "returned"
    CARE = "care"
    OFFERED = "offered"
    NOT_OFFERED = "not_offered"
    HELD = "held"
    IN_TIME = "in_time"
    REFUSED = "refused"
    BREAKDOWN = "breakdown"
    RELAYS = "relays"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True)
class Row:
    """One episode, as its rows tell it. `offers`: instants at which the talk was offered (accepted, refused and held
    say that it was). `deadline`: of the talk, once she is back. `relays`: handed over, of which `acknowledged`."""

    episode: uuid.UUID
    person: uuid.UUID
    home: uuid.UUID
    noticed_at: datetime
    month: Month
    returned_at: datetime | None = None
    ended_on: date | None = None
    sheet_at: datetime | None = None
    care_at: datetime | None = None
    offers: tuple[datetime, ...] = ()
    held_at: datetime | None = None
    refused: bool = False
    deadline: datetime | None = None
    breakdown: bool = False
    relays: int = 0
    acknowledged: int = 0


Holds = Callable[[Row, datetime], bool]
Lasted = Callable[[Row], timedelta | None]


@dataclass(frozen=True)
class Spec:
    """How a figure is counted. `holds`: the episodes it counts; `among`: those it could have counted (its « sur n »);
    `lasted`: the delay whose median goes with it; `units`: what is counted instead of episodes."""

    holds: Holds
    among: Holds | None = None
    lasted: Lasted | None = None
    units: Callable[[Row], int] | None = None
    units_among: Callable[[Row], int] | None = None


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return None if start is None or end is None else max(end - start, timedelta(0))


def _back(row: Row, _now: datetime) -> bool:
    return row.returned_at is not None


def _in_time(row: Row, _now: datetime) -> bool:
    return row.held_at is not None and row.deadline is not None and row.held_at <= row.deadline


def _settled(row: Row, now: datetime) -> bool:
    """Back, and the talk was held or its delay is over: before that nobody can say whether it was kept."""
    return row.returned_at is not None and (row.held_at is not None or (row.deadline or now) < now)


SPECS: Mapping[Figure, Spec] = {
    Figure.EPISODES: Spec(lambda row, now: True),
    Figure.SHEET: Spec(
        lambda row, now: row.sheet_at is not None,
        lambda row, now: True,
        lambda row: _between(row.noticed_at, row.sheet_at),
    ),
    Figure.RETURNED: Spec(_back, lambda row, now: True, lambda row: _between(row.noticed_at, row.returned_at)),
    Figure.CARE: Spec(
        lambda row, now: row.returned_at is not None and row.care_at is not None,
        _back,
        lambda row: _between(row.returned_at, row.care_at),
    ),
    Figure.OFFERED: Spec(
        lambda row, now: _back(row, now) and bool(row.offers),
        _back,
        lambda row: _between(row.returned_at, min(row.offers, default=None)),
    ),
    Figure.NOT_OFFERED: Spec(lambda row, now: _back(row, now) and not row.offers, _back),
    Figure.HELD: Spec(
        lambda row, now: _back(row, now) and row.held_at is not None,
        _back,
        lambda row: _between(row.returned_at, row.held_at),
    ),
    Figure.IN_TIME: Spec(lambda row, now: _back(row, now) and _in_time(row, now), _settled),
    Figure.REFUSED: Spec(lambda row, now: _back(row, now) and row.refused, _back),
    Figure.BREAKDOWN: Spec(lambda row, now: row.breakdown, lambda row, now: True),
    Figure.RELAYS: Spec(lambda row, now: row.relays > 0, units=lambda row: row.relays),
    Figure.ACKNOWLEDGED: Spec(
        lambda row, now: row.acknowledged > 0,
        units=lambda row: row.acknowledged,
        units_among=lambda row: row.relays,
    ),
}


@dataclass(frozen=True)
class Count:
    """`number`: episodes (hand-overs where those are counted); `people`: young people they are about, each once;
    `among`: what `number` is out of; `typical`: the median delay, over `lasted` episodes."""

    number: int
    people: int
    among: int | None = None
    typical: timedelta | None = None
    lasted: int = 0


def chosen(figure: Figure, rows: Iterable[Row], now: datetime) -> list[Row]:
    """The episodes behind a figure, latest notice first."""
    holds = SPECS[figure].holds
    return sorted((row for row in rows if holds(row, now)), key=lambda row: (row.noticed_at, row.episode), reverse=True)


def count(figure: Figure, rows: Sequence[Row], now: datetime) -> Count:
    spec = SPECS[figure]
    kept = chosen(figure, rows, now)
    number = sum(spec.units(row) for row in kept) if spec.units else len(kept)
    among = None
    if spec.units_among:
        among = sum(spec.units_among(row) for row in rows)
    elif spec.among:
        among = sum(1 for row in rows if spec.among(row, now))
    lasted = [length for row in kept if spec.lasted and (length := spec.lasted(row)) is not None]
    return Count(
        number=number,
        people=len({row.person for row in kept}),
        among=among,
        typical=timedelta(seconds=median(one.total_seconds() for one in lasted)) if lasted else None,
        lasted=len(lasted),
    )


def broken_down(
    episodes: Sequence[tuple[uuid.UUID, uuid.UUID, uuid.UUID, date, date | None]],
    ends: Iterable[tuple[uuid.UUID, uuid.UUID, date]],
) -> frozenset[uuid.UUID]:
    """The episodes that a breakdown followed: each breakdown goes with one episode, the latest before it.

    `episodes`: (id, person, home, noticed on, over on); `ends`: (person, home, day) of placements that broke down.
    """
    found = set()
    for person, home, day in ends:
        before = [
            (noticed, episode)
            for episode, whose, where, noticed, over in episodes
            if whose == person and where == home and noticed <= day and (over is None or day <= over + AFTER)
        ]
        if before:
            found.add(max(before)[1])
    return frozenset(found)
