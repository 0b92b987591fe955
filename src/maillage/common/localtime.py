"""Wall-clock time of a place. Pure: instants are aware, zones are IANA names (« Indian/Reunion »).

Nights that change the clock: an hour that happens twice means the first one, an hour that does not happen
means the instant the clock jumps past it (PEP 495).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Where no place says another.
ZONE = "Europe/Paris"
_FIRST, _LAST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)


def local(instant: datetime, zone: str) -> datetime:
    """The same instant with the wall clock of the zone. ValueError when `instant` is naive."""
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    return instant.astimezone(ZoneInfo(zone))


def instant(day: date, clock: time, zone: str) -> datetime:
    """The instant (UTC) when the clocks of the zone show that time on that day.

    At either end of the calendar, where somebody's finger slipped on a year: the last instant every zone can show.
    """
    wall = datetime.combine(day, clock.replace(tzinfo=None), tzinfo=ZoneInfo(zone))
    try:
        return min(max(wall.astimezone(UTC), _FIRST), _LAST)
    except OverflowError:
        return _FIRST if day.year == 1 else _LAST


def end_of(day: date, zone: str) -> datetime:
    """The instant when that day is over on the clocks of the zone."""
    return instant(day + timedelta(days=1), time.min, zone) if day < date.max else _LAST


def is_night(instant: datetime, zone: str, night_from: time, night_to: time) -> bool:
    """Whether the zone's clock is in [night_from, night_to), which may pass midnight. Equal bounds: never."""
    clock = local(instant, zone).time()
    if night_from <= night_to:
        return night_from <= clock < night_to
    return clock >= night_from or clock < night_to
