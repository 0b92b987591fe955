"""What every write in the file shares: entering it, sealing the words in their section, the line of the timeline."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.casework import access
from maillage.casework.enums import Group
from maillage.casework.models import Filed, Versioned
from maillage.casework.timeline import entry_write
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.vault.fields import SealedField
from maillage.vault.sealing import Sealer
from maillage.youth import access as youth
from maillage.youth.access import Entrance
from maillage.youth.models import YoungPerson
from maillage.youth.versioned import shown

TEXT_LENGTH = 10_000
LINE_LENGTH = 200

Row = TypeVar("Row", bound=Filed)
Thread = TypeVar("Thread", bound=Versioned)


def entered(by: Actor, person: YoungPerson, section: str) -> Entrance:
    """The file, entered anew inside the transaction; NotAllowed unless the author writes in that section."""
    found = youth.enter(by, person.pk)
    access.require_writing(found, section)
    return found


def clean(words: Mapping[str, Any]) -> dict[str, str]:
    """Texts without what is blank; RuleBroken for one that is too long."""
    kept = {name: str(text).strip() for name, text in words.items() if str(text or "").strip()}
    for name, text in kept.items():
        if len(text) > TEXT_LENGTH:
            raise RuleBroken(_("Ce texte est trop long."), field=name)
    return kept


def require(words: Mapping[str, str], field: str, message: str) -> None:
    if not words.get(field):
        raise RuleBroken(message, field=field)


def said(at: Entrance, words: str) -> str | None:
    """Her exact words. NotAllowed for whoever may not read them back."""
    if not words.strip():
        return None
    if Section.WORDS not in at.sections:
        raise NotAllowed(_("Votre rôle ne permet pas d’écrire ses mots."))
    return words.strip()


def file(
    row: Row,
    at: Entrance,
    section: str,
    words: Mapping[str, str],
    *,
    quote: str = "",
    group: Group | None = None,
    kind: str = "",
    happened_at: datetime | None = None,
    context: uuid.UUID | None = None,
    **sealed: Any,
) -> Row:
    """Seal and insert a new row, and its line of the timeline when it has a `group`."""
    row.person = at.person
    row.section = section
    row.author = at.actor.user
    row.written_at = now()
    Sealer(at.person.data_key).seal(row, **{row.column: dict(words), "words": said(at, quote)}, **sealed)
    row.save(force_insert=True)
    if group is not None:
        entry_write(
            person_id=at.person.pk,
            group=group,
            kind=kind or row._meta.model_name or "",
            at=happened_at or row.written_at,
            source=row,
            section=section,
            author_id=at.actor.user_id,
            context=context,
            within_id=row.within_id,
            only_id=row.only_id,
        )
    return row


def correct(
    new: Thread,
    old: Thread,
    at: Entrance,
    words: Mapping[str, str],
    *,
    version: int | None,
    labels: Mapping[str, object],
    quote: str = "",
    wordings: Mapping[str, Mapping[Any, str]] | None = None,
) -> Thread:
    """Insert the next version of `old`'s thread, by its author alone. StaleEdit, with both texts, when late.

    `new` carries the unsealed columns that may change; those that may not are taken from `old`. `wordings`: how each
    value of a column was offered, when its model does not say it.
    """
    if old.author_id != at.actor.user_id:
        raise NotAllowed(_("Seule la personne qui a écrit ce texte peut le corriger. Écrivez le vôtre à côté."))
    model = type(old)
    lock(at.person)
    last = model._default_manager.filter(thread=old.thread).order_by("-number")[0]
    if last.number != version:
        refusal = stale(at, last, words, quote, labels, last.number)
        columns = {field.name for field in model._meta.concrete_fields if not isinstance(field, SealedField)}
        chosen = {name: getattr(new, name) for name in labels if name in columns}
        refusal.differences += chosen_differences(last, chosen, labels, wordings)
        raise refusal
    new.thread, new.number = old.thread, last.number + 1
    new.within_id, new.only_id = old.within_id, old.only_id
    return file(new, at, old.section, words, quote=quote)


def lock(person: YoungPerson) -> None:
    """One write at a time decides what comes next in a file (SQLite queues all writers)."""
    type(person)._default_manager.select_for_update().filter(pk=person.pk).values_list("pk").get()


def differences(
    at: Entrance, row: Filed, words: Mapping[str, str], quote: str, labels: Mapping[str, object]
) -> list[Difference]:
    """Both texts of every word that differs between what is stored and what was typed."""
    opened = at.open(row.section, Section.WORDS)
    stored = dict(opened.value(row, row.column) or {})
    typed = dict(words)
    if opened.may(row, "words"):
        stored["words"], typed["words"] = opened.text(row, "words"), quote.strip()
    return [
        Difference(str(labels.get(name, name)), stored.get(name, ""), typed.get(name, ""))
        for name in labels
        if stored.get(name, "") != typed.get(name, "")
    ]


def chosen_differences(
    row: Filed,
    chosen: Mapping[str, Any],
    labels: Mapping[str, object],
    wordings: Mapping[str, Mapping[Any, str]] | None = None,
) -> list[Difference]:
    """Both answers of every unsealed column that differs."""

    def worded(name: str, value: Any) -> str:
        return (wordings or {}).get(name, {}).get(value) or shown(row, name, value)

    return [
        Difference(str(labels.get(name, name)), worded(name, getattr(row, name)), worded(name, value))
        for name, value in chosen.items()
        if getattr(row, name) != value
    ]


def edit(
    row: Row,
    at: Entrance,
    words: Mapping[str, str],
    *,
    version: int | None,
    chosen: Mapping[str, Any],
    labels: Mapping[str, object],
    quote: str | None = None,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Change a row as it was at `version`, one version on. StaleEdit, with both texts, when late.

    `quote`: her words; None, or an author who may not read them, leaves them as they are. `also`: columns that follow.
    """
    sealed: dict[str, Any] = {row.column: dict(words)}
    if quote is not None and Section.WORDS in at.sections:
        sealed["words"] = quote.strip() or None
    model = type(row)
    Sealer(at.person.data_key).seal(row, **sealed)
    columns = {**chosen, **dict(also or {}), **{name: getattr(row, name) for name in sealed}}
    written = model._default_manager.filter(pk=row.pk, version=version).update(version=F("version") + 1, **columns)
    row.refresh_from_db()
    if not written:
        refusal = stale(at, row, words, quote or "", labels, row.version)  # type: ignore[attr-defined]
        refusal.differences += chosen_differences(row, chosen, labels)
        raise refusal


def stale(
    at: Entrance, row: Filed, words: Mapping[str, str], quote: str, labels: Mapping[str, object], version: int
) -> StaleEdit:
    return StaleEdit(
        _("Quelqu’un a modifié cette page pendant que vous écriviez."),
        differences=differences(at, row, words, quote, labels),
        current_version=version,
    )
