"""What the desk shows, composed from the packages below: as many queries for one resident as for thirty."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.selectors import organisations_of, role_labels, with_descendants
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
from maillage.youth.faces import AT_HOME, Face, faces, roof_of

if TYPE_CHECKING:
    from maillage.episodes.models import MissingEpisode, Outing
    from maillage.tasks.models import Task
    from maillage.youth.models import YoungPerson

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
    own = list(youth.current_missions(actor).filter(user_id=actor.user_id).values_list("person__main_id", "kind"))
    personal = {person for person, kind in own if kind != MissionKind.TEMPORARY}
    # A temporary access is for reading: she is on the desk, nothing is recorded or opened through it.
    reading = {person for person, kind in own if kind == MissionKind.TEMPORARY}
    roof = roof_of(actor)
    residents = people.residents(roof.homes, actor)
    relays, addressed = task_rows.waiting_for(actor), task_rows.addressed_to(actor)
    followed = personal | reading | {relay.task.subject for relay in relays} | {task.subject for task in addressed}
    watched: set[uuid.UUID] = set()
    if Role.ASE_ON_CALL in actor.roles:
        # She answers for a whole département: who is missing, not everyone.
        watched = {episode.person_id for episode in episode_rows.open_seen_by(actor)}
    returned = Role.HEALTH_STAFF in actor.roles
    if returned:
        # Urgent care has its own hours: whoever came back must not be looked for by name.
        watched |= {episode.person_id for episode in episode_rows.open_seen_by(actor) if episode.returned_at}
    known = {person.pk for person in residents}
    others = _seen(actor, (followed | watched) - known)
    hosted = known | roof.hosted
    shown = faces(actor, [*residents, *others], roof=roof, discreet=discreet)

    running = {pk: _missing(episode) for pk, episode in episode_rows.open_of(shown).items()}
    out = {pk: _outside(outing, at) for pk, outing in episode_rows.outings_of(shown).items()}
    next_steps = task_rows.due_next(running)
    hours = episode_rows.outing_hours({face.organisation_id for face in shown.values()})
    roles, hers = role_labels(), {task.pk for task in addressed}
    record, start = actor.organisations_with(Ability.OUTING_RECORD), actor.organisations_with(Ability.EPISODE_OPEN)
    lines = []
    for pk, face in shown.items():
        waiting = [task for task in addressed if task.subject == pk and not duties.page_of(task.key)]
        # Whoever's the next step is, then the reader's own next one: the rest is on the episode's page.
        owed = list({task.pk: task for task in [next_steps.get(pk), *waiting[:1]] if task}.values())
        personally = pk in personal
        may_record = (face.organisation_id in record) or (personally and actor.may(Ability.OUTING_RECORD))
        lines.append(
            Line(
                face=face,
                episode=running.get(pk),
                outing=out.get(pk),
                steps=[_step(actor, task, task.pk in hers, roles, face) for task in owed],
                more=len({task.pk for task in waiting} - {task.pk for task in owed}),
                taps=_taps(at, face, hours) if may_record and pk in hosted else [],
                may_record=may_record,
                may_open=(face.organisation_id in start) or (personally and actor.may(Ability.EPISODE_OPEN)),
                place=face.home if pk not in hosted or len(roof.homes) > 1 else "",
            )
        )
    listed = hosted | personal | reading | {pk for pk in watched if pk in running and (returned or running[pk].away)}
    lines = [line for line in lines if line.face.pk in listed]
    said = {line.face.pk for line in lines if line.steps}
    away = [line for line in lines if line.episode and line.episode.away]
    outside = [line for line in lines if line.outing and not (line.episode and line.episode.away)]
    set_aside = {line.face.pk for line in (*away, *outside)}
    return Desk(
        pulse=task_rows.pulse(at, _zone(homes)),
        warnings=_warnings(roof.homes | with_descendants(actor.organisations_with(Ability.OVERDUE_SEE))),
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
            _step(actor, task, True, roles, shown.get(task.subject))
            for task in addressed
            if task.subject not in said or duties.page_of(task.key)
        ],
        away=sorted(away, key=lambda line: line.episode.noticed_at if line.episode else at),
        outside=sorted(outside, key=lambda line: line.outing.expected_at if line.outing else at),
        houses=_houses(line for line in lines if line.face.pk not in set_aside),
        on_call=_on_call({post.organisation_id for post in actor.posts if post.role in AT_HOME}, at),
        hosts=bool(hosted),
        may_open=actor.may(Ability.EPISODE_OPEN),
    )


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
    held = with_descendants(actor.organisations_with(Ability.OVERDUE_SEE))
    since: dict[uuid.UUID, datetime] = {}
    found: dict[uuid.UUID, Task] = {}
    notes: dict[uuid.UUID, list[str]] = {}

    def say(task: "Task", start: datetime, *phrases: str) -> None:
        found.setdefault(task.pk, task)
        since[task.pk] = min(start, since.get(task.pk, start))
        notes.setdefault(task.pk, []).extend(phrases)

    for concern in task_rows.overdue_or_unacknowledged(held, at):
        say(concern.task, concern.since, *_concern_notes(concern))
    for task in task_rows.unstaffed(held):
        say(task, task.unreached_since or at, _("Personne n’a pu être prévenu"))
    for notice in task_rows.troubled_notices(held):
        who = notice.recipient.display_name
        say(notice.task, notice.created_at, _("Message peut-être pas arrivé à %(name)s : appelez") % {"name": who})

    shown = faces(actor, _seen(actor, {task.subject for task in found.values()}), discreet=discreet)
    roles, hers = role_labels(), {task.pk for task in task_rows.addressed_to(actor)}
    steps = [
        _step(actor, task, pk in hers, roles, shown.get(task.subject), tuple(dict.fromkeys(notes[pk])))
        for pk, task in sorted(found.items(), key=lambda one: (since[one[0]], one[1].order, one[0]))
    ]
    on_call = _on_call(actor.organisations_with(Ability.OVERDUE_SEE), at)
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


def _warnings(organisation_ids: Collection[uuid.UUID]) -> list[str]:
    """What nobody may have heard, in a sentence each."""
    alone, lost = len(task_rows.unstaffed(organisation_ids)), len(task_rows.troubled_notices(organisation_ids))
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


def faces_of(actor: Actor, ids: Sequence[uuid.UUID], *, discreet: bool = False) -> list[Face]:
    """Faces of those among `ids` she may see, in their order."""
    found = faces(actor, _seen(actor, ids), discreet=discreet)
    return [found[pk] for pk in ids if pk in found]


def _seen(actor: Actor, ids: Collection[uuid.UUID]) -> "list[YoungPerson]":
    """Those among `ids` she may see, placement loaded."""
    visible = youth.visible_to(actor).filter(pk__in=ids).order_by("pk")
    return people.with_placements(list(visible.values_list("pk", flat=True)))


def _missing(episode: "MissingEpisode") -> Missing:
    return Missing(episode.pk, state_of(episode), episode.noticed_at, episode.returned_at)


def _outside(outing: "Outing", at: datetime) -> Outside:
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
    mine: bool,
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
    return Step(task.pk, task_url(task), task.title, task.due_at, owner, mine, face, notes)


def _zone(homes: Sequence[Organisation]) -> str:
    return homes[0].zone if homes else ZONE


def _on_call(organisation_ids: Iterable[uuid.UUID], at: datetime) -> list[Answers]:
    """Managers on call of each home, by the rota or by role. Grows with the homes, not with who lives there."""
    found = []
    for organisation_id in organisation_ids:
        for role in rota.ROTA_ROLES:
            answering = rota.answering(organisation_id, role, at)
            if answering.users:
                found.append(Answers(str(role.label), answering.users, answering.from_rota))
    unique = {(answers.role, tuple(user.pk for user in answers.users)): answers for answers in found}
    return list(unique.values())
