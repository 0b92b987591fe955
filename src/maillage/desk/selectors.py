"""What the desk shows, composed from the packages below: as many queries for one resident as for thirty."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.selectors import organisations_of, role_labels
from maillage.common.localtime import ZONE
from maillage.desk.presets import Preset, presets
from maillage.episodes import selectors as episode_rows
from maillage.episodes.enums import EpisodeState, OutingKind
from maillage.episodes.lifecycle import state_of
from maillage.episodes.outings import USUAL, Hours
from maillage.tasks import rota
from maillage.tasks import selectors as task_rows
from maillage.youth import access as youth
from maillage.youth import duties
from maillage.youth import selectors as people
from maillage.youth.enums import MissionKind
from maillage.youth.faces import AT_HOME, Face, faces_of, homes_of, under_roof

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from maillage.tasks.models import Task

_AWAY = frozenset({EpisodeState.MISSING, EpisodeState.LOCATED})


@dataclass(frozen=True)
class Step:
    """A step as the desk says it: what, whose, by when."""

    pk: uuid.UUID
    url: str
    title: str
    due_at: datetime | None
    owner: str
    mine: bool
    face: Face | None = None
    notes: tuple[str, ...] = ()

    @property
    def zone(self) -> str:
        return self.face.zone if self.face else ""


@dataclass(frozen=True)
class Relay:
    """A step someone passes on, waiting for this reader's « je prends »."""

    pk: uuid.UUID
    task: uuid.UUID
    context: uuid.UUID
    title: str
    from_name: str
    answer_by: datetime
    due_at: datetime | None
    face: Face | None
    url: str


@dataclass(frozen=True)
class Outside:
    """An outing under way."""

    pk: uuid.UUID
    version: int
    kind: str
    left_at: datetime
    expected_at: datetime
    late: bool


@dataclass(frozen=True)
class Missing:
    """An episode that runs."""

    pk: uuid.UUID
    state: str
    noticed_at: datetime
    returned_at: datetime | None

    @property
    def away(self) -> bool:
        return self.state in _AWAY

    @property
    def located(self) -> bool:
        return self.state == EpisodeState.LOCATED


@dataclass(frozen=True)
class Line:
    """One young person on the desk, and what may be done for her in one tap."""

    face: Face
    episode: Missing | None
    outing: Outside | None
    steps: list[Step]
    more: int = 0
    taps: list[Preset] = field(default_factory=list)
    may_record: bool = False
    may_open: bool = False
    place: str = ""


@dataclass(frozen=True)
class Answers:
    """Who answers now for a role."""

    role: str
    users: list[User]
    from_rota: bool


@dataclass(frozen=True)
class House:
    """Those who are where they should be, under one roof."""

    name: str
    lines: list[Line]


@dataclass(frozen=True)
class Desk:
    pulse: task_rows.Pulse
    warnings: list[str]
    homes: list[Organisation]
    relays: list[Relay]
    steps: list[Step]
    away: list[Line]
    outside: list[Line]
    houses: list[House]
    on_call: list[Answers]
    hosts: bool
    may_open: bool

    @property
    def empty(self) -> bool:
        return not (self.relays or self.steps or self.away or self.outside or self.houses)


def task_url(task: "Task") -> str:
    """Where a task is read and done: on its episode, by the file it was added to by hand, or on a screen of its own."""
    if page := duties.page_of(task.key):
        return page
    if task.context == task.subject:
        return reverse("casework:task", args=[task.subject, task.pk])
    return reverse("episodes:step", args=[task.context, task.pk])


