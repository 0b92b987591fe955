"""States × actions × roles, in full, through the services themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404

from maillage.accounts.enums import Role
from maillage.accounts.roles import ABILITIES
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.episodes import lifecycle, services
from maillage.episodes.enums import Action, ClosingReason, EpisodeState, EventKind
from maillage.episodes.models import MissingEpisode
from maillage.youth.selectors import placement_now

# What each action leads to; written apart from the table, so that a slip in it is seen.
OPEN = {EpisodeState.MISSING, EpisodeState.LOCATED, EpisodeState.RETURNED}
AWAY = {EpisodeState.MISSING, EpisodeState.LOCATED}
EXPECTED_STATES = {
    Action.READING_CHANGE: AWAY,
    Action.AUTHORITY_QUALIFY: OPEN,
    Action.CONTACT_RECORD: AWAY,
    Action.SIGN_OF_LIFE_RECORD: AWAY,
    Action.PLACE_KEEP: OPEN,
    Action.PLACEMENT_END: OPEN,
    Action.LOCATE: {EpisodeState.MISSING},
    Action.FETCH_PLAN: {EpisodeState.LOCATED},
    Action.RETURN: AWAY,
    Action.RETURN_UNDO: {EpisodeState.RETURNED},
    Action.URGENT_CARE_RECORD: {EpisodeState.RETURNED},
    Action.NEEDS_RECORD: {EpisodeState.RETURNED},
    Action.POLICE_QUESTIONNAIRE_RECORD: {EpisodeState.RETURNED},
    Action.TALK_ATTEMPT: {EpisodeState.RETURNED},
    Action.INTERVIEW_START: {EpisodeState.RETURNED},
    Action.DECISION_ADD: OPEN,
    Action.CORRECT: set(EpisodeState),
    Action.DECLARATION_MAKE: AWAY,
    Action.END_OF_SEARCH_MAKE: set(EpisodeState) - {EpisodeState.MISSING},
    Action.SERIOUS_EVENT_MAKE: set(EpisodeState),
    Action.CHRONOLOGY_MAKE: set(EpisodeState),
    Action.CLOSE: OPEN,
    Action.REOPEN: {EpisodeState.CLOSED},
}
BECOMES = {
    Action.LOCATE: EpisodeState.LOCATED,
    Action.RETURN: EpisodeState.RETURNED,
    Action.RETURN_UNDO: EpisodeState.MISSING,
    Action.CLOSE: EpisodeState.CLOSED,
    Action.REOPEN: EpisodeState.RETURNED,
}
WHO = {
    "educator": Role.EDUCATOR,
    "manager": Role.ON_CALL_MANAGER,
    "carer": Role.FOSTER_CARER,
    "nurse": Role.HEALTH_STAFF,
    "case_worker": Role.CASE_WORKER,
    "ase_on_call": Role.ASE_ON_CALL,
    "stranger": None,
    "dpo": None,
    "administrator": None,
    "coordinator": None,
    "archivist": None,
}


def _calls(episode: MissingEpisode, line: Any) -> dict[Action, Callable[..., Any]]:
    at = now()
    placement = placement_now(episode.person)
    return {
        Action.READING_CHANGE: lambda by: services.reading_change(
            by=by, episode=episode, facts={}, version=episode.version
        ),
        Action.AUTHORITY_QUALIFY: lambda by: services.authority_qualify(
            by=by, episode=episode, authority="police", kind="runaway", happened_at=at
        ),
        Action.CONTACT_RECORD: lambda by: services.contact_record(
            by=by, episode=episode, happened_at=at, way="call", outcome="no_answer"
        ),
        Action.SIGN_OF_LIFE_RECORD: lambda by: services.sign_of_life_record(
            by=by, episode=episode, happened_at=at, way="message", words="« ça va »"
        ),
        Action.PLACE_KEEP: lambda by: services.place_keep(
            by=by, episode=episode, until=now().date() + timedelta(days=20)
        ),
        Action.PLACEMENT_END: lambda by: services.placement_end(
            by=by,
            episode=episode,
            version=placement.version,
            ends_on=now().date() - timedelta(days=1),
            end_kind="move",
            motive="Synthétique",
            next_place="Une autre maison",
        ),
        Action.LOCATE: lambda by: services.located(by=by, episode=episode, happened_at=at),
        Action.FETCH_PLAN: lambda by: services.fetch_plan(by=by, episode=episode, who="Nour"),
        Action.RETURN: lambda by: services.returned(by=by, episode=episode, happened_at=at),
        Action.RETURN_UNDO: lambda by: services.return_undo(by=by, episode=episode, text="Une autre personne"),
        Action.URGENT_CARE_RECORD: lambda by: services.urgent_care_record(
            by=by, episode=episode, happened_at=at, offer="refused"
        ),
        Action.NEEDS_RECORD: lambda by: services.needs_record(by=by, episode=episode, happened_at=at, met=["food"]),
        Action.POLICE_QUESTIONNAIRE_RECORD: lambda by: services.police_questionnaire_record(
            by=by, episode=episode, happened_at=at, outcome="held"
        ),
        Action.TALK_ATTEMPT: lambda by: services.talk_attempt(by=by, episode=episode, happened_at=at, offer="refused"),
        Action.INTERVIEW_START: lambda by: services.interview_start(
            by=by, episode=episode, readers=["educator"], told=True
        ),
        Action.DECISION_ADD: lambda by: services.decision_add(
            by=by, episode=episode, title="Un point", due_at=at + timedelta(days=1), owner_role="educator"
        ),
        Action.CORRECT: lambda by: services.event_correct(by=by, event=line, happened_at=at, text="Corrigé"),
        Action.DECLARATION_MAKE: lambda by: services.document_make(by=by, episode=episode, kind="declaration"),
        Action.END_OF_SEARCH_MAKE: lambda by: services.document_make(by=by, episode=episode, kind="end_of_search"),
        Action.SERIOUS_EVENT_MAKE: lambda by: services.document_make(by=by, episode=episode, kind="serious_event"),
        Action.CHRONOLOGY_MAKE: lambda by: services.document_make(
            by=by, episode=episode, kind="chronology", lines=[line.pk]
        ),
        Action.CLOSE: lambda by: services.episode_close(
            by=by, episode=episode, reason="opened_by_mistake", note_text="Synthétique"
        ),
        Action.REOPEN: lambda by: services.episode_reopen(by=by, episode=episode, text="Synthétique"),
    }


class _Rollback(Exception):
    pass


def _outcome(call: Callable[..., Any], by: Any, episode: MissingEpisode) -> str:
    """What a call gives, undone afterwards."""
    said = ""
    try:
        with transaction.atomic():
            try:
                call(by)
                said = f"→ {lifecycle.state_of(MissingEpisode.objects.get(pk=episode.pk))}"
            except Http404:
                said = "404"
            except NotAllowed:
                said = "403"
            except RuleBroken:
                said = "422"
            raise _Rollback
    except _Rollback:
        return said


@pytest.mark.parametrize("state", list(EpisodeState))
def test_every_action_in_every_state_by_every_role(world, state: EpisodeState):
    episode = world.open()
    line = services.contact_record(
        by=world.actor(), episode=episode, happened_at=now(), way="call", outcome="no_answer"
    )
    if state == EpisodeState.LOCATED:
        services.located(by=world.actor(), episode=episode, happened_at=now())
    if state in (EpisodeState.RETURNED, EpisodeState.CLOSED):
        services.returned(by=world.actor(), episode=episode, happened_at=now())
    if state == EpisodeState.CLOSED:
        services.episode_close(
            by=world.actor(), episode=episode, reason=ClosingReason.BACK_NO_FOLLOW_UP, note_text="Synthétique"
        )
    episode = MissingEpisode.objects.select_related("person__data_key").get(pk=episode.pk)
    assert lifecycle.state_of(episode) == state
    calls = _calls(episode, line)
    assert set(calls) == set(Action) == set(EXPECTED_STATES)
    assert {post.role for name in WHO for post in world.actor(name).posts} == set(Role)
    expected, found = {}, {}
    for name, role in WHO.items():
        by = world.actor(name)
        for action, call in calls.items():
            if role is None:
                wanted = "404"
            elif lifecycle.TABLE[action].ability not in ABILITIES[role]:
                wanted = "403"
            elif state not in EXPECTED_STATES[action]:
                wanted = "422"
            else:
                wanted = f"→ {BECOMES.get(action, state)}"
            expected[name, str(action)] = wanted
            found[name, str(action)] = _outcome(call, by, episode)
    assert {key: (found[key], expected[key]) for key in expected if found[key] != expected[key]} == {}


def test_the_page_offers_exactly_what_the_table_allows():
    for state in EpisodeState:
        for role in Role:
            offered = lifecycle.allowed(state, ABILITIES[role])
            assert set(offered) == {
                action
                for action, states in EXPECTED_STATES.items()
                if state in states and lifecycle.TABLE[action].ability in ABILITIES[role]
            }


def test_every_refusal_says_why():
    for state in EpisodeState:
        for action in Action:
            assert bool(lifecycle.refusal(state, action)) != (state in EXPECTED_STATES[action])


def test_what_changes_the_state_is_never_a_correction():
    assert EventKind.CLOSED not in lifecycle.CORRECTABLE
    assert EventKind.REOPENED not in lifecycle.CORRECTABLE
