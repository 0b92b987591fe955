"""What pages show of the file. Words come through the `Opened` that entering it gave; the rule is `access.readable`."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Cast

from maillage.accounts.actors import Actor
from maillage.accounts.models import Organisation
from maillage.casework import access
from maillage.casework.enums import GoalState, Group, LegalState
from maillage.casework.models import (
    Document,
    FamilyContact,
    Filed,
    Flag,
    Goal,
    HandTask,
    Judgement,
    LegalMatter,
    Note,
    Observation,
    PlaceIncident,
    Share,
    TimelineEntry,
    Versioned,
)
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.localtime import local
from maillage.common.prepared import prepared
from maillage.questionnaires import selectors as questionnaires
from maillage.questionnaires.definition import Definition
from maillage.questionnaires.selectors import Question
from maillage.vault.sealing import Opened
from maillage.youth.access import Entrance, sheet_context

PAGE = 30

# -- one query for rows of several tables ----------------------------------------------------------------------------

_SHARED = ("id", "data_key_id", "section", "education", "health", "justice", "words", "written_at", "author_id")
# Columns some tables have, under a name they share: what a line of the file says besides its words.
_OWN: Mapping[str, "models.Field[Any, Any]"] = {
    "kind": models.CharField(max_length=40),
    "state": models.CharField(max_length=40),
    "day": models.DateField(),
    "until": models.DateTimeField(),
    "number": models.IntegerField(),
    "thread": models.UUIDField(),
    "other": models.UUIDField(),
}
_MAPPED: Mapping[type[Filed], Mapping[str, str]] = {
    Note: {"kind": "level", "number": "number", "thread": "thread"},
    Goal: {"kind": "domain", "state": "state", "day": "review_on", "number": "version"},
    Document: {"kind": "kind", "day": "dated_on", "until": "withdrawn_at"},
    FamilyContact: {"kind": "kind", "state": "helpline", "until": "at", "number": "number", "thread": "thread"},
    LegalMatter: {"kind": "kind", "state": "state", "day": "next_on", "number": "version"},
    Flag: {"day": "until"},
    HandTask: {"other": "task_id"},
    Share: {"kind": "basis", "until": "until", "day": ""},
    Observation: {"thread": "thread", "number": "number", "other": "sheet"},
    Judgement: {"thread": "thread", "number": "number", "day": "review_on"},
}


def _flat(query: QuerySet[Any], model: type[Filed]) -> QuerySet[Any, Any]:
    mapped = _MAPPED[model]
    own = {
        f"u_{name}": F(mapped[name]) if mapped.get(name) else Cast(Value(None), column) for name, column in _OWN.items()
    }
    flat: QuerySet[Any, Any] = (
        query.order_by()
        .annotate(u_model=Value(model._meta.label_lower, output_field=models.CharField()), **own)
        .values_list("u_model", *_SHARED, *own)
    )
    return flat


_BY_LABEL = {model._meta.label_lower: model for model in _MAPPED}


def _union(queries: Mapping[type[Filed], QuerySet[Any]]) -> QuerySet[Any, Any]:
    """Rows of several tables in one query, each with its model's label: for `_sorted`."""
    flat = [_flat(query, model) for model, query in queries.items()]
    return flat[0].union(*flat[1:], all=True) if len(flat) > 1 else flat[0]


def _sorted(models: Iterable[type[Filed]], flat: Iterable[Any]) -> dict[type[Filed], list[Any]]:
    """Instances with the columns of `_SHARED` and of `_MAPPED`, no other."""
    found: dict[type[Filed], list[Any]] = {model: [] for model in models}
    for label, *values in flat:
        model = _BY_LABEL[label]
        given = dict(zip(_SHARED, values[: len(_SHARED)], strict=True))
        own = dict(zip(_OWN, values[len(_SHARED) :], strict=True))
        given |= {column: own[name] for name, column in _MAPPED[model].items() if column}
        found[model].append(model(**given))
    return found


# -- the timeline ----------------------------------------------------------------------------------------------------


