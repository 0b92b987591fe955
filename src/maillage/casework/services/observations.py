"""Structured observations, and apart from them what a professional thinks: words, dated, signed, to be reviewed.

Nothing here, or anywhere, counts, weighs, colours, ranks, predicts, filters or sorts by them.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import (
    JUDGEMENT_CORRECTED,
    JUDGEMENT_WRITTEN,
    OBSERVATION_CORRECTED,
    OBSERVATION_WRITTEN,
    Group,
)
from maillage.casework.models import Judgement, Observation
from maillage.casework.services import base
from maillage.casework.words import JUDGEMENT, OBSERVATION
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.questionnaires import selectors as questionnaires
from maillage.questionnaires.enums import Instrument, Observed
from maillage.questionnaires.models import Questionnaire
from maillage.questionnaires.services import answered
from maillage.youth.models import YoungPerson

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Seen:
    """What one professional says of one item of the instrument."""

    item: str
    answer: str
    facts: str = ""
    who_saw: str = ""
    words: str = ""
    seen_on: date | None = None


def current(person: YoungPerson) -> Questionnaire | None:
    """The instrument that observations about her are written with now: her département's, else the shipped one."""
    return questionnaires.current(Instrument.OBSERVATIONS, person.departement)


def version(person: YoungPerson, pk: uuid.UUID) -> Questionnaire | None:
    """The version a form was opened with, replaced or withdrawn since or not: what was begun is written with it."""
    return questionnaires.version(Instrument.OBSERVATIONS, person.departement, pk)


def _words(one: Seen) -> Mapping[str, str]:
    if one.answer not in Observed.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="answer")
    if one.seen_on is not None and one.seen_on > now().date():
        raise RuleBroken(_("Cette date est dans l’avenir."), field="seen_on")
    words = base.clean({"facts": one.facts, "who_saw": one.who_saw})
    if one.answer in (Observed.OBSERVED, Observed.CONTESTED) and not words.get("facts"):
        raise RuleBroken(_("Dites ce qui a été vu ou entendu : des faits, pas un avis."), field="facts")
    # « Pas regardé » is said too: a row without a word is still a row.
    return {"facts": "", **words}


@action(OBSERVATION_WRITTEN)
def observations_write(
    *,
    by: Actor,
    person: YoungPerson,
    seen: Sequence[Seen],
    section: str,
    questionnaire: Questionnaire | None = None,
) -> Observation:
    """Write what was observed, item by item, together; the first row of the sheet. Items left out say nothing.

    `questionnaire`: the version it is answered with; None: the current one. A refusal names its item: `school-facts`.
    """
    entered = base.entered(by, person, section)
    asked = version(person, questionnaire.pk) if questionnaire else current(person)
    if asked is None:
        raise RuleBroken(_("Cette fiche d’observation n’est pas celle du département."))
    if not seen:
        raise RuleBroken(_("Répondez pour un domaine au moins : les autres restent sans réponse."))
    items = questionnaires.definition_of(asked).questions
    sheet = uuid.uuid4()
    rows: list[Observation] = []
    for one in seen:
        if one.item not in items:
            raise RuleBroken(_("Cette question n’est pas dans la fiche d’observation."))
        try:
            words = _words(one)
        except RuleBroken as refusal:
            raise RuleBroken(refusal.message, field=f"{one.item}-{refusal.field}") from refusal
        row = Observation(sheet=sheet, questionnaire=asked, item=one.item, answer=one.answer, seen_on=one.seen_on)
        row.thread = row.pk
        # One line of the timeline for the sheet, without a word of it.
        group = None if rows else Group.NOTE
        rows.append(base.file(row, entered, section, words, quote=one.words, group=group))
    answered(asked)
    journal(subject=person.pk)
    return rows[0]


@action(OBSERVATION_CORRECTED)
def observation_correct(*, by: Actor, observation: Observation, version: int | None, seen: Seen) -> Observation:
    """The next version of one answer, by its author, beside the others; of what was asked then, whatever is now."""
    entered = base.entered(by, observation.person, observation.section)
    access.row_or_404(entered, Observation, observation.pk)
    new = Observation(
        sheet=observation.sheet, questionnaire_id=observation.questionnaire_id, item=observation.item,
        answer=seen.answer, seen_on=seen.seen_on,
    )  # fmt: skip
    definition = questionnaires.definitions([observation.questionnaire_id])[observation.questionnaire_id]
    offered = {"answer": questionnaires.asked(definition, observation.item).answers}
    row = base.correct(
        new, observation, entered, _words(seen),
        version=version, labels=OBSERVATION, quote=seen.words, wordings=offered,
    )  # fmt: skip
    journal(subject=observation.person_id, number=row.number)
    return row


def _judged(reading: str, justification: str, review_on: date) -> Mapping[str, str]:
    words = base.clean({"reading": reading, "justification": justification})
    base.require(words, "reading", _("Écrivez votre avis, ou ne l’écrivez pas : aucun n’existe par défaut."))
    base.require(words, "justification", _("Dites ce sur quoi vous vous appuyez."))
    if not now().date() < review_on <= now().date() + LONGEST:
        raise RuleBroken(_("Choisissez le jour où cet avis sera revu, dans moins d’un an."), field="review_on")
    return words


@action(JUDGEMENT_WRITTEN)
def judgement_write(
    *, by: Actor, person: YoungPerson, reading: str, justification: str, review_on: date, section: str = ""
) -> Judgement:
    """What the author thinks today, why, and when it will be looked at again. None exists until someone writes it."""
    section = section or Section.EDUCATION
    entered = base.entered(by, person, section)
    row = Judgement(review_on=review_on)
    row.thread = row.pk
    base.file(row, entered, section, _judged(reading, justification, review_on), group=Group.NOTE)
    journal(subject=person.pk, review_on=review_on)
    return row


@action(JUDGEMENT_CORRECTED)
def judgement_correct(
    *, by: Actor, judgement: Judgement, version: int | None, reading: str, justification: str, review_on: date
) -> Judgement:
    """The next version, by its author, beside the others."""
    entered = base.entered(by, judgement.person, judgement.section)
    access.row_or_404(entered, Judgement, judgement.pk)
    words = _judged(reading, justification, review_on)
    row = base.correct(Judgement(review_on=review_on), judgement, entered, words, version=version, labels=JUDGEMENT)
    journal(subject=judgement.person_id, number=row.number, review_on=review_on)
    return row
