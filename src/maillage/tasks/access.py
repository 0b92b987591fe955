"""Who may act on a task. Seeing it is decided above, by who may see the young person."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.common.errors import NotAllowed
from maillage.tasks.models import HandOver, OnCallShift, Task


class Reach:
    """What one actor may do to many tasks: the organisations around hers are read once."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def may_act(self, ability: Ability, task: Task) -> bool:
        """Her own task; or a role with that ability in the task's organisation or in one above it."""
        if task.owner_user_id == self.actor.user_id and self.actor.may(ability):
            return True
        held = self.actor.organisations_with(ability)
        return bool(held) and (task.organisation_id in held or task.organisation_id in self.actor.below(held))

    def is_addressee(self, hand_over: HandOver) -> bool:
        """Whether the relay waits for her: named, or holding the role there or in an organisation above."""
        if not self.actor.may(Ability.STEP_DO):
            return False
        if hand_over.to_user_id is not None:
            return hand_over.to_user_id == self.actor.user_id
        held = [post.organisation_id for post in self.actor.posts if post.role == hand_over.to_role]
        return hand_over.to_organisation_id in self.actor.below(held)


def may_act(actor: Actor, ability: Ability, task: Task) -> bool:
    return Reach(actor).may_act(ability, task)


def is_addressee(actor: Actor, hand_over: HandOver) -> bool:
    return Reach(actor).is_addressee(hand_over)


def require(actor: Actor, ability: Ability, task: Task) -> None:
    """NotAllowed (403) unless `may_act`."""
    if not may_act(actor, ability, task):
        actor.require(ability)  # says the role is missing, when it is
        raise NotAllowed(_("Cette étape relève d’une autre équipe."))


def may_edit_rota(actor: Actor, organisation_id: uuid.UUID) -> bool:
    return actor.may(Ability.ROTA_EDIT, organisation_id)


def require_rota(actor: Actor, organisation_id: uuid.UUID) -> None:
    """PermissionDenied (403) unless she keeps the rota of that organisation."""
    if not may_edit_rota(actor, organisation_id):
        raise PermissionDenied


def shifts_visible_to(actor: Actor) -> QuerySet[OnCallShift]:
    """Shifts of the rotas of her own organisations."""
    return OnCallShift.objects.filter(organisation__in=actor.organisation_ids, removed_at__isnull=True)


def get_shift_or_404(actor: Actor, pk: uuid.UUID) -> OnCallShift:
    return get_object_or_404(shifts_visible_to(actor).select_related("organisation", "user"), pk=pk)