def entries(
    entered: Entrance,
    *,
    groups: Iterable[str] = (),
    before: tuple[datetime, uuid.UUID] | None = None,
    limit: int = PAGE,
) -> list[TimelineEntry]:
    """Lines of this file that she may read, newest first, with their authors: one query."""
    return _entries(access.reader_of(entered), tuple(groups), before, limit)


@prepared
def _entries(
    reader: access.Reader, groups: tuple[str, ...], before: tuple[datetime, uuid.UUID] | None, limit: int
) -> QuerySet[TimelineEntry]:
    rows = access.rows_of(reader, TimelineEntry).select_related("author").order_by("-at", "-id")
    if groups:
        rows = rows.filter(group__in=groups)
    if before is not None:
        rows = rows.filter(Q(at__lt=before[0]) | Q(at=before[0], pk__lt=before[1]))
    return rows[:limit]


# -- the page of a file ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """A row with its words opened: `texts` by name, `words` hers ("" when closed to this reader).

    `older`: the versions before it, the newest first, where a page shows them. `asked`: of an observation, what was
    asked, as the version it was answered with says it.
    """

    row: Any
    texts: Mapping[str, str]
    words: str
    versions: int = 1
    corrected_at: datetime | None = None
    older: "Sequence[Words]" = ()
    asked: Question | None = None

    @property
    def answer(self) -> str:
        """The answer chosen, in the words it was offered in."""
        return self.asked.answers.get(self.row.answer, self.row.answer) if self.asked else ""

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.texts.get(name, "")


def read(opened: Opened, row: Filed) -> Words:
    """A row's words, as far as what was opened goes."""
    texts = opened.value(row, row.column) if opened.may(row, row.column) else None
    return Words(row, texts or {}, opened.text(row, "words") if opened.may(row, "words") else "")


def standing(opened: Opened, versions: Sequence[Versioned]) -> Words:
    """The version of a thread that stands, knowing how many there are."""
    last = max(versions, key=lambda row: row.number)
    found = read(opened, last)
    return Words(last, found.texts, found.words, len(versions), last.written_at if last.number > 1 else None)


@dataclass(frozen=True)
class Sealed:
    """Rows of a file, still sealed: what they need opened is known before anything is."""

    rows: Mapping[type[Filed], Sequence[Any]]
    at: datetime
    present: bool

    @property
    def sections(self) -> frozenset[Section]:
        """The sections without which some word here stays closed."""
        found = {Section(row.section) for ones in self.rows.values() for row in ones}
        if any(row.words is not None for ones in self.rows.values() for row in ones):
            found.add(Section.WORDS)
        return frozenset(found)


@dataclass
class FileRows:
    """What is in force in a file, and the rows behind some lines of its timeline, by id (a thread's: its first)."""

    flags: list[Words] = field(default_factory=list)
    goals: list[Words] = field(default_factory=list)
    legal: list[Words] = field(default_factory=list)
    documents: list[Words] = field(default_factory=list)
    shares: list[Words] = field(default_factory=list)
    sources: dict[uuid.UUID, Words] = field(default_factory=dict)
    task_words: dict[uuid.UUID, Words] = field(default_factory=dict)


DOCUMENTS_SHOWN = 4


def file_rows(
    entered: Entrance,
    lines: Sequence[TimelineEntry],
    zone: str,
    *,
    tasks: Sequence[uuid.UUID] = (),
    present: bool = True,
) -> Sealed:
    """One query for all tables of the file. `tasks`: those by hand whose words are wanted. `present` False: only the
    rows behind `lines` and `tasks`."""
    sources = frozenset(line.source for line in lines)
    behind = frozenset(line.source_id for line in lines)
    reader, by_hand, instant = access.reader_of(entered), frozenset(tasks), now()
    wanted = tuple(
        model
        for model in _MAPPED
        if model._meta.label_lower in sources or (present and model in _IN_FORCE) or (by_hand and model is HandTask)
    )
    today = local(instant, zone).date()
    flat = _file_rows(reader, wanted, behind, by_hand, present, instant, today) if wanted else []
    return Sealed(_sorted(wanted, flat), instant, present)


