"""Handing a step over. Until the next person answers, its owner stays responsible and both see it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.roles import ABILITIES
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.tasks import access
from maillage.tasks.alarms import Reached, chain, owners, queue, ring
from maillage.tasks.enums import (
    HAND_OVER_ACKNOWLEDGED,
    HAND_OVER_DECLINED,
    HAND_OVER_MADE,
    HAND_OVER_WITHDRAWN,
    NoticeKind,
)
from maillage.tasks.models import HandOver, Task
from maillage.tasks.rota import members_among, on_call
from maillage.tasks.services import clocks
from maillage.vault.sealing import Sealer

LONGEST_ANSWER = timedelta(hours=24)
STEP_ROLES = tuple(role for role in Role if Ability.STEP_DO in ABILITIES[role])


@action(HAND_OVER_MADE)
def hand_over(
    *,
    by: Actor,
    task: Task,
    to_organisation: Organisation,
    answer_within: timedelta,
    to_user: User | None = None,
    to_role: str | None = None,
    word: str = "",
) -> HandOver:
    """Propose a step to a person, or to whoever answers for a role, in an organisation.

    The caller offers only organisations that may know the young person. RuleBroken (to_user, to_role,
    answer_within) when nobody there could do it, or when a relay waits already.
    """
    row = clocks.lock(task.context, task)[task.pk]
    access.require(by, Ability.STEP_HAND_OVER, row)
    if not row.live:
        raise RuleBroken(_("Cette étape n’est plus à faire."))
    if row.pending_hand_over is not None:
        raise RuleBroken(_("Un relais attend déjà une réponse pour cette étape."))
    if (to_user is None) == (not to_role):
        raise RuleBroken(_("Choisissez une personne ou un rôle."), field="to_user")
    if not timedelta() < answer_within <= LONGEST_ANSWER:
        raise RuleBroken(_("La réponse est attendue sous 24 h au plus."), field="answer_within")
    instant = now()
    if to_user is not None:
        recipients = _person(row, to_user, to_organisation, instant)
    else:
        recipients = _holders(str(to_role), to_organisation, instant)
    relay = HandOver(
        task=row,
        from_user=by.user,
        to_user=to_user,
        to_role=to_role or "",
        to_organisation=to_organisation,
        at=instant,
        answer_by=instant + answer_within,
    )
    Sealer(row.data_key).seal(relay, word=word)
    relay.save(force_insert=True)
    queue(row, NoticeKind.HAND_OVER, 0, recipients, instant, relay)
    journal(
        subject=row.subject,
        key=row.key,
        to_user=to_user.pk if to_user else None,
        to_role=to_role and str(to_role),
        organisation=to_organisation.pk,
    )
    return relay


def _person(row: Task, to_user: User, organisation: Organisation, at: datetime) -> list[User]:
    if to_user.pk == row.owner_user_id:
        raise RuleBroken(_("Cette personne a déjà cette étape."), field="to_user")
    if to_user.pk not in members_among(organisation.pk, STEP_ROLES, at):
        raise RuleBroken(_("Cette personne ne peut pas faire cette étape dans cette équipe."), field="to_user")
    return [to_user]


def _holders(role: str, organisation: Organisation, at: datetime) -> list[User]:
    if role not in STEP_ROLES:
        raise RuleBroken(_("Ce rôle ne fait pas d’étape."), field="to_role")
    found = on_call(organisation.pk, role, at)
    if not found:
        raise RuleBroken(_("Personne n’est joignable pour ce rôle en ce moment."), field="to_role")
    return found


@action(HAND_OVER_ACKNOWLEDGED)
def hand_over_acknowledge(*, by: Actor, hand_over: HandOver) -> HandOver:
    """« Je prends le relais »: by whom it was addressed to. From now on the step is hers.

    A late answer counts as long as the relay has not come back.
    """
    relay = _answered(by, hand_over)
    relay.acknowledged_at, relay.acknowledged_by = now(), by.user
    relay.save(update_fields=["acknowledged_at", "acknowledged_by"])
    relay.task.owner_user, relay.task.taken_at = by.user, relay.acknowledged_at
    relay.task.save(update_fields=["owner_user", "taken_at"])
    journal(subject=relay.task.subject, key=relay.task.key)
    return relay


@action(HAND_OVER_DECLINED)
def hand_over_decline(*, by: Actor, hand_over: HandOver) -> HandOver:
    """« Je ne peux pas »: it comes back at once, as it would without an answer."""
    relay = _answered(by, hand_over)
    come_back(relay, now())
    journal(subject=relay.task.subject, key=relay.task.key)
    return relay


@action(HAND_OVER_WITHDRAWN)
def hand_over_withdraw(*, by: Actor, hand_over: HandOver) -> HandOver:
    """Keep the step after all: by who proposed it, or whoever may hand it over."""
    relay = _locked(hand_over)
    if relay.from_user_id != by.user_id:
        access.require(by, Ability.STEP_HAND_OVER, relay.task)
    _pending(relay)
    relay.withdrawn_at = now()
    relay.save(update_fields=["withdrawn_at"])
    journal(subject=relay.task.subject, key=relay.task.key)
    return relay


def come_back(relay: HandOver, at: datetime) -> Reached:
    """End a relay nobody took (in the caller's transaction): its owner has the step, and the chain is told.

    Told at once are who handed it over and who owns it, and the first rung of the escalation that finds somebody;
    the escalation of the due time keeps its own levels.
    """
    task = relay.task
    relay.returned_at = at
    relay.save(update_fields=["returned_at"])
    back = {user.pk: user for user in (relay.from_user, *owners(task, at)) if user.is_active}
    reached = ring(task, NoticeKind.HAND_OVER_BACK, [(0, task.owner_role, list(back.values()))], at, relay)
    rungs = chain(task, 0)
    above = ring(task, NoticeKind.HAND_OVER_BACK, rungs, at, relay) if rungs else Reached(0, "", 0)
    return Reached(above.level, above.role, reached.count + above.count)


def _locked(hand_over: HandOver) -> HandOver:
    """The relay as it is now, its task's context locked; `relay.task` is the locked row."""
    rows = clocks.lock(hand_over.task.context, hand_over.task)
    relay = HandOver.objects.select_related("from_user", "to_user").get(pk=hand_over.pk)
    relay.task = rows[relay.task_id]
    return relay


def _answered(by: Actor, hand_over: HandOver) -> HandOver:
    relay = _locked(hand_over)
    if not access.is_addressee(by, relay):
        raise NotAllowed(_("Ce relais ne vous est pas adressé."))
    _pending(relay)
    return relay


def _pending(relay: HandOver) -> None:
    if relay.acknowledged_at is not None:
        raise RuleBroken(_("Ce relais est déjà pris."))
    if relay.returned_at is not None:
        raise RuleBroken(_("Ce relais est revenu à la personne qui l’a proposé. Vous pouvez encore prendre l’étape."))
    if relay.withdrawn_at is not None:
        raise RuleBroken(_("Ce relais n’attend plus de réponse."))
