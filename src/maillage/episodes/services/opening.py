"""Opening an episode, and reading the situation again when something changes."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.models import Organisation
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.common.localtime import is_night, local
from maillage.common.prepared import prepared
from maillage.episodes import access, protocol, versions
from maillage.episodes.enums import (
    AUTHORITY_QUALIFIED,
    EPISODE_OPENED,
    READING_CHANGED,
    Action,
    Answer,
    Authority,
    ClosingReason,
    EpisodeKind,
    EventKind,
    Origin,
)
from maillage.episodes.models import EpisodeEvent, MissingEpisode, Outing, ProtocolVersion
from maillage.episodes.selectors import outings_of
from maillage.episodes.services.base import (
    age_of,
    clock_text,
    happened,
    locked,
    replan,
    save,
    steps_done_by,
    write_event,
)
from maillage.vault.sealing import Sealer
from maillage.youth import access as youth
from maillage.youth import selectors as people_of
from maillage.youth import services as youth_services

if TYPE_CHECKING:
    from maillage.youth.models import YoungPerson


def reading_for(
    *,
    by: Actor,
    person: "YoungPerson",
    organisation: Organisation,
    version: ProtocolVersion,
    noticed_at: datetime,
    facts: Mapping[str, str],
) -> protocol.Reading:
    """What the protocol's table suggests for her, with these answers: what the screen shows before opening."""
    definition = versions.protocol_of(version)
    delays = versions.delays(organisation.departement, definition)
    opened = youth.reveal_open(by, person, Section.IDENTITY)
    age = people_of.age_at(opened, person, local(noticed_at, organisation.zone).date())
    return protocol.reading(
        definition,
        facts,
        age=age,
        night=is_night(noticed_at, organisation.zone, delays.night_from, delays.night_to),
        first_time=not _earlier_episodes(person).exists(),
    )


def _earlier_episodes(person: "YoungPerson") -> QuerySet[MissingEpisode]:
    return MissingEpisode.objects.filter(person=person).exclude(closing_reason=ClosingReason.OPENED_BY_MISTAKE)


def _choice(suggested: EpisodeKind, declared: str | None, reason: str) -> EpisodeKind:
    """Her choice; another one than the suggestion says why."""
    chosen = EpisodeKind(declared) if declared else suggested
    if chosen != suggested and not reason.strip():
        raise RuleBroken(_("Vous lisez autrement que le protocole : dites pourquoi."), field="kind_reason")
    return chosen


@dataclass(frozen=True)
class _Notice:
    """What one opening says, the same for each person who left."""

    organisation: Organisation | None
    noticed_at: datetime
    last_seen_at: datetime | None
    facts: Mapping[str, str]
    declared_kind: str | None
    kind_reason: str
    origin: Origin


def episodes_open(
    *,
    by: Actor,
    people: Sequence["YoungPerson"],
    organisation: Organisation | None = None,
    noticed_at: datetime,
    last_seen_at: datetime | None = None,
    facts: Mapping[str, str],
    declared_kind: str | None = None,
    kind_reason: str = "",
    origin: str = Origin.HOME,
    outing: Outing | None = None,
) -> list[MissingEpisode]:
    """One episode for each of these people, all or none; nothing stored links one to another.

    `declared_kind` None: what the table suggests for each. `organisation` None: where each lives. An outing under
    way becomes the origin. The same form again gives the same episodes. RuleBroken: fields `people`, `noticed_at`,
    `last_seen_at`, `facts`, `kind_reason`, `organisation`.
    """
    if not people:
        raise RuleBroken(_("Choisissez qui manque."), field="people")
    notice = _Notice(
        organisation=organisation,
        noticed_at=noticed_at,
        last_seen_at=last_seen_at,
        facts=facts,
        declared_kind=declared_kind,
        kind_reason=kind_reason,
        origin=Origin.OUTING if outing is not None else Origin(origin),
    )
    with transaction.atomic():
        return [_opened_for(_nth(by, position), person, notice) for position, person in enumerate(people)]


def _nth(by: Actor, position: int) -> Actor:
    """The same actor with a form token of its own for each person: each opening is an action that repeats safely."""
    if by.token is None or position == 0:
        return by
    return replace(by, token=hashlib.sha256(f"{by.token}:{position}".encode()).hexdigest())


