"""How complete and fresh a sheet is: a help to whoever keeps it, shown with what is missing. Pure.

Of a sheet, never of a person; it never changes the order of results.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maillage.directory.enums import Channel, Confidentiality
from maillage.directory.models import Service

LONG_ENOUGH = 80  # letters of a description


def missing(service: Service) -> Sequence[str | Promise]:
    """What would make the sheet more useful, in words."""
    structure = service.structure
    wanted: list[tuple[bool, str | Promise]] = [
        (len(service.description) >= LONG_ENOUGH, _("une description qui dit ce qui s’y passe")),
        (bool(service.needs or service.themes), _("les besoins auxquels elle répond")),
        (bool(service.publics), _("les publics accueillis")),
        (bool(service.channels or service.contact_ways), _("comment la joindre")),
        (bool(service.phone or structure.phone or service.email or structure.email or service.contact_link),
         _("un téléphone, un courriel ou un lien")),
        (bool(service.hours or structure.hours), _("les horaires")),
        (bool(service.languages), _("les langues parlées")),
        (service.age_from is not None or service.age_to is not None, _("les âges accueillis")),
    ]  # fmt: skip
    if Channel.ON_SITE in service.channels and service.confidentiality != Confidentiality.ON_REQUEST:
        wanted.append((bool(service.commune or structure.commune), _("le lieu")))
    return [words for there, words in wanted if not there]


def of_service(service: Service) -> float:
    """From 0 to 1: the share of what is wanted that is there."""
    asked = 8 + (Channel.ON_SITE in service.channels and service.confidentiality != Confidentiality.ON_REQUEST)
    return 1 - len(missing(service)) / asked


def fresh(updated_on: date, verified_on: date | None, today: date) -> bool:
    """Confirmed within six months."""
    return today - max(filter(None, (updated_on, verified_on))) <= timedelta(days=182)
