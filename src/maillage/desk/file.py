"""The page of a young person's file: where we are, what is due, one timeline. It costs the same for one line and fifty.

What stands on the timeline comes from three places, merged by instant: entries (`casework`), which point at their rows;
settled steps (`tasks`), which point at nothing; and the words of both, read in one query a package.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.accounts.enums import Ability, Role
from maillage.casework import access as casework
from maillage.casework import selectors as rows
from maillage.casework.enums import FamilyKind, Group, LegalKind, Level
from maillage.casework.selectors import Words
from maillage.common.enums import Section
from maillage.common.localtime import ZONE, local
from maillage.desk.selectors import task_url
from maillage.episodes import selectors as episode_rows
from maillage.episodes.enums import EpisodeState
from maillage.episodes.lifecycle import state_of
from maillage.tasks import selectors as task_rows
from maillage.tasks.enums import TaskState
from maillage.vault.sealing import Opened
from maillage.youth import selectors as people
from maillage.youth.access import Entrance
from maillage.youth.enums import MissionKind
from maillage.youth.merge_selectors import Joined, joined_to
from maillage.youth.temporary_selectors import Passing, passing

if TYPE_CHECKING:
    from maillage.casework.models import TimelineEntry
    from maillage.episodes.models import EpisodeEvent, MissingEpisode, Outing
    from maillage.tasks.models import Task
    from maillage.youth.models import Mission, Placement, YoungPerson

PAGE = 30
# What the page shows of anyone: who she is, where she lives, what decisions say, what the team writes.
_ALWAYS = (Section.IDENTITY, Section.WHEREABOUTS, Section.JUSTICE, Section.EDUCATION)
DUE_SHOWN = 5
_SHEET_KINDS = (MissionKind.HOSTS, MissionKind.CASE_WORKER, MissionKind.FOLLOWS)
Cursor = tuple[datetime, uuid.UUID]


@dataclass(frozen=True)
class Follower:
    """Whom to call for her."""

    display_name: str
    phone: str


@dataclass(frozen=True)
class Due:
    """Something owed about her, and where it is done."""

    title: str
    text: str
    owner: str
    mine: bool
    due_at: datetime | None
    url: str


@dataclass(frozen=True)
class Thread:
    """A page of the timeline. `older`: the cursor of the next one, "" at the end."""

    entries: list[dict[str, Any]]
    group: str
    groups: list[Group]
    older: str


@dataclass(frozen=True)
class FilePage:
    """What `/p/<id>/` shows, cut to what this reader may open and do."""

    person: "YoungPerson"
    full_name: str
    initials: str
    age: int | None
    birth_date: date | None
    phones: list[str]
    has_photo: bool
    zone: str
    missions: Sequence["Mission"]
    episode: "MissingEpisode | None"
    state: str
    outing: "Outing | None"
    placement: "Placement | None"
    unplaced: bool
    parents: Sequence[people.ParentLine]
    parents_open: bool
    case_workers: list[Follower]
    due: list[Due]
    due_more: int
    rows: rows.FileRows
    thread: Thread
    sections: frozenset[Section]
    may_read_sheet: bool
    may_edit: bool
    may_keep: bool
    may_end: bool
    may_follow: bool
    may_write: bool
    may_add_task: bool
    may_share: bool
    passing: Sequence[Passing] = ()
    joined: Sequence[Joined] = ()

    @property
    def away(self) -> bool:
        return self.state in (EpisodeState.MISSING, EpisodeState.LOCATED)


def cursor_of(text: str) -> Cursor | None:
    """Where a page of the timeline starts, as its address says it; None for anything else."""
    at, dash, pk = text.partition("-")
    try:
        return datetime.fromtimestamp(int(at) / 1_000_000, UTC), uuid.UUID(pk) if dash else uuid.UUID(int=0)
    except (ValueError, OverflowError, OSError):
        return None


def _cursor(at: datetime, pk: uuid.UUID) -> str:
    micro = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{micro}-{pk.hex}"


# -- the page ---------------------------------------------------------------------------------------------------------


def file_page(entered: Entrance, at: datetime) -> FilePage:
    """The file as this reader may see it; reading is journalled."""
    person = entered.person
    placement = _placement(entered)
    zone = placement.organisation.zone if placement else ZONE
    newest = episode_rows.newest_of(person.pk)
    running = newest if newest is not None and newest.closed_at is None else None
    outing = None if running else episode_rows.outings_of([person.pk]).get(person.pk)
    tasks = task_rows.of_subject(person.pk)
    entries = rows.entries(entered, limit=PAGE + 1)
    hand = [task.pk for task in tasks if task.context == person.pk]
    sealed = rows.file_rows(entered, entries, zone, tasks=hand)
    thread, events = _merge(entered, entries, tasks)
    # What is journalled as read is what there was to read.
    opened = entered.open(*_ALWAYS, *sealed.sections, *episode_rows.sealed_in(events))
    found = rows.opened_rows(sealed, opened, zone)
    owed = [task for task in tasks if task.state == TaskState.OPEN and _seen(task, person.pk, found)]
    # Steps have the episode's page; a task by hand has no other list than this one.
    told = [task for rank, task in enumerate(owed) if rank < DUE_SHOWN or task.context == person.pk]
    identity = Section.IDENTITY in opened.sections
    whereabouts = Section.WHEREABOUTS in opened.sections
    return FilePage(
        person=person,
        full_name=people.full_name(opened, person),
        initials=people.initials(opened, person),
        age=people.age_at(opened, person, local(at, zone).date()),
        birth_date=people.birth_date(opened, person),
        phones=(opened.value(person, "phones") or []) if identity else [],
        has_photo=identity and person.photographed,  # type: ignore[attr-defined]
        zone=zone,
        # Of two files joined, a mission for each often says the same.
        missions=list({(one.kind, one.legal_basis, one.ends_at): one for one in entered.mine}.values()),
        episode=newest,
        state=str(state_of(newest)) if newest else "",
        outing=outing,
        placement=placement if whereabouts else None,
        unplaced=placement is None,
        parents=people.parent_lines(person, opened) if identity else [],
        parents_open=identity,
        case_workers=_case_workers(entered, opened),
        due=[_due(entered, task, found) for task in told],
        due_more=len(owed) - len(told),
        rows=found,
        thread=_said(entered, opened, thread, events, found, ""),
        sections=entered.sections,
        may_read_sheet=entered.may(Ability.SHEET_EDIT, _SHEET_KINDS)
        or (running is not None and entered.may(Ability.EPISODE_ACT)),
        may_edit=identity and entered.may(Ability.PERSON_EDIT),
        may_keep=placement is not None and entered.may(Ability.EPISODE_ACT),
        may_end=placement is not None and entered.may(Ability.PLACEMENT_END),
        may_follow=casework.owns(entered),
        may_write=bool(casework.writable_sections(entered)),
        may_add_task=Section.EDUCATION in casework.writable_sections(entered),
        may_share=entered.may(Ability.FILE_SHARE) and bool(casework.writable_sections(entered)),
        passing=passing(entered, casework.owns(entered)),
        joined=joined_to(entered, opened),
    )


def thread_page(entered: Entrance, group: str, before: Cursor | None) -> tuple[Opened, Thread]:
    """The timeline alone, of one group or whole, from an instant back."""
    groups = [group] if group else []
    entries = rows.entries(entered, groups=groups, before=before, limit=PAGE + 1)
    settled: list[Task] = []
    if group in ("", Group.STEP):
        settled = task_rows.of_subject(entered.person.pk, before=before, live=False, limit=PAGE + 1)
    hand = [task.pk for task in settled if task.context == entered.person.pk]
    sealed = rows.file_rows(entered, entries, ZONE, tasks=hand, present=False)
    thread, events = _merge(entered, entries, settled)
    opened = entered.open(*_ALWAYS, *sealed.sections, *episode_rows.sealed_in(events))
    return opened, _said(entered, opened, thread, events, rows.opened_rows(sealed, opened, ZONE), group)


def _placement(entered: Entrance) -> "Placement | None":
    """Where she lives; on the page of a joined file, where the main one says, by its host's mission."""
    hosted = (one.placement for one in entered.running if one.placement is not None and one.placement.ends_on is None)
    return people.placement_now(entered.person) or next(hosted, None)


