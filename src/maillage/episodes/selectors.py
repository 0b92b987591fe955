"""What pages show of episodes and outings: shapes ready to render, each a constant number of queries.

Text comes through the `Opened` that `youth.access.reveal` gave: what its sections do not open is "" here, and
`hidden` says so.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.selectors import name_of
from maillage.common.enums import Section
from maillage.common.localtime import local
from maillage.common.prepared import prepared
from maillage.episodes import access, lifecycle, protocol, versions
from maillage.episodes.enums import (
    Action,
    Answer,
    Authority,
    Care,
    ClosingReason,
    ContactOutcome,
    ContactWay,
    DocumentKind,
    EpisodeKind,
    EpisodeState,
    EventKind,
    Need,
    Offer,
    PoliceQuestionnaire,
)
from maillage.episodes.lines import ICONS
from maillage.episodes.models import EpisodeDocument, EpisodeEvent, MissingEpisode, Outing, OutingHours, ReturnInterview
from maillage.episodes.outings import Hours
from maillage.tasks import selectors as task_rows
from maillage.tasks.enums import TaskState
from maillage.vault.fields import SealedField
from maillage.vault.sealing import Opened
from maillage.youth import access as youth
from maillage.youth import selectors as people
from maillage.youth.enums import PlacementEnd
from maillage.youth.faces import Face, faces_of

if TYPE_CHECKING:
    from maillage.accounts.models import User
    from maillage.tasks.models import Task


# --- Shapes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepView:
    """One step of the episode. `detail`: the sealed text behind it (a decision), `note`, `recipient`, `reference`:
    what its author wrote; all "" when closed to this reader."""

    task: "Task"
    owner: str
    done_by: str
    detail: str
    recipient: str
    reference: str
    note: str
    reason: str
    audience: str

    @property
    def state(self) -> TaskState:
        return TaskState(self.task.state)


@dataclass(frozen=True)
class Steps:
    """Steps by what they ask of us: to do now (soonest first), waiting for another, done, without object."""

    to_do: tuple[StepView, ...]
    waiting: tuple[StepView, ...]
    done: tuple[StepView, ...]
    not_due: tuple[StepView, ...]

    @property
    def count(self) -> int:
        return len(self.to_do) + len(self.waiting) + len(self.done) + len(self.not_due)


@dataclass(frozen=True)
class Entry:
    """One line of the timeline, an event, a step settled or a document made.

    `what`: "event" | "step" | "document". `kind`: EventKind value, "step", or DocumentKind value. `label`: its
    title. `facts`: short phrases (who qualified, outcome…). `id`: what a chronology chooses by.
    `hidden`: some text of this line is closed to the reader.
    """

    what: str
    id: uuid.UUID
    kind: str
    label: str
    happened_at: datetime
    written_at: datetime
    by: str
    by_system: bool
    facts: tuple[str, ...] = ()
    who: str = ""
    text: str = ""
    words: str = ""
    place: str = ""
    health: str = ""
    hidden: bool = False
    corrects: uuid.UUID | None = None
    corrected_by: uuid.UUID | None = None
    correctable: bool = False
    after_closing: bool = False
    answer_set: uuid.UUID | None = None


@dataclass(frozen=True)
class QuestionView:
    """A question of the protocol with its present answer (`Answer` value) in words."""

    key: str
    text: str
    help: str
    answer: Answer


@dataclass(frozen=True)
class Qualification:
    """What an authority decided, latest first."""

    authority: str
    kind: str
    at: datetime
    disagrees: bool


@dataclass(frozen=True)
class ClosingChoice:
    """A reason open now. `note`: a written reason is always asked; `unsettled`: titles of steps still expected."""

    reason: ClosingReason
    label: str
    note: bool
    unsettled: tuple[str, ...]


@dataclass(frozen=True)
class UrgentCare:
    """The hour clock of the return: `best_by` for post-exposure treatment, `useful_until` its limit, `over` once it is
    past. `detailed`: which care, and why its hours count, is for health staff who follow her."""

    best_by: datetime
    useful_until: datetime
    offered: bool
    over: bool
    detailed: bool


@dataclass(frozen=True)
class EpisodePage:
    """Everything the episode's page shows. `opened` carries exactly the sections this reader may open."""

    episode: MissingEpisode
    state: EpisodeState
    opened: Opened
    face: Face
    name: str
    full_name: str
    initials: str
    age: int | None
    zone: str
    station_name: str
    station_phone: str
    next_step: StepView | None
    steps: Steps
    timeline: tuple[Entry, ...]
    questions: tuple[QuestionView, ...]
    lines: tuple[str, ...]
    kind_label: str
    suggested_label: str
    kind_reason: str
    closing_note: str
    qualifications: tuple[Qualification, ...]
    actions: tuple[Action, ...]
    closings: tuple[ClosingChoice, ...]
    documents: tuple[EpisodeDocument, ...]
    interview: ReturnInterview | None
    urgent_care: UrgentCare | None
    place_kept_until: Any
    place_kept_default_days: int
    sheet_readable: bool
    repeat_prompt: str

    def may(self, action: Action | str) -> bool:
        return action in self.actions


