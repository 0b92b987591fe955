"""What those who keep the directory read: what waits for them, histories, sheets gone stale, possible duplicates."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.common.clock import now
from maillage.common.letters import fold
from maillage.common.prepared import prepared
from maillage.directory import vocabulary
from maillage.directory.access import visible_structures
from maillage.directory.enums import AnswerState, Channel, ProposalKind, ProposalState, SheetState
from maillage.directory.models import Change, PlaceRequest, Proposal, Service, Structure
from maillage.directory.quality import missing
from maillage.directory.sheets import STALE_AFTER
from maillage.reference import communes

_ALIKE = 85  # of 100, between two folded names
_SHOWN = 50


def coordinates(by: Actor) -> bool:
    return by.may(Ability.DIRECTORY_COORDINATE)


def own_structures(by: Actor) -> QuerySet[Structure]:
    """Sheets her organisations keep."""
    return visible_structures(by).filter(organisation_id__in=by.organisation_ids).order_by("name", "pk")


def requests_to_answer(by: Actor) -> QuerySet[PlaceRequest]:
    """Waiting requests for addresses she may answer, oldest first; never her own."""
    found = PlaceRequest.objects.filter(state=AnswerState.WAITING).exclude(asked_by=by.user)
    if not coordinates(by):
        found = found.filter(structure__organisation_id__in=by.organisation_ids)
    return found.select_related("structure", "asked_by").order_by("asked_at", "pk")


def proposals_to_answer(by: Actor) -> QuerySet[Proposal]:
    if not coordinates(by):
        return Proposal.objects.none()
    waiting = Proposal.objects.filter(state=ProposalState.WAITING)
    return waiting.select_related("structure", "service", "by").order_by("at", "pk")


def stale_structures(before: datetime | None = None) -> QuerySet[Structure]:
    """Published, and confirmed by nobody for a year, the oldest first."""
    day = ((before or now()) - STALE_AFTER).date()
    return (
        Structure.objects.filter(state=SheetState.PUBLISHED, updated_on__lt=day)
        .filter(Q(verified_on__isnull=True) | Q(verified_on__lt=day))
        .order_by("updated_on", "reference")
    )


@dataclass(frozen=True)
class ToDo:
    """The page of what waits. `own`: her structures; `stale` and `to_fill`: the coordinator's, cut at fifty."""

    requests: Sequence[PlaceRequest]
    proposals: Sequence[Proposal]
    own: Sequence[Structure]
    asked: Sequence[PlaceRequest]
    proposed: Sequence[Proposal]
    stale: Sequence[Structure]
    stale_count: int
    to_fill: Sequence[Structure]


def to_do(by: Actor) -> ToDo:
    mine = coordinates(by)
    stale = stale_structures() if mine else stale_structures().filter(organisation_id__in=by.organisation_ids)
    to_fill = Structure.objects.filter(state=SheetState.TO_FILL).order_by("departement", "name", "pk")
    return ToDo(
        requests=list(requests_to_answer(by)[:_SHOWN]),
        proposals=list(proposals_to_answer(by)[:_SHOWN]),
        own=list(own_structures(by)[:_SHOWN]),
        asked=list(
            PlaceRequest.objects.filter(asked_by=by.user).select_related("structure").order_by("-asked_at", "pk")[:10]
        ),
        proposed=list(
            Proposal.objects.filter(by=by.user).select_related("structure", "service").order_by("-at", "pk")[:10]
        ),
        stale=list(stale[:_SHOWN]),
        stale_count=stale.count(),
        to_fill=list(to_fill[:_SHOWN]) if mine else [],
    )


def history(structure: Structure) -> "list[Told]":
    """Newest first, cut at fifty."""
    return [_told(one) for one in _changes(structure.pk)]


@prepared
def _changes(structure: uuid.UUID) -> QuerySet[Change]:
    return Change.objects.filter(structure=structure).select_related("service", "by").order_by("-at", "-pk")[:_SHOWN]


@dataclass(frozen=True)
class Gaps:
    service: Service
    missing: Sequence[object]


def gaps(structure: Structure) -> list[Gaps]:
    """What each service's sheet would gain from: the quality indicator, in words."""
    rows = Service.objects.filter(structure=structure, state=SheetState.PUBLISHED).select_related("structure")
    found = [Gaps(row, missing(row)) for row in rows.order_by("name", "pk")]
    return [one for one in found if one.missing]


