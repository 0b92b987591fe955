"""What every act in an episode shares: the row locked, the right checked, the instant checked, the event written,
the plan brought up to date."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.casework.timeline import entry_write
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.localtime import local
from maillage.common.prepared import prepared
from maillage.episodes import access, events, lifecycle, lines, protocol, versions
from maillage.episodes.enums import Action, ContactOutcome, EpisodeKind, EventKind, Trigger
from maillage.episodes.models import EpisodeEvent, MissingEpisode
from maillage.tasks import selectors as task_rows
from maillage.tasks import services as tasks
from maillage.tasks.access import may_act
from maillage.tasks.enums import Means
from maillage.tasks.planning import PlannedTask
from maillage.vault.sealing import Sealer
from maillage.youth import access as youth
from maillage.youth import selectors as people
from maillage.youth.enums import Kinship
from maillage.youth.parents import may_notify

# A clock a minute ahead of ours is not a lie.
_SKEW = timedelta(minutes=1)


def locked(by: Actor, episode: MissingEpisode, action: Action) -> MissingEpisode:
    """The episode as it is now, held until the transaction ends; refusals of `access.require`."""
    [row] = _locked(episode.pk)
    access.require(by, row, action)
    return row


@prepared
def _locked(pk: uuid.UUID) -> QuerySet[MissingEpisode]:
    return (
        MissingEpisode.objects.select_for_update(of=("self",))
        .select_related("person__data_key", "data_key", "organisation__station", "protocol", "outing")
        .filter(pk=pk)
    )


def clock_text(instant: datetime, zone: str) -> str:
    """« 21 h 40 » today, « le 12/03 à 21 h 40 » another day, by the clock of the place."""
    there = local(instant, zone)
    text = f"{there:%H} h {there:%M}"
    if there.date() == local(now(), zone).date():
        return text
    return _("le %(day)s à %(time)s") % {"day": f"{there:%d/%m}", "time": text}


def happened(instant: datetime, *, field: str = "happened_at") -> datetime:
    """RuleBroken when it has not happened yet."""
    if instant > now() + _SKEW:
        raise RuleBroken(_("Cette heure est dans le futur : notez ce qui a eu lieu."), field=field)
    return min(instant, now())


def write_event(
    by: Actor,
    episode: MissingEpisode,
    kind: EventKind,
    at: datetime,
    *,
    facts: dict[str, Any] | None = None,
    corrects: EpisodeEvent | None = None,
    **sealed: Any,
) -> EpisodeEvent:
    """Append an event. `sealed`: who, text, words, place, health."""
    event = EpisodeEvent(
        episode=episode,
        kind=kind,
        happened_at=at,
        written_at=now(),
        written_by=by.user_id,
        facts=events.facts(kind, facts or {}),
        corrects=corrects,
    )
    Sealer(episode.data_key).seal(event, **sealed)
    event.save(force_insert=True)
    if corrects is None:
        entry_write(
            person_id=episode.person_id,
            group=lines.group_of(kind),
            kind=kind,
            at=at,
            source=event,
            section=lines.section_of(kind),
            author_id=by.user_id,
            context=episode.pk,
        )
    return event


def save(episode: MissingEpisode, *fields: str) -> None:
    """Write the changed columns and one more version. The row is locked, so nobody wrote in between."""
    episode.version += 1
    episode.save(update_fields=[*fields, "version"])


# --- The plan --------------------------------------------------------------------------------------------------------


def age_of(by: Actor, episode: MissingEpisode) -> int | None:
    """Her age the day she was missed; None when unknown, or when the actor may not read it."""
    opened = youth.reveal_open(by, episode.person, Section.IDENTITY)
    return people.age_at(opened, episode.person, local(episode.noticed_at, episode.organisation.zone).date())


def occurrences(episode: MissingEpisode) -> tuple[protocol.Occurrence, ...]:
    """What happened that may make steps owed, from the episode's own events. Corrections do not happen twice."""
    found = [protocol.Occurrence(Trigger.OPENED, episode.noticed_at)]
    declared = None
    for event in episode.events.filter(corrects__isnull=True).order_by("written_at", "id"):
        each = event.pk.hex
        if event.kind == EventKind.READING:
            if declared not in (None, event.facts["declared"]):
                found.append(protocol.Occurrence(Trigger.KIND_CHANGED, event.happened_at, each))
            declared = event.facts["declared"]
        elif event.kind == EventKind.SIGN_OF_LIFE or (
            event.kind == EventKind.CONTACT_ATTEMPT and event.facts["outcome"] == ContactOutcome.ANSWERED
        ):
            found.append(protocol.Occurrence(Trigger.SIGN_OF_LIFE, event.happened_at, each))
        elif event.kind == EventKind.AUTHORITY_QUALIFICATION and event.facts["disagrees"]:
            found.append(protocol.Occurrence(Trigger.DISAGREEMENT, event.happened_at, each))
    if episode.located_at is not None:
        found.append(protocol.Occurrence(Trigger.LOCATED, episode.located_at))
    if episode.returned_at is not None:
        found.append(protocol.Occurrence(Trigger.RETURNED, episode.returned_at))
    return tuple(found)


