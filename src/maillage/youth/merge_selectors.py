"""Two files joined, as pages say it: who would read what, what is joined to a file, what must be closed first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from maillage.accounts.actors import Actor
from maillage.common.enums import Section
from maillage.vault.sealing import Opened
from maillage.youth.access import Entrance, reveal_many
from maillage.youth.faces import Face, faces
from maillage.youth.following import MissionLine, mission_lines
from maillage.youth.lookup_models import LikelyTwin
from maillage.youth.merge_services import blockers
from maillage.youth.models import FileMerge, YoungPerson
from maillage.youth.selectors import full_name


@dataclass(frozen=True)
class Choice:
    """One file of the two, were it the main one: who follows it, and what the other must close first."""

    person: YoungPerson
    face: Face
    followers: list[MissionLine]
    closed_first: list[str]


def choices(actor: Actor, pair: LikelyTwin) -> list[Choice]:
    """Both files, the one that was there first. The reader answers for both."""
    persons = [pair.known, pair.newer]
    shown = faces(actor, persons)
    opened = reveal_many(actor, persons, Section.IDENTITY, Section.WHEREABOUTS)
    return [
        Choice(
            person=one,
            face=shown[one.pk],
            followers=[line for line in mission_lines(one, opened[one.pk]) if line.state == "now"],
            closed_first=blockers(other),
        )
        for one, other in (persons, reversed(persons))
    ]


@dataclass(frozen=True)
class Joined:
    """A file joined to the one being read; `pk` of the merge."""

    pk: uuid.UUID
    part_id: uuid.UUID
    name: str
    at: datetime


def joined_to(entered: Entrance, opened: Opened) -> Sequence[Joined]:
    """Files joined to this one: no query when there is none."""
    if not entered.parts:
        return []
    by_part = {part.pk: part for part in entered.parts}
    rows = FileMerge.objects.filter(part__in=by_part, parted_at__isnull=True).order_by("at", "pk")
    return [Joined(row.pk, row.part_id, full_name(opened, by_part[row.part_id]), row.at) for row in rows]


def merge_or_404(person: YoungPerson, pk: uuid.UUID) -> FileMerge:
    found = (
        FileMerge.objects.filter(main=person, pk=pk)
        .select_related("main__data_key", "part__data_key", "by", "parted_by", "data_key")
        .first()
    )
    if found is None:
        raise Http404
    return found
