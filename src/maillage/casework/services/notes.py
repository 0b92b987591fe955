"""Notes: written once, corrected beside, read by whom their level says."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import NOTE_CORRECTED, NOTE_WRITTEN, Group, Level
from maillage.casework.models import Note
from maillage.casework.services import base
from maillage.casework.words import NOTE as LABELS
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.youth import access as youth
from maillage.youth.access import Entrance
from maillage.youth.models import YoungPerson


def levels(entered: Entrance) -> list[Level]:
    """The levels she may choose: a note is never for people who read less than she writes."""
    sections = access.writable_sections(entered)
    if not sections & {Section.EDUCATION, Section.HEALTH}:
        return []
    team = [Level.TEAM, Level.SERVICE] if Section.EDUCATION in sections else []
    health = [Level.HEALTH] if Section.HEALTH in sections else []
    return [*team, *health, Level.OWN]


def _section(entered: Entrance, level: Level) -> str:
    if level == Level.HEALTH:
        return Section.HEALTH
    if level == Level.OWN and Section.EDUCATION not in entered.sections:
        return Section.HEALTH
    return Section.EDUCATION


def _cleaned(text: str) -> Mapping[str, str]:
    cleaned = base.clean({"text": text})
    base.require(cleaned, "text", _("Écrivez la note."))
    return cleaned


@action(NOTE_WRITTEN)
def note_write(*, by: Actor, person: YoungPerson, level: str, text: str, words: str = "") -> Note:
    """Write a note at one of the `levels` open to her. `words`: what the young person said, exactly."""
    entered = youth.enter(by, person.pk)
    if level not in levels(entered):
        if level in Level.values:
            raise NotAllowed(_("Votre rôle ne permet pas d’écrire une note de ce niveau."))
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="level")
    row = Note(level=level)
    row.thread = row.pk
    if level == Level.SERVICE:
        row.within_id = access.service_of(entered)
    if level == Level.OWN:
        row.only = by.user
    base.file(row, entered, _section(entered, Level(level)), _cleaned(text), quote=words, group=Group.NOTE)
    journal(subject=person.pk, level=level)
    return row


@action(NOTE_CORRECTED)
def note_correct(*, by: Actor, note: Note, text: str, version: int | None, words: str = "") -> Note:
    """The next version of a note, beside the others. Its level stays."""
    entered = base.entered(by, note.person, note.section)
    access.row_or_404(entered, Note, note.pk)
    row = base.correct(
        Note(level=note.level), note, entered, _cleaned(text), version=version, labels=LABELS, quote=words
    )
    journal(subject=note.person_id, level=note.level, number=row.number)
    return row
