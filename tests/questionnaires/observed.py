"""Instruments of observation for tests: the shipped one, and those a département might write."""

from collections.abc import Iterable, Sequence
from typing import Any

from maillage.audit.journal import SYSTEM
from maillage.questionnaires.enums import Instrument
from maillage.questionnaires.models import Questionnaire
from maillage.questionnaires.publishing import publish
from maillage.questionnaires.selectors import INSTRUMENTS
from tests.questionnaires.books import SURVEY, book

SHIPPED = INSTRUMENTS / "observations.xlsx"
FOUR = (
    ("quatre", "observed", "Vu"),
    ("quatre", "not_observed", "Regardé, pas vu"),
    ("quatre", "not_looked_at", "Sans objet aujourd’hui"),
    ("quatre", "contested", "Discuté"),
)
OWN = (
    ("begin_group", "soirs", "Les soirs"),
    ("note", "rappel", "Des faits, avec leur date."),
    ("select_one quatre", "coucher", "Le coucher"),
    ("select_one quatre", "school", "La classe"),
    ("end_group",),
)


def workbook(
    survey: Iterable[Sequence[Any]] = OWN, answers: Iterable[Sequence[Any]] = FOUR, columns: Sequence[str] = SURVEY
) -> bytes:
    return book(survey, answers, columns=columns)


def shipped() -> Questionnaire:
    """The one that comes with the product, published; the same row however often."""
    slug = Instrument.OBSERVATIONS
    return publish(by=SYSTEM, workbook=SHIPPED.read_bytes(), name=SHIPPED.name, slug=slug)
