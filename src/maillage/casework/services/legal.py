"""Complaint, lawyer, ad hoc administrator, hearings and their outcome: the file follows them."""

from datetime import date

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import LEGAL_EDITED, LEGAL_OPENED, Group, LegalKind, LegalState
from maillage.casework.models import LegalMatter
from maillage.casework.services import base
from maillage.casework.words import LEGAL as LABELS
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.youth.models import YoungPerson


def _words(kind: str, typed: dict[str, str]) -> dict[str, str]:
    if kind not in LegalKind.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="kind")
    words = base.clean(typed)
    base.require(words, "title", _("Dites en quelques mots de quoi il s’agit."))
    return words


@action(LEGAL_OPENED)
def legal_open(
    *,
    by: Actor,
    person: YoungPerson,
    kind: str,
    dated_on: date | None = None,
    next_on: date | None = None,
    **typed: str,
) -> LegalMatter:
    """Follow a matter of justice. `typed`: title, who, reference, text."""
    entered = base.entered(by, person, Section.JUSTICE)
    row = LegalMatter(kind=kind, dated_on=dated_on, next_on=next_on)
    base.file(row, entered, Section.JUSTICE, _words(kind, typed), group=Group.JUSTICE)
    journal(subject=person.pk, kind=kind)
    return row


@action(LEGAL_EDITED)
def legal_edit(
    *,
    by: Actor,
    matter: LegalMatter,
    version: int | None,
    kind: str,
    state: str,
    dated_on: date | None = None,
    next_on: date | None = None,
    **typed: str,
) -> LegalMatter:
    """Change a matter as it was at `version`; StaleEdit, with both texts, when somebody changed it since."""
    entered = base.entered(by, matter.person, Section.JUSTICE)
    row = access.row_or_404(entered, LegalMatter, matter.pk)
    if state not in LegalState.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="state")
    chosen = {"kind": kind, "state": state, "dated_on": dated_on, "next_on": next_on}
    base.edit(row, entered, _words(kind, typed), version=version, chosen=chosen, labels=LABELS)
    journal(subject=row.person_id, kind=kind, state=state, version=row.version)
    return row
