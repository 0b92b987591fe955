"""What whoever opens the file must know today."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import FLAG_LIFTED, FLAG_RAISED
from maillage.casework.models import Flag
from maillage.casework.services import base
from maillage.common.clock import now
from maillage.common.errors import RuleBroken
from maillage.youth import access as youth
from maillage.youth.models import YoungPerson

LONGEST = timedelta(days=366)


@action(FLAG_RAISED)
def flag_raise(*, by: Actor, person: YoungPerson, text: str, until: date, section: str) -> Flag:
    """Put a line above the file until a day, a year away at most."""
    entered = base.entered(by, person, section)
    words = base.clean({"text": text})
    base.require(words, "text", _("Écrivez ce qu’il faut savoir."))
    if len(words["text"]) > base.LINE_LENGTH:
        raise RuleBroken(_("Une phrase suffit ici."), field="text")
    today = now().date()
    if not today <= until <= today + LONGEST:
        raise RuleBroken(_("Choisissez un jour à venir, dans moins d’un an."), field="until")
    row = base.file(Flag(until=until), entered, section, words)
    journal(subject=person.pk)
    return row


@action(FLAG_LIFTED)
def flag_lift(*, by: Actor, flag: Flag) -> Flag:
    """Take it away: it no longer holds."""
    entered = youth.enter(by, flag.person_id)
    base.lock(entered.person)
    row = access.row_or_404(entered, Flag, flag.pk)
    access.require_writing(entered, row.section)
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by = now(), by.user
        row.save(update_fields=["lifted_at", "lifted_by"])
    journal(subject=row.person_id)
    return row
