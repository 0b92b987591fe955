"""Archiving, proposing, giving the visa, destroying: each step undone until the last, which nobody takes by hand."""

import base64
import hashlib
import uuid
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.audit.erasing import erase_rows
from maillage.audit.journal import SYSTEM, System, action, note, record
from maillage.casework import erasing as _casework  # noqa: F401  # registers
from maillage.casework.access import owns
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.episodes import erasing as _episodes  # noqa: F401  # registers
from maillage.retention import access, ledger, selectors
from maillage.retention import erasing as _own  # noqa: F401  # registers
from maillage.retention.enums import (
    COPY_MADE,
    COPY_READ,
    DISPOSAL_MADE,
    DISPOSAL_WITHDRAWN,
    ERASURE_REPLAYED,
    FILE_ARCHIVED,
    FILE_DESTROYED,
    FILE_RESTORED,
    FORGOTTEN,
    RULES_SAVED,
    TRASH_UNDONE,
    VISA_GIVEN,
    KeptState,
)
from maillage.retention.models import Disposal, Erasure, KeepingRules, Kept, OwnCopy
from maillage.retention.rules import CLASSES, later
from maillage.retention.selectors import code_of
from maillage.tasks import erasing as _tasks  # noqa: F401  # registers
from maillage.vault.models import DataKey
from maillage.vault.sealing import destroy, seal
from maillage.youth import erasing as _youth  # noqa: F401  # registers
from maillage.youth.access import Entrance, enter
from maillage.youth.services import file_close, file_reopen

if TYPE_CHECKING:
    from maillage.youth.models import YoungPerson

A_LIST = 200


def _of(by: Actor, departement: str, ability: Ability) -> None:
    if access.departement_of(by, ability) != departement:
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))


@action(RULES_SAVED)
def rules_save(*, by: Actor, departement: str, version: int | None, reference: str, **values: int) -> KeepingRules:
    """A new decision, from now on; files already further on keep what they were promised.

    `version`: the number it was made on, None on the defaults; StaleEdit when somebody decided meanwhile.
    """
    _of(by, departement, Ability.RETENTION_KEEP)
    if set(values) != set(CLASSES):
        raise TypeError(f"durations: {sorted(values)}")
    for name, one in CLASSES.items():
        if not one.least <= values[name] <= one.most:
            raise RuleBroken(_("Entre %(least)d et %(most)d.") % {"least": one.least, "most": one.most}, field=name)
    if not reference.strip():
        raise RuleBroken(_("Dites quelle décision fixe ces durées."), field="reference")
    last = KeepingRules.objects.select_for_update().filter(departement=departement).order_by("-number").first()
    if (last.number if last else None) != version:
        assert last is not None
        labels = {field.name: str(field.verbose_name) for field in KeepingRules._meta.fields}
        raise StaleEdit(
            _("Ces durées ont changé entre-temps."),
            differences=[
                Difference(labels[name], str(getattr(last, name)), str(value))
                for name, value in {**values, "reference": reference}.items()
                if getattr(last, name) != value
            ],
            current_version=last.number,
        )
    row = KeepingRules.objects.create(
        departement=departement,
        number=(version or 0) + 1,
        reference=reference.strip(),
        saved_at=now(),
        saved_by=by.user_id,
        **values,
    )
    note(departement=departement, number=row.number)
    return row


def _locked(kept: Kept, *states: KeptState) -> Kept:
    row = Kept.objects.select_for_update(of=("self",)).select_related("data_key", "person").get(pk=kept.pk)
    if row.state not in states:
        raise RuleBroken(_("Ce dossier n’en est plus là : rechargez la page."))
    return row


def _move(row: Kept, **columns: Any) -> Kept:
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*columns, "version"])
    return row


@action(FILE_ARCHIVED)
def file_archive(*, by: System, kept: Kept) -> Kept:
    """Its active time is over: nobody opens it any more, its owner may bring it back. The worker's alone.

    RuleBroken when something happened in it meanwhile.
    """
    row, instant = _locked(kept, KeptState.ACTIVE), now()
    contact, course = selectors.course_of(row.person_id, row.departement)
    if contact.held or course.archive_on is None or course.archive_on > instant:
        raise RuleBroken(_("Ce dossier est encore actif."))
    file_close(by=by, person=row.person, at=instant)
    months = selectors.values_of(row.departement)["archive_months"]
    note(subject=row.person_id)
    return _move(
        row,
        state=KeptState.ARCHIVED,
        archived_at=instant,
        last_contact_at=contact.at,
        held="",
        due_at=later(instant, months=months),
    )


