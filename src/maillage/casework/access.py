"""Who reads a row of the file, and who may write one. Entering the file itself is `youth.access.enter`.

One rule for every model: the row's section is open to her, it stays in no service but hers, it is for nobody else.
"""

import uuid
from typing import NamedTuple, TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.models import Organisation
from maillage.accounts.roles import SECTIONS
from maillage.audit.journal import record
from maillage.casework.enums import INCIDENT_READ
from maillage.casework.models import COLUMNS, HandTask, PlaceIncident, Readable, Share, Versioned
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed
from maillage.vault.sealing import Opened
from maillage.youth.access import Entrance

Row = TypeVar("Row", bound=Readable)
Thread = TypeVar("Thread", bound=Versioned)


def _services(actor: Actor) -> list[uuid.UUID]:
    """Organisations in which she works with young people."""
    return [post.organisation_id for post in actor.posts if SECTIONS[post.role]]


class Reader(NamedTuple):
    """What decides which rows of a file a reader may read."""

    persons: frozenset[uuid.UUID]
    sections: frozenset[Section]
    services: frozenset[uuid.UUID]
    user_id: uuid.UUID


def reader_of(entered: Entrance) -> Reader:
    return Reader(frozenset(entered.ids), entered.sections, frozenset(_services(entered.actor)), entered.actor.user_id)


def rows(entered: Entrance, model: type[Row]) -> QuerySet[Row]:
    """Her rows of that model in this file."""
    return rows_of(reader_of(entered), model)


def rows_of(reader: Reader, model: type[Row]) -> QuerySet[Row]:
    """The same, for a query that is prepared."""
    return model._default_manager.filter(
        Q(within__isnull=True) | Q(within__in=reader.services),
        Q(only__isnull=True) | Q(only=reader.user_id),
        person_id__in=reader.persons,
        section__in=sorted(reader.sections),
    )


def row_or_404(entered: Entrance, model: type[Row], pk: uuid.UUID) -> Row:
    """One of them; Http404 for a row of another file, of a closed section, or that does not exist."""
    found = rows(entered, model).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def thread_or_404(entered: Entrance, model: type[Thread], thread: uuid.UUID) -> list[Thread]:
    """Every version of one thread, the one that stands first."""
    found = list(rows(entered, model).filter(thread=thread).select_related("author").order_by("-number"))
    if not found:
        raise Http404
    return found


def hand_task_or_404(entered: Entrance, task: uuid.UUID) -> HandTask:
    """A task by hand of this file, by the id of its task, with who owes it and who ended it."""
    found = (
        rows(entered, HandTask)
        .filter(task=task)
        .select_related(
            "author", "person", "task__data_key", "task__organisation", "task__owner_user", "task__done_by",
            "task__not_due_by",
        )
        .first()
    )  # fmt: skip
    if found is None:
        raise Http404
    return found


def writable_sections(entered: Entrance) -> frozenset[Section]:
    """Sections she may write in: those she reads, when a role she holds for a mission writes in the file."""
    if not entered.may(Ability.FILE_WRITE):
        return frozenset()
    return entered.sections & frozenset(Section(section) for section in COLUMNS)


def require_writing(entered: Entrance, section: str) -> None:
    """NotAllowed unless she writes in that section of this file."""
    if section not in writable_sections(entered):
        raise NotAllowed(_("Votre rôle ne permet pas d’écrire dans cette partie du dossier."))


def service_of(entered: Entrance) -> uuid.UUID | None:
    """The organisation she works in for this young person: her mission's, else the first in which she has a role."""
    of_missions = [mission.organisation_id for mission in entered.mine if mission.organisation_id]
    return next(iter([*of_missions, *_services(entered.actor)]), None)


def owns(entered: Entrance) -> bool:
    """Whether she keeps this file: who reads it, and everyone who follows her, are hers to know."""
    return entered.may(Ability.MISSION_EDIT)


# -- shares: seen by whom they are for, without the file behind them ------------------------------------------------


def shares_received(actor: Actor) -> QuerySet[Share]:
    """What was shared with her or with an organisation she works in, and has not ended."""
    return Share.objects.filter(
        Q(to_user=actor.user_id) | Q(to_organisation__in=_services(actor)),
        ended_at__isnull=True,
        until__gt=now(),
        data_key__destroyed_at__isnull=True,
    )


def received_or_404(actor: Actor, pk: uuid.UUID) -> Share:
    found = shares_received(actor).select_related("data_key", "author", "to_organisation").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


# -- incidents around a place: no young person's --------------------------------------------------------------------


def places_of(actor: Actor) -> QuerySet[Organisation]:
    """Places around which she may note what happened: those she works in, and those below."""
    held = actor.below(actor.organisations_with(Ability.INCIDENT_RECORD))
    return Organisation.objects.filter(pk__in=held, active=True).order_by("name", "pk")


def place_or_404(actor: Actor, pk: uuid.UUID) -> Organisation:
    """NotAllowed when no role of hers notes incidents at all; Http404 for a place that is not hers."""
    actor.require(Ability.INCIDENT_RECORD)
    found = places_of(actor).filter(pk=pk).select_related("station").first()
    if found is None:
        raise Http404
    return found


def incidents_visible_to(actor: Actor) -> QuerySet[PlaceIncident]:
    """Those of the places she works in, or that are below her organisation."""
    held = actor.below(actor.organisations_with(Ability.INCIDENT_RECORD))
    return PlaceIncident.objects.filter(organisation__in=held)


def incident_or_404(actor: Actor, pk: uuid.UUID) -> PlaceIncident:
    actor.require(Ability.INCIDENT_RECORD)
    joined = ("organisation__station", "data_key", "author", "sent_by")
    found = incidents_visible_to(actor).filter(pk=pk).select_related(*joined).first()
    if found is None:
        raise Http404
    return found


def open_incident(actor: Actor, row: PlaceIncident) -> Opened:
    """The right to read one incident, journalled. NotAllowed for an incident of a place that is not hers."""
    if not incidents_visible_to(actor).filter(pk=row.pk).exists():
        raise NotAllowed(_("Ce lieu ne relève pas de votre équipe."))
    record(INCIDENT_READ, by=actor, obj=row, payload={"organisation": row.organisation_id})
    return Opened(row.data_key, [Section.WHEREABOUTS])
