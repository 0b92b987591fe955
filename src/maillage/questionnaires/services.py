"""Withdrawing instruments, and writing answers: drafts while typing, submission, correction.

Whoever calls has already checked that the actor sees the young person and that the talk may still be written, and
hands over `opened` (`youth.access.reveal`) and `held`, her abilities for that very person: only the sections that
both allow are read or written here. Each section is sealed in a column of its own, so that what somebody may not open
is never touched.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.audit.journal import System, action, note, record_once
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.questionnaires import access, engine, enums, selectors
from maillage.questionnaires.definition import Definition, field_name, said
from maillage.questionnaires.models import AnswerSet, Questionnaire
from maillage.vault.models import DataKey
from maillage.vault.sealing import Opened, Sealer

# A draft is saved every few seconds: its journal says that somebody wrote in it, once in this while.
SAVED_AGAIN_AFTER = timedelta(minutes=15)


class AnswersRefused(RuleBroken):
    """Answers that do not fit the questionnaire. `problems`: by question name."""

    def __init__(self, problems: Mapping[str, engine.Problem]) -> None:
        first = next(iter(problems))
        super().__init__(problems[first].message, field=field_name(first))
        self.problems = dict(problems)


# -- instruments ---------------------------------------------------------------------------------------------------


@action(enums.WITHDRAWN)
def withdraw(*, by: Actor | System, questionnaire: Questionnaire) -> Questionnaire:
    """No new answers to this version; the previous one that was not withdrawn is current again.

    A département withdraws its own; what is shipped for all, the system alone.
    """
    if isinstance(by, Actor):
        access.require_keeper(by, questionnaire.departement)
    if questionnaire.withdrawn_at is None:
        questionnaire.withdrawn_at = now()
        questionnaire.save(update_fields=["withdrawn_at"])
    note(number=questionnaire.number)
    return questionnaire


def answered(questionnaire: Questionnaire) -> None:
    """Somebody answers it, in the caller's transaction: from now on what was asked never changes."""
    Questionnaire.objects.filter(pk=questionnaire.pk, answered_at__isnull=True).update(answered_at=now())


# -- answers --------------------------------------------------------------------------------------------------------


def draft_start(
    *,
    by: Actor,
    held: Collection[Ability],
    questionnaire: Questionnaire,
    data_key: DataKey,
    context: uuid.UUID,
    subject: uuid.UUID | None = None,
) -> AnswerSet:
    """A draft for that talk, sealed under `data_key`; the one under way if there is one, whoever started it."""
    under_way = selectors.draft_of(context)
    if under_way is not None:
        return under_way
    try:
        return _draft_start(
            by=by, held=held, questionnaire=questionnaire, data_key=data_key, context=context, subject=subject
        )
    except IntegrityError:
        started_elsewhere = selectors.draft_of(context)
        if started_elsewhere is None:
            raise
        return started_elsewhere


@action(enums.ANSWERS_STARTED)
def _draft_start(
    *,
    by: Actor,
    held: Collection[Ability],
    questionnaire: Questionnaire,
    data_key: DataKey,
    context: uuid.UUID,
    subject: uuid.UUID | None,
) -> AnswerSet:
    if not access.WRITERS.intersection(held):
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    if questionnaire.published_at is None or questionnaire.withdrawn_at is not None:
        raise RuleBroken(_("Cette version du questionnaire n’est plus employée."))
    if AnswerSet.objects.filter(context=context).exists():
        raise RuleBroken(_("Des réponses sont déjà enregistrées pour cet entretien : corrigez-les."))
    instant = now()
    answered(questionnaire)
    note(subject=subject)
    return AnswerSet.objects.create(
        questionnaire=questionnaire,
        data_key=data_key,
        context=context,
        started_by=by.user,
        started_at=instant,
        saved_at=instant,
    )


