"""Lists of young people, episodes and steps in one's sight, by filters that say nothing of what anyone observed.

Rows stand by name, by date of notice, by due time: never by a judgement, which no filter and no column knows.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Role
from maillage.accounts.models import Organisation
from maillage.accounts.opaque import Addresses, Hidden, show
from maillage.accounts.roles import SECTIONS
from maillage.accounts.selectors import organisations
from maillage.common.localtime import local
from maillage.desk.enums import ListKind, Which, Within
from maillage.desk.models import SavedList
from maillage.desk.selectors import faces_among, task_url
from maillage.episodes.access import visible_to as episodes_visible_to
from maillage.episodes.enums import EpisodeKind
from maillage.episodes.lifecycle import state_of
from maillage.episodes.models import MissingEpisode
from maillage.tasks.selectors import open_about
from maillage.vault.sealing import Opened, system_key
from maillage.youth.access import current_missions, holder_of, own, visible_to
from maillage.youth.enums import MissionKind

PURPOSE = "list"
MOST = 500
CHOICES: dict[str, tuple[Which, ...]] = {
    ListKind.PEOPLE: (Which.ALL, Which.AWAY, Which.HERE),
    ListKind.EPISODES: (Which.ALL, Which.OPEN, Which.AWAY, Which.BACK, Which.CLOSED),
    ListKind.TASKS: (Which.ALL, Which.LATE, Which.MINE),
}


# Beside the kinds of missions: those that name the reader herself.
IN_MY_NAME = "mine"


@dataclass(frozen=True)
class Choice:
    """`mission`: through which of the reader's own missions, whoever she is: nobody else's can be asked for."""

    kind: ListKind
    which: Which = Which.ALL
    home: uuid.UUID | None = None
    mission: str = ""
    within: Within | None = None

    def words(self) -> list[str]:
        home, within = self.home.hex if self.home else "", str(self.within) if self.within else ""
        return [self.kind, self.which, home, self.mission, within]


def from_words(words: Sequence[str]) -> Choice:
    """Also of lists kept when there were three words."""
    kind, which, home, mission, within = [*words, "", ""][:5]
    return Choice(
        ListKind(kind),
        Which(which),
        uuid.UUID(hex=home) if home else None,
        mission,
        Within(int(within)) if within else None,
    )


def missions() -> list[tuple[str, str]]:
    """What `Choice.mission` may be, with its words."""
    return [(IN_MY_NAME, _("À mon nom")), *((str(value), str(label)) for value, label in MissionKind.choices)]


def said(choice: Choice) -> list[str]:
    """The filters in words, but for the home."""
    words = [str(choice.which.label).lower()]
    if choice.within:
        pattern = (
            _("à faire d’ici %(span)s") if choice.kind == ListKind.TASKS else _("absence constatée depuis %(span)s")
        )
        words.append(pattern % {"span": choice.within.label})
    if choice.mission:
        words.append(_("mission : %(kind)s") % {"kind": dict(missions())[choice.mission].lower()})
    return words


def read(hidden: Hidden) -> Choice:
    """Http404 for anything we did not write."""
    return from_words(show(PURPOSE, hidden))


def url_of(name: str, choice: Choice) -> str:
    return reverse(f"desk:{name}", args=[Addresses(PURPOSE).hide(choice.words())])


def homes_of(actor: Actor) -> dict[uuid.UUID, Organisation]:
    """Services she works in with young people, and those below: the only ones she may filter by."""
    held = [post.organisation_id for post in actor.posts if SECTIONS[post.role]]
    found = organisations(actor.below(held))
    return {one.pk: one for one in sorted(found.values(), key=lambda one: (one.name, one.pk))}


@dataclass(frozen=True)
class Row:
    """`said`: how a screen calls her (initials away from one's own roof); `name`: how a file does."""

    person: uuid.UUID
    said: str
    name: str
    url: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    more: bool

    @property
    def lines(self) -> list[tuple[Row, list[tuple[str, str]]]]:
        """Each row with its cells, each under its heading: on a phone a card says both."""
        return [(row, list(zip(self.head[1:], row.cells, strict=True))) for row in self.rows]


def table(actor: Actor, choice: Choice, at: datetime, *, discreet: bool = False) -> Table:
    """What this reader sees of it. Http404 for a home that is not hers; names by the rule of every screen."""
    if choice.which not in CHOICES[choice.kind] or (choice.home and choice.home not in homes_of(actor)):
        raise Http404
    made = {ListKind.PEOPLE: _people, ListKind.EPISODES: _episodes, ListKind.TASKS: _tasks}[choice.kind]
    return made(actor, choice, at, discreet)


def _held(actor: Actor, choice: Choice) -> QuerySet[Any] | None:
    """Main files seen through the mission that was asked for; None when none was."""
    if not choice.mission:
        return None
    if choice.mission == IN_MY_NAME:
        return own(holder_of(actor))
    return current_missions(actor).filter(kind=choice.mission).values("person__main_id")


def _here(actor: Actor, choice: Choice) -> QuerySet[Any]:
    seen = visible_to(actor)
    if choice.home:
        seen = seen.filter(placements__organisation_id=choice.home, placements__ends_on__isnull=True)
    held = _held(actor, choice)
    return seen if held is None else seen.filter(main__in=held)


def _noticed(actor: Actor, choice: Choice, at: datetime) -> QuerySet[MissingEpisode]:
    """Episodes in her sight, noticed within the days asked for."""
    seen = episodes_visible_to(actor)
    return seen.filter(noticed_at__gte=at - timedelta(days=choice.within)) if choice.within else seen


def _people(actor: Actor, choice: Choice, at: datetime, discreet: bool) -> Table:
    running = dict(
        episodes_visible_to(actor)
        .filter(closed_at__isnull=True, returned_at__isnull=True)
        .values_list("person_id", "noticed_at")
    )
    seen = _here(actor, choice)
    if choice.which == Which.AWAY:
        seen = seen.filter(pk__in=list(running))
    elif choice.which == Which.HERE:
        seen = seen.exclude(pk__in=list(running))
    if choice.within:
        seen = seen.filter(pk__in=_noticed(actor, choice, at).values("person_id"))
    ids = list(seen.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    shown = sorted(
        faces_among(actor, ids[:MOST], discreet=discreet), key=lambda face: (face.name or face.initials).casefold()
    )
    rows = [
        Row(
            face.pk,
            face.said,
            face.name or face.initials,
            face.url,
            (face.home, _moment(running[face.pk], face.zone) if face.pk in running else ""),
        )
        for face in shown
    ]
    return Table((_("Nom"), _("Lieu"), _("Absence constatée")), tuple(rows), len(ids) > MOST)


def _episodes(actor: Actor, choice: Choice, at: datetime, discreet: bool) -> Table:
    wanted = _noticed(actor, choice, at)
    held = _held(actor, choice)
    if choice.home:
        wanted = wanted.filter(organisation_id=choice.home)
    if held is not None:
        wanted = wanted.filter(person__main__in=held)
    if choice.which != Which.ALL:
        wanted = wanted.filter(closed_at__isnull=choice.which != Which.CLOSED)
    if choice.which in (Which.AWAY, Which.BACK):
        wanted = wanted.filter(returned_at__isnull=choice.which == Which.AWAY)
    found = list(wanted.select_related("organisation").order_by("-noticed_at", "-pk")[: MOST + 1])
    faces = {
        one.pk: one
        for one in faces_among(actor, list(dict.fromkeys(e.person_id for e in found[:MOST])), discreet=discreet)
    }
    rows = []
    for one in found[:MOST]:
        face = faces.get(one.person_id)
        if face is None:
            continue
        zone = one.organisation.zone
        rows.append(
            Row(
                one.person_id,
                face.said,
                face.name or face.initials,
                reverse("episodes:page", args=[one.pk]),
                (
                    _moment(one.noticed_at, zone),
                    str(EpisodeKind(one.declared_kind).label),
                    str(state_of(one).label),
                    _moment(one.returned_at, zone),
                    _moment(one.closed_at, zone),
                ),
            )
        )
    head = (_("Nom"), _("Absence constatée"), _("Lecture"), _("Où en est-on"), _("Retour"), _("Clôture"))
    return Table(head, tuple(rows), len(found) > MOST)


def _tasks(actor: Actor, choice: Choice, at: datetime, discreet: bool) -> Table:
    owed = open_about(_here(actor, choice).values("pk"), actor.user_id)
    if choice.which == Which.LATE:
        owed = owed.filter(due_at__lt=at)
    elif choice.which == Which.MINE:
        owed = owed.filter(owner_user_id=actor.user_id)
    if choice.within:
        owed = owed.filter(due_at__lt=at + timedelta(days=choice.within))
    found = list(owed[: MOST + 1])
    faces = {
        one.pk: one
        for one in faces_among(actor, list(dict.fromkeys(t.subject for t in found[:MOST])), discreet=discreet)
    }
    rows = []
    for one in found[:MOST]:
        face = faces.get(one.subject)
        if face is None:
            continue
        owner = one.owner_user.display_name if one.owner_user else str(Role(one.owner_role).label)
        rows.append(
            Row(
                one.subject,
                face.said,
                face.name or face.initials,
                task_url(one),
                (one.title, owner, _moment(one.due_at, face.zone)),
            )
        )
    return Table((_("Nom"), _("Étape"), _("À qui"), _("Au plus tard")), tuple(rows), len(found) > MOST)


def _moment(at: datetime | None, zone: str) -> str:
    return f"{local(at, zone):%d/%m/%Y %H:%M}" if at else ""


# -- what is kept ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    row: SavedList
    name: str
    mine: bool


def lists_visible_to(actor: Actor) -> QuerySet[SavedList]:
    """Her own, and those shared in a service she works in."""
    teams = [post.organisation_id for post in actor.posts if SECTIONS[post.role]]
    return SavedList.objects.filter(Q(owner=actor.user_id) | Q(team__in=teams))


def list_or_404(actor: Actor, pk: uuid.UUID, *, deleted: bool = False) -> Kept:
    found = (
        lists_visible_to(actor).filter(pk=pk, deleted_at__isnull=not deleted).select_related("owner", "team").first()
    )
    if found is None:
        raise Http404
    return _named(actor, [found])[0]


def kept(actor: Actor, *, deleted: bool = False) -> list[Kept]:
    rows = lists_visible_to(actor).filter(deleted_at__isnull=not deleted).select_related("owner", "team")
    if deleted:
        rows = rows.filter(owner=actor.user_id)
    return sorted(_named(actor, list(rows.order_by("pk")[:100])), key=lambda one: one.name.casefold())


def _named(actor: Actor, rows: Sequence[SavedList]) -> list[Kept]:
    opened = Opened(system_key(), ["education"]) if rows else None
    return [Kept(row, opened.text(row, "name") if opened else "", row.owner_id == actor.user_id) for row in rows]


def choice_of(row: SavedList) -> Choice:
    return from_words(row.filters)


def without_home(choice: Choice) -> Choice:
    return replace(choice, home=None)
