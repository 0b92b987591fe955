"""The life of an episode as one table: in which state, with which ability, what may be done. Pure.

An episode is `missing`, then `located` (perhaps), then `returned`, then `closed`; its state is read from its own
instants, never stored. A refusal always has a sentence (`refusal`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from maillage.accounts.enums import Ability
from maillage.episodes.enums import Action, ClosingReason, DocumentKind, EpisodeState, EventKind


class Dated(Protocol):
    """The instants a state is read from."""

    located_at: datetime | None
    returned_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Rule:
    """`states` in which the action is possible; `ability` it needs; `to`: the state it leads to (None: stays)."""

    states: frozenset[EpisodeState]
    ability: Ability
    to: EpisodeState | None = None


MISSING, LOCATED, RETURNED, CLOSED = (
    EpisodeState.MISSING,
    EpisodeState.LOCATED,
    EpisodeState.RETURNED,
    EpisodeState.CLOSED,
)
_AWAY = frozenset({MISSING, LOCATED})
_OPEN = _AWAY | {RETURNED}
_BACK = frozenset({RETURNED})
_EVER = _OPEN | {CLOSED}

TABLE: Mapping[Action, Rule] = {
    Action.READING_CHANGE: Rule(_AWAY, Ability.EPISODE_ACT),
    Action.AUTHORITY_QUALIFY: Rule(_OPEN, Ability.EPISODE_ACT),
    Action.CONTACT_RECORD: Rule(_AWAY, Ability.EPISODE_ACT),
    Action.SIGN_OF_LIFE_RECORD: Rule(_AWAY, Ability.EPISODE_ACT),
    Action.PLACE_KEEP: Rule(_OPEN, Ability.EPISODE_ACT),
    Action.PLACEMENT_END: Rule(_OPEN, Ability.PLACEMENT_END),
    Action.LOCATE: Rule(frozenset({MISSING}), Ability.EPISODE_ACT, LOCATED),
    Action.FETCH_PLAN: Rule(frozenset({LOCATED}), Ability.EPISODE_ACT),
    Action.RETURN: Rule(_AWAY, Ability.EPISODE_ACT, RETURNED),
    Action.RETURN_UNDO: Rule(_BACK, Ability.EPISODE_ACT, MISSING),
    Action.URGENT_CARE_RECORD: Rule(_BACK, Ability.STEP_DO),
    Action.NEEDS_RECORD: Rule(_BACK, Ability.EPISODE_ACT),
    Action.POLICE_QUESTIONNAIRE_RECORD: Rule(_BACK, Ability.EPISODE_ACT),
    Action.TALK_ATTEMPT: Rule(_BACK, Ability.EPISODE_ACT),
    Action.INTERVIEW_START: Rule(_BACK, Ability.TALK_HOLD),
    Action.DECISION_ADD: Rule(_OPEN, Ability.EPISODE_ACT),
    Action.CORRECT: Rule(_EVER, Ability.EPISODE_ACT),
    Action.DECLARATION_MAKE: Rule(_AWAY, Ability.DOCUMENT_MAKE),
    Action.END_OF_SEARCH_MAKE: Rule(frozenset({LOCATED, RETURNED, CLOSED}), Ability.DOCUMENT_MAKE),
    Action.SERIOUS_EVENT_MAKE: Rule(_EVER, Ability.DOCUMENT_MAKE),
    Action.CHRONOLOGY_MAKE: Rule(_EVER, Ability.DOCUMENT_MAKE),
    Action.CLOSE: Rule(_OPEN, Ability.EPISODE_CLOSE, CLOSED),
    Action.REOPEN: Rule(frozenset({CLOSED}), Ability.EPISODE_CLOSE),
}

DOCUMENT_ACTIONS: Mapping[DocumentKind, Action] = {
    DocumentKind.DECLARATION: Action.DECLARATION_MAKE,
    DocumentKind.END_OF_SEARCH: Action.END_OF_SEARCH_MAKE,
    DocumentKind.SERIOUS_EVENT: Action.SERIOUS_EVENT_MAKE,
    DocumentKind.CHRONOLOGY: Action.CHRONOLOGY_MAKE,
}


@dataclass(frozen=True)
class Closing:
    """`states` in which the reason is true; `note`: a written reason is always asked."""

    states: frozenset[EpisodeState]
    note: bool


CLOSINGS: Mapping[ClosingReason, Closing] = {
    ClosingReason.FOLLOWED: Closing(_BACK, note=False),
    ClosingReason.BACK_NO_FOLLOW_UP: Closing(_BACK, note=False),
    ClosingReason.OPENED_BY_MISTAKE: Closing(_OPEN, note=True),
    ClosingReason.OTHER_PLACE: Closing(frozenset({LOCATED, RETURNED}), note=True),
    ClosingReason.MAJORITY: Closing(_AWAY, note=True),
}


# What a correction may say again; the life of the episode itself changes by its own acts.
CORRECTABLE = frozenset(
    {
        EventKind.AUTHORITY_QUALIFICATION,
        EventKind.CONTACT_ATTEMPT,
        EventKind.SIGN_OF_LIFE,
        EventKind.PLACE_KEPT,
        EventKind.LOCATED,
        EventKind.FETCH,
        EventKind.RETURNED,
        EventKind.NEEDS,
        EventKind.POLICE_QUESTIONNAIRE,
        EventKind.TALK,
        EventKind.DECISION,
    }
)


def state_of(episode: Dated) -> EpisodeState:
    """The state its instants say; the furthest one wins."""
    if episode.closed_at is not None:
        return CLOSED
    if episode.returned_at is not None:
        return RETURNED
    return LOCATED if episode.located_at is not None else MISSING


def possible(state: EpisodeState, action: Action) -> bool:
    return state in TABLE[action].states


def allowed(state: EpisodeState, abilities: Iterable[Ability]) -> tuple[Action, ...]:
    """The actions open to those abilities in that state, in the order of the table."""
    held = frozenset(abilities)
    return tuple(action for action, rule in TABLE.items() if state in rule.states and rule.ability in held)


def closing_reasons(state: EpisodeState) -> tuple[ClosingReason, ...]:
    return tuple(reason for reason, closing in CLOSINGS.items() if state in closing.states)


def refusal(state: EpisodeState, action: Action) -> str:
    """Why the state does not allow the action: French, translated, "" when it does."""
    if possible(state, action):
        return ""
    if state == CLOSED:
        return _("L’épisode est clos : rouvrez-le d’abord.")
    if action == Action.REOPEN:
        return _("L’épisode n’est pas clos.")
    if state == RETURNED:
        return _("Le retour est déjà noté.")
    if action == Action.LOCATE:
        return _("La localisation est déjà notée.")
    if action == Action.FETCH_PLAN:
        return _("La localisation n’est pas encore notée.")
    if action == Action.END_OF_SEARCH_MAKE:
        return _("Ni localisation ni retour : la recherche continue.")
    return _("Le retour n’est pas encore noté.")
