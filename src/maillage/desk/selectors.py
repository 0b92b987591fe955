"""What the desk shows, composed from the packages below: as many queries for one resident as for thirty."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.selectors import organisations_of, role_labels, with_descendants
from maillage.common.enums import Section
from maillage.desk.presets import Preset, presets
from maillage.episodes import selectors as episode_rows
from maillage.episodes.enums import EpisodeState, OutingKind
from maillage.episodes.lifecycle import state_of
from maillage.tasks import rota
from maillage.tasks import selectors as task_rows
from maillage.youth import access as youth
from maillage.youth import selectors as people
from maillage.youth.enums import MissionKind

if TYPE_CHECKING:
    from maillage.episodes.models import MissingEpisode, Outing
    from maillage.tasks.models import Task
    from maillage.youth.models import YoungPerson

# Roles that live with those they look after: first name and photo, because initials invite declaring the wrong child.
_AT_HOME = frozenset({Role.EDUCATOR, Role.ON_CALL_MANAGER, Role.FOSTER_CARER})
# The sweeper works every few seconds: past this, its silence is said.
SWEEP_LATE = timedelta(minutes=2)
_AWAY = frozenset({EpisodeState.MISSING, EpisodeState.LOCATED})


@dataclass(frozen=True)
class Face:
    """Who she is for this reader: name and photo in one's own home, initials elsewhere."""

    pk: uuid.UUID
    name: str
    initials: str
    photo_url: str
    hidden: bool
    home: str
    organisation_id: uuid.UUID | None
    zone: str
    url: str

    @property
    def said(self) -> str:
        """What a label calls her, where a glance or a screen reader may catch it."""
        return self.initials if self.hidden else self.name


@dataclass(frozen=True)
class Step:
    """A step as the desk says it: what, whose, by when."""

    pk: uuid.UUID
    context: uuid.UUID
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
class Pulse:
    """When the page was read, when the sweeper last ran."""

    at: datetime
    swept_at: datetime | None
    zone: str

    @property
    def stale(self) -> bool:
        return self.swept_at is None or self.at - self.swept_at > SWEEP_LATE


@dataclass(frozen=True)
class House:
    """Those who are where they should be, under one roof."""

    name: str
    lines: list[Line]


@dataclass(frozen=True)
class Desk:
    pulse: Pulse
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


def desk(actor: Actor, at: datetime, *, discreet: bool = False) -> Desk:
    """Everything of the reader's own: her homes or young people, what waits for her, who answers.

    `discreet`: a shared screen, no name anywhere.
    """
    homes = organisations_of(actor)
    personal = dict(
        youth.current_missions(actor).filter(user_id=actor.user_id).values_list("person_id", "kind").order_by("kind")
    )
    own = _own_homes(actor)
    if MissionKind.HOSTS in personal.values():
        # A foster carer named for some children: not all those of her service.
        own -= {post.organisation_id for post in actor.posts if post.role == Role.FOSTER_CARER}
    residents = people.residents(own, actor)
    relays, addressed = task_rows.waiting_for(actor), task_rows.addressed_to(actor)
    followed = set(personal) | {relay.task.subject for relay in relays} | {task.subject for task in addressed}
    watched: set[uuid.UUID] = set()
    if Role.ASE_ON_CALL in actor.roles:
        # She answers for a whole département: who is missing, not everyone.
        watched = {episode.person_id for episode in episode_rows.open_seen_by(actor)}
    known = {person.pk for person in residents}
    others = _seen(actor, (followed | watched) - known)
    hosted = known | {pk for pk, kind in personal.items() if kind == MissionKind.HOSTS}
    faces = _faces(actor, [*residents, *others], hosted, discreet)

    running = {pk: _missing(episode) for pk, episode in episode_rows.open_of(faces).items()}
    out = {pk: _outside(outing, at) for pk, outing in episode_rows.outings_of(faces).items()}
    next_steps = task_rows.due_next(running)
    roles, hers = role_labels(), {task.pk for task in addressed}
    record, start = actor.organisations_with(Ability.OUTING_RECORD), actor.organisations_with(Ability.EPISODE_OPEN)
    lines = []
    for pk, face in faces.items():
        waiting = [task for task in addressed if task.subject == pk]
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
                taps=presets(at, face.zone) if may_record and pk in hosted else [],
                may_record=may_record,
                may_open=(face.organisation_id in start) or (personally and actor.may(Ability.EPISODE_OPEN)),
                place=face.home if pk not in hosted or len(own) > 1 else "",
            )
        )
    listed = hosted | set(personal) | {pk for pk in watched if pk in running and running[pk].away}
    lines = [line for line in lines if line.face.pk in listed]
    said = {line.face.pk for line in lines if line.steps}
    away = [line for line in lines if line.episode and line.episode.away]
    outside = [line for line in lines if line.outing and not (line.episode and line.episode.away)]
    set_aside = {line.face.pk for line in (*away, *outside)}
    return Desk(
        pulse=_pulse(at, homes),
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
                face=faces.get(relay.task.subject),
            )
            for relay in relays
        ],
        steps=[
            _step(actor, task, True, roles, faces.get(task.subject)) for task in addressed if task.subject not in said
        ],
        away=sorted(away, key=lambda line: line.episode.noticed_at if line.episode else at),
        outside=sorted(outside, key=lambda line: line.outing.expected_at if line.outing else at),
        houses=_houses(line for line in lines if line.face.pk not in set_aside),
        on_call=_on_call({post.organisation_id for post in actor.posts if post.role in _AT_HOME}, at),
        hosts=bool(hosted),
        may_open=actor.may(Ability.EPISODE_OPEN),
    )