@action(FILE_RESTORED)
def file_restore(*, by: Actor, kept: Kept, reason: str) -> Kept:
    """Its owner needs it again: it opens as before, and its time starts anew."""
    row = _locked(access.archived_or_404(by, kept.person_id), KeptState.ARCHIVED, KeptState.PROPOSED)
    if not reason.strip():
        raise RuleBroken(_("Dites pourquoi ce dossier redevient nécessaire."), field="reason")
    file_reopen(by=by, person=row.person)
    seal(row, row.data_key, reason=reason.strip())
    instant = now()
    note(subject=row.person_id)
    return _move(
        row,
        state=KeptState.ACTIVE,
        restored_at=instant,
        last_contact_at=instant,
        archived_at=None,
        disposal=None,
        due_at=None,
        reason=row.reason,
    )


@action(DISPOSAL_MADE)
def disposal_make(*, by: Actor, departement: str) -> Disposal:
    """Put the files whose archive time is over before the archives, at most A_LIST at a time."""
    _of(by, departement, Ability.RETENTION_KEEP)
    instant = now()
    ids = list(
        selectors.ready(departement, instant)
        .select_for_update()
        .order_by("due_at", "pk")
        .values_list("pk", flat=True)[:A_LIST]
    )
    if not ids:
        raise RuleBroken(_("Aucun dossier n’est arrivé au terme de son archive."))
    last = Disposal.objects.filter(departement=departement).aggregate(last=Max("number"))["last"] or 0
    row = Disposal.objects.create(departement=departement, number=last + 1, made_at=instant, made_by=by.user)
    Kept.objects.filter(pk__in=ids).update(state=KeptState.PROPOSED, disposal=row, version=F("version") + 1)
    note(departement=departement, number=row.number, files=len(ids))
    return row


def _waiting(disposal: Disposal) -> Disposal:
    row = Disposal.objects.select_for_update().get(pk=disposal.pk)
    if row.withdrawn_at or row.visa_at:
        raise RuleBroken(_("Ce bordereau a déjà sa réponse."))
    return row


@action(DISPOSAL_WITHDRAWN)
def disposal_withdraw(*, by: Actor, disposal: Disposal) -> Disposal:
    """Take the whole list back before the visa: its files are archived as before."""
    row = _waiting(access.disposal_or_404(by, disposal.pk))
    _of(by, row.departement, Ability.RETENTION_KEEP)
    files = Kept.objects.filter(disposal=row, state=KeptState.PROPOSED)
    count = files.update(state=KeptState.ARCHIVED, disposal=None, version=F("version") + 1)
    row.withdrawn_at = now()
    row.save(update_fields=["withdrawn_at"])
    note(files=count)
    return row


@action(VISA_GIVEN)
def visa_give(
    *, by: Actor, disposal: Disposal, reference: str, visa_on: date, withheld: Collection[uuid.UUID] = ()
) -> Disposal:
    """The archives agree to the destruction of these files but `withheld`, which they keep as history.

    NotAllowed for anyone else, and for whoever made the list.
    """
    row = _waiting(access.disposal_or_404(by, disposal.pk))
    _of(by, row.departement, Ability.RETENTION_VISA)
    if row.made_by_id == by.user_id:
        raise NotAllowed(_("Le visa d’un bordereau est donné par quelqu’un d’autre que son auteur."))
    if not reference.strip():
        raise RuleBroken(_("Notez la référence du visa."), field="reference")
    instant = now()
    if visa_on > instant.date():
        raise RuleBroken(_("Cette date est dans l’avenir."), field="visa_on")
    files = Kept.objects.filter(disposal=row, state=KeptState.PROPOSED)
    kept_back = files.filter(pk__in=list(withheld)).update(
        state=KeptState.ARCHIVED, disposal=None, withheld=True, version=F("version") + 1
    )
    days = selectors.values_of(row.departement)["trash_days"]
    going = files.update(state=KeptState.TRASH, trash_until=instant + timedelta(days=days), version=F("version") + 1)
    row.visa_on, row.visa_reference = visa_on, reference.strip()
    row.visa_by, row.visa_at = by.user, instant
    row.save(update_fields=["visa_on", "visa_reference", "visa_by", "visa_at"])
    note(files=going, withheld=kept_back)
    return row


@action(TRASH_UNDONE)
def trash_undo(*, by: Actor, kept: Kept) -> Kept:
    """Out of the trash, back to the archive; it may be proposed again."""
    row = _locked(access.kept_or_404(by, kept.pk), KeptState.TRASH)
    note(subject=row.person_id)
    return _move(row, state=KeptState.ARCHIVED, disposal=None, trash_until=None)


