"""Reading the journal back for a screen."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from maillage.audit.models import JournalEntry
from maillage.audit.verbs import registered


@dataclass(frozen=True)
class Line:
    """One row, ready to show: `label` French, as registered (translate it when shown)."""

    id: int
    at: datetime
    by: uuid.UUID | None
    verb: str
    label: str
    payload: dict[str, object]


def _line(entry: JournalEntry) -> Line:
    known = registered().get(entry.verb)
    return Line(entry.pk, entry.at, entry.by, entry.verb, known.label if known else entry.verb, entry.payload)


def of_subject(
    subject: uuid.UUID,
    *,
    verbs: Collection[str] = (),
    by: uuid.UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
) -> list[Line]:
    """What was done and read about a young person, newest first; `by` one professional, between two instants."""
    rows = JournalEntry.objects.filter(subject=subject).order_by("-id")
    if verbs:
        rows = rows.filter(verb__in=verbs)
    if by is not None:
        rows = rows.filter(by=by)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lte=until)
    return [_line(row) for row in rows[:limit]]


def already(verb: str, by: uuid.UUID | None, subjects: Collection[uuid.UUID], since: datetime) -> list[Line]:
    """The rows of one verb by one person about those subjects since an instant: one query."""
    rows = JournalEntry.objects.filter(by=by, verb=verb, subject__in=subjects, at__gte=since).order_by("-id")
    return [_line(row) for row in rows]


def newest(limit: int = 100, before: int | None = None) -> list[Line]:
    """The whole journal, newest first, a page at a time."""
    rows = JournalEntry.objects.order_by("-id")
    return [_line(row) for row in (rows.filter(pk__lt=before) if before else rows)[:limit]]