_IN_FORCE = (Flag, Goal, LegalMatter, Document, Share)


@prepared
def _file_rows(
    reader: access.Reader,
    wanted: tuple[type[Filed], ...],
    behind: frozenset[uuid.UUID],
    by_hand: frozenset[uuid.UUID],
    present: bool,
    instant: datetime,
    today: date,
) -> QuerySet[Any, Any]:
    newest = (
        access.rows_of(reader, Document)
        .filter(withdrawn_at__isnull=True)
        .order_by("-written_at", "-id")
        .values("pk")[:DOCUMENTS_SHOWN]
    )
    in_force: Mapping[type[Filed], Q] = {
        Flag: Q(lifted_at__isnull=True, until__gte=today),
        Goal: Q(state=GoalState.OPEN),
        LegalMatter: Q(state=LegalState.OPEN),
        Document: Q(pk__in=newest),
        Share: Q(ended_at__isnull=True, until__gt=instant),
    }
    queries: dict[type[Filed], QuerySet[Any]] = {}
    for model in wanted:
        asked = Q(thread__in=behind) if issubclass(model, Versioned) else Q(pk__in=behind)
        if present and model in in_force:
            asked |= in_force[model]
        if by_hand and model is HandTask:
            asked = Q(task__in=by_hand)
        queries[model] = access.rows_of(reader, model).filter(asked)
    return _union(queries)


def opened_rows(sealed: Sealed, opened: Opened, zone: str) -> FileRows:
    """The same, read."""
    found = FileRows()
    for model, ones in sealed.rows.items():
        if issubclass(model, Versioned):
            threads: dict[uuid.UUID, list[Versioned]] = {}
            for one in ones:
                threads.setdefault(one.thread, []).append(one)
            found.sources |= {thread: standing(opened, versions) for thread, versions in threads.items()}
        else:
            found.sources |= {one.pk: read(opened, one) for one in ones}
    if sealed.present:
        _sort_in(found, sealed.rows, local(sealed.at, zone).date(), sealed.at)
    found.task_words = {one.task_id: found.sources[one.pk] for one in sealed.rows.get(HandTask, [])}
    return found


def _sort_in(found: FileRows, rows: Mapping[type[Filed], Sequence[Any]], today: date, instant: datetime) -> None:
    def words(model: type[Filed]) -> list[Words]:
        return [found.sources[row.pk] for row in sorted(rows.get(model, []), key=lambda row: row.pk)]

    far = date.max
    found.flags = [one for one in words(Flag) if one.row.until >= today]
    found.goals = sorted(
        (one for one in words(Goal) if one.row.state == GoalState.OPEN), key=lambda one: one.row.review_on or far
    )
    found.legal = sorted(
        (one for one in words(LegalMatter) if one.row.state == LegalState.OPEN),
        key=lambda one: one.row.next_on or far,
    )
    kept = [one for one in words(Document) if one.row.withdrawn_at is None]
    found.documents = list(reversed(kept))[:DOCUMENTS_SHOWN]
    found.shares = [one for one in words(Share) if one.row.until > instant]


# -- lists ------------------------------------------------------------------------------------------------------------


def all_of(entered: Entrance, opened: Opened, model: type[Any]) -> list[Words]:
    """Every row of a model in this file that she may read, newest first, with its author."""
    rows = access.rows(entered, model).select_related("author").order_by("-written_at", "-id")
    return [read(opened, row) for row in rows]


def threads_of(entered: Entrance, opened: Opened, model: type[Any]) -> list[Words]:
    """Every thread of a versioned model that she may read, newest first: the version that stands, the older behind."""
    found: dict[uuid.UUID, list[Any]] = {}
    rows = access.rows(entered, model).select_related("author").order_by("-written_at", "-id")
    for row in rows:
        found.setdefault(row.thread, []).append(row)
    whole = [_with_older(opened, versions) for versions in found.values()]
    return sorted(whole, key=lambda one: one.row.thread, reverse=True)


def _with_older(opened: Opened, versions: Sequence[Versioned]) -> Words:
    older = sorted(versions, key=lambda row: row.number, reverse=True)[1:]
    return replace(standing(opened, versions), older=[read(opened, row) for row in older])