def _case_workers(entered: Entrance, opened: Opened) -> list[Follower]:
    found = []
    for mission in entered.running:
        if mission.kind != MissionKind.CASE_WORKER:
            continue
        if mission.user is not None and mission.user.is_active:
            found.append(Follower(mission.user.display_name, mission.user.phone))
        elif mission.organisation is not None:
            # A name gives the place: said to whoever may know it.
            known = Section.WHEREABOUTS in opened.sections
            name = mission.organisation.name if known else mission.organisation.get_kind_display()
            found.append(Follower(name, mission.organisation.phone))
    return list(dict.fromkeys(found))  # of two files joined, who answers for both is called once


def _seen(task: "Task", person_id: uuid.UUID, found: rows.FileRows) -> bool:
    """Steps of an episode go with the file; a task by hand, with the words that say what it is."""
    return task.context != person_id or task.pk in found.task_words


def _owner(entered: Entrance, task: "Task") -> str:
    return task.owner_user.display_name if task.owner_user else str(Role(task.owner_role).label)


def _due(entered: Entrance, task: "Task", found: rows.FileRows) -> Due:
    words = found.task_words.get(task.pk)
    actor = entered.actor
    mine = task.owner_user_id == actor.user_id or (
        task.owner_user_id is None
        and any(post.role == task.owner_role and post.organisation_id == task.organisation_id for post in actor.posts)
    )
    return Due(
        title=task.title,
        text=words.text if words else "",
        owner=_owner(entered, task),
        mine=mine,
        due_at=task.due_at,
        url=task_url(task),
    )