def _opened_for(by: Actor, person: "YoungPerson", notice: _Notice) -> MissingEpisode:
    try:
        return _episode_open(by=by, person=person, notice=notice)
    except IntegrityError as error:
        # The database is the judge of « one open episode »: asking first would race with a second form.
        if not MissingEpisode.objects.filter(person=person, closed_at__isnull=True).exists():
            raise
        # Initials: the message may stand on a screen that others see.
        name = people_of.initials(youth.reveal(by, person), person)
        raise RuleBroken(
            _("Un épisode est déjà ouvert pour %(name)s : reprenez-le, ou fermez-le d’abord.") % {"name": name},
            field="people",
        ) from error


@action(EPISODE_OPENED)
def _episode_open(*, by: Actor, person: "YoungPerson", notice: _Notice) -> MissingEpisode:
    held = access.abilities(by, person.pk)
    if not held:
        raise Http404
    if Ability.EPISODE_OPEN not in held:
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    noticed_at = happened(notice.noticed_at, field="noticed_at")
    outing = outings_of([person.pk]).get(person.pk)
    placement = people_of.placement_now(person)
    organisation = notice.organisation or (placement.organisation if placement else None)
    if organisation is None:
        raise RuleBroken(_("Aucun lieu d’accueil en cours : choisissez le service."), field="organisation")
    last_seen_at = notice.last_seen_at or (outing.left_at if outing else None)
    if last_seen_at is not None and last_seen_at > noticed_at:
        raise RuleBroken(
            _(
                "La dernière présence constatée vient après l’absence constatée (%(at)s) : "
                "revoyez l’une des deux heures."
            )
            % {"at": clock_text(noticed_at, organisation.zone)},
            field="last_seen_at" if notice.last_seen_at else "noticed_at",
        )
    # One number after the other in an organisation, whoever opens at the same time.
    (organisation,) = _locked_home(organisation.pk)
    last = MissingEpisode.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"] or 0
    version = versions.current(organisation.departement, now())
    try:
        answers = protocol.answers_of(versions.protocol_of(version), notice.facts)
        suggestion = reading_for(
            by=by,
            person=person,
            organisation=organisation,
            version=version,
            noticed_at=noticed_at,
            facts=notice.facts,
        )
    except ValueError as error:
        raise RuleBroken(str(error), field="facts") from error
    chosen = _choice(suggestion.kind, notice.declared_kind, notice.kind_reason)
    episode = MissingEpisode(
        person=person,
        organisation=organisation,
        number=last + 1,
        origin=Origin.OUTING if outing else notice.origin,
        outing=outing,
        protocol=version,
        noticed_at=noticed_at,
        last_seen_at=last_seen_at,
        opened_at=now(),
        opened_by=by.user_id,
        suggested_kind=suggestion.kind,
        declared_kind=chosen,
    )
    reason = notice.kind_reason.strip() if chosen != suggestion.kind else ""
    Sealer(person.data_key).seal(episode, facts={key: str(value) for key, value in answers.items()}, kind_reason=reason)
    episode.save(force_insert=True)
    if outing is not None:
        outing.missing_at = noticed_at
        outing.version += 1
        outing.save(update_fields=["missing_at", "version"])
    _reading_event(by, episode, suggestion, reason)
    youth_services.sheet_open(by=by, person=person, context=episode.pk, at=episode.opened_at)
    replan(by, episode)
    note(
        subject=person.pk,
        kind=str(chosen),
        suggested=str(suggestion.kind),
        origin=str(episode.origin),
        lines=[line.key for line in suggestion.lines],
    )
    return episode


@prepared
def _locked_home(pk: uuid.UUID) -> QuerySet[Organisation]:
    return Organisation.objects.select_for_update(of=("self",)).select_related("station").filter(pk=pk)


def _reading_event(by: Actor, episode: MissingEpisode, suggestion: protocol.Reading, reason: str) -> EpisodeEvent:
    return write_event(
        by,
        episode,
        EventKind.READING,
        now(),
        facts={
            "suggested": suggestion.kind,
            "declared": EpisodeKind(episode.declared_kind),
            "lines": [line.key for line in suggestion.lines],
            "protocol": episode.protocol_id,
            "origin": Origin(episode.origin),
        },
        text=reason,
    )


