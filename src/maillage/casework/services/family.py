"""Parents and relatives: people with needs and rights, met, helped, informed."""

import uuid
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import FAMILY_CORRECTED, FAMILY_RECORDED, FamilyKind, Group, Helpline
from maillage.casework.models import FamilyContact
from maillage.casework.services import base
from maillage.casework.words import FAMILY as LABELS
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.youth.enums import Kinship
from maillage.youth.models import ParentalSituation, YoungPerson


def _checked(kind: str, kinship: str, helpline: str, at: datetime) -> None:
    for field, value, known in (
        ("kind", kind, FamilyKind.values),
        ("kinship", kinship, Kinship.values),
        ("helpline", helpline, Helpline.values),
    ):
        if value not in known:
            raise RuleBroken(_("Choisissez une réponse de la liste."), field=field)
    if at > now():
        raise RuleBroken(_("Cette date est dans l’avenir."), field="day")


def _words(typed: dict[str, str]) -> dict[str, str]:
    words = base.clean(typed)
    if not words.get("text") and not words.get("rights"):
        raise RuleBroken(_("Dites ce qui s’est passé, ou ce qui a été expliqué."), field="text")
    return words


@action(FAMILY_RECORDED)
def family_record(
    *,
    by: Actor,
    person: YoungPerson,
    kind: str,
    kinship: str,
    at: datetime,
    parent: ParentalSituation | None = None,
    helpline: str = "",
    context: uuid.UUID | None = None,
    **typed: str,
) -> FamilyContact:
    """Record what passed with a parent or relative. `typed`: who, text, rights. `context`: the episode that runs."""
    entered = base.entered(by, person, Section.EDUCATION)
    _checked(kind, kinship, helpline, at)
    row = FamilyContact(kind=kind, kinship=kinship, at=at, parent=parent, helpline=helpline, context=context)
    row.thread = row.pk
    base.file(row, entered, Section.EDUCATION, _words(typed), group=Group.FAMILY, happened_at=at, context=context)
    journal(subject=person.pk, kind=kind, helpline=helpline)
    return row


@action(FAMILY_CORRECTED)
def family_correct(
    *, by: Actor, contact: FamilyContact, version: int | None, kind: str, kinship: str, at: datetime,
    helpline: str = "", **typed: Any,
) -> FamilyContact:  # fmt: skip
    """The next version of a line, beside the others."""
    entered = base.entered(by, contact.person, contact.section)
    access.row_or_404(entered, FamilyContact, contact.pk)
    _checked(kind, kinship, helpline, at)
    new = FamilyContact(
        kind=kind, kinship=kinship, at=at, parent_id=contact.parent_id, helpline=helpline, context=contact.context
    )
    row = base.correct(new, contact, entered, _words(typed), version=version, labels=LABELS)
    journal(subject=contact.person_id, kind=kind, number=row.number)
    return row
