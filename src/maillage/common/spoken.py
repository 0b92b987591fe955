"""How a time is said on a screen: « dans 40 min », « en retard de 12 min », « 23 h 40 », « hier 21 h 42 ».

Pure but for the language, which is the reader's. Instants are aware; `zone` is where the reader's clock hangs.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

ClockState = Literal["calm", "soon", "late", "done"]

# From here on a clock draws the eye. A matter of display only: reminders have their own delays.
SOON = timedelta(minutes=30)


@dataclass(frozen=True)
class Reading:
    """A clock as read now: its state, and the words that go with the hour."""

    state: ClockState
    words: str


def span(length: timedelta) -> str:
    """A length of time in at most two units: « 12 min », « 2 h 10 », « 3 j »."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        if not minutes:
            return _("%(hours)s h") % {"hours": hours}
        return _("%(hours)s h %(minutes)s") % {"hours": hours, "minutes": f"{minutes:02d}"}
    return _("%(days)s j") % {"days": hours // 24}


def read(due: datetime, now: datetime) -> Reading:
    """What a clock says at `now`. Due this very minute is neither early nor late: « maintenant »."""
    left = due - now
    if abs(left) < timedelta(minutes=1):
        return Reading("late" if left < timedelta(0) else "soon", _("maintenant"))
    if left < timedelta(0):
        return Reading("late", _("en retard de %(span)s") % {"span": span(-left)})
    return Reading("soon" if left <= SOON else "calm", _("dans %(span)s") % {"span": span(left)})


def patterns() -> dict[str, str]:
    """The same words with holes, for clocks.js: {n}, {hours}, {minutes}, {span}."""
    return {
        "now": _("maintenant"),
        "in": _("dans %(span)s") % {"span": "{span}"},
        "late": _("en retard de %(span)s") % {"span": "{span}"},
        "minutes": _("%(minutes)s min") % {"minutes": "{n}"},
        "hours": _("%(hours)s h") % {"hours": "{n}"},
        "both": _("%(hours)s h %(minutes)s") % {"hours": "{hours}", "minutes": "{minutes}"},
        "days": _("%(days)s j") % {"days": "{n}"},
    }


def hour(instant: datetime, zone: tzinfo) -> str:
    """« 23 h 40 », « 18 h » on the clock of that place."""
    here = instant.astimezone(zone)
    if not here.minute:
        return _("%(hour)s h") % {"hour": here.hour}
    return _("%(hour)s h %(minute)s") % {"hour": here.hour, "minute": f"{here.minute:02d}"}


def day(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """« aujourd’hui », « hier », « demain », else « mardi 3 mars » (with the year when it is another)."""
    here, today = instant.astimezone(zone).date(), now.astimezone(zone).date()
    distance = (here - today).days
    near = {0: _("aujourd’hui"), -1: _("hier"), 1: _("demain")}.get(distance)
    return near or f"{date_format(here, 'l')} {_date(here, today)}"


def _date(here: date, today: date) -> str:
    """« 1er mars », « 3 mars », with the year when it is another one."""
    return _written(here, "j F" if here.year == today.year else "j F Y", get_language() or "")


@lru_cache(maxsize=1_000)
def _written(here: date, pattern: str, language: str) -> str:
    said = date_format(here, pattern)
    return f"1er{said[1:]}" if here.day == 1 and language.startswith("fr") else said


def moment(instant: datetime, now: datetime, zone: tzinfo) -> str:
    """« 21 h 42 » today, « hier 21 h 42 », « dimanche 18 h » in the coming week, else « 3 mars, 21 h 42 »."""
    here, today = instant.astimezone(zone).date(), now.astimezone(zone).date()
    clock, distance = hour(instant, zone), (here - today).days
    if distance == 0:
        return clock
    if abs(distance) == 1:
        return f"{day(instant, now, zone)} {clock}"
    if 1 < distance < 7:
        return f"{date_format(here, 'l')} {clock}"
    on = _date(here, today).replace(
        " ", "\N{NO-BREAK SPACE}", 1
    )  # on a narrow button, the hour goes below: not the month
    return f"{on}, {clock}"


def number(phone: str) -> str:
    """A telephone number as it is said: French ones by pairs, « 01 99 00 12 34 »; others as they are written."""
    digits = re.sub(r"[^\d+]", "", phone or "")
    if re.fullmatch(r"116\d{3}", digits):  # of the whole of Europe
        return f"{digits[:3]}\N{NO-BREAK SPACE}{digits[3:]}"
    national = "0" + digits[3:] if digits.startswith("+33") and len(digits) == 12 else digits
    return "\N{NO-BREAK SPACE}".join(re.findall(r"\d\d", national)) if re.fullmatch(r"0\d{9}", national) else phone
