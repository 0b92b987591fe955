"""The rows behind a manager's figures: her own homes, some months; five queries whatever they hold."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q

from maillage.accounts.actors import Actor
from maillage.accounts.models import Organisation
from maillage.common.localtime import ZONE, instant, local
from maillage.episodes import access
from maillage.episodes.coverage import AFTER, TALK_WITHIN, Month, Period, Row, broken_down
from maillage.episodes.enums import ClosingReason, EventKind, Offer
from maillage.episodes.models import EpisodeEvent, MissingEpisode
from maillage.tasks import selectors as task_rows
from maillage.youth import selectors as people

# Whoever accepted, refused or held a talk had it offered.
_OFFERED = frozenset({Offer.OFFERED, Offer.ACCEPTED, Offer.REFUSED, Offer.HELD})


def rows_of(homes: Mapping[uuid.UUID, Organisation], period: Period) -> list[Row]:
    """Episodes of those homes noticed in those months, those opened by mistake left out."""
    if not homes:
        return []
    # Zones differ: a day more on each side, then the month of each home decides.
    start = instant(period.first.first, time(0), ZONE) - timedelta(days=1)
    end = instant(period.last.plus(1).first, time(0), ZONE) + timedelta(days=1)
    wanted = MissingEpisode.objects.filter(
        organisation_id__in=list(homes), noticed_at__gte=start, noticed_at__lt=end
    ).exclude(closing_reason=ClosingReason.OPENED_BY_MISTAKE)
    found = []
    for episode in wanted.annotate(
        sheet_at=task_rows.sent_at("declaration"), talk_due=task_rows.due_of("talk")
    ).order_by("noticed_at", "pk"):
        month = Month.of(local(episode.noticed_at, homes[episode.organisation_id].zone).date())
        if period.first <= month <= period.last:
            found.append((episode, month))
    keys = wanted.order_by().values("pk")
    talks, cares = _talks(keys), defaultdict[uuid.UUID, list[datetime]](list)
    for event in talks:
        if event.kind == EventKind.URGENT_CARE:
            cares[event.episode_id].append(event.happened_at)
    offers = defaultdict[uuid.UUID, list[EpisodeEvent]](list)
    for event in talks:
        if event.kind == EventKind.TALK:
            offers[event.episode_id].append(event)
    relays = task_rows.relays_of(keys)
    broke = _broken(homes, [episode for episode, _month in found])
    return [
        _row(
            episode,
            month,
            offers[episode.pk],
            cares[episode.pk],
            relays.get(episode.pk, (0, 0)),
            episode.pk in broke,
        )
        for episode, month in found
    ]


def _talks(keys: Any) -> list[EpisodeEvent]:
    """Lines about the talk and urgent care, as last corrected."""
    return list(
        EpisodeEvent.objects.filter(
            Q(kind=EventKind.TALK) | Q(kind=EventKind.URGENT_CARE), episode__in=keys, corrections__isnull=True
        )
        .only("episode_id", "kind", "happened_at", "facts")
        .order_by("happened_at", "pk")
    )


def _row(
    episode: MissingEpisode,
    month: Month,
    offers: Iterable[EpisodeEvent],
    cares: Iterable[datetime],
    relays: tuple[int, int],
    breakdown: bool,
) -> Row:
    back = episode.returned_at
    # A return noted by mistake, then undone, leaves its lines behind.
    since = [event for event in offers if back is not None and event.happened_at >= back]
    held = [event.happened_at for event in since if event.facts.get("offer") == Offer.HELD]
    return Row(
        episode=episode.pk,
        person=episode.person_id,
        home=episode.organisation_id,
        noticed_at=episode.noticed_at,
        month=month,
        returned_at=back,
        sheet_at=episode.sheet_at,  # type: ignore[attr-defined]
        care_at=min((at for at in cares if back is not None and at >= back), default=None),
        offers=tuple(event.happened_at for event in since if event.facts.get("offer") in _OFFERED),
        held_at=min(held, default=None),
        refused=any(event.facts.get("offer") == Offer.REFUSED for event in since),
        deadline=(episode.talk_due or back + TALK_WITHIN) if back else None,  # type: ignore[attr-defined]
        breakdown=breakdown,
        relays=relays[0],
        acknowledged=relays[1],
    )


def _broken(homes: Mapping[uuid.UUID, Organisation], episodes: list[MissingEpisode]) -> frozenset[uuid.UUID]:
    if not episodes:
        return frozenset()

    def day(episode: MissingEpisode, at: datetime) -> datetime:
        return local(at, homes[episode.organisation_id].zone)

    known = [
        (
            one.pk,
            one.person_id,
            one.organisation_id,
            day(one, one.noticed_at).date(),
            day(one, over).date() if (over := one.returned_at or one.closed_at) else None,
        )
        for one in episodes
    ]
    first = min(line[3] for line in known)
    last = None if any(line[4] is None for line in known) else max(line[4] for line in known if line[4]) + AFTER
    return broken_down(known, people.breakdowns(list(homes), first, last))


def seen_among(actor: Actor, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, MissingEpisode]:
    """Those of these episodes that she may open today."""
    return access.visible_to(actor).in_bulk(list(ids))
