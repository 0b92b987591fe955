"""Closing honestly, opening again, correcting a line."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.episodes import lifecycle, protocol, versions
from maillage.episodes.enums import (
    EPISODE_CLOSED,
    EPISODE_REOPENED,
    EVENT_CORRECTED,
    Action,
    ClosingReason,
    EventKind,
)
from maillage.episodes.models import EpisodeEvent, MissingEpisode, Outing
from maillage.episodes.services.base import (
    after_departure,
    drop,
    happened,
    locked,
    move_clocks,
    open_keys,
    replan,
    save,
    write_event,
)
from maillage.tasks import selectors as task_rows
from maillage.vault.fields import SealedField
from maillage.vault.sealing import Sealer
from maillage.youth import access as youth
from maillage.youth import services as youth_services


def unsettled(episode: MissingEpisode, reason: str) -> list[str]:
    """Titles of the open steps that the protocol expects settled before closing for this reason."""
    definition = versions.protocol_of(episode.protocol)
    wanted = set(protocol.unsettled(definition, ClosingReason(reason), open_keys(episode)))
    return [task.title for task in task_rows.of_context(episode.pk) if task.key in wanted]


@action(EPISODE_CLOSED)
def episode_close(
    *, by: Actor, episode: MissingEpisode, reason: str, note_text: str = "", version: int | None = None
) -> MissingEpisode:
    """Close. Needs the steps the protocol expects for this reason, or a written reason (`note_text`).

    What is still open loses its object, saying so. Closes the departure sheet. RuleBroken: fields `reason`, `note`.
    """
    row = locked(by, episode, Action.CLOSE)
    if version is not None and row.version != version:
        pairs = [
            (_("État"), str(lifecycle.state_of(row).label), str(ClosingReason(reason).label)),
            (_("Motif écrit"), "", note_text.strip()),
        ]
        raise StaleEdit(
            _("L’épisode a changé entre-temps."),
            differences=[Difference(*pair) for pair in pairs if pair[1] != pair[2]],
            current_version=row.version,
        )
    why = ClosingReason(reason)
    closing = lifecycle.CLOSINGS[why]
    if lifecycle.state_of(row) not in closing.states:
        raise RuleBroken(
            _("Ce motif ne convient pas : %(state)s.") % {"state": str(lifecycle.state_of(row).label).lower()},
            field="reason",
        )
    if closing.note and not note_text.strip():
        raise RuleBroken(_("Ce motif demande quelques mots."), field="note")
    definition = versions.protocol_of(row.protocol)
    missing = protocol.unsettled(definition, why, open_keys(row))
    if missing and not note_text.strip():
        raise RuleBroken(
            _("Il reste : %(steps)s. Faites-les, ou écrivez pourquoi vous fermez sans.")
            % {"steps": ", ".join(f"« {title} »" for title in unsettled(row, why))},
            field="note",
        )
    instant = now()
    row.closed_at, row.closed_by, row.closing_reason = instant, by.user_id, why
    Sealer(row.data_key).seal(row, closing_note=note_text.strip())
    save(row, "closed_at", "closed_by", "closing_reason", "closing_note")
    dropped = drop(by, row, open_keys(row), _("Épisode clos : %(reason)s.") % {"reason": why.label})
    write_event(
        by,
        row,
        EventKind.CLOSED,
        instant,
        facts={"reason": why, "dropped": dropped, "unsettled": missing},
        text=note_text.strip(),
    )
    youth_services.sheet_close(by=by, context=row.pk, at=instant)
    note(subject=row.person_id, reason=str(why), unsettled=len(missing))
    return row


@action(EPISODE_REOPENED)
def episode_reopen(*, by: Actor, episode: MissingEpisode, text: str) -> MissingEpisode:
    """Open it again as it was before closing, saying why; what had lost its object by closing is owed again."""
    row = locked(by, episode, Action.REOPEN)
    if not text.strip():
        raise RuleBroken(_("Dites pourquoi le rouvrir."), field="text")
    row.closed_at, row.closed_by, row.closing_reason, row.closing_note = None, None, "", None
    try:
        with transaction.atomic():
            save(row, "closed_at", "closed_by", "closing_reason", "closing_note")
    except IntegrityError as error:
        raise RuleBroken(_("Un autre épisode est ouvert pour la même personne : fermez-le d’abord.")) from error
    write_event(by, row, EventKind.REOPENED, now(), text=text)
    youth_services.sheet_open(by=by, person=row.person, context=row.pk, at=now())
    replan(by, row)
    note(subject=row.person_id)
    return row


@action(EVENT_CORRECTED)
def event_correct(
    *,
    by: Actor,
    event: EpisodeEvent,
    happened_at: datetime,
    who: str = "",
    text: str = "",
    words: str = "",
    place: str = "",
) -> EpisodeEvent:
    """Say a line again: a new line that points at the first, which stays. The newest one is shown as true.

    What is sealed under a section closed to the actor stays as it is. The instant of a location or a return follows
    its correction, and so do the clocks that count from it. RuleBroken when the line was corrected already (correct
    the newest) or is not one that is corrected; NotAllowed for words in a section that she does not open.
    """
    row = locked(by, event.episode, Action.CORRECT)
    first = EpisodeEvent.objects.get(pk=event.pk)
    if first.kind not in lifecycle.CORRECTABLE:
        raise RuleBroken(_("Cette ligne ne se corrige pas."))
    if EpisodeEvent.objects.filter(corrects=first).exists():
        raise RuleBroken(_("Cette ligne est déjà corrigée : corrigez la plus récente."))
    at = happened(happened_at)
    sealed = {"who": who, "text": text, "words": words, "place": place}
    left = _closed_to(by, row, first)
    if any(sealed.get(name, "").strip() for name in left):
        raise NotAllowed(_("Cette partie du dossier ne vous est pas ouverte."))
    correction = EpisodeEvent(
        episode=row,
        kind=first.kind,
        happened_at=at,
        written_at=now(),
        written_by=by.user_id,
        facts=first.facts,
        corrects=first,
        left=left or None,
    )
    Sealer(row.data_key).seal(correction, **{name: value for name, value in sealed.items() if name not in left})
    correction.save(force_insert=True)
    if _move(row, EventKind(first.kind), at):
        move_clocks(by, row)
    note(subject=row.person_id, kind=first.kind, corrects=first.pk)
    return correction


def _closed_to(by: Actor, row: MissingEpisode, event: EpisodeEvent) -> list[str]:
    """The sealed columns that the actor may not read: nobody overwrites what she has not seen."""
    sections = youth.open_sections(by, row.person)
    columns = [field for field in event._meta.fields if isinstance(field, SealedField)]
    return sorted(field.name for field in columns if field.section not in sections)


def _move(row: MissingEpisode, kind: EventKind, at: datetime) -> bool:
    """Let the episode's own instant follow, when the corrected line is where it comes from; whether it moved."""
    if kind == EventKind.LOCATED and row.located_at not in (None, at):
        after_departure(row, at)
        if row.returned_at is not None and at > row.returned_at:
            raise RuleBroken(_("C’est après son retour."), field="happened_at")
        row.located_at = at
        save(row, "located_at")
        return True
    elif kind == EventKind.RETURNED and row.returned_at not in (None, at):
        after_departure(row, at)
        if row.located_at is not None and at < row.located_at:
            raise RuleBroken(_("C’est avant sa localisation."), field="happened_at")
        row.returned_at = at
        save(row, "returned_at")
        if row.outing_id is not None:
            Outing.objects.filter(pk=row.outing_id).update(returned_at=at)
        return True
    return False
