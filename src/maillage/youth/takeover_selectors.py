"""What the pages of takeovers show: names to whoever sees the file, kinds and numbers to the others."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.models import User
from maillage.common.enums import Section
from maillage.tasks.models import HandOver
from maillage.tasks.selectors import newest_relays
from maillage.youth.access import visible_to
from maillage.youth.faces import Face, faces
from maillage.youth.models import Mission
from maillage.youth.takeover_access import lines_of, shares, to_pass_on
from maillage.youth.takeover_enums import TakeoverState
from maillage.youth.takeover_models import TakeoverShare


@dataclass(frozen=True)
class Share:
    """One proposal, as its author or its addressee reads it."""

    row: TakeoverShare
    state: TakeoverState
    answer_by: datetime
    mine: bool  # asked of this reader
    count: int

    @property
    def open(self) -> bool:
        return self.state == TakeoverState.WAITING


@dataclass(frozen=True)
class Line:
    """One mission of a proposal. `face` None when this reader does not see whose."""

    mission: Mission
    face: Face | None
    sections: list[str]
    opened: Mission | None


def _state(row: TakeoverShare, relay: HandOver) -> TakeoverState:
    if row.taken_at is not None:
        return TakeoverState.TAKEN
    if relay.returned_at is not None and row.task is not None and row.task.live:
        return TakeoverState.BACK
    return TakeoverState.WAITING if relay.pending else TakeoverState.WITHDRAWN


def shares_of(actor: Actor, only: uuid.UUID | None = None) -> list[Share]:
    """Proposals made to her, then those she made, newest first; three queries."""
    rows = list((shares(actor) if only is None else shares(actor).filter(pk=only)).order_by("-takeover__at", "pk")[:60])
    relays = newest_relays([row.task_id for row in rows if row.task_id])
    counts: dict[uuid.UUID, int] = {}
    for line in lines_of([row.pk for row in rows]):
        counts[line.share_id] = counts.get(line.share_id, 0) + 1
    found = [
        Share(
            row=row,
            state=_state(row, relays[row.task_id]),
            answer_by=relays[row.task_id].answer_by,
            mine=row.user_id == actor.user_id,
            count=counts.get(row.pk, 0),
        )
        for row in rows
        if row.task_id is not None and row.task_id in relays
    ]
    return sorted(found, key=lambda one: (not (one.mine and one.open), not one.mine))


def lines(actor: Actor, share: TakeoverShare) -> list[Line]:
    """The missions of one proposal; whose, where this reader sees the file."""
    rows = list(lines_of([share.pk]))
    shown = _faces(actor, [row.mission for row in rows])
    labels = dict(Section.choices)
    return [
        Line(
            mission=row.mission,
            face=shown.get(row.mission.person_id),
            sections=[str(labels[section]) for section in row.mission.sections],
            opened=row.opened,
        )
        for row in rows
    ]


def _faces(actor: Actor, missions: list[Mission]) -> dict[uuid.UUID, Face]:
    ids = {mission.person_id for mission in missions}
    return faces(actor, list(visible_to(actor).filter(pk__in=ids).select_related("data_key").order_by("pk")))


def missions_to_pass_on(actor: Actor, holder: User, discreet: bool) -> list[tuple[uuid.UUID, str]]:
    """Each mission in words: « Lina Parasol, accompagne », by name."""
    rows = list(to_pass_on(actor, holder).order_by("starts_at", "pk"))
    shown = _faces(actor, rows)
    said = [
        (
            row.pk,
            _("%(who)s : %(kind)s")
            % {
                "who": shown[row.person_id].initials if discreet else shown[row.person_id].name,
                "kind": row.get_kind_display(),
            },
        )
        for row in rows
    ]
    return sorted(said, key=lambda one: one[1])
