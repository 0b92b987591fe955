"""Passing missions on together: nothing opens before the next person said yes, nothing ends before she holds it."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.roles import ABILITIES
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.tasks import services as tasks
from maillage.tasks.enums import Means
from maillage.tasks.models import HandOver, Task
from maillage.tasks.planning import PlannedTask
from maillage.tasks.selectors import newest_relay, task_of
from maillage.vault.sealing import system_key
from maillage.youth import duties
from maillage.youth.models import Mission
from maillage.youth.services.base import lock
from maillage.youth.services.missions import check_holder, close_at, following, open_mission, owning, owns, running
from maillage.youth.takeover_access import lines_of, next_people, to_pass_on
from maillage.youth.takeover_enums import (
    TAKEOVER_DECLINED,
    TAKEOVER_PROPOSED,
    TAKEOVER_TAKEN,
    TAKEOVER_WITHDRAWN,
    Why,
)
from maillage.youth.takeover_models import Takeover, TakeoverLine, TakeoverShare

ANSWER_WITHIN = timedelta(hours=24)
LONGEST = timedelta(days=366)


@action(TAKEOVER_PROPOSED)
def takeover_propose(
    *,
    by: Actor,
    holder: User,
    why: str,
    starts_at: datetime,
    ends_at: datetime | None,
    chosen: Mapping[uuid.UUID, User],
) -> Takeover:
    """Ask those people to take those missions of `holder` (mission → person): one relay each, answered within a day.

    RuleBroken (why, starts_at, ends_at, chosen) when a mission is not the author's to pass on, or could not be held.
    """
    by.require(Ability.MISSION_EDIT)
    if why not in Why.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="why")
    at = now()
    starts_at = max(starts_at, at)
    if why == Why.ABSENCE and ends_at is None:
        raise RuleBroken(_("Indiquez la fin de l’absence."), field="until")
    if why == Why.DEPARTURE:
        ends_at = None
    if ends_at is not None and not starts_at < ends_at <= starts_at + LONGEST:
        raise RuleBroken(_("La fin doit suivre le début, d’un an au plus."), field="until")
    missions = {row.pk: row for row in to_pass_on(by, holder).select_related("person").order_by("pk")}
    if not chosen:
        raise RuleBroken(_("Choisissez au moins une mission et qui la prend."))
    offered = {user.pk: user for user in next_people(by, holder)}
    takeover = Takeover.objects.create(holder=holder, by=by.user, why=why, starts_at=starts_at, ends_at=ends_at, at=at)
    by_user: dict[uuid.UUID, list[Mission]] = {}
    for pk, user in chosen.items():
        if pk not in missions:
            raise RuleBroken(_("Une de ces missions n’est plus à confier : relisez la liste."))
        if user.pk not in offered:
            raise RuleBroken(_("Cette personne n’est pas de ce service."))
        check_holder(missions[pk].kind, None, user, missions[pk].sections)
        by_user.setdefault(user.pk, []).append(missions[pk])
    for user_pk, rows in sorted(by_user.items()):
        share = TakeoverShare.objects.create(takeover=takeover, user=offered[user_pk])
        TakeoverLine.objects.bulk_create([TakeoverLine(share=share, mission=row) for row in rows])
        share.task = _asked(by, share, at)
        share.save(update_fields=["task"])
    note(
        why=str(why),
        holder=holder.pk,
        people=len({missions[pk].person_id for pk in chosen}),
        missions=len(chosen),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return takeover


def takeovers_propose(
    *, by: Actor, why: str, starts_at: datetime, ends_at: datetime | None, chosen: Mapping[User, User]
) -> list[Takeover]:
    """Several colleagues away at once (holder → who is asked for all that is hers): one proposal each, all or none.

    RuleBroken, its field the id of the holder whose missions could not be passed on so.
    """
    if not chosen:
        raise RuleBroken(_("Choisissez au moins une ou un collègue, et qui prend la relève."))
    days = {"why": why, "starts_at": starts_at, "ends_at": ends_at}
    with transaction.atomic():
        return [
            _of_one(_nth(by, position), holder, chosen, days)
            for position, holder in enumerate(sorted(chosen, key=lambda user: user.pk))
        ]


def _of_one(by: Actor, holder: User, chosen: Mapping[User, User], days: Mapping[str, Any]) -> Takeover:
    if chosen[holder] in chosen:
        raise RuleBroken(_("Cette personne s’absente elle aussi."), field=str(holder.pk))
    hers = dict.fromkeys(to_pass_on(by, holder).values_list("pk", flat=True), chosen[holder])
    try:
        return takeover_propose(by=by, holder=holder, chosen=hers, **days)
    except RuleBroken as refusal:
        # What is wrong with the days is said beside them; with a person, beside the colleague she would replace.
        field = refusal.field if refusal.field in ("why", "until") else str(holder.pk)
        raise RuleBroken(refusal.message, field=field) from refusal


def _nth(by: Actor, position: int) -> Actor:
    """The same actor with a token of its own for each proposal: each is an action that repeats safely."""
    if by.token is None or position == 0:
        return by
    return replace(by, token=hashlib.sha256(f"{by.token}:{position}".encode()).hexdigest())


def _asked(by: Actor, share: TakeoverShare, at: datetime) -> Task:
    """The author's own task, handed over: unanswered, it comes back to her and to those above."""
    post = duties.post_of(by.user)
    where = next(
        (
            one.organisation_id
            for one in actor_of(share.user).posts
            if Ability.STEP_DO in ABILITIES[one.role] and (post is None or one.organisation_id == post[1])
        ),
        None,
    ) or next(
        (one.organisation_id for one in actor_of(share.user).posts if Ability.STEP_DO in ABILITIES[one.role]), None
    )
    if post is None or where is None:
        raise RuleBroken(_("Avec son rôle, cette personne ne peut pas recevoir de relais."))
    planned = PlannedTask(
        key=duties.key_of("takeover", share.pk),
        title=_("Relève de missions"),
        why=_("Une ou un collègue s’absente ou part : quelqu’un prend la suite."),
        source="",
        owner_role=post[0],
        organisation_id=post[1],
        owner_user_id=by.user_id,
        due_within=ANSWER_WITHIN,
        escalation=((timedelta(), Role.ASE_ON_CALL),),
    )
    # It is about several files: about none.
    [task] = tasks.tasks_plan(
        by=by, data_key=system_key(), subject=share.pk, context=share.pk, planned=[planned], at=at
    )
    tasks.hand_over(
        by=by, task=task, to_organisation=Organisation.objects.get(pk=where), to_user=share.user,
        answer_within=ANSWER_WITHIN,
    )  # fmt: skip
    return task


