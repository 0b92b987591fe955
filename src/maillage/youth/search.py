"""Finding a young person by name, though no index of names is stored that says anything of anyone.

Each process keeps one index in memory, made from ciphertext at the first search (each file, or what was kept of them
in one piece: `kept_names`) and brought up to date by the numbers of `IdentityRevision`. This module is one of the few
allowed to make an `Opened` itself: what it reads is shown to nobody, and every look-up is journalled, not its words.
"""

import threading
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet

from maillage.accounts.actors import Actor
from maillage.audit.journal import record
from maillage.common.enums import Section
from maillage.vault.sealing import Opened
from maillage.youth import kept_names
from maillage.youth.access import sections_by_person, visible_to
from maillage.youth.enums import NAMES_SEARCHED
from maillage.youth.models import YoungPerson
from maillage.youth.names import Born, NameIndex, phone_mark, reference_mark
from maillage.youth.selectors import with_placement

_BATCH = 2000
_KEPT_EVERY = timedelta(minutes=10)


class Names:
    """The index of one process. Every method takes the lock: threads of a server share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index: NameIndex[uuid.UUID] = NameIndex()
        self._newest = 0
        self._applied: dict[int, uuid.UUID] = {}
        self._built = False
        self._kept_at: datetime | None = None

    def forget(self) -> None:
        """Start again from ciphertext at the next look-up."""
        with self._lock:
            self._built, self._kept_at = False, None

    def search(self, text: str, *, born: Born | None, among: frozenset[uuid.UUID], limit: int) -> list[uuid.UUID]:
        with self._lock:
            self._refresh()
            return self._index.search(text, born=born, among=among, limit=limit)

    def twins(
        self, names: Iterable[str], *, born: Born | None, marks: Iterable[str], among: frozenset[uuid.UUID] | None
    ) -> list[uuid.UUID]:
        """Those likely to be the same person: `among` None only for the worker, which shows nobody."""
        with self._lock:
            self._refresh()
            return self._index.twins(names, born, marks=marks, among=among)

    def born_between(self, first: date, last: date) -> dict[uuid.UUID, date]:
        """Who was born in those days: for the worker, which shows nobody."""
        with self._lock:
            self._refresh()
            return self._index.born_between(first, last)

    def prepare(self) -> None:
        """Read everyone now, before anybody searches: a server does it once, for all the processes it forks."""
        with self._lock:
            self._refresh()

    def keep(self, at: datetime) -> int:
        """Keep what is known now for processes to come, at most every ten minutes; of how many. For the worker."""
        if self._kept_at is not None and timedelta() <= at - self._kept_at < _KEPT_EVERY:
            return 0
        done = 0
        if not kept_names.is_current():
            with self._lock:
                self._refresh()
                done = kept_names.keep(kept_names.Kept(self._index, self._newest, self._applied), at)
            if not done:
                return 0  # somebody was changed meanwhile: at the next turn
        self._kept_at = at
        return done

    def known(self) -> NameIndex[uuid.UUID]:
        """The index itself, for a command that compares a file with all that is known and adds to it."""
        with self._lock:
            self._refresh()
            return self._index

    def _refresh(self) -> None:
        if (self._built or self._take(kept_names.kept())) and self._follow():
            return
        self._newest = kept_names.newest_change()
        recent = kept_names.latest(self._newest)
        self._index = whole_index()
        self._mark(recent)
        self._built = True

    def _take(self, kept: kept_names.Kept | None) -> bool:
        if kept is not None:
            self._index, self._newest, self._applied = kept.index, kept.newest, dict(kept.recent)
            self._built = True
        return self._built

    def _follow(self) -> bool:
        """Read whom the latest changes are about; False when what is known is of another database."""
        recent = kept_names.latest(self._newest)
        # A database brought back from a copy has other numbers: nothing known holds any more.
        if any(recent.get(number) != person for number, person in self._applied.items()):
            return False
        changed = {person for number, person in recent.items() if number not in self._applied}
        if changed:
            _read(self._index, YoungPerson.objects.filter(pk__in=changed))
        self._mark(recent)
        return True

    def _mark(self, recent: dict[int, uuid.UUID]) -> None:
        self._newest = max(recent, default=self._newest)
        self._applied = kept_names.still_near(recent, self._newest)


def whole_index() -> NameIndex[uuid.UUID]:
    """A new index of everyone, from each file."""
    index: NameIndex[uuid.UUID] = NameIndex()
    _read(index, YoungPerson.objects.all())
    return index


def _read(index: NameIndex[uuid.UUID], people: QuerySet[YoungPerson]) -> None:
    """Put those persons in the index as they are named now; erased ones leave it."""
    for person in people.select_related("data_key").order_by("pk").iterator(chunk_size=_BATCH):
        if person.data_key.wrapped is None:
            index.remove(person.pk)
            continue
        opened = Opened(person.data_key, [Section.IDENTITY])
        index.add(person.pk, names_of(opened, person), born_of(opened, person), marks_of(opened, person))


def said_of(person: YoungPerson) -> tuple[list[str], Born | None, list[str]]:
    """Names, birth and marks of one person, for the worker to compare: shown to nobody."""
    opened = Opened(person.data_key, [Section.IDENTITY])
    born = born_of(opened, person)
    return names_of(opened, person), Born.on(born) if born else None, marks_of(opened, person)


def born_of(opened: Opened, person: YoungPerson) -> date | None:
    born = opened.text(person, "birth_date")
    return date.fromisoformat(born) if born else None


def marks_of(opened: Opened, person: YoungPerson) -> list[str]:
    """What finds her exactly: her telephones, her reference."""
    reference = opened.text(person, "external_reference")
    phones = opened.value(person, "phones") or []
    return [*map(phone_mark, phones), *([reference_mark(reference)] if reference else [])]


def names_of(opened: Opened, person: YoungPerson) -> list[str]:
    single = [opened.text(person, field) for field in ("given_name", "family_name", "usual_name")]
    several = [opened.value(person, field) or [] for field in ("aliases", "former_names")]
    return [name for name in [*single, *several[0], *several[1]] if name]


NAMES = Names()


def search(actor: Actor, text: str, *, born: Born | None = None, limit: int = 10) -> list[YoungPerson]:
    """Persons the actor sees who may be meant, nearest first, key and present placement loaded: by any name she bears
    or bore, a telephone, a reference, or a day of birth alone.

    A name nobody bears and a name borne outside her missions get the same answer for the same queries.
    Journalled each time, without the words. Whoever calls limits how often.
    """
    ids = NAMES.search(text, born=born, among=_seen(actor), limit=limit)
    found = _spoken_for(actor, ids)
    record(NAMES_SEARCHED, by=actor, payload={"found": len(found), "with_year": born is not None})
    return found


def _spoken_for(actor: Actor, ids: list[uuid.UUID]) -> list[YoungPerson]:
    """Those files, each as the main one it is joined to, key and present placement loaded: found under either name,
    shown once. Who a mission shows without her identity is not found by it."""
    rows = YoungPerson.objects.annotate(found=F("parts")).filter(found__in=ids).select_related("data_key")
    mains = {row.found: row for row in rows.prefetch_related(with_placement()).order_by("pk")}
    shown = {mains[pk].pk: mains[pk] for pk in ids if pk in mains}
    opened = sections_by_person(actor, shown) if shown else {}
    return [person for pk, person in shown.items() if Section.IDENTITY in opened.get(pk, ())]


def search_among(actor: Actor, text: str, among: frozenset[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Which of those files, that she knows of already, bear that name. Journalled as a search; shows nothing."""
    found = frozenset(NAMES.search(text, born=None, among=among, limit=10))
    record(NAMES_SEARCHED, by=actor, payload={"found": len(found), "with_year": False})
    return found


def twins_in_sight(
    actor: Actor, names: Iterable[str], *, born: Born | None, marks: Iterable[str] = ()
) -> list[YoungPerson]:
    """Those the actor sees who are likely to be this person. Journalled as a search; the same queries if none is."""
    found = _spoken_for(actor, NAMES.twins(names, born=born, marks=marks, among=_seen(actor)))
    record(NAMES_SEARCHED, by=actor, payload={"found": len(found), "with_year": born is not None})
    return found


def _seen(actor: Actor) -> frozenset[uuid.UUID]:
    return frozenset(visible_to(actor).values_list("pk", flat=True))
