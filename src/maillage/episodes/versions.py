"""Which protocol and which settings rule a département: the rows, read as data."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext as _

from maillage.common.errors import RuleBroken
from maillage.common.prepared import prepared
from maillage.episodes import protocol
from maillage.episodes.models import DepartementSettings, ProtocolChoice, ProtocolVersion

ANY = "*"


def protocol_of(version: ProtocolVersion) -> protocol.Protocol:
    """The definition of a stored version, parsed once per process (a version never changes)."""
    return protocol.load(version.source, f"{version.slug}-{version.number}")


def current(departement: str, at: datetime) -> ProtocolVersion:
    """The version that rules new episodes: the one the département loaded or chose last, else the one for all."""
    found = next(iter(_ruling(departement, at)), None)
    choice = chosen(departement, at)
    if choice is not None:
        own = found.current_from if found is not None and found.departement == departement else None
        if own is None or own <= choice.chosen_at:
            return choice.protocol
    if found is None:
        raise RuleBroken(_("Aucun protocole n’est chargé pour ce département."))
    return found


@prepared
def _ruling(departement: str, at: datetime) -> QuerySet[ProtocolVersion]:
    loaded = ProtocolVersion.objects.filter(current_from__lte=at, departement__in=[departement, ANY])
    own_first = Case(When(departement=departement, then=0), default=1)
    return loaded.order_by(own_first, "-current_from", "-loaded_at", "-id")[:1]


def chosen(departement: str, at: datetime) -> ProtocolChoice | None:
    """The last version that the département made current again."""
    return next(iter(_choices(departement, at)), None)


@prepared
def _choices(departement: str, at: datetime) -> QuerySet[ProtocolChoice]:
    choices = ProtocolChoice.objects.filter(departement=departement, chosen_at__lte=at).select_related("protocol")
    return choices.order_by("-chosen_at", "-id")[:1]


@dataclass(frozen=True)
class Delays:
    """What a département chose, or what the protocol and the product say when it chose nothing."""

    night_from: time
    night_to: time
    talk_within: timedelta
    hand_over_within: timedelta
    place_kept_days: int
    repeat_prompt: bool
    repeat_episodes: int
    repeat_days: int


def delays(departement: str, definition: protocol.Protocol) -> Delays:
    row = next(iter(_settings(departement)), None)
    if row is None:
        row = DepartementSettings(
            night_from=definition.night.start,
            night_to=definition.night.end,
            talk_within_hours=definition.returning.talk // timedelta(hours=1),
        )
    return Delays(
        night_from=row.night_from,
        night_to=row.night_to,
        talk_within=timedelta(hours=row.talk_within_hours),
        hand_over_within=timedelta(minutes=row.hand_over_minutes),
        place_kept_days=row.place_kept_days,
        repeat_prompt=row.repeat_prompt,
        repeat_episodes=row.repeat_episodes,
        repeat_days=row.repeat_days,
    )


@prepared
def _settings(departement: str) -> QuerySet[DepartementSettings]:
    return DepartementSettings.objects.filter(departement=departement)