def desk(actor: Actor, at: datetime, *, discreet: bool = False) -> Desk:
    """Everything of the reader's own: her homes or young people, what waits for her, who answers.

    `discreet`: a shared screen, no name anywhere.
    """
    homes = organisations_of(actor)
    at_home = homes_of(actor)
    seen = youth.sights(actor, _whom(actor, at_home))
    shown = faces_of(seen, discreet=discreet)
    hosted = {one.person.pk for one in seen if under_roof(one, at_home)}
    own = {one.person.pk: one.own_kinds for one in seen if one.own_kinds and not one.person.joined}
    # A temporary access is for reading: she is on the desk, nothing is recorded or opened through it.
    personal = {pk for pk, kinds in own.items() if kinds - {MissionKind.TEMPORARY}}

    missing, outings = episode_rows.out_of(list(shown))
    running = {pk: _missing(episode) for pk, episode in missing.items()}
    watched = {pk for pk, episode in running.items() if _watched(actor, episode)}
    out = {pk: _outside(outing, at) for pk, outing in outings.items()}
    relays, owed = task_rows.waiting_for(actor), task_rows.owed(actor, running.keys())
    addressed = [task for task in owed if task_rows.waits_for(actor, task)]
    next_steps: dict[uuid.UUID, Task] = {}
    for task in owed:
        if task.subject in running and task.context != task.subject:
            next_steps.setdefault(task.subject, task)
    hours = episode_rows.outing_hours({face.organisation_id for face in shown.values()})
    roles = role_labels()
    record, start = actor.organisations_with(Ability.OUTING_RECORD), actor.organisations_with(Ability.EPISODE_OPEN)
    lines = []
    for pk, face in shown.items():
        waiting = [task for task in addressed if task.subject == pk and not duties.page_of(task.key)]
        # Whoever's the next step is, then the reader's own next one: the rest is on the episode's page.
        first = list({task.pk: task for task in [next_steps.get(pk), *waiting[:1]] if task}.values())
        personally = pk in personal
        may_record = (face.organisation_id in record) or (personally and actor.may(Ability.OUTING_RECORD))
        lines.append(
            Line(
                face=face,
                episode=running.get(pk),
                outing=out.get(pk),
                steps=[_step(actor, task, roles, face) for task in first],
                more=len({task.pk for task in waiting} - {task.pk for task in first}),
                taps=_taps(at, face, hours) if may_record and pk in hosted else [],
                may_record=may_record,
                may_open=(face.organisation_id in start) or (personally and actor.may(Ability.EPISODE_OPEN)),
                place=face.home if pk not in hosted or len(at_home) > 1 else "",
            )
        )
    listed = hosted | own.keys() | watched
    lines = [line for line in lines if line.face.pk in listed]
    said = {line.face.pk for line in lines if line.steps}
    away = [line for line in lines if line.episode and line.episode.away]
    outside = [line for line in lines if line.outing and not (line.episode and line.episode.away)]
    set_aside = {line.face.pk for line in (*away, *outside)}
    heard = at_home | actor.below(actor.organisations_with(Ability.OVERDUE_SEE))
    pulse = task_rows.pulse_of(actor, heard, at, _zone(homes))
    return Desk(
        pulse=pulse,
        warnings=_warnings(pulse),
        homes=homes,
        relays=[
            Relay(
                pk=relay.pk,
                task=relay.task.pk,
                context=relay.task.context,
                title=relay.task.title,
                from_name=relay.from_user.display_name,
                answer_by=relay.answer_by,
                due_at=relay.task.due_at,
                face=shown.get(relay.task.subject),
                url=task_url(relay.task),
            )
            for relay in relays
        ],
        steps=[
            _step(actor, task, roles, shown.get(task.subject))
            for task in addressed
            if task.subject not in said or duties.page_of(task.key)
        ],
        away=sorted(away, key=lambda line: line.episode.noticed_at if line.episode else at),
        outside=sorted(outside, key=lambda line: line.outing.expected_at if line.outing else at),
        houses=_houses(line for line in lines if line.face.pk not in set_aside),
        on_call=_on_call(actor, {post.organisation_id for post in actor.posts if post.role in AT_HOME}, at),
        hosts=bool(hosted),
        may_open=actor.may(Ability.EPISODE_OPEN),
    )


def _whom(actor: Actor, homes: Collection[uuid.UUID]) -> youth.Whom:
    """Ids of whom the desk may show: those who live there, those of her own missions, of what waits for her; and, for
    a role that answers for more than a home, those of the episodes it watches."""
    # On call for a whole département: who is missing, not everyone. Urgent care has its own hours: whoever came back
    # must not be looked for by name.
    watches, cares = Role.ASE_ON_CALL in actor.roles, Role.HEALTH_STAFF in actor.roles
    given = (youth.holder_of(actor), task_rows.addressee_of(actor), frozenset(homes), watches, cares)
    return youth.Whom(_ids_of_whom, given)


def _ids_of_whom(
    holder: youth.Holder, addressee: task_rows.Addressee, homes: frozenset[uuid.UUID], watches: bool, cares: bool
) -> "QuerySet[Any]":
    whom = [people.living_in(homes), youth.own(holder), task_rows.subjects_for(addressee)]
    if watches or cares:
        whom.append(episode_rows.in_episodes(returned=not watches))
    return whom[0].union(*whom[1:])


def _watched(actor: Actor, episode: Missing) -> bool:
    """Whether a role of hers lists that episode, wherever it is."""
    if episode.away:
        return Role.ASE_ON_CALL in actor.roles
    return Role.HEALTH_STAFF in actor.roles and episode.returned_at is not None


def _houses(lines: Iterable[Line]) -> list[House]:
    ordered = sorted(lines, key=lambda line: (line.face.home, line.face.said))
    return [House(name, list(group)) for name, group in groupby(ordered, key=lambda line: line.face.home)]


@dataclass(frozen=True)
class Watch:
    """Everything late, unanswered or unheard in a manager's homes, oldest first."""

    pulse: task_rows.Pulse
    homes: list[Organisation]
    steps: list[Step]
    on_call: list[Answers]
    counts: bool  # whether she has figures of past months


