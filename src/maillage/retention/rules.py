"""How long each class of data is kept, on what ground, and what follows. Pure.

Where the law fixes nothing, the default is a proposal that the département's data-protection officer validates.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Status = Literal["secondary", "choice"]


@dataclass(frozen=True)
class Class:
    """A class of data. `field`: its setting; `unit`: « months » or « days »; `least`, `most`: what may be chosen."""

    field: str
    unit: Literal["months", "days"]
    default: int
    least: int
    most: int
    source: str
    status: Status


# French sentences: printed as they are, in the register of a département.
CLASSES: Mapping[str, Class] = {
    one.field: one
    for one in (
        Class(
            "active_months", "months", 24, 1, 24,
            "CNIL, référentiel sur la protection de l’enfance, § 46 : pas au-delà de deux ans après le dernier "
            "contact, sauf exception légale.",
            "secondary",
        ),
        Class(
            "archive_months", "months", 120, 12, 1200,
            "Aucun texte unique : tableau de gestion des archives départementales. À valider par le DPO et les "
            "archives.",
            "choice",
        ),
        Class(
            "trash_days", "days", 30, 7, 365,
            "Aucun texte : temps laissé pour corriger une erreur. À valider par le DPO.",
            "choice",
        ),
        Class(
            "photo_days", "days", 30, 1, 730,
            "RGPD, art. 5.1 c et e : une photo remplacée ne sert plus. Durée à valider par le DPO.",
            "choice",
        ),
        Class(
            "incident_months", "months", 24, 1, 60,
            "RGPD, art. 5.1 e et 10 : faits autour d’un lieu, transmis à la police. Durée à valider par le DPO.",
            "choice",
        ),
    )
}  # fmt: skip


def defaults() -> dict[str, int]:
    return {name: one.default for name, one in CLASSES.items()}


def later(start: datetime, *, months: int = 0) -> datetime:
    """The same hour, so many months later; the last day of a shorter month."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return start.replace(year=year, month=month, day=min(start.day, monthrange(year, month)[1]))


def earlier(end: datetime, *, months: int = 0) -> datetime:
    return later(end, months=-months)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True)
class Course:
    """What will happen to a file, and when, if nobody writes in it. None: not before what came first happened."""

    last_contact: datetime
    archive_on: datetime | None
    visa_from: datetime | None


def course(last_contact: datetime, held: bool, values: Mapping[str, int]) -> Course:
    """`held`: something runs (a placement, an episode, a step), so no clock starts."""
    if held:
        return Course(last_contact, None, None)
    archive_on = later(last_contact, months=values["active_months"])
    return Course(last_contact, archive_on, later(archive_on, months=values["archive_months"]))
