"""Keeping, naming, deleting and exporting lists."""

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.roles import SECTIONS
from maillage.audit.journal import action, note, record_once
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.common.localtime import ZONE, local
from maillage.desk import lists, sheets
from maillage.desk.enums import (
    LIST_DELETED,
    LIST_EXPORTED,
    LIST_RENAMED,
    LIST_RESTORED,
    LIST_SAVED,
    PERSON_EXPORTED,
    ExportFormat,
)
from maillage.desk.models import ListExport, SavedList
from maillage.vault.sealing import seal, system_key


def _name(name: str) -> str:
    if not name.strip():
        raise RuleBroken(_("Donnez un nom à cette liste."), field="name")
    return name.strip()


@action(LIST_SAVED)
def list_save(*, by: Actor, choice: lists.Choice, name: str, team: uuid.UUID | None = None) -> SavedList:
    """`team`: a service she works in with young people, whose people will see the list too."""
    if team is not None and team not in {post.organisation_id for post in by.posts if SECTIONS[post.role]}:
        raise NotAllowed(_("Une liste se partage dans une équipe où vous travaillez."))
    row = SavedList(owner=by.user, team_id=team, kind=choice.kind, filters=choice.words(), saved_at=now())
    seal(row, system_key(), name=_name(name))
    row.save(force_insert=True)
    note(kind=str(choice.kind), shared=team is not None)
    return row


def _own(by: Actor, row: SavedList, *, deleted: bool = False) -> SavedList:
    """Http404 for a list she does not see, NotAllowed for a colleague's."""
    found = lists.list_or_404(by, row.pk, deleted=deleted)
    if not found.mine:
        raise NotAllowed(_("Seule la personne qui a fait cette liste la renomme ou la supprime."))
    return SavedList.objects.select_for_update().get(pk=row.pk)


@action(LIST_RENAMED)
def list_rename(*, by: Actor, row: SavedList, name: str, version: int | None) -> SavedList:
    """`version`: the one whose name she read; StaleEdit, with both names, when it got another meanwhile."""
    own = _own(by, row)
    if own.version != version:
        stored = lists.list_or_404(by, own.pk).name
        raise StaleEdit(
            _("Quelqu’un a modifié cette page pendant que vous écriviez."),
            differences=[Difference(_("Nom de la liste"), stored, _name(name))],
            current_version=own.version,
        )
    seal(own, system_key(), name=_name(name))
    own.version += 1
    own.save(update_fields=["name", "data_key", "version"])
    return own


@action(LIST_DELETED)
def list_delete(*, by: Actor, row: SavedList) -> SavedList:
    own = _own(by, row)
    own.deleted_at = now()
    own.save(update_fields=["deleted_at"])
    return own


@action(LIST_RESTORED)
def list_restore(*, by: Actor, row: SavedList) -> SavedList:
    own = _own(by, row, deleted=True)
    own.deleted_at = None
    own.save(update_fields=["deleted_at"])
    return own


@action(LIST_EXPORTED)
def list_export(*, by: Actor, choice: lists.Choice, format: str, reason: str, found: lists.Table) -> ListExport:
    """Say that a file leaves: why, with how many rows, about whom. `found`: the rows it holds."""
    if len(reason.strip()) < 10:
        raise RuleBroken(_("Dites pourquoi, en quelques mots."), field="reason")
    at = now()
    row = ListExport(by=by.user, kind=choice.kind, format=ExportFormat(format), rows=len(found.rows), at=at)
    seal(row, system_key(), reason=reason.strip())
    row.save(force_insert=True)
    people = {one.person for one in found.rows}
    record_once(PERSON_EXPORTED, by=by, wanted=[(pk, {"export": row.pk}) for pk in sorted(people)], since=at)
    note(kind=str(choice.kind), format=str(format), number=row.number, rows=row.rows, which=str(choice.which))
    return row


def file_of(row: ListExport, found: lists.Table, name: str, reason: str) -> bytes:
    """The file, marked on its first line and on each of its rows."""
    when = _when(row.at)
    mark = f"Export {row.number} du {when} par {name}. Motif : {reason.strip()}. Confidentiel : à détruire après usage."
    make = sheets.as_xlsx if row.format == ExportFormat.XLSX else sheets.as_csv
    return make(mark, f"{row.number} {name} {when}", found.head, [(one.name, *one.cells) for one in found.rows])


def _when(at: datetime) -> str:
    return f"{local(at, ZONE):%d/%m/%Y %H:%M}"