def watch(actor: Actor, at: datetime, *, discreet: bool = False) -> Watch:
    homes = organisations_of(actor)
    held = actor.below(actor.organisations_with(Ability.OVERDUE_SEE))
    since: dict[uuid.UUID, datetime] = {}
    found: dict[uuid.UUID, Task] = {}
    notes: dict[uuid.UUID, list[str]] = {}

    def say(task: "Task", start: datetime, *phrases: str) -> None:
        found.setdefault(task.pk, task)
        since[task.pk] = min(start, since.get(task.pk, start))
        notes.setdefault(task.pk, []).extend(phrases)

    for concern in task_rows.overdue_or_unacknowledged(held, at):
        say(concern.task, concern.since, *_concern_notes(concern))
    for notice in task_rows.troubled_notices(held):
        who = notice.recipient.display_name
        say(notice.task, notice.created_at, _("Message peut-être pas arrivé à %(name)s : appelez") % {"name": who})

    shown = faces_of(youth.sights(actor, {task.subject for task in found.values()}), discreet=discreet)
    roles = role_labels()
    steps = [
        _step(actor, task, roles, shown.get(task.subject), tuple(dict.fromkeys(notes[pk])))
        for pk, task in sorted(found.items(), key=lambda one: (since[one[0]], one[1].order, one[0]))
    ]
    on_call = _on_call(actor, actor.organisations_with(Ability.OVERDUE_SEE), at)
    counts = actor.may(Ability.COVERAGE_SEE)
    return Watch(task_rows.pulse(at, _zone(homes)), homes, steps, on_call, counts)


def _concern_notes(concern: task_rows.Concern) -> Iterator[str]:
    if concern.unanswered:
        by = concern.unanswered.from_user.display_name
        yield _("Relais proposé par %(name)s, pas encore confirmé") % {"name": by}
    if concern.came_back:
        yield _("Relais revenu sans réponse")
    if concern.task.unreached_since:
        yield _("Personne n’a pu être prévenu")


def _warnings(pulse: task_rows.Pulse) -> list[str]:
    """What nobody may have heard, in a sentence each."""
    alone, lost = pulse.unreached, pulse.lost
    said = []
    if alone:
        said.append(
            ngettext(
                "Une étape attend, et personne n’a pu être prévenu.",
                "%(count)d étapes attendent, et personne n’a pu être prévenu.",
                alone,
            )
            % {"count": alone}
        )
    if lost:
        said.append(
            ngettext(
                "Un message n’est peut-être pas arrivé : appelez.",
                "%(count)d messages ne sont peut-être pas arrivés : appelez.",
                lost,
            )
            % {"count": lost}
        )
    return said


def faces_among(actor: Actor, ids: Sequence[uuid.UUID], *, discreet: bool = False) -> list[Face]:
    """Faces of those among `ids` she may see, in their order."""
    found = faces_of(youth.sights(actor, ids), discreet=discreet)
    return [found[pk] for pk in ids if pk in found]


def _missing(episode: episode_rows.Absence) -> Missing:
    return Missing(episode.pk, state_of(episode), episode.noticed_at, episode.returned_at)


def _outside(outing: episode_rows.Out, at: datetime) -> Outside:
    return Outside(
        pk=outing.pk,
        version=outing.version,
        kind=str(OutingKind(outing.kind).label),
        left_at=outing.left_at,
        expected_at=outing.expected_at,
        late=outing.expected_at < at,
    )


def _taps(at: datetime, face: Face, hours: Mapping[uuid.UUID | None, Hours]) -> list[Preset]:
    return presets(at, face.zone, hours.get(face.organisation_id, USUAL))


def _step(
    actor: Actor,
    task: "Task",
    roles: Mapping[str, str],
    face: Face | None = None,
    notes: tuple[str, ...] = (),
) -> Step:
    """Its owner is a person, or a role: of which team, when it is not the reader's own and she may know the place."""
    known = face is not None and face.placed
    if task.owner_user:
        owner = task.owner_user.display_name
    elif task.organisation_id in actor.organisation_ids or not (known or task.organisation.kind in people.AUTHORITIES):
        owner = roles[task.owner_role]
    else:
        owner = f"{roles[task.owner_role]} · {task.organisation.name}"
    mine = task_rows.waits_for(actor, task)
    return Step(task.pk, task_url(task), task.title, task.due_at, owner, mine, face, notes)


def _zone(homes: Sequence[Organisation]) -> str:
    return homes[0].zone if homes else ZONE


def _on_call(actor: Actor, organisation_ids: Collection[uuid.UUID], at: datetime) -> list[Answers]:
    """Managers on call of each of her organisations, by the rota or by role."""
    answering = rota.answering_in(organisation_ids, rota.ROTA_ROLES, at, actor.tree)
    unique = {
        (role, tuple(user.pk for user in found.users)): Answers(str(Role(role).label), found.users, found.from_rota)
        for (_where, role), found in answering.items()
        if found.users
    }
    return list(unique.values())