# --- Lists -----------------------------------------------------------------------------------------------------------


@dataclass
class Absence:
    """An episode that runs, as a list says it."""

    pk: uuid.UUID
    noticed_at: datetime
    located_at: datetime | None
    returned_at: datetime | None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Out:
    """An outing under way, as a list says it."""

    pk: uuid.UUID
    version: int
    kind: str
    left_at: datetime
    expected_at: datetime


def out_of(person_ids: Collection[uuid.UUID]) -> tuple[dict[uuid.UUID, Absence], dict[uuid.UUID, Out]]:
    """The open episode, and the outing under way, of each person that has one. One query."""
    missing, out = {}, {}
    for person_id, pk, kind, version, since, then, back in _out_of(frozenset(person_ids)):
        if kind:
            out[person_id] = Out(pk, version, kind, since, then)
        else:
            missing[person_id] = Absence(pk, since, then, back)
    return missing, out


@prepared
def _out_of(person_ids: frozenset[uuid.UUID]) -> "QuerySet[Any, Any]":
    episodes = MissingEpisode.objects.filter(person_id__in=person_ids, closed_at__isnull=True).values_list(
        "person_id", "pk", Value(""), Value(0), "noticed_at", "located_at", "returned_at"
    )
    nothing = Cast(Value(None), DateTimeField())
    outings = _running.build(person_ids).values_list(
        "person_id", "pk", "kind", "version", "left_at", "expected_at", nothing
    )
    return episodes.union(outings, all=True)


@prepared
def _running(person_ids: Collection[uuid.UUID]) -> QuerySet[Outing]:
    return Outing.objects.filter(person_id__in=person_ids, returned_at__isnull=True, missing_at__isnull=True)


def open_of(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, MissingEpisode]:
    """The open episode of each person that has one. One query."""
    rows = MissingEpisode.objects.filter(person_id__in=list(person_ids), closed_at__isnull=True)
    return {row.person_id: row for row in rows.select_related("organisation")}


def outings_of(person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Outing]:
    """The outing under way of each person that has one. One query."""
    return {row.person_id: row for row in _running(frozenset(person_ids))}


def outing_hours(organisation_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID | None, Hours]:
    """The usual hours of return of each home that chose its own. One query."""
    rows = _hours_of(frozenset(pk for pk in organisation_ids if pk))
    return {row.organisation_id: Hours(row.school, row.permission, row.visit) for row in rows}


@prepared
def _hours_of(organisation_ids: frozenset[uuid.UUID]) -> QuerySet[OutingHours]:
    return OutingHours.objects.filter(organisation_id__in=organisation_ids).order_by("pk")


def hours_row(organisation_id: uuid.UUID) -> OutingHours | None:
    return OutingHours.objects.filter(organisation_id=organisation_id).first()


def in_episodes(*, returned: bool = False) -> QuerySet[Any]:
    """Ids of those an open episode is about (`returned`: who came back), as a part of another query."""
    rows = MissingEpisode.objects.filter(closed_at__isnull=True)
    return (rows.filter(returned_at__isnull=False) if returned else rows).values("person_id")


def questions_of(departement: str, at: datetime) -> tuple[protocol.Question, ...]:
    """The questions that opening asks in this département now."""
    return tuple(versions.protocol_of(versions.current(departement, at)).questions)


