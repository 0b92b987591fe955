"""What the pages of temporary accesses show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.selectors import organisations_of
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.youth import lookup_access
from maillage.youth.access import reveal_open, visible_to
from maillage.youth.enums import MissionKind
from maillage.youth.faces import Face, faces
from maillage.youth.search import search_among
from maillage.youth.selectors import Reading, readings_of
from maillage.youth.temporary_access import Known, known_before, known_by_leave, known_by_steps, opens, owns
from maillage.youth.temporary_models import AccessLeave, TemporaryAccess

if TYPE_CHECKING:
    from maillage.youth.access import Entrance

# How long an access that is over stays on the page of who opened it.
REMEMBERED = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """An access of one's own. `face` None once it is over: she is not seen any more."""

    row: TemporaryAccess
    face: Face | None
    running: bool


@dataclass(frozen=True)
class Allowed:
    """A leave given in answer to a request, under the words the request was written in."""

    known: Known
    names: str


def own_accesses(actor: Actor) -> list[Line]:
    """Those that run, then those of the last month."""
    at = now()
    rows = list(
        TemporaryAccess.objects.filter(user_id=actor.user_id, at__gt=at - REMEMBERED)
        .select_related("mission", "person__data_key")
        .order_by("-at", "pk")
    )
    live = {row.pk for row in rows if row.mission.ends_at is not None and row.mission.ends_at > at}
    seen = visible_to(actor).filter(pk__in=[row.person_id for row in rows if row.pk in live])
    shown = faces(actor, list(seen.select_related("data_key").order_by("pk")))
    lines = [Line(row, shown.get(row.person_id) if row.pk in live else None, row.pk in live) for row in rows]
    return sorted(lines, key=lambda line: not line.running)


def waiting(actor: Actor) -> list[Known]:
    return known_by_steps(actor)


def allowed(actor: Actor) -> list[Allowed]:
    """Files an owner lets her open, named as she named them herself."""
    ones = known_by_leave(actor)
    leaves = AccessLeave.objects.filter(pk__in=[one.ref for one in ones]).select_related("request__data_key")
    requests = {leave.pk: leave.request for leave in leaves}
    opened = lookup_access.open_requests() if ones else None
    return [Allowed(one, opened.text(requests[one.ref], "names") if opened else "") for one in ones]


def before(actor: Actor, text: str) -> list[Known]:
    """Among those she followed within a year, whom that name finds: the same work and answer for any other name."""
    ones = known_before(actor)
    found = search_among(actor, text, frozenset(one.person_id for one in ones))
    return [one for one in ones if one.person_id in found]


def parts(actor: Actor) -> list[str]:
    """What an access would show her, in words."""
    labels = dict(Section.choices)
    return [str(labels[section]) for section in Section if section in opens(actor)]


@dataclass(frozen=True)
class Told:
    """An access as the owner of the file reads it, or who opened it. `reason` "" when closed to this reader."""

    row: TemporaryAccess
    who: str
    where: str
    reason: str
    parts: list[str]
    face: Face | None
    ends_at: datetime
    running: bool
    own: bool
    readings: list[Reading]


def told(actor: Actor, row: TemporaryAccess) -> Told:
    at = now()
    ends_at = row.mission.ends_at or row.until
    owner = owns(actor, row)
    seen = visible_to(actor).filter(pk=row.person_id).exists()
    opened = reveal_open(actor, row.person, Section.IDENTITY, Section.EDUCATION) if seen else None
    labels = dict(Section.choices)
    return Told(
        row=row,
        who=row.user.display_name,
        where=", ".join(dict.fromkeys(one.name for one in organisations_of(actor_of(row.user)))),
        reason=opened.text(row.mission, "reason") if opened and opened.may(row.mission, "reason") else "",
        parts=[str(labels[section]) for section in row.mission.sections],
        face=faces(actor, [row.person])[row.person_id] if seen else None,
        ends_at=ends_at,
        running=ends_at > at,
        own=row.user_id == actor.user_id,
        readings=readings_of(row.person, by=row.user_id, since=row.at, until=ends_at) if owner else [],
    )


@dataclass(frozen=True)
class Passing:
    """An access that runs, on the page of its file: to who opened it, and to who answers for the file."""

    pk: object
    who: str
    until: datetime
    own: bool


def passing(entered: "Entrance", owner: bool) -> list[Passing]:
    """No query when nothing temporary runs."""
    missions = [
        one
        for one in (entered.running if owner else entered.mine)
        if one.kind == MissionKind.TEMPORARY and one.ends_at is not None
    ]
    if not missions:
        return []
    own = entered.actor.user_id
    rows = dict(
        TemporaryAccess.objects.filter(mission__in=[one.pk for one in missions]).values_list("mission_id", "pk")
    )
    return [
        Passing(
            pk=rows[one.pk],
            who=_("Vous") if one.user is None or one.user_id == own else one.user.display_name,
            until=one.ends_at,
            own=one.user_id == own,
        )
        for one in missions
        if one.pk in rows and one.ends_at is not None
    ]