def draft_save(
    *,
    by: Actor,
    held: Collection[Ability],
    answer_set: AnswerSet,
    raw: Mapping[str, Any],
    version: int,
    opened: Opened,
    subject: uuid.UUID | None = None,
) -> AnswerSet:
    """Keep answers as typed: incomplete, invalid or irrelevant ones too. Only the questions in `raw` are written.

    Not an `@action`: it is called every few seconds, without a form token, and is harmless when repeated; the
    journal says so once in `SAVED_AGAIN_AFTER`. StaleEdit when another device wrote the same section since
    `version` and the texts differ; a section that this person does not write never gets in the way.
    """
    sections = _sections(held, answer_set, opened)
    with transaction.atomic():
        row = _locked(answer_set)
        changed = _merged(row, _typed(row, raw, sections), version, opened)
        if changed:
            parts = {**row.parts, **{section: {"version": row.version + 1} for section in changed}}
            _write(row, changed, parts=parts)
            if subject is not None:
                record_once(
                    enums.ANSWERS_SAVED,
                    by=by,
                    wanted=[(subject, {"answers": str(row.pk)})],
                    since=now() - SAVED_AGAIN_AFTER,
                )
    return row


@action(enums.ANSWERS_SUBMITTED)
def submit(
    *,
    by: Actor,
    held: Collection[Ability],
    answer_set: AnswerSet,
    raw: Mapping[str, Any],
    version: int,
    opened: Opened,
    zone: str,
    subject: uuid.UUID | None = None,
) -> AnswerSet:
    """Declare done the sections she writes: judged whole, sealed clean, irrelevant answers dropped.

    AnswersRefused when something does not fit: the draft stays as it was (`draft_save` keeps the last strokes).
    The set is submitted, and closed, once its sections but health are done: health staff may declare theirs
    before, without closing the talk. Health answers still as typed then stay so; `correct` completes them.
    """
    sections = _sections(held, answer_set, opened)
    row = _locked(answer_set)
    definition = selectors.definition_of(row.questionnaire)
    changed = _merged(row, _typed(row, raw, sections), version, opened)
    whole = {section: changed.get(section, selectors.section_of(row, opened, section)) for section in sections}
    everything = {name: value for answers in whole.values() for name, value in answers.items()}
    instant = now()
    verdict = engine.evaluate(definition, everything, now=instant, zone=zone, sections=sections)
    if verdict.problems:
        raise AnswersRefused(verdict.problems)
    clean = {
        section: {
            name: answer for name, answer in verdict.answers.items() if definition.questions[name].section == section
        }
        for section in sections
    }
    done = {"version": row.version + 1, "done_at": instant.isoformat(), "done_by": str(by.user_id)}
    parts = {**row.parts, **dict.fromkeys(sections, done)}
    talk = definition.sections - {Section.HEALTH} or definition.sections
    if all("done_at" in parts.get(section, {}) for section in (row.parts if row.corrects_id else talk)):
        row.submitted_at, row.submitted_by = instant, by.user
    _write(row, clean, parts=parts)
    note(subject=subject, section=",".join(sorted(sections)))
    return row


@action(enums.ANSWERS_CORRECTED)
def correct(
    *,
    by: Actor,
    held: Collection[Ability],
    answer_set: AnswerSet,
    opened: Opened,
    subject: uuid.UUID | None = None,
) -> AnswerSet:
    """A new draft beside submitted answers, showing them until something else is written; both are kept.

    The correction under way if there is one. Sections that it does not write are read in the set it corrects.
    """
    _sections(held, answer_set, opened)
    note(subject=subject)
    under_way = selectors.draft_of(answer_set.context)
    if under_way is not None and under_way.corrects_id == answer_set.pk:
        return under_way
    if answer_set.submitted_at is None or under_way is not None:
        raise RuleBroken(_("Ces réponses sont encore un brouillon : elles se modifient directement."))
    if AnswerSet.objects.filter(corrects=answer_set).exists():
        raise RuleBroken(_("Ces réponses ont déjà été corrigées : corrigez la dernière version."))
    instant = now()
    return AnswerSet.objects.create(
        questionnaire=answer_set.questionnaire,
        data_key=answer_set.data_key,
        context=answer_set.context,
        started_by=by.user,
        started_at=instant,
        saved_at=instant,
        corrects=answer_set,
    )


# -- inside ---------------------------------------------------------------------------------------------------------


def _sections(held: Collection[Ability], answer_set: AnswerSet, opened: Opened) -> frozenset[Section]:
    """The sections of this questionnaire she writes. NotAllowed when there is none."""
    asked = frozenset(
        Section(item["section"]) for page in answer_set.questionnaire.definition["pages"] for item in page["items"]
    )
    sections = access.writable(held, opened) & asked
    if not sections or opened.key_id != answer_set.data_key_id:
        raise NotAllowed(_("Ces réponses ne vous sont pas ouvertes en écriture."))
    return sections


