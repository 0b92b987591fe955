"""Whom a professional may see, and the only way to read what is sealed about a young person.

One rule, `visible_to`: a current mission of one of her organisations, or of herself. The object check and the
search are derived from it. A mission narrows what the role opens; a post that opens no section at all
(administrator, data-protection officer) sees nobody.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, FilteredRelation, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor, Post
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Organisation
from maillage.accounts.roles import ABILITIES, SECTIONS
from maillage.accounts.sealed import place_of
from maillage.audit.journal import record, record_once
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.prepared import prepared
from maillage.reference import communes
from maillage.vault.models import DataKey
from maillage.vault.sealing import Opened, SectionClosed
from maillage.youth.enums import SHEET_READ, TEMPORARY_SECTIONS, YOUTH_READ, MissionKind
from maillage.youth.models import Mission, Photo, Placement, SheetOpening, YoungPerson

# A read is journalled once per user, person, section and this long (security.md).
READ_AGAIN_AFTER = timedelta(minutes=15)

# Where a loaded person keeps her present placement (`selectors.placement_now`).
PRESENT = "present_placements"

_ON_CALL_ROLES = frozenset({Role.ASE_ON_CALL, Role.ON_CALL_MANAGER})

# The missions whose holders prepare the departure sheet with her.
_SHEET_KINDS = frozenset({MissionKind.HOSTS, MissionKind.CASE_WORKER, MissionKind.FOLLOWS})


class Holder(NamedTuple):
    """What decides, of a reader and an instant, which missions are hers."""

    staff: frozenset[uuid.UUID]  # organisations whose missions she sees through
    on_call: frozenset[uuid.UUID]  # and those on call
    user_id: uuid.UUID | None  # None: no post of hers opens anything
    at: datetime


def holder_of(actor: Actor) -> Holder:
    seeing = [post for post in actor.posts if SECTIONS[post.role]]
    return Holder(
        staff=frozenset(post.organisation_id for post in seeing if post.role != Role.FOSTER_CARER),
        on_call=frozenset(post.organisation_id for post in seeing if post.role in _ON_CALL_ROLES),
        user_id=actor.user_id if seeing else None,
        at=now(),
    )


def current_missions(actor: Actor) -> QuerySet[Mission]:
    """The missions that let this actor see someone now. Erased files are nobody's, archived ones are closed.

    A mission on call is for those on call: the rest of a service does not see everyone it may be called for. A foster
    carer sees through missions that name her: a service's children are not all hers.
    """
    return held_by(holder_of(actor))


def held_by(holder: Holder) -> QuerySet[Mission]:
    """As `current_missions`, for a query that is prepared."""
    return _missions(holder).filter(person__archived_at__isnull=True, person__main__archived_at__isnull=True)


def archived_missions(actor: Actor) -> QuerySet[Mission]:
    """Her missions for files that are archived: what lets their owner bring one back. They open nothing."""
    return _missions(holder_of(actor)).filter(person__archived_at__isnull=False)


def _missions(holder: Holder) -> QuerySet[Mission]:
    hers = Q(organisation_id__in=holder.staff) & ~Q(kind=MissionKind.ON_CALL)
    hers |= Q(organisation_id__in=holder.on_call, kind=MissionKind.ON_CALL)
    if holder.user_id is not None:
        hers |= Q(user_id=holder.user_id)
    return Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=holder.at),
        hers,
        starts_at__lte=holder.at,
        person__data_key__destroyed_at__isnull=True,
    )


def own(holder: Holder) -> QuerySet[Any]:
    """Ids of the main files of those she has a mission for in her own name, as a part of another query."""
    return held_by(holder).filter(user=holder.user_id).values("person__main_id")


def posts_for(actor: Actor, mission: Mission) -> tuple[Post, ...]:
    """The posts that count for one of her missions: those held in its organisation, all of hers for her own.

    In an organisation's mission, on call, only those on call; a foster carer, never. This says which sections the
    mission opens, and which abilities it gives.
    """
    if mission.organisation_id is None:
        return actor.posts
    return tuple(
        post
        for post in actor.posts
        if post.organisation_id == mission.organisation_id
        and post.role != Role.FOSTER_CARER
        and (mission.kind != MissionKind.ON_CALL or post.role in _ON_CALL_ROLES)
    )


def gives(actor: Actor, mission: Mission, ability: Ability) -> bool:
    """Whether that mission of hers gives an ability. A temporary access is for reading: it gives none."""
    if mission.kind == MissionKind.TEMPORARY:
        return False
    return any(ability in ABILITIES[post.role] for post in posts_for(actor, mission))


def visible_to(actor: Actor) -> QuerySet[YoungPerson]:
    """The young persons this actor may see now."""
    return seen_by(holder_of(actor))


def seen_by(holder: Holder) -> QuerySet[YoungPerson]:
    """As `visible_to`, for a query that is prepared."""
    return YoungPerson.objects.filter(main__in=held_by(holder).values("person__main_id"))


def get_visible_or_404(actor: Actor, pk: uuid.UUID) -> YoungPerson:
    """The young person; Http404 for strangers, whether she exists or not, with the same query."""
    found = visible_to(actor).filter(pk=pk).select_related("data_key").first()
    if found is None:
        raise Http404
    return found


def open_sections(actor: Actor, person: YoungPerson) -> frozenset[Section]:
    """Sections of her file this actor may open now: those of the roles held for a mission, narrowed by it."""
    return sections_by_person(actor, [person.pk]).get(person.pk, frozenset())


def sections_by_person(actor: Actor, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, frozenset[Section]]:
    """Open sections of each visible person among `ids`; strangers are left out. One query."""
    through: dict[uuid.UUID, list[Mission]] = {}
    for mission in _about_each(holder_of(actor), frozenset(ids)):
        through.setdefault(mission.about, []).append(mission)
    return {pk: _opened_by(actor, missions) for pk, missions in through.items()}


def _role_sections(actor: Actor, mission: Mission) -> frozenset[Section]:
    """What the posts that count for that mission open; of a temporary access, never more than it may ever open."""
    opened = frozenset(section for post in posts_for(actor, mission) for section in SECTIONS[post.role])
    return opened & TEMPORARY_SECTIONS if mission.kind == MissionKind.TEMPORARY else opened


def reveal(actor: Actor, person: YoungPerson, *sections: str) -> Opened:
    """Open sections of her file (none named: all the actor may) and journal it.

    Http404 when she is not visible; PermissionDenied when a named section is not open to this actor.
    """
    allowed = sections_by_person(actor, [person.pk]).get(person.pk)
    if allowed is None:
        raise Http404
    wanted = frozenset(Section(section) for section in sections) or allowed
    if not wanted <= allowed:
        raise PermissionDenied(_("Cette partie du dossier ne vous est pas ouverte."))
    _journal(actor, {person.pk: wanted})
    return Opened(person.data_key, wanted)


def reveal_open(actor: Actor, person: YoungPerson, *sections: str) -> Opened:
    """Those of the named sections that are open to this actor: what a page shows of them is journalled, no more.

    Http404 when she is not visible.
    """
    allowed = sections_by_person(actor, [person.pk]).get(person.pk)
    if allowed is None:
        raise Http404
    wanted = allowed & (frozenset(Section(section) for section in sections) or allowed)
    _journal(actor, {person.pk: wanted})
    return Opened(person.data_key, wanted)


def reveal_many(actor: Actor, persons: Sequence[YoungPerson], *sections: str) -> dict[uuid.UUID, Opened]:
    """Open the named sections of each file, as far as each mission allows, for a page that lists people.

    Always the same number of queries. Nobody unseen is ever in the answer (Http404 when asked for), and a
    section one mission keeps closed is closed in that person's `Opened`: ask `opened.may(row, field)`.
    """
    allowed = sections_by_person(actor, [person.pk for person in persons])
    if any(person.pk not in allowed for person in persons):
        raise Http404
    asked = frozenset(Section(section) for section in sections)
    wanted = {person.pk: (allowed[person.pk] & asked) if asked else allowed[person.pk] for person in persons}
    keys = DataKey.objects.in_bulk([person.data_key_id for person in persons])
    _journal(actor, wanted)
    return {person.pk: Opened(keys[person.data_key_id], wanted[person.pk]) for person in persons}


@dataclass(frozen=True)
class Sight:
    """What current missions give one reader of one file, asked once: why, which sections, what she may do.

    The person comes with her key, her present placement, and whether she has a photo (`person.photographed`).
    `mine`: the missions she is seen through, whichever of the files joined to this one they are on.
    """

    actor: Actor
    person: YoungPerson
    mine: tuple[Mission, ...]
    sections: frozenset[Section]

    @property
    def own_kinds(self) -> frozenset[str]:
        """Kinds of the missions this reader has in her own name."""
        return frozenset(one.kind for one in self.mine if one.user_id == self.actor.user_id)

    @property
    def named(self) -> bool:
        """Whether she was placed with this reader by name: in this file, not in one joined to it."""
        return any(
            one.kind == MissionKind.HOSTS and one.user_id == self.actor.user_id and one.person_id == self.person.pk
            for one in self.mine
        )

    def may(self, ability: Ability, kinds: Iterable[str] = MissionKind.values) -> bool:
        """As `may_here`, without asking the database again. A joined file is for reading."""
        if self.person.joined:
            return False
        wanted = frozenset(kinds)
        return any(gives(self.actor, mission, ability) for mission in self.mine if mission.kind in wanted)

    def open(self, *sections: str) -> Opened:
        """Those of the named sections (none named: all) that are open to her; what is opened is journalled."""
        return open_all([self], *sections)[self.person.pk]


@dataclass(frozen=True)
class Entrance(Sight):
    """A reader at the door of one file, and of those joined to it (`parts`): opened, all of them are read.

    `running`: everyone's missions, which only its owner may be shown.
    """

    running: tuple[Mission, ...]
    parts: tuple[YoungPerson, ...] = ()

    @property
    def ids(self) -> list[uuid.UUID]:
        """This file, and those joined to it."""
        return [self.person.pk, *(part.pk for part in self.parts)]

    def open(self, *sections: str) -> Opened:
        wanted = self.sections & (frozenset(Section(one) for one in sections) or self.sections)
        _journal(self.actor, dict.fromkeys(self.ids, wanted))
        return Opened(self.person.data_key, wanted, [part.data_key for part in self.parts])


def open_all(seen: Sequence[Sight], *sections: str) -> dict[uuid.UUID, Opened]:
    """The named sections of each file one reader sees (none named: all), as far as open to her, and of no file joined
    to them; what is opened is journalled."""
    asked = frozenset(Section(one) for one in sections)
    wanted = {one.person.pk: one.sections & (asked or one.sections) for one in seen}
    if seen:
        _journal(seen[0].actor, wanted)
    return {one.person.pk: Opened(one.person.data_key, wanted[one.person.pk]) for one in seen}


# `present`: where she lives now, from `_with_person`.
_LOADED: tuple[str, ...] = ("person__data_key", "present__organisation")


class Whom(NamedTuple):
    """A query for ids of young people, as a part of a prepared one: what builds it, and from what."""

    build: Callable[..., "QuerySet[Any]"]
    given: tuple[Any, ...]


def sights(actor: Actor, whom: Collection[uuid.UUID] | Whom) -> list[Sight]:
    """Those among `whom` (ids, or a query for them) whom this actor sees, as `visible_to` says it, oldest placement
    first; one query, two more when one is seen through a file joined to hers alone."""
    found: dict[uuid.UUID, list[Mission]] = {}
    for mission in _seen(holder_of(actor), whom if isinstance(whom, Whom) else frozenset(whom)):
        found.setdefault(mission.about, []).append(mission)
    known = _loaded({one for missions in found.values() for one in missions}, found)
    seen = [Sight(actor, known[pk], tuple(missions), _opened_by(actor, missions)) for pk, missions in found.items()]
    return sorted(seen, key=_since)


def sight_or_404(actor: Actor, pk: uuid.UUID) -> Sight:
    """One young person as this actor sees her; Http404 for strangers, whether she exists or not."""
    found = sights(actor, [pk])
    if not found:
        raise Http404
    return found[0]


def _about(holder: Holder, whom: frozenset[uuid.UUID] | Whom) -> "QuerySet[Any]":
    """Her missions, once for each file among `whom` they are `about`: its own, and those of files joined to it."""
    ids = whom.build(*whom.given) if isinstance(whom, Whom) else whom
    return held_by(holder).annotate(about=F("person__main__parts")).filter(about__in=ids)


_about_each = prepared(_about)


@prepared
def _seen(holder: Holder, whom: frozenset[uuid.UUID] | Whom) -> "QuerySet[Any]":
    return _with_person(_about(holder, whom)).order_by("starts_at", "pk")


def _since(seen: Sight) -> tuple[date, uuid.UUID]:
    [placement] = getattr(seen.person, PRESENT) or [None]
    return placement.starts_on if placement else date.max, seen.person.pk


def _photos(person: str) -> Exists:
    """Whether the person of a column has a photo."""
    return Exists(Photo.objects.filter(person=OuterRef(person), replaced_at__isnull=True))


def _with_person(missions: "QuerySet[Mission]") -> "QuerySet[Any]":
    """Missions with the person of each, her key, where she lives now, and whether she has a photo."""
    return missions.annotate(
        present=FilteredRelation("person__placements", condition=Q(person__placements__ends_on__isnull=True)),
        photographed=_photos("person_id"),
    ).select_related(*_LOADED)


def _loaded(missions: "Iterable[Any]", ids: Collection[uuid.UUID]) -> dict[uuid.UUID, YoungPerson]:
    """Those persons, from missions `_with_person`: `selectors.placement_now` then costs no query.

    Who is seen through a file joined to hers alone is in none of them: read apart.
    """
    found: dict[uuid.UUID, YoungPerson] = {}
    for mission in missions:
        if mission.person_id in ids and mission.person_id not in found:
            person, present = mission.person, getattr(mission, "present", None)
            setattr(person, PRESENT, [present] if present is not None else [])
            person.photographed = mission.photographed
            found[person.pk] = person
    if apart := ids - found.keys():
        present = Placement.objects.filter(ends_on__isnull=True).select_related("organisation")
        rows = YoungPerson.objects.filter(pk__in=apart).annotate(photographed=_photos("pk"))
        rows = rows.select_related("data_key").prefetch_related(Prefetch("placements", present, to_attr=PRESENT))
        found |= {person.pk: person for person in rows}
    return found


def _opened_by(actor: Actor, missions: "Iterable[Mission]") -> frozenset[Section]:
    """What those missions of hers open together."""
    return frozenset[Section]().union(
        *(_role_sections(actor, mission) & frozenset(mission.sections) for mission in missions)
    )


def enter(actor: Actor, pk: uuid.UUID) -> Entrance:
    """The file as this reader may enter it, in one query; Http404 for strangers, whether it exists or not.

    Loads with it the person (as for `sights`), and who and where each running mission is of.
    """
    running = _running(holder_of(actor), pk)
    hers = tuple(mission for mission in running if mission.is_mine)
    if not hers:
        raise Http404
    person = _loaded(running, {pk})[pk]
    parts = tuple(_joined(pk).select_related("data_key").order_by("pk")) if hers[0].several else ()
    return Entrance(actor, person, hers, _opened_by(actor, hers), tuple(running), parts)


@prepared
def _running(holder: Holder, pk: uuid.UUID) -> "QuerySet[Any]":
    """Everyone's missions for one file now, with which are hers (`is_mine`), and whether files are joined to it."""
    mine = held_by(holder).filter(pk=OuterRef("pk"))
    missions = Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=holder.at), person__main__parts=pk, starts_at__lte=holder.at
    )
    found: QuerySet[Any] = (
        _with_person(missions)
        .annotate(is_mine=Exists(mine), several=Exists(_joined(pk)))
        .select_related(*_LOADED, "organisation", "user", "placement__organisation")
        .order_by("starts_at", "pk")
    )
    return found


