"""What the pages of retention show: rules in force, files by state without their names, one file's course."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, Count, F, Min, QuerySet, When

from maillage.accounts.actors import Actor
from maillage.casework import selectors as casework
from maillage.episodes import selectors as episodes
from maillage.retention.enums import Held, KeptState
from maillage.retention.models import Disposal, KeepingRules, Kept, OwnCopy
from maillage.retention.rules import CLASSES, Course, course, defaults
from maillage.tasks import selectors as tasks
from maillage.youth import access as youth_access
from maillage.youth import selectors as youth

if TYPE_CHECKING:
    from maillage.youth.models import YoungPerson

A_PAGE = 50


def rules_of(departement: str) -> KeepingRules | None:
    """The decision in force; None while the département lives on the defaults."""
    return KeepingRules.objects.filter(departement=departement).order_by("-number").first()


def values_of(departement: str) -> dict[str, int]:
    row = rules_of(departement)
    return {name: getattr(row, name) for name in CLASSES} if row else defaults()


@dataclass(frozen=True)
class Contact:
    """When something last happened in a file, and why no clock runs, if one does not."""

    at: datetime
    held: Held | None


def contacts_of(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Contact]:
    """Seven queries, whatever the number of files."""
    ids = list(person_ids)
    written, running = casework.last_written(ids), episodes.open_of(ids)
    owed = tasks.subjects_owed(ids)
    back = dict(
        Kept.objects.filter(person_id__in=ids, restored_at__isnull=False).values_list("person_id", "restored_at")
    )
    found = {}
    for pk, (at, placed) in youth.last_of_circle(ids).items():
        held = Held.PLACED if placed else Held.EPISODE if pk in running else Held.STEP if pk in owed else None
        instants = [at, *(one for one in (written.get(pk), back.get(pk)) if one)]
        found[pk] = Contact(max(instants), held)
    return found


def course_of(person_id: uuid.UUID, departement: str) -> tuple[Contact, Course]:
    contact = contacts_of([person_id])[person_id]
    return contact, course(contact.at, contact.held is not None, values_of(departement))


@dataclass(frozen=True)
class Line:
    """A file without a name: what the officer and the archives may know of it."""

    kept: Kept
    code: str


def code_of(person_id: uuid.UUID) -> str:
    """How a file is called where nobody is named: the end of its random id."""
    return person_id.hex[-8:].upper()


def lines(rows: Iterable[Kept]) -> list[Line]:
    return [Line(row, code_of(row.person_id)) for row in rows]


@dataclass(frozen=True)
class Step:
    """A state and how many files are there; `first`: when the next of them moves on."""

    state: KeptState
    label: str
    files: int
    first: datetime | None


@dataclass(frozen=True)
class Overview:
    departement: str
    rules: KeepingRules | None
    values: Mapping[str, int]
    steps: list[Step]
    coming: list[Line]
    ready: int
    trash: list[Line]
    disposals: list[Disposal]


# When a file moves on by itself: nothing does before the visa, and from the trash at its own end.
_NEXT = Case(
    When(state=KeptState.PROPOSED, then=None), When(state=KeptState.TRASH, then=F("trash_until")), default=F("due_at")
)


def overview(departement: str, now: datetime) -> Overview:
    """One département, without any name."""
    of = Kept.objects.filter(departement=departement)
    counted = {
        row["state"]: (row["files"], row["first"])
        for row in of.order_by().values("state").annotate(files=Count("pk"), first=Min(_NEXT))
    }
    coming = of.filter(state=KeptState.ACTIVE, due_at__isnull=False).order_by("due_at", "pk")[:A_PAGE]
    return Overview(
        departement=departement,
        rules=rules_of(departement),
        values=values_of(departement),
        steps=[Step(state, str(state.label), *counted.get(state, (0, None))) for state in KeptState],
        coming=lines(coming),
        ready=ready(departement, now).count(),
        trash=lines(of.filter(state=KeptState.TRASH).order_by("trash_until", "pk")[:A_PAGE]),
        disposals=list(
            Disposal.objects.filter(departement=departement).annotate(count=Count("files")).order_by("-number")[:20]
        ),
    )


def ready(departement: str, now: datetime) -> QuerySet[Kept]:
    """Archived long enough to be put before the archives."""
    return Kept.objects.filter(departement=departement, state=KeptState.ARCHIVED, due_at__lte=now, withheld=False)


def files_of(disposal: Disposal) -> list[Line]:
    return lines(Kept.objects.filter(disposal=disposal).order_by("archived_at", "pk"))


@dataclass(frozen=True)
class Archived:
    """A file its former owner may bring back."""

    person_id: uuid.UUID
    name: str
    archived_at: datetime | None
    due_at: datetime | None


def archives_of(actor: Actor) -> list[Archived]:
    """Archived files she answered for, latest first; her reading of their names is journalled."""
    owned = Kept.objects.filter(
        person__in=youth_access.archived_owned_by(actor), state__in=[KeptState.ARCHIVED, KeptState.PROPOSED]
    )
    rows = list(owned.select_related("person").order_by("-archived_at", "pk")[:A_PAGE])
    opened = youth_access.name_archived(actor, [row.person for row in rows]) if rows else {}
    return [
        Archived(row.person_id, youth.full_name(opened[row.person_id], row.person), row.archived_at, row.due_at)
        for row in rows
    ]


def copies_of(person: "YoungPerson") -> QuerySet[OwnCopy]:
    return OwnCopy.objects.filter(person=person).order_by("-made_at", "pk")
