"""Outings in one tap: what each button of the desk means. Pure.

The button says the hour and sends that very hour: what was seen when it was tapped is what is written, however
long the page had been open.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from maillage.episodes.enums import OutingKind
from maillage.episodes.outings import USUAL, Hours, evening, sunday


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


def presets(now: datetime, zone: str, hours: Hours = USUAL) -> list[Preset]:
    """School, permission (the same evening), visit (until Sunday): each with its next return, at the home's hours."""
    return [
        Preset(OutingKind.SCHOOL, evening(now, hours.school, zone)),
        Preset(OutingKind.PERMISSION, evening(now, hours.permission, zone)),
        Preset(OutingKind.VISIT, sunday(now, hours.visit, zone)),
    ]


def parse(value: str) -> Preset | None:
    """The preset a button sent; None for anything a button does not send."""
    kind, _space, written = value.partition(" ")
    try:
        expected_at = datetime.fromisoformat(written)
        preset = Preset(OutingKind(kind), expected_at)
    except ValueError:
        return None
    return preset if expected_at.tzinfo is not None else None