def observations_of(entered: Entrance, opened: Opened) -> list[Words]:
    """The same for observations, each with what was asked: one query more, however many versions answered."""
    found = threads_of(entered, opened, Observation)
    asked = questionnaires.definitions(one.row.questionnaire_id for one in found)
    return [_with_asked(one, asked[one.row.questionnaire_id]) for one in found]


def observation(opened: Opened, row: Observation) -> Words:
    """One answer, with what was asked."""
    return _with_asked(read(opened, row), questionnaires.definitions([row.questionnaire_id])[row.questionnaire_id])


def _with_asked(one: Words, definition: Definition) -> Words:
    """Every version of an answer is one of the same question."""
    asked = questionnaires.asked(definition, one.row.item)
    return replace(one, asked=asked, older=[replace(old, asked=asked) for old in one.older])


def goals_of(entered: Entrance, opened: Opened) -> tuple[list[Words], list[Words]]:
    """Goals in force, then those reached or set aside."""
    whole = all_of(entered, opened, Goal)
    running = [one for one in whole if one.row.state == GoalState.OPEN]
    return running, [one for one in whole if one.row.state != GoalState.OPEN]


def groups_open(entered: Entrance) -> list[Group]:
    """The groups whose lines she may have on her timeline."""
    return [group for group in Group if group != Group.JUSTICE or "justice" in entered.sections]


def running_context(entered: Entrance) -> uuid.UUID | None:
    """The episode that runs now, if one does: what her departure sheet is open for."""
    return sheet_context(entered.person)


def services_near(entered: Entrance) -> QuerySet[Organisation]:
    """Services of her département that something may be shared with."""
    return Organisation.objects.filter(departement=entered.person.departement, active=True).order_by("name", "pk")


def opened_share(pk: uuid.UUID) -> Share | None:
    """A share that a link opened, still in force."""
    return (
        Share.objects.select_related("data_key")
        .filter(pk=pk, opened_at__isnull=False, ended_at__isnull=True, until__gt=now())
        .first()
    )


# -- incidents around a place -----------------------------------------------------------------------------------------


def places_around(actor: Actor) -> list[Organisation]:
    """The reader's places by name, each with `to_send`: how many of its incidents nobody passed on yet."""
    waiting = Count("pk", filter=Q(sent_at__isnull=True))
    unsent = dict(
        access.incidents_visible_to(actor).order_by().values("organisation").annotate(n=waiting)
        .values_list("organisation", "n")
    )  # fmt: skip
    places = list(access.places_of(actor))
    for place in places:
        place.to_send = unsent.get(place.pk, 0)  # type: ignore[attr-defined]
    return places


def incidents_of(actor: Actor, place: Organisation) -> list[PlaceIncident]:
    """What happened around a place, newest first: when, of which kind, passed on or not. Never the words."""
    rows = access.incidents_visible_to(actor).filter(organisation=place).select_related("author")
    return list(rows.defer("text", "sent_to").order_by("-happened_at", "-pk"))


def last_written(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """When something was last written in each of these files that has a line at all. One query."""
    lines = TimelineEntry.objects.filter(person_id__in=list(person_ids)).order_by()
    return dict(lines.values_list("person_id").annotate(Max("written_at")))


def said_of_her(entered: Entrance, opened: Opened) -> list[tuple[str, datetime, str, str, str]]:
    """Observations and judgements as they stand, for her own copy alone: label, when, author, text, her words."""
    found = []
    for one in observations_of(entered, opened):
        row = one.row
        label = f"{one.asked.label if one.asked else row.item} : {one.answer.lower()}"
        said = " — ".join(filter(None, (one.facts, one.who_saw)))
        found.append((label, row.written_at, row.author.display_name, said, one.words))
    for one in threads_of(entered, opened, Judgement):
        said = " — ".join(filter(None, (one.reading, one.justification)))
        found.append(("Avis professionnel", one.row.written_at, one.row.author.display_name, said, one.words))
    return found
