"""Outings in one tap: what each button of the desk means. Pure.

The button says the hour and sends that very hour: what was seen when it was tapped is what is written, however
long the page had been open.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from maillage.common import localtime
from maillage.episodes.enums import OutingKind

# Usual hours of return, on the clock of the home. Another hour is asked for on the form of the outing.
SCHOOL_BACK = time(18)
PERMISSION_BACK = time(21)
VISIT_BACK = time(18)
SUNDAY = 6

# An outing that would end in less than this starts tomorrow's button instead.
SHORTEST = timedelta(minutes=30)


@dataclass(frozen=True)
class Preset:
    kind: OutingKind
    expected_at: datetime

    @property
    def label(self) -> str:
        """Short enough for three buttons side by side on a phone."""
        return {OutingKind.SCHOOL: _("École"), OutingKind.PERMISSION: _("Permission")}.get(self.kind, _("Visite"))

    @property
    def value(self) -> str:
        """What the button sends: « school 2026-11-03T17:00:00+00:00 »."""
        return f"{self.kind} {self.expected_at.isoformat()}"


def presets(now: datetime, zone: str) -> list[Preset]:
    """School, permission (the same evening), visit (until Sunday): each with its next usual return."""
    today = localtime.local(now, zone).date()
    sunday = today + timedelta(days=(SUNDAY - today.weekday()) % 7)
    return [
        Preset(OutingKind.SCHOOL, _next(today, SCHOOL_BACK, 1, now, zone)),
        Preset(OutingKind.PERMISSION, _next(today, PERMISSION_BACK, 1, now, zone)),
        Preset(OutingKind.VISIT, _next(sunday, VISIT_BACK, 7, now, zone)),
    ]


def _next(day: date, clock: time, every: int, now: datetime, zone: str) -> datetime:
    back = localtime.instant(day, clock, zone)
    return back if back - now >= SHORTEST else localtime.instant(day + timedelta(days=every), clock, zone)


def parse(value: str) -> Preset | None:
    """The preset a button sent; None for anything a button does not send."""
    kind, _space, written = value.partition(" ")
    try:
        expected_at = datetime.fromisoformat(written)
        preset = Preset(OutingKind(kind), expected_at)
    except ValueError:
        return None
    return preset if expected_at.tzinfo is not None else None
