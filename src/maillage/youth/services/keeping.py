"""Closing a file whose active time is over, and opening it again: `retention` decides when, and journals it."""

from datetime import datetime

from maillage.audit.journal import By
from maillage.youth.models import YoungPerson


def file_close(*, by: By, person: YoungPerson, at: datetime) -> None:
    """Nobody opens it from now on. Called inside an action, in its transaction."""
    YoungPerson.objects.filter(pk=person.pk).update(archived_at=at)


def file_reopen(*, by: By, person: YoungPerson) -> None:
    """Her missions open it again. Called inside an action, in its transaction."""
    YoungPerson.objects.filter(pk=person.pk).update(archived_at=None)
