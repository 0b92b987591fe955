"""Pointing at what happened: the one function by which every package puts a line on a file's timeline.

An entry says when, by whom, of which kind, in which section, and which row tells the rest: no word is copied.
"""

import uuid
from datetime import datetime

from django.db import models

from maillage.casework.enums import Group
from maillage.casework.models import TimelineEntry
from maillage.common.clock import now
from maillage.common.enums import Section


def entry_write(
    *,
    person_id: uuid.UUID,
    group: Group,
    kind: str,
    at: datetime,
    source: models.Model,
    section: str = Section.EDUCATION,
    author_id: uuid.UUID | None = None,
    context: uuid.UUID | None = None,
    within_id: uuid.UUID | None = None,
    only_id: uuid.UUID | None = None,
) -> TimelineEntry:
    """Write the line of that row. Called inside an action, in its transaction, once a row."""
    return TimelineEntry.objects.create(
        person_id=person_id,
        group=group,
        kind=kind,
        at=at,
        written_at=now(),
        author_id=author_id,
        source=source._meta.label_lower,
        source_id=source.pk,
        section=section,
        context=context,
        within_id=within_id,
        only_id=only_id,
    )
