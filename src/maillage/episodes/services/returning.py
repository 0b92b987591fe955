"""She is back: urgent care on its own clock, needs first, the talk offered each time, decisions that become tasks."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.episodes import access, lifecycle, protocol, versions
from maillage.episodes.enums import (
    DECISION_ADDED,
    INTERVIEW_CORRECTED,
    INTERVIEW_HELD,
    INTERVIEW_STARTED,
    NEEDS_RECORDED,
    POLICE_QUESTIONNAIRE_RECORDED,
    RETURN_UNDONE,
    RETURNED,
    TALK_ATTEMPTED,
    URGENT_CARE_RECORDED,
    Action,
    Care,
    EpisodeState,
    EventKind,
    Need,
    Offer,
    PoliceQuestionnaire,
    Trigger,
)
from maillage.episodes.models import EpisodeEvent, MissingEpisode, Outing, ReturnInterview
from maillage.episodes.services.base import (
    after_departure,
    clock_text,
    drop,
    happened,
    locked,
    open_keys,
    plan_in,
    replan,
    save,
    steps_done_by,
    write_event,
)
from maillage.questionnaires.access import WRITERS
from maillage.tasks import selectors as task_rows
from maillage.tasks.planning import PlannedTask
from maillage.vault.sealing import Sealer

if TYPE_CHECKING:
    from maillage.accounts.models import User


@action(RETURNED)
def returned(
    *, by: Actor, episode: MissingEpisode, happened_at: datetime, who: str = "", text: str = ""
) -> MissingEpisode:
    """She is back. Ends her outing, takes their object from the steps of the search, starts those of the return.

    RuleBroken (field `happened_at`) for a return before the departure, before the notice, or in the future.
    """
    row = locked(by, episode, Action.RETURN)
    at = happened(happened_at)
    after_departure(row, at)
    if row.located_at is not None and at < row.located_at:
        raise RuleBroken(
            _("C’est avant sa localisation (%(at)s).") % {"at": clock_text(row.located_at, row.organisation.zone)},
            field="happened_at",
        )
    row.returned_at = at
    save(row, "returned_at")
    if row.outing_id is not None:
        Outing.objects.filter(pk=row.outing_id).update(returned_at=at)
    definition = versions.protocol_of(row.protocol)
    dropped = drop(
        by, row, protocol.said_with(definition, open_keys(row)), _("L’absence et le retour se disent en un seul appel.")
    )
    over = protocol.ends(definition, EpisodeState.RETURNED, open_keys(row))
    reason = _("Retour noté (%(at)s) : la recherche est finie.") % {"at": clock_text(at, row.organisation.zone)}
    dropped += drop(by, row, over, reason)
    event = write_event(by, row, EventKind.RETURNED, at, facts={"dropped": dropped}, who=who, text=text)
    steps_done_by(by, event)
    replan(by, row)
    note(subject=row.person_id, at=at, dropped=len(dropped))
    return row


@action(RETURN_UNDONE)
def return_undo(*, by: Actor, episode: MissingEpisode, text: str) -> MissingEpisode:
    """The return was written by mistake: she is still missing. The search is owed again, from now on."""
    row = locked(by, episode, Action.RETURN_UNDO)
    if not text.strip():
        raise RuleBroken(_("Dites ce qui s’est passé."), field="text")
    definition = versions.protocol_of(row.protocol)
    of_return = {step.key for step in definition.steps if step.trigger == Trigger.RETURNED}
    row.returned_at = None
    save(row, "returned_at")
    if row.outing_id is not None:
        Outing.objects.filter(pk=row.outing_id).update(returned_at=None)
    keys = [key for key in open_keys(row) if protocol.base_key(key) in of_return]
    dropped = drop(by, row, keys, _("Le retour était noté par erreur."))
    write_event(by, row, EventKind.RETURN_UNDONE, now(), facts={"dropped": dropped}, text=text)
    replan(by, row)
    note(subject=row.person_id)
    return row


@action(URGENT_CARE_RECORDED)
def urgent_care_record(
    *,
    by: Actor,
    episode: MissingEpisode,
    happened_at: datetime,
    offer: str,
    care: Sequence[str] = (),
    health: str = "",
    text: str = "",
) -> EpisodeEvent:
    """Urgent care offered at the door. Which care, and any detail, is health staff's to write and to read.

    NotAllowed when `care` or `health` is given without the ability.
    """
    row = locked(by, episode, Action.URGENT_CARE_RECORD)
    details = bool(care) or bool(health.strip())
    if details and Ability.URGENT_CARE_DETAIL not in access.abilities(by, row.person_id):
        raise NotAllowed(_("Le détail des soins est écrit par le personnel de santé."))
    if Offer(offer) == Offer.HELD:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="offer")
    at = happened(happened_at)
    _after_return(row, at)
    sealed = {"care": [str(Care(one)) for one in care], "text": health.strip()} if details else None
    event = write_event(by, row, EventKind.URGENT_CARE, at, facts={"offer": Offer(offer)}, health=sealed, text=text)
    steps_done_by(by, event)
    note(subject=row.person_id, offer=str(offer), details=details)
    return event


def _after_return(row: MissingEpisode, at: datetime) -> None:
    if row.returned_at is not None and at < row.returned_at:
        raise RuleBroken(
            _("C’est avant son retour (%(at)s).") % {"at": clock_text(row.returned_at, row.organisation.zone)},
            field="happened_at",
        )


@action(NEEDS_RECORDED)
def needs_record(
    *, by: Actor, episode: MissingEpisode, happened_at: datetime, met: Sequence[str] = (), text: str = ""
) -> EpisodeEvent:
    """First needs, at the door: eating, sleeping, washing, safety, a call."""
    row = locked(by, episode, Action.NEEDS_RECORD)
    at = happened(happened_at)
    _after_return(row, at)
    if not met and not text.strip():
        raise RuleBroken(_("Notez au moins un besoin."), field="met")
    event = write_event(by, row, EventKind.NEEDS, at, facts={"met": [str(Need(one)) for one in met]}, text=text)
    steps_done_by(by, event)
    note(subject=row.person_id)
    return event


@action(POLICE_QUESTIONNAIRE_RECORDED)
def police_questionnaire_record(
    *, by: Actor, episode: MissingEpisode, happened_at: datetime, outcome: str, who: str = "", text: str = ""
) -> EpisodeEvent:
    """The investigators' own questionnaire: held, refused or not held, by which service (`who`).

    `text`: what they chose to transmit, nothing else; its content stays theirs.
    """
    row = locked(by, episode, Action.POLICE_QUESTIONNAIRE_RECORD)
    at = happened(happened_at)
    _after_return(row, at)
    event = write_event(
        by,
        row,
        EventKind.POLICE_QUESTIONNAIRE,
        at,
        facts={"outcome": PoliceQuestionnaire(outcome)},
        who=who,
        text=text,
    )
    steps_done_by(by, event)
    note(subject=row.person_id, outcome=str(outcome))
    return event


@action(TALK_ATTEMPTED)
def talk_attempt(
    *,
    by: Actor,
    episode: MissingEpisode,
    happened_at: datetime,
    offer: str,
    chosen_person: str = "",
    words: str = "",
    text: str = "",
) -> EpisodeEvent:
    """The talk offered, accepted, refused or impossible: one line each time. `chosen_person`: whom she wishes."""
    row = locked(by, episode, Action.TALK_ATTEMPT)
    if Offer(offer) == Offer.HELD:
        raise RuleBroken(_("Un entretien tenu se note depuis l’entretien."), field="offer")
    at = happened(happened_at)
    _after_return(row, at)
    event = write_event(
        by, row, EventKind.TALK, at, facts={"offer": Offer(offer)}, who=chosen_person, words=words, text=text
    )
    steps_done_by(by, event)
    note(subject=row.person_id, offer=str(offer))
    return event


@action(INTERVIEW_STARTED)
def interview_start(
    *,
    by: Actor,
    episode: MissingEpisode,
    readers: Sequence[str],
    told: bool,
    chosen_person: str = "",
    independent: bool = True,
) -> ReturnInterview:
    """Begin the talk, once she was told who will read her words (`readers`: role codes). One per episode.

    The interviewer is the actor. RuleBroken when nobody told her, or when it has begun already.
    """
    row = locked(by, episode, Action.INTERVIEW_START)
    if ReturnInterview.objects.filter(episode=row).exists():
        raise RuleBroken(_("L’entretien est déjà commencé : reprenez-le."))
    if not readers:
        raise RuleBroken(_("Choisissez qui lira ses paroles."), field="readers")
    if not told:
        raise RuleBroken(_("Dites-lui d’abord qui lira ses paroles."), field="told")
    instant = now()
    interview = ReturnInterview(
        episode=row,
        interviewer=by.user_id,
        independent=independent,
        readers=sorted({str(Role(reader)) for reader in readers}),
        readers_told_at=instant,
        created_by=by.user_id,
    )
    Sealer(row.data_key).seal(interview, chosen_person=chosen_person)
    interview.save(force_insert=True)
    event = write_event(
        by,
        row,
        EventKind.TALK,
        instant,
        facts={"offer": Offer.ACCEPTED, "interview": interview.pk},
        who=chosen_person,
    )
    steps_done_by(by, event)
    note(subject=row.person_id, readers=interview.readers, independent=independent)
    return interview


@action(INTERVIEW_HELD)
def interview_hold(
    *, by: Actor, interview: ReturnInterview, held_at: datetime, answer_set: object = None
) -> ReturnInterview:
    """The talk took place; called when its answers are submitted. `answer_set`: id in `questionnaires`."""
    episode = locked(by, interview.episode, Action.INTERVIEW_START)
    row = ReturnInterview.objects.select_for_update().get(pk=interview.pk)
    if row.held_at is not None:
        raise RuleBroken(_("L’entretien est déjà noté comme tenu."))
    at = happened(held_at, field="held_at")
    _after_return(episode, at)
    row.held_at = at
    row.answer_set = answer_set or row.answer_set  # type: ignore[assignment]
    row.version += 1
    row.save(update_fields=["held_at", "answer_set", "version"])
    event = write_event(by, episode, EventKind.TALK, at, facts={"offer": Offer.HELD, "interview": row.pk})
    steps_done_by(by, event)
    note(subject=episode.person_id, at=at)
    return row


def answering(by: Actor, episode: MissingEpisode, *, correcting: bool) -> frozenset[Ability]:
    """Her abilities for this very person, to write answers with; the episode stays locked until the transaction ends.

    Once the episode is closed only a correction is written, beside what it corrects: RuleBroken for a draft. NotAllowed
    when nothing she holds here writes answers. Called inside a transaction.
    """
    row = MissingEpisode.objects.select_for_update(of=("self",)).get(pk=episode.pk)
    held = access.abilities(by, row.person_id)
    if not WRITERS.intersection(held):
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    if lifecycle.state_of(row) == EpisodeState.CLOSED and not correcting:
        raise RuleBroken(
            _("L’épisode est clos : ce brouillon ne s’écrit plus. Rouvrez l’épisode pour finir l’entretien.")
        )
    return held


@action(INTERVIEW_CORRECTED)
def interview_corrected(*, by: Actor, interview: ReturnInterview, answer_set: uuid.UUID) -> EpisodeEvent:
    """Answers were said again: a line of the thread, which says by whom, when, and whether after the closing."""
    row = MissingEpisode.objects.select_for_update(of=("self",)).select_related("data_key").get(pk=interview.episode_id)
    if not WRITERS.intersection(access.abilities(by, row.person_id)):
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    event = write_event(
        by,
        row,
        EventKind.ANSWERS_CORRECTED,
        now(),
        facts={"interview": interview.pk, "answer_set": answer_set},
    )
    note(subject=row.person_id, after_closing=row.closed_at is not None)
    return event


@action(DECISION_ADDED)
def decision_add(
    *,
    by: Actor,
    episode: MissingEpisode,
    title: str,
    due_at: datetime,
    text: str = "",
    owner_role: str | None = None,
    owner_user: "User | None" = None,
) -> EpisodeEvent:
    """A decision becomes a task with an owner: a person, or a role of the episode's organisation.

    What was decided is sealed with the event; the task itself only says « Décision ».
    """
    row = locked(by, episode, Action.DECISION_ADD)
    if not title.strip():
        raise RuleBroken(_("Écrivez ce qui est décidé."), field="title")
    if owner_user is None and not owner_role:
        raise RuleBroken(_("Choisissez qui s’en charge."), field="owner")
    instant = now()
    minute = timedelta(minutes=1)
    within = (due_at - instant) // minute * minute
    if within < timedelta():
        raise RuleBroken(_("Cette échéance est déjà passée."), field="due_at")
    event = write_event(
        by,
        row,
        EventKind.DECISION,
        instant,
        facts={"due_at": due_at},
        text="\n".join(part.strip() for part in (title, text) if part.strip()),
    )
    definition = versions.protocol_of(row.protocol)
    key = f"decision:{event.pk.hex}"
    planned = PlannedTask(
        key=key,
        title=_("Décision à mettre en œuvre"),
        why=_("Décidée dans l’épisode ; le texte est dans le fil."),
        source="",
        owner_role=Role(owner_role) if owner_role else Role.CASE_WORKER,
        organisation_id=row.organisation_id,
        due_within=within,
        due_from=due_at - within,
        remind_before=definition.remind_before if definition.remind_before < within else None,
        escalation=tuple((rung.after, rung.to) for rung in definition.escalation),
        owner_user_id=owner_user.pk if owner_user else None,
        order=900,
    )
    plan_in(by, row, [planned])
    task = next(task for task in task_rows.of_context(row.pk) if task.key == key)
    note(subject=row.person_id, task=task.pk)
    return event
