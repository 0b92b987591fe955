"""While she is missing: contacts, signs of life, the place kept, located, who fetches her."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.models import Organisation
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.errors import RuleBroken
from maillage.episodes import protocol, versions
from maillage.episodes.enums import (
    CONTACT_RECORDED,
    FETCH_PLANNED,
    LOCATED,
    PLACE_KEPT,
    PLACEMENT_ENDED_IN_EPISODE,
    SIGN_RECORDED,
    Action,
    ContactOutcome,
    ContactWay,
    EpisodeState,
    EventKind,
)
from maillage.episodes.models import EpisodeEvent, MissingEpisode
from maillage.episodes.services.base import (
    after_departure,
    clock_text,
    drop,
    happened,
    locked,
    open_keys,
    replan,
    save,
    steps_done_by,
    write_event,
)
from maillage.youth import services as youth_services
from maillage.youth.selectors import placement_now


@action(CONTACT_RECORDED)
def contact_record(
    *,
    by: Actor,
    episode: MissingEpisode,
    happened_at: datetime,
    way: str,
    outcome: str,
    who: str = "",
    words: str = "",
    text: str = "",
) -> EpisodeEvent:
    """An attempt to reach her. When she answered, it is also a sign of life: the investigator is to be told."""
    row = locked(by, episode, Action.CONTACT_RECORD)
    event = write_event(
        by,
        row,
        EventKind.CONTACT_ATTEMPT,
        happened(happened_at),
        facts={"way": ContactWay(way), "outcome": ContactOutcome(outcome)},
        who=who,
        words=words,
        text=text,
    )
    steps_done_by(by, event)
    if outcome == ContactOutcome.ANSWERED:
        replan(by, row)
    note(subject=row.person_id, way=str(way), outcome=str(outcome))
    return event


@action(SIGN_RECORDED)
def sign_of_life_record(
    *,
    by: Actor,
    episode: MissingEpisode,
    happened_at: datetime,
    way: str,
    who: str = "",
    words: str = "",
    place: str = "",
    text: str = "",
) -> EpisodeEvent:
    """A sign of life, with the exact words; each one adds the step to tell the investigator."""
    row = locked(by, episode, Action.SIGN_OF_LIFE_RECORD)
    if not any(part.strip() for part in (who, words, place, text)):
        raise RuleBroken(_("Écrivez ce que l’on a su, ou de qui."), field="text")
    event = write_event(
        by,
        row,
        EventKind.SIGN_OF_LIFE,
        happened(happened_at),
        facts={"way": ContactWay(way)},
        who=who,
        words=words,
        place=place,
        text=text,
    )
    steps_done_by(by, event)
    replan(by, row)
    note(subject=row.person_id, way=str(way))
    return event


@action(PLACE_KEPT)
def place_keep(*, by: Actor, episode: MissingEpisode, until: date, text: str = "") -> EpisodeEvent:
    """Her place is kept until that day. RuleBroken when she has no placement, or the day is past."""
    row = locked(by, episode, Action.PLACE_KEEP)
    placement = placement_now(row.person)
    if placement is None:
        raise RuleBroken(_("Aucun lieu d’accueil en cours."))
    youth_services.placement_keep(by=by, placement=placement, version=placement.version, until=until)
    event = write_event(by, row, EventKind.PLACE_KEPT, now(), facts={"until": until}, text=text)
    steps_done_by(by, event)
    note(subject=row.person_id, until=until)
    return event


@action(PLACEMENT_ENDED_IN_EPISODE)
def placement_end(
    *,
    by: Actor,
    episode: MissingEpisode,
    version: int,
    ends_on: date,
    end_kind: str,
    motive: str,
    next_organisation: Organisation | None = None,
    next_place: str = "",
) -> EpisodeEvent:
    """End her placement while the episode runs: the rules are `youth.services.placement_end`'s; `version` its own."""
    row = locked(by, episode, Action.PLACEMENT_END)
    placement = placement_now(row.person)
    if placement is None:
        raise RuleBroken(_("Aucun lieu d’accueil en cours."))
    ended = youth_services.placement_end(
        by=by,
        placement=placement,
        version=version,
        ends_on=ends_on,
        end_kind=end_kind,
        motive=motive,
        next_organisation=next_organisation,
        next_place=next_place,
    )
    event = write_event(
        by, row, EventKind.PLACEMENT_ENDED, now(), facts={"placement": ended.pk, "end_kind": str(end_kind)}, text=motive
    )
    note(subject=row.person_id, placement=ended.pk, end_kind=str(end_kind))
    return event


@action(LOCATED)
def located(
    *,
    by: Actor,
    episode: MissingEpisode,
    happened_at: datetime,
    by_police: bool = False,
    place: str = "",
    who: str = "",
    text: str = "",
) -> MissingEpisode:
    """Where she is is known; searching goes on until she is safe, so the clocks of the return do not start yet."""
    row = locked(by, episode, Action.LOCATE)
    at = happened(happened_at)
    after_departure(row, at)
    row.located_at = at
    save(row, "located_at")
    over = protocol.ends(versions.protocol_of(row.protocol), EpisodeState.LOCATED, open_keys(row))
    reason = _("Localisation notée (%(at)s).") % {"at": clock_text(at, row.organisation.zone)}
    event = write_event(
        by,
        row,
        EventKind.LOCATED,
        at,
        facts={"by_police": by_police, "dropped": drop(by, row, over, reason)},
        place=place,
        who=who,
        text=text,
    )
    steps_done_by(by, event)
    replan(by, row)
    note(subject=row.person_id, at=at)
    return row


@action(FETCH_PLANNED)
def fetch_plan(
    *,
    by: Actor,
    episode: MissingEpisode,
    who: str,
    place: str = "",
    leaves_at: datetime | None = None,
    text: str = "",
) -> EpisodeEvent:
    """Who fetches her, with what car; where she is held and its direct number (`place`)."""
    row = locked(by, episode, Action.FETCH_PLAN)
    if not who.strip():
        raise RuleBroken(_("Dites qui fait le trajet."), field="who")
    event = write_event(
        by, row, EventKind.FETCH, now(), facts={"leaves_at": leaves_at}, who=who, place=place, text=text
    )
    steps_done_by(by, event)
    note(subject=row.person_id)
    return event