# --- The page --------------------------------------------------------------------------------------------------------


def episode_page(actor: Actor, episode: MissingEpisode, now: datetime) -> EpisodePage:
    """The episode as this reader may see it; reading is journalled. Http404 for strangers.

    `episode`: from `access.get_visible_or_404`.
    """
    seen = youth.sight_or_404(actor, episode.person_id)
    person, opened = seen.person, seen.open()
    definition = versions.protocol_of(episode.protocol)
    delays = versions.delays(episode.organisation.departement, definition)
    state = lifecycle.state_of(episode)
    tasks = task_rows.of_context(episode.pk)
    events = _events_of(episode.pk)
    documents = tuple(_documents_of(episode.pk))
    names = {event.written_by: event.author for event in events if event.written_by and event.author}
    names |= {document.made_by: document.author for document in documents if document.author}
    views = {task.pk: _step(task, opened, events, definition) for task in tasks}
    steps = _grouped(views[task.pk] for task in tasks)
    placement = people.placement_now(person)
    answers = opened.value(episode, "facts") or {} if opened.may(episode, "facts") else {}
    station = episode.organisation.station
    actions = access.allowed(seen, episode)
    fired = set(_last_reading(events).get("lines", ()))
    return EpisodePage(
        episode=episode,
        state=state,
        opened=opened,
        face=faces_of([seen], opened={person.pk: opened})[person.pk],
        name=people.display_name(opened, person),
        full_name=people.full_name(opened, person),
        initials=people.initials(opened, person),
        age=people.age_at(opened, person, local(now, episode.organisation.zone).date()),
        zone=episode.organisation.zone,
        station_name=station.name if station else "",
        station_phone=station.phone if station else "",
        next_step=steps.to_do[0] if steps.to_do else None,
        steps=steps,
        timeline=_timeline(opened, events, views, documents, names),
        questions=tuple(
            QuestionView(one.key, one.text, one.help, Answer(answers.get(one.key) or Answer.UNKNOWN))
            for one in definition.questions
        ),
        lines=tuple(line.text for line in definition.table if line.key in fired) or (definition.otherwise.text,),
        kind_label=str(EpisodeKind(episode.declared_kind).label),
        suggested_label=str(EpisodeKind(episode.suggested_kind).label),
        kind_reason=_text(opened, episode, "kind_reason"),
        closing_note=_text(opened, episode, "closing_note"),
        qualifications=_qualifications(events),
        actions=actions,
        closings=_closings(state, definition, tasks) if Action.CLOSE in actions else (),
        documents=documents,
        interview=getattr(episode, "interview", None),  # loaded with it
        urgent_care=_urgent_care(seen, episode, definition, events, now),
        place_kept_until=placement.kept_until if placement else None,
        place_kept_default_days=delays.place_kept_days,
        sheet_readable=youth.sheet_readable(seen, getattr(episode, "sheet_open", None)),
        repeat_prompt=repeat_prompt(actor, episode, delays, now),
    )


def _text(opened: Opened, row: Any, field: str) -> str:
    return opened.text(row, field) if opened.may(row, field) else ""


def _step(task: "Task", opened: Opened, events: Sequence[EpisodeEvent], definition: protocol.Protocol) -> StepView:
    step = definition.step(task.key)
    behind = {f"decision:{event.pk.hex}": event for event in events if event.kind == EventKind.DECISION}
    decided = behind.get(task.key)
    settled_by: User | None = task.done_by or task.not_due_by
    return StepView(
        task=task,
        owner=task.owner_user.display_name if task.owner_user else str(Role(task.owner_role).label),
        done_by=settled_by.display_name if settled_by else "",
        detail=_text(opened, decided, "text") if decided else "",
        recipient=_text(opened, task, "recipient"),
        reference=_text(opened, task, "reference"),
        note=_text(opened, task, "note"),
        reason=task.reason_not_due or _text(opened, task, "reason"),
        audience=str(step.audience) if step else "",
    )


