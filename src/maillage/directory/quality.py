"""How complete and fresh a sheet is: a help to whoever keeps it, shown with what is missing. Pure.

Of a sheet, never of a person; it never changes the order of results.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.directory.enums import Channel, Confidentiality
from maillage.directory.models import Service
from maillage.directory.rows import Line

LONG_ENOUGH = 80  # letters of a description


_WORDS = (
    _("une description qui dit ce qui s’y passe"),
    _("les besoins auxquels elle répond"),
    _("les publics accueillis"),
    _("comment la joindre"),
    _("un téléphone, un courriel ou un lien"),
    _("les horaires"),
    _("les langues parlées"),
    _("les âges accueillis"),
    _("le lieu"),
)


def _there(service: Service | Line) -> Sequence[bool]:
    """In the order of `_WORDS`; the place only of what receives people and does not hide it."""
    structure = service.structure
    told = (
        len(service.description) >= LONG_ENOUGH,
        bool(service.needs or service.themes),
        bool(service.publics),
        bool(service.channels or service.contact_ways),
        bool(service.phone or structure.phone or service.email or structure.email or service.contact_link),
        bool(service.hours or structure.hours),
        bool(service.languages),
        service.age_from is not None or service.age_to is not None,
    )
    if Channel.ON_SITE in service.channels and service.confidentiality != Confidentiality.ON_REQUEST:
        return (*told, bool(service.commune or structure.commune))
    return told


def missing(service: Service) -> Sequence[str | Promise]:
    """What would make the sheet more useful, in words."""
    return [words for words, there in zip(_WORDS, _there(service), strict=False) if not there]


def of_service(service: Service | Line) -> float:
    """From 0 to 1: the share of what is wanted that is there."""
    told = _there(service)
    return sum(told) / len(told)


def fresh(updated_on: date, verified_on: date | None, today: date) -> bool:
    """Confirmed within six months."""
    return today - max(filter(None, (updated_on, verified_on))) <= timedelta(days=182)