def twins(structure: Structure) -> list[Structure]:
    """Sheets that may be of the same structure: same SIRET, telephone or address; or a near name in the same place."""
    same = Q()
    for name in ("siret", "phone", "email"):
        if value := getattr(structure, name):
            same |= Q(**{name: value})
    near = Q(commune=structure.commune) if structure.commune else Q(commune="")
    words = fold(structure.name).split()
    if words:
        near &= Q(name__icontains=max(structure.name.split(), key=len))
    rows = (
        Structure.objects.exclude(pk=structure.pk)
        .exclude(state=SheetState.RETIRED)
        .filter(same | near if same else near)
        .order_by("name", "pk")[:200]
    )
    mine, told = fold(structure.name), {name: getattr(structure, name) for name in ("siret", "phone", "email")}
    found = [
        row
        for row in rows
        if any(value and value == getattr(row, name) for name, value in told.items())
        or fuzz.token_sort_ratio(fold(row.name), mine) >= _ALIKE
    ]
    return found[:20]


def proposal_or_none(by: Actor, pk: uuid.UUID) -> Proposal | None:
    """One she may read: the coordinator any, its author her own."""
    found = Proposal.objects.select_related("structure", "service", "by", "organisation").filter(pk=pk)
    if not coordinates(by):
        found = found.filter(by=by.user)
    return found.first()


def request_or_none(by: Actor, pk: uuid.UUID) -> PlaceRequest | None:
    """One she may read: those she answers, and her own."""
    found = PlaceRequest.objects.select_related("structure", "asked_by").filter(pk=pk)
    if not coordinates(by):
        found = found.filter(Q(asked_by=by.user) | Q(structure__organisation_id__in=by.organisation_ids))
    return found.first()


@dataclass(frozen=True)
class Line:
    """One column of a proposal or of a change: its label, what is or was written, what is proposed or came after."""

    label: str
    now: str
    proposed: str


_FOR_MACHINES = frozenset({"latitude", "longitude", "merged_into_id", "merged_into"})


def proposed_lines(proposal: Proposal) -> list[Line]:
    """Beside what is written. Coordinates of a point are for machines: left out."""
    row: Structure | Service | None = proposal.service or (
        proposal.structure if proposal.kind != ProposalKind.NEW_SERVICE else None
    )
    model = Service if proposal.service or proposal.kind == ProposalKind.NEW_SERVICE else Structure
    fields = {field.name: field for field in model._meta.concrete_fields}
    return [
        Line(str(fields[name].verbose_name), _words(fields[name], getattr(row, name)) if row else "",
             _words(fields[name], value))
        for name, value in proposal.values.items()
        if name in fields and name not in _FOR_MACHINES
    ]  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One line of a history, and what it changed. Of a place that is or was hidden, that it changed."""

    change: Change
    lines: Sequence[Line]


def _told(change: Change) -> Told:
    model = Service if change.service_id else Structure
    fields = {field.attname: field for field in model._meta.concrete_fields}
    lines = []
    for name, pair in change.fields.items():
        if name not in fields or name in _FOR_MACHINES:
            continue
        said = [_words(fields[name], value) for value in pair] if not fields[name].is_relation else []
        label = _("Qui tient la fiche") if name == "organisation_id" else str(fields[name].verbose_name)
        lines.append(Line(label, *(said if len(said) == 2 else ("", ""))))
    return Told(change, lines)


_LABELS: Mapping[str, Callable[[str], str]] = {
    "needs": lambda code: vocabulary.needs()[code].label if code in vocabulary.needs() else code,
    "publics": lambda code: vocabulary.label("publics", code),
    "themes": lambda code: vocabulary.label("thematiques", code),
    "languages": vocabulary.language_label,
    "channels": lambda code: str(Channel(code).label) if code in Channel.values else code,
}


def _words(field: Any, value: Any) -> str:
    """As it is read: the words of a code, never the code."""
    if value in ("", None):
        return ""
    if isinstance(value, list):
        label = _LABELS.get(field.name, str)
        return ", ".join(label(str(one)) for one in value)
    if field.name == "commune":
        known = communes.find(str(value))
        return known.name if known else str(value)
    if isinstance(field, DateField):
        return date_format(value if isinstance(value, date) else date.fromisoformat(value), "j F Y")
    choices = dict(field.flatchoices)
    return str(choices.get(value, value))
