"""Usual hours of return of a home, and the instants they mean. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from maillage.common import localtime

SUNDAY = 6
# An outing that would end in less than this starts tomorrow's button instead.
SHORTEST = timedelta(minutes=30)


@dataclass(frozen=True)
class Hours:
    """When one is usually back, on the clock of the home; another hour is asked for on the form of the outing."""

    school: time = time(18)
    permission: time = time(21)
    visit: time = time(18)


USUAL = Hours()


def evening(now: datetime, clock: time, zone: str) -> datetime:
    """The next time that the clocks of the zone show that hour."""
    return _next(localtime.local(now, zone).date(), clock, 1, now, zone)


def sunday(now: datetime, clock: time, zone: str) -> datetime:
    """The next Sunday at that hour."""
    today = localtime.local(now, zone).date()
    return _next(today + timedelta(days=(SUNDAY - today.weekday()) % 7), clock, 7, now, zone)


def _next(day: date, clock: time, every: int, now: datetime, zone: str) -> datetime:
    back = localtime.instant(day, clock, zone)
    return back if back - now >= SHORTEST else localtime.instant(day + timedelta(days=every), clock, zone)