# -- the timeline -----------------------------------------------------------------------------------------------------


Keyed = tuple[Cursor, "TimelineEntry | None", "Task | None"]


def _merge(
    entered: Entrance, entries: Sequence["TimelineEntry"], tasks: Iterable["Task"]
) -> tuple[list[Keyed], list["EpisodeEvent"]]:
    """The newest lines of both, one more than a page when there are, and the events behind those shown."""
    keyed: list[Keyed] = [((entry.at, entry.pk), entry, None) for entry in entries]
    settled = [(task.done_at or task.recorded_at, task) for task in tasks if not task.live]
    keyed += [((at, task.pk), None, task) for at, task in settled if at]
    keyed.sort(key=lambda one: one[0], reverse=True)
    keyed = keyed[: PAGE + 1]
    return keyed, episode_rows.events_of(_lines(keyed[:PAGE]))


def _lines(keyed: Iterable[Keyed]) -> list[uuid.UUID]:
    return [entry.source_id for _at, entry, _task in keyed if entry is not None and entry.source == episode_rows.LINE]


def _said(
    entered: Entrance,
    opened: Opened,
    keyed: Sequence[Keyed],
    events: Sequence["EpisodeEvent"],
    found: rows.FileRows,
    group: str,
) -> Thread:
    """Those lines in words, and where the next page starts."""
    shown, more = keyed[:PAGE], len(keyed) > PAGE
    happened = episode_rows.lines_of(opened, events, _lines(shown))
    lines = []
    for (instant, _pk), entry, task in shown:
        if task is not None and _seen(task, entered.person.pk, found):
            lines.append(_step_line(entered, opened, task, instant, found))
        elif entry is not None and entry.source_id in happened:
            lines.append(_event_line(entry, happened[entry.source_id]))
        elif entry is not None and entry.source_id in found.sources:
            lines.append(_row_line(entry, found.sources[entry.source_id]))
    return Thread(
        entries=lines,
        group=group,
        groups=rows.groups_open(entered),
        older=_cursor(*shown[-1][0]) if more else "",
    )


