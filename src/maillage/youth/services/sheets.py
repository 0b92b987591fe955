"""The departure sheet: prepared with her, opened with an episode, closed with it."""

import uuid
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.localtime import local
from maillage.vault.sealing import Sealer
from maillage.youth import words
from maillage.youth.access import may_edit_sheet
from maillage.youth.enums import (
    SHEET_CLOSED,
    SHEET_OPENED,
    SHEET_SAVED,
)
from maillage.youth.models import (
    DepartureSheet,
    SheetOpening,
    YoungPerson,
)
from maillage.youth.services.base import Doer, fill, known_only, lock, opened_for
from maillage.youth.versioned import changes, edit

_SHEET = (Section.IDENTITY, Section.WHEREABOUTS)
_SHEET_COLUMNS = frozenset(words.SHEET)


@action(SHEET_SAVED)
def sheet_save(*, by: Doer, person: YoungPerson, version: int | None = None, **typed: Any) -> DepartureSheet:
    """Write the departure sheet (columns of `words.SHEET`); `version` None the first time. Its editors only."""
    known_only(typed, _SHEET_COLUMNS)
    if isinstance(by, Actor) and not may_edit_sheet(by, person):
        raise NotAllowed(_("Seules les personnes qui préparent cette fiche la modifient."))
    prepared = typed.get("prepared_on")
    if prepared and prepared > local(now(), "Pacific/Auckland").date():
        raise RuleBroken(_("Cette date est dans l’avenir."), field="prepared_on")
    opened, sealer = opened_for(by, person, *_SHEET), Sealer(person.data_key)
    lock(person)
    row = DepartureSheet.objects.filter(person=person).first()
    written = {"updated_at": now(), "updated_by": by.user_id}
    if row is None:
        row = DepartureSheet(person=person, **written)
        fill(row, sealer, changes(row, opened, typed))
        row.save(force_insert=True)
    else:
        changed = changes(row, opened, typed)
        edit(row, opened, sealer, version=version, changed=changed, labels=words.SHEET, also=written)
    note(subject=person.pk, version=row.version)
    return row


@action(SHEET_OPENED)
def sheet_open(*, by: Doer, person: YoungPerson, context: uuid.UUID, at: datetime) -> SheetOpening:
    """Open her sheet to those who act in the episode `context`. Called by the episode; open already: the same."""
    lock(person)
    row = SheetOpening.objects.filter(person=person, closed_at__isnull=True).first()
    if row is None:
        row = SheetOpening.objects.create(person=person, context=context, opened_at=at)
    elif row.context != context:
        raise RuleBroken(_("La fiche de départ est déjà ouverte pour un autre épisode."))
    note(subject=person.pk, context=context)
    return row


@action(SHEET_CLOSED)
def sheet_close(*, by: Doer, context: uuid.UUID, at: datetime) -> SheetOpening:
    """Close the sheet with its episode; closed already: as it was."""
    row = SheetOpening.objects.filter(context=context).order_by("-opened_at").first()
    if row is None:
        raise RuleBroken(_("Aucune fiche de départ n’a été ouverte pour cet épisode."))
    if row.closed_at is None:
        row.closed_at = max(at, row.opened_at)
        row.save(update_fields=["closed_at"])
    note(subject=row.person_id, context=context)
    return row