def _grouped(views: Iterable[StepView]) -> Steps:
    groups: dict[str, list[StepView]] = {state: [] for state in TaskState.values}
    for view in views:
        groups[view.task.state].append(view)
    groups[TaskState.OPEN].sort(key=lambda view: (view.task.due_at, view.task.order))
    groups[TaskState.DONE].sort(key=lambda view: (view.task.done_at, view.task.order), reverse=True)
    return Steps(
        to_do=tuple(groups[TaskState.OPEN]),
        waiting=tuple(groups[TaskState.WAITING]),
        done=tuple(groups[TaskState.DONE]),
        not_due=tuple(groups[TaskState.NOT_DUE]),
    )


def _last_reading(events: Sequence[EpisodeEvent]) -> Mapping[str, Any]:
    readings = sorted((e for e in events if e.kind == EventKind.READING), key=lambda e: (e.written_at, e.pk))
    return readings[-1].facts if readings else {}


def _qualifications(events: Sequence[EpisodeEvent]) -> tuple[Qualification, ...]:
    said = [e for e in events if e.kind == EventKind.AUTHORITY_QUALIFICATION and e.corrects_id is None]
    return tuple(
        Qualification(
            authority=str(Authority(event.facts["authority"]).label),
            kind=str(EpisodeKind(event.facts["kind"]).label),
            at=event.happened_at,
            disagrees=event.facts["disagrees"],
        )
        for event in reversed(said)
    )


def _closings(state: EpisodeState, definition: protocol.Protocol, tasks: Sequence["Task"]) -> tuple[ClosingChoice, ...]:
    live = {task.key: task.title for task in tasks if task.live}
    return tuple(
        ClosingChoice(
            reason=reason,
            label=str(reason.label),
            note=lifecycle.CLOSINGS[reason].note,
            unsettled=tuple(live[key] for key in protocol.unsettled(definition, reason, live)),
        )
        for reason in lifecycle.closing_reasons(state)
    )


def _urgent_care(
    seen: youth.Sight,
    episode: MissingEpisode,
    definition: protocol.Protocol,
    events: Sequence[EpisodeEvent],
    now: datetime,
) -> UrgentCare | None:
    if episode.returned_at is None:
        return None
    useful_until = episode.returned_at + definition.returning.urgent_care_limit
    return UrgentCare(
        best_by=episode.returned_at + definition.returning.urgent_care,
        useful_until=useful_until,
        offered=any(event.kind == EventKind.URGENT_CARE for event in events),
        over=useful_until < now,
        detailed=Ability.URGENT_CARE_DETAIL in access.given_to(seen),
    )


def repeat_prompt(actor: Actor, episode: MissingEpisode, delays: versions.Delays, now: datetime) -> str:
    """A sentence that invites her case worker, and her alone, to think of a review; "" for everyone else.

    Off unless the département chose it. It says that a threshold is reached, never a number.
    """
    if not delays.repeat_prompt or actor.user_id not in {user.pk for user in people.case_workers_of(episode.person)}:
        return ""
    lately = MissingEpisode.objects.filter(
        person=episode.person, noticed_at__gt=now - timedelta(days=delays.repeat_days), noticed_at__lte=now
    ).exclude(closing_reason=ClosingReason.OPENED_BY_MISTAKE)
    if lately.count() < delays.repeat_episodes:
        return ""
    return _("Plusieurs absences récentes : prendre un temps de synthèse, avec la jeune personne, pourrait aider.")


# --- The timeline ----------------------------------------------------------------------------------------------------


def _timeline(
    opened: Opened,
    events: Sequence[EpisodeEvent],
    views: Mapping[uuid.UUID, StepView],
    documents: Sequence[EpisodeDocument],
    names: Mapping[uuid.UUID, str],
) -> tuple[Entry, ...]:
    corrected = {event.corrects_id: event.pk for event in events if event.corrects_id}
    by_id = {event.pk: event for event in events}
    late = written_after_closing(events)
    entries = [_event_entry(opened, event, names, corrected.get(event.pk), by_id, event.pk in late) for event in events]
    entries += [entry for view in views.values() if (entry := _step_entry(view)) is not None]
    entries += [
        Entry(
            what="document",
            id=document.pk,
            kind=document.kind,
            label=str(DocumentKind(document.kind).label),
            happened_at=document.made_at,
            written_at=document.made_at,
            by=names.get(document.made_by, ""),
            by_system=False,
            facts=(document.number,),
        )
        for document in documents
    ]
    return tuple(sorted(entries, key=lambda one: (one.happened_at, one.written_at, one.id), reverse=True))