def _event_line(entry: "TimelineEntry", event: episode_rows.Entry) -> dict[str, Any]:
    return episode_rows.shown(event) | {
        "at": event.happened_at,
        "by": entry.author.display_name if entry.author else "",
        "url": reverse("episodes:page", args=[entry.context]),
        "link": _("Voir l’épisode"),
    }


def _step_line(entered: Entrance, opened: Opened, task: "Task", at: datetime, found: rows.FileRows) -> dict[str, Any]:
    by = task.done_by or task.not_due_by
    words = found.task_words.get(task.pk)
    # What was typed before an undo stays sealed: only the words of what it is now are shown.
    typed = ("recipient", "note") if task.state == TaskState.DONE else ("reason",)
    said = [words.text if words else "", *(_text(opened, task, name) for name in typed)]
    by_hand = task.context == entered.person.pk
    return {
        "at": at,
        "title": task.title,
        "text": "\n".join(filter(None, said)),
        "by": by.display_name if by else "",
        "icon": "check" if task.state == TaskState.DONE else "ban",
        "url": task_url(task),
        "link": _("Voir la tâche") if by_hand else _("Voir l’étape"),
    }


def _text(opened: Opened, row: Any, name: str) -> str:
    return opened.text(row, name) if opened.may(row, name) else ""


# What each kind of row is called on the timeline, its drawing, where it is read (None: nowhere else), and by which id.
_ROWS: Mapping[str, tuple[Any, str, str, str]] = {
    "note": (lambda one: _note_title(one), "book-open", "casework:note", "thread"),
    "goal": (lambda one: _("Objectif : %(title)s") % {"title": one.title}, "list-checks", "casework:goals", ""),
    "document": (lambda one: _("Document : %(title)s") % {"title": one.title}, "file-text", "casework:documents", ""),
    "familycontact": (
        lambda one: _("Famille : %(kind)s") % {"kind": str(FamilyKind(one.row.kind).label).lower()},
        "users",
        "casework:family",
        "",
    ),
    "legalmatter": (
        lambda one: f"{LegalKind(one.row.kind).label} : {one.title}",
        "scale",
        "casework:legal",
        "",
    ),
    "flag": (lambda one: _("Repère"), "info", "", ""),
    "share": (lambda one: _("Partage : %(who)s") % {"who": one.recipient}, "send", "casework:shares", ""),
    "observation": (lambda one: _("Observations écrites"), "eye", "casework:observations", ""),
    "judgement": (lambda one: _("Avis professionnel écrit"), "pencil", "casework:observations", ""),
}
# Kinds whose words are read on their own page alone.
_UNSAID = frozenset({"observation", "judgement"})


_SAID = frozenset({"text", "how", "note", "why"})


def _note_title(one: Words) -> str:
    level = Level(one.row.level)
    return _("Note du dossier") if level == Level.TEAM else _("Note : %(level)s") % {"level": str(level.label).lower()}


def _row_line(entry: "TimelineEntry", one: Words) -> dict[str, Any]:
    name = entry.source.partition(".")[2]
    title, icon, page, by_thread = _ROWS[name]
    texts = [] if name in _UNSAID else [text for key, text in one.texts.items() if key in _SAID]
    args = [entry.person_id, one.row.thread] if by_thread else [entry.person_id]
    late = abs(entry.written_at - entry.at) > timedelta(minutes=2)
    return {
        "at": entry.at,
        "title": title(one),
        "text": "\n".join(texts),
        "words": "" if name in _UNSAID else one.words,
        "by": entry.author.display_name if entry.author else "",
        "written_at": entry.written_at if late else None,
        "corrected": False,
        "icon": icon,
        "section": entry.section if entry.section == Section.HEALTH else "",
        "url": reverse(page, args=args) if page else "",
        "link": _("Voir"),
    }