def relay_of(share: TakeoverShare) -> HandOver:
    assert share.task_id is not None  # written with the share
    return newest_relay(share.task_id)


@action(TAKEOVER_TAKEN)
def takeover_take(*, by: Actor, share: TakeoverShare) -> TakeoverShare:
    """« Je prends la relève »: her missions open, each as it was held; those of a departure end. All or nothing.

    A mission that ended meanwhile is left out. The last who answers for a file never stops: hers ends only once the
    next one has begun.
    """
    row = TakeoverShare.objects.select_for_update().select_related("takeover__holder", "user").get(pk=share.pk)
    if row.user_id != by.user_id:
        raise NotAllowed(_("Cette relève ne vous est pas proposée."))
    tasks.hand_over_acknowledge(by=by, hand_over=relay_of(row))
    at = now()
    takeover = row.takeover
    opened = ended = 0
    for line in lines_of([row.pk]):
        mission = line.mission
        lock(mission.person)
        mission.refresh_from_db()
        if mission.ends_at is not None and mission.ends_at <= at:
            continue
        check_holder(mission.kind, None, by.user, mission.sections)
        starts_at = max(takeover.starts_at, mission.starts_at, at)
        ends = [one for one in (takeover.ends_at, mission.ends_at) if one is not None]
        ends_at = min(ends) if ends else None
        if ends_at is not None and ends_at <= starts_at:
            continue
        if not running(mission.person, mission.kind, None, by.user):
            line.opened = open_mission(
                by=by, person=mission.person, kind=mission.kind, organisation=None, user=by.user,
                sections=mission.sections, legal_basis=mission.legal_basis, starts_at=starts_at, ends_at=ends_at,
            )  # fmt: skip
            line.save(update_fields=["opened"])
            opened += 1
        if takeover.why == Why.DEPARTURE and _may_end(mission, starts_at):
            close_at(by=by, mission=mission, at=starts_at)
            ended += 1
    assert row.task_id is not None
    task = task_of(row.task_id)
    tasks.task_do(by=by, task=task, done_at=at, means=Means.OTHER, version=task.version)
    row.taken_at = at
    row.save(update_fields=["taken_at"])
    note(opened=opened, ended=ended)
    return row


def _may_end(mission: Mission, at: datetime) -> bool:
    """Whether somebody else holds the file then, and answers for it if this mission does."""
    others = following(mission.person, at).exclude(pk=mission.pk)
    return others.exists() and (not owns(mission) or others.filter(owning()).exists())


@action(TAKEOVER_DECLINED)
def takeover_decline(*, by: Actor, share: TakeoverShare) -> TakeoverShare:
    """« Je ne peux pas »: it comes back at once to who asked."""
    if share.user_id != by.user_id:
        raise NotAllowed(_("Cette relève ne vous est pas proposée."))
    tasks.hand_over_decline(by=by, hand_over=relay_of(share))
    return share


@action(TAKEOVER_WITHDRAWN)
def takeover_withdraw(*, by: Actor, share: TakeoverShare) -> TakeoverShare:
    """Take the proposal back: as long as nobody took it, or once it came back."""
    if share.takeover.by_id != by.user_id:
        raise NotAllowed(_("Seule la personne qui a proposé la relève l’annule."))
    row = TakeoverShare.objects.select_for_update().get(pk=share.pk)
    relay = relay_of(row)
    if row.taken_at is not None or relay.acknowledged_at is not None:
        raise RuleBroken(_("Cette relève est déjà prise : les missions se modifient dans chaque dossier."))
    if relay.pending:
        tasks.hand_over_withdraw(by=by, hand_over=relay)
    tasks.tasks_drop(by=by, context=row.pk, reason=_("Relève annulée"))
    return row
