"""From rows to what a page shows. A row holds no hidden place, so neither can a sheet."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import overload

from maillage.directory import hours as opening
from maillage.directory import vocabulary
from maillage.directory.enums import REMOTE, Channel, Confidentiality, StructureKind
from maillage.directory.models import Service, Structure
from maillage.directory.queries import Sheet, StructureSheet
from maillage.directory.rows import Home, Line

STALE_AFTER = timedelta(days=365)  # a sheet nobody confirmed for a year says so
ON_SITE_STANDARD, REMOTE_STANDARD = "en-presentiel", "a-distance"


def is_remote(service: Service | Line) -> bool:
    return not REMOTE.isdisjoint(service.channels) or REMOTE_STANDARD in service.reception


def reception_of(service: Service | Line) -> Sequence[str]:
    """How it receives people, in the words of data.inclusion: as written, else as its channels say."""
    if service.reception:
        return service.reception
    told = [REMOTE_STANDARD] if REMOTE & set(service.channels) else []
    return [*told, ON_SITE_STANDARD] if Channel.ON_SITE in service.channels else told


def last_confirmed(row: Service | Structure) -> date:
    return max(filter(None, (row.updated_on, row.verified_on)))


def is_stale(row: Service | Structure, today: date) -> bool:
    return today - last_confirmed(row) > STALE_AFTER


def departement_of(row: Service | Structure | Line | Home) -> str:
    """Of its commune, whose code begins with it; "" without one."""
    return row.commune[:3] if row.commune.startswith(("97", "98")) else row.commune[:2]


@overload
def placed_row(service: Service) -> Service | Structure: ...
@overload
def placed_row(service: Line) -> Line | Home: ...
def placed_row(service: Service | Line) -> Service | Structure | Line | Home:
    """Whose place is its place: its own, else its structure's; its own, empty, when it gives it on request."""
    if service.confidentiality == Confidentiality.ON_REQUEST or service.commune or service.address:
        return service
    return service.structure


def sheet_of(service: Service, now: datetime, distance: float | None = None, *, professional: bool = False) -> Sheet:
    """What its reader sees; who verified it is for professionals. Hours, phone and address fall back on the
    structure's, as data.inclusion says."""
    structure = service.structure
    placed = placed_row(service)
    times = service.hours or structure.hours
    zone = opening.zone_at(departement_of(placed))
    needs = vocabulary.needs()
    return Sheet(
        id=service.id,
        reference=service.reference,
        name=service.name,
        description=service.description,
        structure_id=structure.id,
        structure_name=structure.name,
        structure_kind=structure.kind,
        kind_label=str(StructureKind(structure.kind).label),
        need_labels=tuple(needs[code].label for code in service.needs if code in needs),
        needs=tuple(service.needs),
        themes=tuple(service.themes),
        theme_labels=tuple(vocabulary.label("thematiques", theme) for theme in service.themes),
        public_labels=tuple(vocabulary.label("publics", public) for public in service.publics),
        publics_note=service.publics_note,
        age_from=service.age_from,
        age_to=service.age_to,
        languages=tuple(service.languages),
        language_labels=tuple(vocabulary.language_label(code) for code in service.languages),
        channels=tuple(service.channels),
        channel_labels=tuple(str(Channel(code).label) for code in service.channels),
        phone=service.phone or structure.phone,
        email=service.email or structure.email,
        website=structure.website,
        contact_link=service.contact_link,
        conditions=service.conditions,
        cost=vocabulary.label("frais", service.cost) if service.cost else "",
        address=placed.address,
        address_more=placed.address_more,
        postcode=placed.postcode,
        commune_name=placed.commune_name,
        commune=placed.commune,
        latitude=placed.latitude,
        longitude=placed.longitude,
        hours=times,
        hours_lines=opening.lines(times),
        open_now=opening.is_open(times, now, zone),
        place_hidden=service.confidentiality == Confidentiality.ON_REQUEST,
        confidentiality=service.confidentiality,
        source=service.source,
        source_link=service.source_link,
        updated_on=service.updated_on,
        verified_on=service.verified_on,
        verified_by=service.verified_by if professional else "",
        stale=is_stale(service, now.date()),
        remote=is_remote(service),
        distance=distance,
    )


def structure_sheet_of(
    structure: Structure, services: list[Service], now: datetime, *, professional: bool = False
) -> StructureSheet:
    zone = opening.zone_at(departement_of(structure))
    return StructureSheet(
        id=structure.pk,
        reference=structure.reference,
        name=structure.name,
        kind=structure.kind,
        kind_label=str(StructureKind(structure.kind).label),
        description=structure.description,
        phone=structure.phone,
        email=structure.email,
        website=structure.website,
        address=structure.address,
        address_more=structure.address_more,
        postcode=structure.postcode,
        commune_name=structure.commune_name,
        commune=structure.commune,
        hours_lines=opening.lines(structure.hours),
        open_now=opening.is_open(structure.hours, now, zone),
        place_hidden=structure.confidentiality == Confidentiality.ON_REQUEST,
        confidentiality=structure.confidentiality,
        state=structure.state,
        source=structure.source,
        source_link=structure.source_link,
        updated_on=structure.updated_on,
        verified_on=structure.verified_on,
        verified_by=structure.verified_by if professional else "",
        stale=is_stale(structure, now.date()),
        services=tuple(sheet_of(service, now, professional=professional) for service in services),
    )