def _houses(lines: Iterable[Line]) -> list[House]:
    ordered = sorted(lines, key=lambda line: (line.face.home, line.face.said))
    return [House(name, list(group)) for name, group in groupby(ordered, key=lambda line: line.face.home)]


@dataclass(frozen=True)
class Watch:
    """Everything late or unanswered in a manager's homes, oldest first."""

    pulse: Pulse
    homes: list[Organisation]
    steps: list[Step]
    on_call: list[Answers]


def watch(actor: Actor, at: datetime, *, discreet: bool = False) -> Watch:
    homes = organisations_of(actor)
    held = with_descendants(actor.organisations_with(Ability.OVERDUE_SEE))
    concerns = task_rows.overdue_or_unacknowledged(held, at)
    subjects = {concern.task.subject for concern in concerns}
    seen = _seen(actor, subjects)
    faces = _faces(actor, seen, _at_home(actor, seen), discreet)
    roles, hers = role_labels(), {task.pk for task in task_rows.addressed_to(actor)}
    steps = []
    for concern in concerns:
        notes = []
        if concern.unanswered:
            notes.append(
                _("Relais proposé par %(name)s, pas encore confirmé")
                % {"name": concern.unanswered.from_user.display_name}
            )
        if concern.came_back:
            notes.append(_("Relais revenu sans réponse"))
        if concern.task.unreached_since:
            notes.append(_("Personne n’a pu être prévenu"))
        face = faces.get(concern.task.subject)
        steps.append(_step(actor, concern.task, concern.task.pk in hers, roles, face, tuple(notes)))
    return Watch(_pulse(at, homes), homes, steps, _on_call(actor.organisations_with(Ability.OVERDUE_SEE), at))


def faces_of(actor: Actor, ids: Sequence[uuid.UUID], *, discreet: bool = False) -> list[Face]:
    """Faces of those among `ids` she may see, in their order."""
    seen = _seen(actor, ids)
    found = _faces(actor, seen, _at_home(actor, seen), discreet)
    return [found[pk] for pk in ids if pk in found]


def _seen(actor: Actor, ids: Collection[uuid.UUID]) -> "list[YoungPerson]":
    """Those among `ids` she may see, placement loaded."""
    visible = youth.visible_to(actor).filter(pk__in=ids).order_by("pk")
    return people.with_placements(list(visible.values_list("pk", flat=True)))


def _own_homes(actor: Actor) -> frozenset[uuid.UUID]:
    """Where she works; for a manager on call of an association, the homes below it too."""
    managed = with_descendants(post.organisation_id for post in actor.posts if post.role == Role.ON_CALL_MANAGER)
    return managed | {post.organisation_id for post in actor.posts if post.role in _AT_HOME}


def _at_home(actor: Actor, persons: "Iterable[YoungPerson]") -> set[uuid.UUID]:
    """Those who live where she works."""
    own = _own_homes(actor)
    placements = ((person.pk, people.placement_now(person)) for person in persons)
    return {pk for pk, placement in placements if placement is not None and placement.organisation_id in own}


def _faces(
    actor: Actor, persons: "Sequence[YoungPerson]", hosted: Collection[uuid.UUID], discreet: bool
) -> dict[uuid.UUID, Face]:
    opened = youth.reveal_many(actor, persons, Section.IDENTITY)
    photos = frozenset() if discreet else people.photos_of([person for person in persons if person.pk in hosted])
    found = {}
    for person in persons:
        placement = people.placement_now(person)
        own, read = person.pk in hosted, opened[person.pk]
        name = people.display_name(read, person) if own else people.full_name(read, person)
        found[person.pk] = Face(
            pk=person.pk,
            name="" if discreet else name,
            initials=people.initials(read, person),
            photo_url=reverse("youth:photo", args=[person.pk]) if person.pk in photos else "",
            hidden=discreet or not own,
            home=placement.organisation.name if placement else "",
            organisation_id=placement.organisation_id if placement else None,
            zone=placement.organisation.zone if placement else "Europe/Paris",
            url=reverse("youth:person", args=[person.pk]),
        )
    return found


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


def _step(
    actor: Actor,
    task: "Task",
    mine: bool,
    roles: Mapping[str, str],
    face: Face | None = None,
    notes: tuple[str, ...] = (),
) -> Step:
    """Its owner is a person, or a role: of which team, when it is not the reader's own."""
    if task.owner_user:
        owner = task.owner_user.display_name
    elif task.organisation_id in actor.organisation_ids:
        owner = roles[task.owner_role]
    else:
        owner = f"{roles[task.owner_role]} · {task.organisation.name}"
    return Step(task.pk, task.context, task.title, task.due_at, owner, mine, face, notes)


def _pulse(at: datetime, homes: list[Organisation]) -> Pulse:
    return Pulse(at, task_rows.last_sweep(), homes[0].zone if homes else "Europe/Paris")


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