@action(FILE_DESTROYED)
def file_destroy(*, by: System, kept: Kept) -> Kept:
    """The trash is over: her key is destroyed, and with it all it sealed. The worker's alone; nothing undoes it.

    The ledger outside the database is written first: a crash in between destroys at the next turn.
    """
    row, instant = _locked(kept, KeptState.TRASH), now()
    if row.trash_until is None or row.trash_until > instant:
        raise RuleBroken(_("La corbeille court encore."))
    ledger.append(ledger.Line(row.person_id, row.data_key_id, instant, row.disposal_id))
    _erase(row.person_id, row.data_key_id, instant, row.disposal_id)
    note(subject=row.person_id, key=row.data_key_id, disposal=row.disposal_id)
    return _move(row, state=KeptState.DESTROYED, destroyed_at=instant, due_at=None, reason=None)


def _erase(person: uuid.UUID, key: uuid.UUID, at: datetime, disposal: uuid.UUID | None) -> None:
    found = DataKey.objects.select_for_update().filter(pk=key).first()
    if found is not None and found.destroyed_at is None:
        destroy(found)
    erase_rows(person)
    Erasure.objects.get_or_create(person=person, defaults={"key": key, "at": at, "disposal": disposal})


def replay() -> int:
    """Destroy again what a restored database remembers; how many. ValueError when the ledger is not ours."""
    done = 0
    for line in ledger.read():
        if DataKey.objects.filter(pk=line.key, destroyed_at__isnull=True).exists():
            _again(by=SYSTEM, line=line)
            done += 1
    known = {line.person for line in ledger.read()}
    # The other way: keys restored from an older copy lack what the database knows.
    for row in Erasure.objects.exclude(person__in=known).order_by("at", "pk"):
        ledger.append(ledger.Line(row.person, row.key, row.at, row.disposal))
    return done


@action(ERASURE_REPLAYED)
def _again(*, by: System, line: ledger.Line) -> Erasure:
    _erase(line.person, line.key, line.at, line.disposal)
    Kept.objects.filter(person_id=line.person).update(
        state=KeptState.DESTROYED,
        destroyed_at=line.at,
        archived_at=Coalesce("archived_at", line.at),
        due_at=None,
        reason=None,
    )
    note(subject=line.person, key=line.key)
    return Erasure.objects.get(person=line.person)


def forgotten(photos: int, incidents: int) -> None:
    """Say in the journal what came to its term."""
    record(FORGOTTEN, by=SYSTEM, payload={"photos": photos, "incidents": incidents})


@action(COPY_MADE)
def copy_keep(
    *,
    by: Actor,
    person: "YoungPerson",
    make: Callable[[str], tuple[bytes, str]],
    sections: Collection[str],
    lines: int,
    left_out: int,
) -> OwnCopy:
    """Number, make and keep a copy of her file. `make`: from its number, the PDF and the digest printed on it.

    Http404 for strangers, NotAllowed for who does not answer for the file, RuleBroken without a line.
    """
    entered = enter(by, person.pk)
    if not owns(entered):
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    if not lines:
        raise RuleBroken(_("Choisissez au moins une ligne."), field="chosen")
    at = now()
    # One at a time: the number is the next one.
    Kept.objects.select_for_update().filter(person=entered.person).values_list("pk").first()
    number = f"C{at:%Y}-{code_of(entered.person.pk)}-{OwnCopy.objects.filter(person=entered.person).count() + 1:02}"
    pdf, printed = make(number)
    row = OwnCopy(
        person=entered.person,
        number=number,
        sha256=hashlib.sha256(pdf).hexdigest(),
        content_sha256=printed,
        size=len(pdf),
        sections=sorted(map(str, sections)),
        lines=lines,
        left_out=left_out,
        made_at=at,
        made_by=by.user_id,
    )
    seal(row, entered.person.data_key, content=base64.b64encode(pdf).decode())
    row.save(force_insert=True)
    note(subject=entered.person.pk, number=number, sha256=row.sha256, lines=lines, left_out=left_out)
    return row


def copy_read(*, by: Actor, entered: Entrance, copy_id: uuid.UUID) -> tuple[OwnCopy, bytes]:
    """The PDF as it was handed over; journalled each time. Http404 unless all that it says is open to her."""
    row = access.copies_visible(entered).filter(pk=copy_id).first()
    if row is None or not owns(entered):
        raise Http404
    opened = entered.open(Section.IDENTITY)
    record(COPY_READ, by=by, subject=entered.person.pk, obj=row, payload={"number": row.number})
    return row, base64.b64decode(opened.text(row, "content"))
