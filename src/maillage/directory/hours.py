"""Opening hours in OpenStreetMap syntax: is it valid, open at an instant, how it reads in French. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # its stubs call it SyntaxError

from maillage.reference import zones

_ALWAYS = "24/7"
_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)"
_DAYS = rf"{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*"
_TIMES = r"\d\d:\d\d-\d\d:\d\d(?:,\s*\d\d:\d\d-\d\d:\d\d)*"
_RULE = re.compile(rf"(?:(?P<days>{_DAYS})\s*)?(?P<what>{_TIMES}|off|closed|24/7)?$")


def zone_at(departement: str) -> str:
    """The time zone of a département's hours; that of Paris when it is not known."""
    return zones.zone_of(departement) if zones.exists(departement) else zones.PARIS


@lru_cache(maxsize=4096)
def _read(text: str, zone: str) -> OpeningHours | None:
    try:
        return OpeningHours(text, timezone=ZoneInfo(zone), country="FR")
    except (ParserError, SyntaxError, ValueError):
        return None


def valid(text: str) -> bool:
    return _read(text, zones.PARIS) is not None


def is_open(text: str, at: datetime, zone: str = zones.PARIS) -> bool | None:
    """Whether it is open at an instant; None when its hours are not given or cannot be read."""
    if not text:
        return None
    if text == _ALWAYS:
        return True
    read = _read(text, zone)
    return None if read is None else bool(read.is_open(at.astimezone(ZoneInfo(zone))))


def lines(text: str) -> Sequence[str]:
    """One readable line a rule; the text itself where it is more than days and hours."""
    return _lines(text, get_language() or "")


@lru_cache(maxsize=4096)
def _lines(text: str, _language: str) -> Sequence[str]:
    found = []
    for rule in filter(None, (part.strip() for part in text.split(";"))):
        match = _RULE.fullmatch(rule)
        found.append(_line(match) if match else rule)
    return tuple(found)


def _line(match: re.Match[str]) -> str:
    days, what = match["days"] or "", match["what"] or ""
    if what == _ALWAYS and not days:
        return _("Tous les jours, 24 heures sur 24")
    told = _days(days) if days else _("Tous les jours")
    if what in ("off", "closed"):
        return _("%(days)s : fermé") % {"days": told}
    times = ", ".join(_span(span) for span in re.split(r",\s*", what)) if what else ""
    return _("%(days)s : %(hours)s") % {"days": told, "hours": times} if times else told


def _span(span: str) -> str:
    return " – ".join(_clock(time) for time in span.split("-"))


def _clock(time: str) -> str:
    hour, minutes = int(time[:2]), time[3:]
    return f"{hour} h" if minutes == "00" else f"{hour} h {minutes}"


def _days(text: str) -> str:
    names = {
        "Mo": _("lundi"), "Tu": _("mardi"), "We": _("mercredi"), "Th": _("jeudi"), "Fr": _("vendredi"),
        "Sa": _("samedi"), "Su": _("dimanche"), "PH": _("jours fériés"),
    }  # fmt: skip
    said = []
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        said.append(f"{names[first]} – {names[last]}" if last else names[first])
    told = ", ".join(said)
    return told[:1].upper() + told[1:]