def _joined(pk: uuid.UUID) -> QuerySet[YoungPerson]:
    return YoungPerson.objects.filter(main=pk).exclude(pk=pk)


def _journal(actor: Actor, read: dict[uuid.UUID, frozenset[Section]]) -> None:
    if not any(read.values()):
        return
    record_once(
        YOUTH_READ,
        by=actor,
        wanted=[(person, {"section": str(section)}) for person, opened in read.items() for section in sorted(opened)],
        since=now() - READ_AGAIN_AFTER,
    )


def address_of(opened: Opened, organisation: Organisation) -> str:
    """Where an organisation is: street, and commune by name. SectionClosed unless her whereabouts were opened."""
    if Section.WHEREABOUTS not in opened.sections:
        raise SectionClosed(f"address of {organisation.pk}")
    street, code = place_of(organisation)
    commune = communes.find(code) if code else None
    return ", ".join(filter(None, [street, commune.name if commune else code]))


def may_here(actor: Actor, person: YoungPerson, ability: Ability, kinds: Iterable[str] = MissionKind.values) -> bool:
    """Whether she has the ability for this person: through a current mission (of those kinds), where it is held."""
    return any(
        gives(actor, mission, ability)
        # A joined file is nobody's main one: nothing is done through it.
        for mission in current_missions(actor).filter(person__main=person, kind__in=list(kinds))
    )