@prepared
def _events_of(episode: uuid.UUID) -> "QuerySet[Any]":
    events = EpisodeEvent.objects.filter(episode=episode)
    return events.annotate(author=name_of("written_by")).order_by("happened_at", "written_at", "id")


@prepared
def _documents_of(episode: uuid.UUID) -> "QuerySet[Any]":
    documents = EpisodeDocument.objects.filter(episode=episode)
    return documents.annotate(author=name_of("made_by")).order_by("made_at", "id")


# How a line of the file's timeline names an event.
LINE = EpisodeEvent._meta.label_lower


def events_of(ids: Collection[uuid.UUID]) -> list[EpisodeEvent]:
    """Those events, with every correction in their episodes: one query, and nothing is opened."""
    return _corrected(frozenset(ids))


@prepared
def _corrected(ids: frozenset[uuid.UUID]) -> QuerySet[EpisodeEvent]:
    episodes = EpisodeEvent.objects.filter(pk__in=ids).values("episode_id")
    return EpisodeEvent.objects.filter(Q(pk__in=ids) | Q(corrects__isnull=False, episode__in=episodes))


def sealed_in(events: Iterable[EpisodeEvent]) -> frozenset[Section]:
    """The sections in which these events say something."""
    columns = [field for field in EpisodeEvent._meta.concrete_fields if isinstance(field, SealedField)]
    return frozenset(
        column.section for event in events for column in columns if getattr(event, column.name) is not None
    )


def lines_of(opened: Opened, events: Sequence[EpisodeEvent], ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Entry]:
    """The lines whose first version has one of these ids, as last corrected, by that id. No names."""
    by_id = {event.pk: event for event in events}
    newer = {event.corrects_id: event for event in by_id.values() if event.corrects_id}
    found = {}
    for pk in ids:
        event = by_id.get(pk)
        while event is not None and event.pk in newer:
            event = newer[event.pk]
        if event is not None:
            found[pk] = _event_entry(opened, event, {}, None, by_id, False)
    return found


def shown(entry: Entry) -> dict[str, Any]:
    """A line as the component `timeline_entry` takes it, without links."""
    who = _("avec : %(who)s") % {"who": entry.who} if entry.who else ""
    said = [" · ".join(entry.facts), who, entry.text, entry.health]
    late = abs(entry.written_at - entry.happened_at) > timedelta(minutes=2)
    return {
        "title": entry.label,
        "text": "\n".join(filter(None, said)),
        "words": entry.words,
        "place": entry.place,
        "written_at": entry.written_at if late else None,
        "system": entry.by_system,
        "icon": ICONS.get(entry.kind, "file-text" if entry.what == "document" else ""),
    }


def newest_of(person_id: uuid.UUID) -> MissingEpisode | None:
    """Her open episode, else the last one: one query."""
    return next(iter(_newest(person_id)), None)


@prepared
def _newest(person_id: uuid.UUID) -> QuerySet[MissingEpisode]:
    rows = MissingEpisode.objects.filter(person_id=person_id).select_related("organisation")
    return rows.order_by(F("closed_at").desc(nulls_first=True), "-noticed_at", "-pk")[:1]


def keeper(event: EpisodeEvent, field: str, by_id: Mapping[uuid.UUID, EpisodeEvent]) -> EpisodeEvent:
    """The line where that sealed column is: this one, or the one it corrects when its author left it as it was."""
    while event.corrects_id is not None and field in (event.left or ()):
        event = by_id[event.corrects_id]
    return event


def written_after_closing(events: Sequence[EpisodeEvent]) -> frozenset[uuid.UUID]:
    """Lines written while the episode was closed: corrections alone; the thread says so."""
    found, closed = set(), False
    for event in sorted(events, key=lambda one: (one.written_at, one.pk)):
        if event.kind in (EventKind.CLOSED, EventKind.REOPENED):
            closed = event.kind == EventKind.CLOSED
        elif closed:
            found.add(event.pk)
    return frozenset(found)