@action(READING_CHANGED)
def reading_change(
    *,
    by: Actor,
    episode: MissingEpisode,
    facts: Mapping[str, str],
    declared_kind: str | None = None,
    kind_reason: str = "",
    version: int,
) -> MissingEpisode:
    """Ask the questions again with new facts, under the protocol the episode began with; what is owed follows.

    StaleEdit with both answers when somebody answered meanwhile.
    """
    row = locked(by, episode, Action.READING_CHANGE)
    definition = versions.protocol_of(row.protocol)
    try:
        answers = protocol.answers_of(definition, facts)
    except ValueError as error:
        raise RuleBroken(str(error), field="facts") from error
    if row.version != version:
        raise StaleEdit(
            _("Quelqu’un a répondu aux questions entre-temps."),
            differences=_differences(by, row, definition, answers, declared_kind, kind_reason),
            current_version=row.version,
        )
    suggestion = reading_in(by, row, facts)
    row.suggested_kind = suggestion.kind
    row.declared_kind = _choice(suggestion.kind, declared_kind, kind_reason)
    reason = kind_reason.strip()
    sealer = Sealer(row.data_key)
    sealer.seal(row, facts={key: str(value) for key, value in answers.items()}, kind_reason=reason)
    save(row, "suggested_kind", "declared_kind", "facts", "kind_reason")
    steps_done_by(by, _reading_event(by, row, suggestion, reason))
    replan(by, row)
    note(
        subject=row.person_id,
        kind=str(row.declared_kind),
        suggested=str(suggestion.kind),
        lines=[line.key for line in suggestion.lines],
    )
    return row


def reading_in(by: Actor, episode: MissingEpisode, facts: Mapping[str, str]) -> protocol.Reading:
    """What the table of the episode's own protocol suggests with these answers."""
    definition = versions.protocol_of(episode.protocol)
    delays = versions.delays(episode.organisation.departement, definition)
    return protocol.reading(
        definition,
        facts,
        age=age_of(by, episode),
        night=is_night(episode.noticed_at, episode.organisation.zone, delays.night_from, delays.night_to),
        first_time=not _earlier_episodes(episode.person).filter(opened_at__lt=episode.opened_at).exists(),
    )


def _differences(
    by: Actor,
    row: MissingEpisode,
    definition: protocol.Protocol,
    answers: Mapping[str, Answer],
    declared_kind: str | None,
    kind_reason: str,
) -> list[Difference]:
    opened = youth.reveal(by, row.person)
    stored = opened.value(row, "facts") or {}
    wanted = str(EpisodeKind(declared_kind).label) if declared_kind else ""
    said = [
        (_("Notre lecture"), str(EpisodeKind(row.declared_kind).label), wanted),
        (_("Pourquoi"), opened.text(row, "kind_reason"), kind_reason.strip()),
    ]
    return [Difference(*one) for one in said if one[1] != one[2]] + [
        Difference(question.text, str(Answer(stored[question.key]).label), str(answers[question.key].label))
        for question in definition.questions
        if stored.get(question.key) is not None and stored[question.key] != answers[question.key]
    ]


@action(AUTHORITY_QUALIFIED)
def authority_qualify(
    *,
    by: Actor,
    episode: MissingEpisode,
    authority: str,
    kind: str,
    happened_at: datetime,
    who: str = "",
    text: str = "",
) -> EpisodeEvent:
    """What police, gendarmerie or prosecutor decided: a fact of its own, beside our reading.

    When police or gendarmerie read otherwise, the step « demander la décision du procureur » is added.
    """
    row = locked(by, episode, Action.AUTHORITY_QUALIFY)
    at = happened(happened_at)
    decided = EpisodeKind(kind)
    disagrees = decided != row.declared_kind and Authority(authority) != Authority.PROSECUTOR
    event = write_event(
        by,
        row,
        EventKind.AUTHORITY_QUALIFICATION,
        at,
        facts={"authority": Authority(authority), "kind": decided, "disagrees": disagrees},
        who=who,
        text=text,
    )
    replan(by, row)
    note(subject=row.person_id, authority=str(authority), kind=str(decided))
    return event
