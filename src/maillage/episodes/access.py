"""Which episodes a professional may see, and what she may do in one. Seeing follows the young person."""

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.roles import ABILITIES
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.prepared import prepared
from maillage.episodes import lifecycle
from maillage.episodes.enums import Action
from maillage.episodes.models import EpisodeDocument, MissingEpisode, Outing
from maillage.tasks import selectors as task_rows
from maillage.youth import access as youth
from maillage.youth.enums import MissionKind

if TYPE_CHECKING:
    from maillage.youth.models import Mission


def visible_to(actor: Actor) -> QuerySet[MissingEpisode]:
    """Episodes of the young persons this actor may see now."""
    return MissingEpisode.objects.filter(person__in=youth.visible_to(actor))


def get_visible_or_404(actor: Actor, pk: uuid.UUID) -> MissingEpisode:
    """The episode with person, key, organisation, station and protocol loaded, when the sweeper last ran (`swept_at`)
    and whether her sheet is open (`sheet_open`); Http404 for strangers."""
    found = _seen(youth.holder_of(actor), pk)
    if not found:
        raise Http404
    return found[0]


@prepared
def _seen(holder: youth.Holder, pk: uuid.UUID) -> QuerySet[MissingEpisode]:
    return (
        MissingEpisode.objects.filter(person__in=youth.seen_by(holder), pk=pk)
        .annotate(swept_at=task_rows.swept_at(), sheet_open=youth.sheet_is_open())
        .select_related("person__data_key", "data_key", "organisation__station", "protocol", "outing", "interview")
    )


def outing_or_404(actor: Actor, pk: uuid.UUID) -> Outing:
    found = Outing.objects.filter(person__in=youth.visible_to(actor), pk=pk).select_related("person__data_key").first()
    if found is None:
        raise Http404
    return found


def document_or_404(actor: Actor, pk: uuid.UUID) -> EpisodeDocument:
    found = (
        EpisodeDocument.objects.filter(episode__in=visible_to(actor), pk=pk)
        .select_related("data_key", "episode__person__data_key")
        .first()
    )
    if found is None:
        raise Http404
    return found


def abilities(actor: Actor, person_id: uuid.UUID) -> frozenset[Ability]:
    """What her posts let her do for this young person: those that count for a current mission (`youth.posts_for`).

    Nothing for strangers, nor through a temporary access, which is for reading.
    """
    # A joined file is nobody's main one: nothing is done through it.
    return _given(actor, _missions_for(youth.holder_of(actor), person_id))


@prepared
def _missions_for(holder: youth.Holder, person_id: uuid.UUID) -> "QuerySet[Mission]":
    return youth.held_by(holder).filter(person__main=person_id)


def given_to(seen: youth.Sight) -> frozenset[Ability]:
    """As `abilities`, without asking the database again."""
    return _given(seen.actor, () if seen.person.joined else seen.mine)


def _given(actor: Actor, missions: "Iterable[Mission]") -> frozenset[Ability]:
    return frozenset(
        ability
        for mission in missions
        if mission.kind != MissionKind.TEMPORARY
        for post in youth.posts_for(actor, mission)
        for ability in ABILITIES[post.role]
    )


def allowed(seen: youth.Sight, episode: MissingEpisode) -> tuple[Action, ...]:
    """The actions open in this episode now to the reader who sees its person so, in the order of the table."""
    return lifecycle.allowed(lifecycle.state_of(episode), given_to(seen))


def require(actor: Actor, episode: MissingEpisode, action: Action) -> None:
    """Http404 when she does not see it, NotAllowed without the ability, RuleBroken when the state forbids."""
    held = abilities(actor, episode.person_id)
    if not held:
        raise Http404
    if lifecycle.TABLE[action].ability not in held:
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    if refusal := lifecycle.refusal(lifecycle.state_of(episode), action):
        raise RuleBroken(refusal)


def keeps_hours_of(actor: Actor, organisation_id: uuid.UUID) -> bool:
    """Whether she chooses the usual hours of that home: who keeps its rota, or that of an organisation above."""
    return organisation_id in actor.below(actor.organisations_with(Ability.ROTA_EDIT))


def require_outings(actor: Actor, person_id: uuid.UUID) -> None:
    """Http404 when she does not see her, NotAllowed when her role notes no outing."""
    held = abilities(actor, person_id)
    if not held:
        raise Http404
    if Ability.OUTING_RECORD not in held:
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
