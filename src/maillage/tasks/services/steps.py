"""What people do with a step: do it, say it is without object, correct that, take it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.common import spoken
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.tasks import access
from maillage.tasks.enums import TASK_DONE, TASK_NOT_DUE, TASK_TAKEN, TASK_UNDONE, Means, TaskState
from maillage.tasks.models import Task
from maillage.tasks.services import clocks
from maillage.vault.sealing import Sealer

# How long its author may open a step again: a slip of the finger, not a change of the record.
UNDO_WITHIN = timedelta(minutes=15)
REASON_LENGTH = 2000
LABELS = {
    "recipient": _l("Destinataire"),
    "reference": _l("Référence"),
    "note": _l("Précisions"),
    "reason": _l("Motif"),
}


@action(TASK_DONE)
def task_do(
    *,
    by: Actor,
    task: Task,
    done_at: datetime,
    means: str,
    recipient: str = "",
    reference: str = "",
    note: str = "",
    version: int,
) -> Task:
    """A step done: when it happened, by which means, and the words about it (sealed). Its followers start.

    Also a step that still waits for another: what people did is recorded as they did it.
    """
    rows = clocks.lock(task.context, task)
    row = rows[task.pk]
    access.require(by, Ability.STEP_DO, row)

    def typed() -> list[tuple[str, str, str]]:
        chosen = str(Means(means).label) if means in Means.values else means
        return [
            (_("Fait à"), _said(row, row.done_at), _said(row, done_at)),
            (_("Par"), row.done_by.display_name if row.done_by else "", by.user.display_name),
            (_("Moyen"), row.get_means_display(), chosen),
            *_sealed(row, recipient=recipient, reference=reference, note=note),
        ]

    _current(row, version, TaskState.DONE, typed)
    _live(row)
    if means not in Means.values:
        raise RuleBroken(_("Choisissez un moyen."), field="means")
    instant = now()
    if done_at > instant:
        raise RuleBroken(_("L’heure est dans le futur."), field="done_at")
    Sealer(row.data_key).seal(row, recipient=recipient, reference=reference, note=note)
    row.state, row.done_at, row.done_by, row.means, row.recorded_at = TaskState.DONE, done_at, by.user, means, instant
    _save(row, "done_at", "done_by", "means", "recorded_at", "recipient", "reference", "note")
    clocks.withdraw(row, instant)
    clocks.start_followers(row, rows)
    clocks.come_again(row, rows)
    journal(subject=row.subject, key=row.key, means=str(means))
    return row


@action(TASK_NOT_DUE)
def task_not_due(*, by: Actor, task: Task, reason: str, version: int) -> Task:
    """A step a person judges without object, with her reason (sealed). Its followers start."""
    rows = clocks.lock(task.context, task)
    row = rows[task.pk]
    access.require(by, Ability.STEP_DO, row)
    _current(row, version, TaskState.NOT_DUE, lambda: _sealed(row, reason=reason))
    _live(row)
    if not reason.strip():
        raise RuleBroken(_("Dites pourquoi cette étape est sans objet."), field="reason")
    if len(reason) > REASON_LENGTH:
        raise RuleBroken(_("Ce texte est trop long."), field="reason")
    instant = now()
    Sealer(row.data_key).seal(row, reason=reason.strip())
    row.state, row.not_due_by, row.recorded_at = TaskState.NOT_DUE, by.user, instant
    _save(row, "not_due_by", "recorded_at", "reason")
    clocks.withdraw(row, instant)
    clocks.start_followers(row, rows)
    clocks.come_again(row, rows)
    journal(subject=row.subject, key=row.key)
    return row


@action(TASK_UNDONE)
def task_undo(*, by: Actor, task: Task, version: int) -> Task:
    """Open again, within `UNDO_WITHIN`, a step that its author settled by mistake.

    What she typed stays for the next time. Followers nobody has touched wait again.
    """
    rows = clocks.lock(task.context, task)
    row = rows[task.pk]
    access.require(by, Ability.STEP_DO, row)
    author = row.done_by_id if row.state == TaskState.DONE else row.not_due_by_id
    if row.live or row.recorded_at is None or author is None:
        raise RuleBroken(_("Cette étape est déjà à faire."))
    if author != by.user_id:
        raise NotAllowed(_("Seul son auteur peut rouvrir cette étape."))
    _current(row, version, TaskState.OPEN, list)
    instant = now()
    if instant - row.recorded_at > UNDO_WITHIN:
        raise RuleBroken(_("Le délai pour corriger est passé : notez plutôt ce qui a changé."))
    clocks.stop_followers(row, rows)
    row.state = TaskState.OPEN
    row.done_at = row.done_by = row.not_due_by = row.recorded_at = None
    before = rows[row.starts_after_id] if row.starts_after_id else None
    if row.due_at is None:
        over = clocks.ended_at(before, rows) if before is not None else instant
        clocks.wait(row) if over is None else clocks.start(row, over)
    _save(row, "done_at", "done_by", "not_due_by", "recorded_at", *clocks.CLOCK)
    journal(subject=row.subject, key=row.key)
    return row


def may_undo(by: Actor, task: Task) -> bool:
    """Whether she settled it, just now."""
    author = task.done_by_id or task.not_due_by_id
    just_now = task.recorded_at is not None and now() - task.recorded_at <= UNDO_WITHIN
    return not task.live and author == by.user_id and just_now


@action(TASK_TAKEN)
def task_take(*, by: Actor, task: Task) -> Task:
    """« Je m’en occupe »: the step is hers from now on; a relay that waited for an answer ends."""
    row = clocks.lock(task.context, task)[task.pk]
    access.require(by, Ability.STEP_DO, row)
    _live(row)
    if row.owner_user_id != task.owner_user_id and row.owner_user is not None and row.owner_user_id != by.user_id:
        raise StaleEdit(
            _("Cette étape vient d’être prise."),
            differences=[Difference(_("Responsable"), row.owner_user.display_name, by.user.display_name)],
            current_version=row.version,
        )
    instant = now()
    if row.owner_user_id != by.user_id or row.taken_at is None:
        row.taken_at = instant
    row.owner_user = by.user
    row.save(update_fields=["owner_user", "taken_at"])
    clocks.withdraw(row, instant)
    journal(subject=row.subject, key=row.key)
    return row


def _said(row: Task, at: datetime | None) -> str:
    return "" if at is None else spoken.moment(at, now(), ZoneInfo(row.organisation.zone))


def _sealed(row: Task, **typed: str) -> list[tuple[str, str, str]]:
    """Sealed texts for a conflict page: what was just typed, and that something is stored, not what."""
    return [
        (
            str(LABELS[name]),
            _("(écrit dans le dossier)") if getattr(row, name) is not None else "",
            text,
        )
        for name, text in typed.items()
    ]


def _current(row: Task, version: int, wanted: TaskState, typed: Callable[[], list[tuple[str, str, str]]]) -> None:
    """StaleEdit unless the row is still as it was when the form was shown."""
    if row.version != version:
        state = (_("État"), str(TaskState(row.state).label), str(wanted.label))
        raise StaleEdit(
            _("Cette étape a changé pendant que vous écriviez."),
            differences=[Difference(*one) for one in (state, *typed()) if one[1] != one[2]],
            current_version=row.version,
        )


def _live(row: Task) -> None:
    if not row.live:
        raise RuleBroken(
            _("Cette étape est déjà faite.") if row.state == TaskState.DONE else _("Cette étape est sans objet.")
        )


def _save(row: Task, *fields: str) -> None:
    """Save under the context's lock, one version on. Whatever settles a step also settles its search for somebody."""
    row.version += 1
    row.unreached_since = None
    row.save(update_fields=["state", "version", "unreached_since", *fields])