def parent_notices(episode: MissingEpisode) -> tuple[protocol.ParentNotice, ...]:
    """Each parent or guardian, with what her or his situation allows. By kinship: a task holds no name."""
    found = []
    for parent in people.parents_of(episode.person):
        decision = may_notify(parent.authority, parent.contact, parent.may_know_place)
        label = str(Kinship(parent.kinship).label).lower()
        found.append(protocol.ParentNotice(parent.pk, label, decision.allowed, decision.reason))
    return tuple(found)


def situation_of(by: Actor, episode: MissingEpisode) -> protocol.Situation:
    """All that the plan looks at, as it stands in this transaction."""
    definition = versions.protocol_of(episode.protocol)
    delays = versions.delays(episode.organisation.departement, definition)
    happened_so_far = occurrences(episode)
    changes = [one.at for one in happened_so_far if one.trigger == Trigger.KIND_CHANGED]
    station = episode.organisation.station
    return protocol.Situation(
        kind=EpisodeKind(episode.declared_kind),
        state=lifecycle.state_of(episode),
        age=age_of(by, episode),
        legal_status=episode.person.legal_status,
        organisation_id=episode.organisation_id,
        zone=episode.organisation.zone,
        night_from=delays.night_from,
        night_to=delays.night_to,
        noticed_at=episode.noticed_at,
        kind_since=max(changes, default=episode.noticed_at),
        occurrences=happened_so_far,
        parents=parent_notices(episode),
        station_phone=station.phone if station else "",
        talk_within=delays.talk_within,
        areas=definition.areas_of(episode.organisation.external_reference),
    )


def replan(by: Actor, episode: MissingEpisode) -> None:
    """Bring what is owed up to date: steps are added, clocks come closer; nothing is dropped here."""
    definition = versions.protocol_of(episode.protocol)
    instant = now()
    known = [
        protocol.Known(
            key=task.key,
            live=task.live,
            by_person=task.done_by_id is not None or task.not_due_by_id is not None,
            starts_at=task.starts_at,
            due_at=task.due_at,
            within=timedelta(minutes=task.due_within_minutes),
        )
        for task in task_rows.of_context(episode.pk)
    ]
    plan_in(by, episode, protocol.replan(protocol.plan(definition, situation_of(by, episode)), known, instant))


def move_clocks(by: Actor, episode: MissingEpisode) -> None:
    """Count again what runs from the location or the return, once one of those instants was corrected."""
    definition = versions.protocol_of(episode.protocol)
    moving = {step.key for step in definition.steps if step.trigger in (Trigger.LOCATED, Trigger.RETURNED)}
    planned = protocol.plan(definition, situation_of(by, episode))
    starts = {
        one.key: (one.due_from, one.due_within)
        for one in planned
        if one.due_from is not None and protocol.base_key(one.key) in moving
    }
    tasks.tasks_move(context=episode.pk, starts=starts)


def plan_in(by: Actor, episode: MissingEpisode, planned: Sequence[PlannedTask]) -> None:
    """Write planned steps as tasks of the episode, in the transaction of the act under way."""
    if planned:
        tasks.tasks_plan(
            by=by,
            data_key=episode.data_key,
            subject=episode.person_id,
            context=episode.pk,
            planned=planned,
            at=now(),
        )


def open_keys(episode: MissingEpisode) -> list[str]:
    return [task.key for task in task_rows.live_of(episode.pk)]


def drop(by: Actor, episode: MissingEpisode, keys: Iterable[str], reason: str) -> list[str]:
    """Take the object from some open steps, saying why (a phrase of ours, stored in clear); the keys dropped."""
    wanted = frozenset(keys)
    over = [
        PlannedTask(
            key=task.key,
            title=task.title,
            why=task.why,
            source=task.source,
            owner_role=Role(task.owner_role),
            organisation_id=task.organisation_id,
            due_within=timedelta(),
            not_due_reason=reason,
        )
        for task in task_rows.live_of(episode.pk)
        if task.key in wanted
    ]
    plan_in(by, episode, over)
    return [task.key for task in over]


def steps_done_by(by: Actor, event: EpisodeEvent, means: Means = Means.IN_PERSON) -> None:
    """Do the open steps that recording this event does."""
    definition = versions.protocol_of(event.episode.protocol)
    live = {task.key: task for task in task_rows.live_of(event.episode_id)}
    for key in protocol.done_by(definition, EventKind(event.kind), live):
        # A step of another team stays open: its own people will say it is done.
        if may_act(by, Ability.STEP_DO, task := live[key]):
            tasks.task_do(by=by, task=task, done_at=event.happened_at, means=means, version=task.version)


def after_departure(episode: MissingEpisode, at: datetime, *, field: str = "happened_at") -> None:
    """RuleBroken when `at` is before she left or before anyone noticed: nobody is found before being missing."""
    zone = episode.organisation.zone
    left = episode.last_seen_at or (episode.outing.left_at if episode.outing else None)
    if left is not None and at < left:
        raise RuleBroken(
            _("C’est avant le départ (dernière présence constatée : %(at)s).") % {"at": clock_text(left, zone)},
            field=field,
        )
    if at < episode.noticed_at:
        raise RuleBroken(
            _(
                "C’est avant l’absence constatée (%(at)s). Si personne ne manquait, "
                "fermez avec le motif « Ouvert par erreur »."
            )
            % {"at": clock_text(episode.noticed_at, zone)},
            field=field,
        )