def may_edit_sheet(actor: Actor, person: YoungPerson) -> bool:
    """Whether she prepares the departure sheet with this person."""
    return may_here(actor, person, Ability.SHEET_EDIT, _SHEET_KINDS)


def sheet_readable(seen: Sight, open_now: bool | None = None) -> bool:
    """Its editors always; while it is open (an episode runs), also those who act in the episode.

    `open_now`: whether it is, when that was read already (`sheet_is_open`).
    """
    if seen.may(Ability.SHEET_EDIT, _SHEET_KINDS):
        return True
    if not seen.may(Ability.EPISODE_ACT):
        return False
    return sheet_context(seen.person) is not None if open_now is None else open_now


def sheet_is_open() -> Exists:
    """Whether the sheet of a row's person is open, as a part of another query."""
    return Exists(SheetOpening.objects.filter(person=OuterRef("person_id"), closed_at__isnull=True))


def sheet_context(person: YoungPerson) -> uuid.UUID | None:
    """The episode that her sheet is open for, if one runs."""
    return SheetOpening.objects.filter(person=person, closed_at__isnull=True).values_list("context", flat=True).first()


def open_sheet(actor: Actor, person: YoungPerson) -> Opened:
    """The right to read the departure sheet. Every call is journalled: it is an opening.

    Http404 for strangers, PermissionDenied when the sheet is closed to this actor.
    """
    seen = sight_or_404(actor, person.pk)
    opened = seen.open(Section.IDENTITY, Section.WHEREABOUTS)
    if not sheet_readable(seen):
        raise PermissionDenied(_("La fiche de départ ne s’ouvre que pendant un épisode."))
    record(SHEET_READ, by=actor, subject=person.pk)
    return opened


def archived_owned_by(actor: Actor) -> QuerySet[YoungPerson]:
    """Archived files she answered for: she alone may bring them back."""
    if not actor.may(Ability.MISSION_EDIT):
        return YoungPerson.objects.none()
    kinds = [MissionKind.CASE_WORKER, MissionKind.ON_CALL]
    return YoungPerson.objects.filter(pk__in=archived_missions(actor).filter(kind__in=kinds).values("person_id"))


def name_archived(actor: Actor, persons: Sequence[YoungPerson]) -> dict[uuid.UUID, Opened]:
    """The identity, and nothing else, of archived files she answered for; journalled. Http404 for any other."""
    owned = set(archived_owned_by(actor).filter(pk__in=[one.pk for one in persons]).values_list("pk", flat=True))
    if any(one.pk not in owned for one in persons):
        raise Http404
    keys = DataKey.objects.in_bulk([one.data_key_id for one in persons])
    _journal(actor, {one.pk: frozenset({Section.IDENTITY}) for one in persons})
    return {one.pk: Opened(keys[one.data_key_id], {Section.IDENTITY}) for one in persons}