def _event_entry(
    opened: Opened,
    event: EpisodeEvent,
    names: Mapping[uuid.UUID, str],
    corrected_by: uuid.UUID | None,
    by_id: Mapping[uuid.UUID, EpisodeEvent],
    after_closing: bool,
) -> Entry:
    source = {field: keeper(event, field, by_id) for field in ("who", "text", "words", "place", "health")}
    closed = [field for field, row in source.items() if getattr(row, field) is not None and not opened.may(row, field)]
    facts = fact_phrases(EventKind(event.kind), event.facts)
    return Entry(
        what="event",
        id=event.pk,
        kind=event.kind,
        label=str(EventKind(event.kind).label),
        happened_at=event.happened_at,
        written_at=event.written_at,
        by=names.get(event.written_by, "") if event.written_by else "",
        by_system=event.written_by is None,
        facts=(*facts, _("écrit après la clôture")) if after_closing else facts,
        who=_text(opened, source["who"], "who"),
        text=_text(opened, source["text"], "text"),
        words=_text(opened, source["words"], "words"),
        place=_text(opened, source["place"], "place"),
        health=_health(opened, source["health"]),
        hidden=bool(closed),
        corrects=event.corrects_id,
        corrected_by=corrected_by,
        correctable=corrected_by is None and EventKind(event.kind) in lifecycle.CORRECTABLE,
        after_closing=after_closing,
        answer_set=uuid.UUID(event.facts["answer_set"]) if event.facts.get("answer_set") else None,
    )


def _health(opened: Opened, event: EpisodeEvent) -> str:
    if not opened.may(event, "health"):
        return ""
    stored = opened.value(event, "health") or {}
    parts = [str(Care(one).label) for one in stored.get("care", ())]
    return " · ".join([*parts, stored["text"]] if stored.get("text") else parts)


def _step_entry(view: StepView) -> Entry | None:
    task = view.task
    if task.live or task.recorded_at is None:
        return None
    done = task.state == TaskState.DONE
    facts = [str(task.get_means_display())] if done and task.means else []
    return Entry(
        what="step",
        id=task.pk,
        kind="step",
        label=task.title,
        happened_at=task.done_at or task.recorded_at,
        written_at=task.recorded_at,
        by=view.done_by,
        by_system=not view.done_by,
        facts=(str(TaskState(task.state).label), *facts),
        who=view.recipient,
        text=" · ".join(part for part in (view.reference, view.note, view.reason) if part),
        hidden=False,
    )


_WORDS: Mapping[tuple[EventKind, str], Any] = {
    (EventKind.READING, "declared"): EpisodeKind,
    (EventKind.AUTHORITY_QUALIFICATION, "authority"): Authority,
    (EventKind.AUTHORITY_QUALIFICATION, "kind"): EpisodeKind,
    (EventKind.CONTACT_ATTEMPT, "way"): ContactWay,
    (EventKind.CONTACT_ATTEMPT, "outcome"): ContactOutcome,
    (EventKind.SIGN_OF_LIFE, "way"): ContactWay,
    (EventKind.PLACEMENT_ENDED, "end_kind"): PlacementEnd,
    (EventKind.URGENT_CARE, "offer"): Offer,
    (EventKind.TALK, "offer"): Offer,
    (EventKind.POLICE_QUESTIONNAIRE, "outcome"): PoliceQuestionnaire,
    (EventKind.CLOSED, "reason"): ClosingReason,
}


def fact_phrases(kind: EventKind, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """An event's facts in words, translated."""
    phrases = [str(words(facts[key]).label) for (of, key), words in _WORDS.items() if of == kind and facts.get(key)]
    if kind == EventKind.READING and facts.get("suggested") != facts.get("declared"):
        phrases.append(_("le protocole proposait : %(kind)s") % {"kind": EpisodeKind(facts["suggested"]).label})
    if kind == EventKind.AUTHORITY_QUALIFICATION and facts.get("disagrees"):
        phrases.append(_("autre que notre lecture"))
    if kind == EventKind.LOCATED and facts.get("by_police"):
        phrases.append(_("par la police ou la gendarmerie"))
    if kind == EventKind.NEEDS:
        phrases += [str(Need(one).label) for one in facts.get("met", ())]
    if kind == EventKind.PLACE_KEPT:
        phrases.append(_("jusqu’au %(day)s") % {"day": datetime.fromisoformat(facts["until"]).strftime("%d/%m/%Y")})
    return tuple(phrases)
