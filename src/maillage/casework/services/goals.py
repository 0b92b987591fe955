"""Goals: posed with her when she wants, moved on, reached or set aside."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import GOAL_EDITED, GOAL_SET, Domain, GoalState, Group
from maillage.casework.models import Goal
from maillage.casework.services import base
from maillage.casework.words import GOAL as LABELS
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.youth import access as youth
from maillage.youth.access import Entrance
from maillage.youth.models import YoungPerson


def _checked(domain: str, title: str, how: str) -> Mapping[str, str]:
    if domain not in Domain.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="domain")
    cleaned = base.clean({"title": title, "how": how})
    base.require(cleaned, "title", _("Dites l’objectif."))
    if len(cleaned["title"]) > base.LINE_LENGTH:
        raise RuleBroken(_("Une phrase suffit ici."), field="title")
    return cleaned


def sections(entered: Entrance) -> list[Section]:
    """Where she may set a goal: with the team, or with the health staff alone."""
    held = access.writable_sections(entered)
    return [section for section in (Section.EDUCATION, Section.HEALTH) if section in held]


@action(GOAL_SET)
def goal_set(
    *,
    by: Actor,
    person: YoungPerson,
    domain: str,
    title: str,
    how: str = "",
    words: str = "",
    together: bool = False,
    review_on: date | None = None,
    section: str = "",
) -> Goal:
    """Set a goal. `section`: education (the team reads it) or health; "" takes the first she may write in."""
    entered = youth.enter(by, person.pk)
    section = section or next(iter(sections(entered)), "")
    if section not in sections(entered):
        raise NotAllowed(_("Votre rôle ne permet pas d’écrire dans cette partie du dossier."))
    row = Goal(domain=domain, together=together, review_on=review_on)
    base.file(row, entered, section, _checked(domain, title, how), quote=words, group=Group.GOAL)
    journal(subject=person.pk, domain=domain)
    return row


@action(GOAL_EDITED)
def goal_edit(
    *,
    by: Actor,
    goal: Goal,
    version: int | None,
    domain: str,
    title: str,
    how: str = "",
    words: str = "",
    together: bool = False,
    review_on: date | None = None,
    state: str = GoalState.OPEN,
) -> Goal:
    """Change a goal as it was at `version`; StaleEdit, with both texts, when somebody changed it since.

    `words` "" keeps hers when the author may not read them.
    """
    entered = base.entered(by, goal.person, goal.section)
    row = access.row_or_404(entered, Goal, goal.pk)
    if state not in GoalState.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="state")
    cleaned = _checked(domain, title, how)
    chosen: dict[str, Any] = {"domain": domain, "together": together, "review_on": review_on, "state": state}
    settled = row.closed_at if row.state == state else now()
    base.edit(
        row,
        entered,
        cleaned,
        version=version,
        chosen=chosen,
        labels=LABELS,
        quote=words,
        also={"closed_at": None if state == GoalState.OPEN else settled},
    )
    journal(subject=row.person_id, domain=domain, state=state, version=row.version)
    return row