def _locked(answer_set: AnswerSet) -> AnswerSet:
    """The row as it is now, kept for this transaction. RuleBroken once it is submitted."""
    row = AnswerSet.objects.select_for_update(of=("self",)).select_related("questionnaire").get(pk=answer_set.pk)
    if row.submitted_at is not None:
        raise RuleBroken(_("Ces réponses sont déjà enregistrées : pour les changer, corrigez-les."))
    return row


def _typed(row: AnswerSet, raw: Mapping[str, Any], sections: frozenset[Section]) -> dict[Section, dict[str, Any]]:
    """Raw answers by section: only questions that exist, in sections she writes. RuleBroken for an endless text."""
    definition = selectors.definition_of(row.questionnaire)
    typed: dict[Section, dict[str, Any]] = {}
    for name, value in raw.items():
        item = definition.questions.get(name)
        if item is None or Section(item.section) not in sections:
            continue
        kept = engine.as_typed(value)
        if _length(kept) > engine.MAX_TEXT:
            raise RuleBroken(
                _("Ce texte est trop long (%(max)d caractères au plus).") % {"max": engine.MAX_TEXT},
                field=field_name(name),
            )
        typed.setdefault(Section(item.section), {})[name] = kept
    return typed


def _length(kept: Any) -> int:
    if isinstance(kept, dict):
        return _length(kept.get("typed"))
    return sum(map(len, kept)) if isinstance(kept, list) else len(kept) if isinstance(kept, str) else 0


def _merged(
    row: AnswerSet, typed: Mapping[Section, Mapping[str, Any]], version: int, opened: Opened
) -> dict[Section, dict[str, Any]]:
    """The sections that change, whole: what is on file with what was typed over it. StaleEdit with both texts."""
    definition = selectors.definition_of(row.questionnaire)
    changed: dict[Section, dict[str, Any]] = {}
    differences: list[tuple[str, Any, Any]] = []  # question, stored, typed
    for section, answers in typed.items():
        on_file = selectors.section_of(row, opened, section)
        different = [name for name in answers if not _same(definition, name, on_file.get(name), answers[name])]
        if not different:
            continue
        if row.parts.get(section, {}).get("version", 1) > version:
            differences += [(name, on_file.get(name), answers[name]) for name in different]
        merged = {**on_file, **answers}
        changed[section] = {name: value for name, value in merged.items() if value is not None}
    if differences:
        order = {name: position for position, name in enumerate(definition.questions)}
        differences.sort(key=lambda found: order[found[0]])
        raise StaleEdit(
            _("Ce brouillon a été modifié sur un autre appareil pendant que vous écriviez."),
            differences=[_difference(definition, *found) for found in differences],
            current_version=row.version,
        )
    return changed


def _same(definition: Definition, name: str, stored: Any, typed: Any) -> bool:
    """Whether both read the same: 12 and "12", an instant with and without its offset."""
    item = definition.questions[name]
    return stored == typed or (
        engine.wording(definition, item, stored) == engine.wording(definition, item, typed)
        and isinstance(stored, dict) == isinstance(typed, dict)
    )


def _difference(definition: Definition, name: str, stored: Any, typed: Any) -> Difference:
    item, language = definition.questions[name], get_language() or "fr"
    return Difference(
        label=said(item.label, language),
        stored=engine.wording(definition, item, stored, language),
        typed=engine.wording(definition, item, typed, language),
    )


def _write(row: AnswerSet, sections: Mapping[Section, Mapping[str, Any]], *, parts: dict[str, Any]) -> None:
    """Seal those sections and move the version on, if nobody did meanwhile."""
    before = row.version
    Sealer(row.data_key).seal(row, **{AnswerSet.COLUMNS[section]: dict(value) for section, value in sections.items()})
    row.parts = {str(section): part for section, part in parts.items()}
    row.version, row.saved_at = before + 1, now()
    columns = [AnswerSet.COLUMNS[section] for section in sections]
    fields = [*columns, "parts", "version", "saved_at", "submitted_at", "submitted_by"]
    values = {name: getattr(row, name) for name in fields}
    if not AnswerSet.objects.filter(pk=row.pk, version=before, submitted_at__isnull=True).update(**values):
        raise StaleEdit(
            _("Ce brouillon a été modifié sur un autre appareil pendant que vous écriviez."),
            differences=[],
            current_version=before + 1,
        )
