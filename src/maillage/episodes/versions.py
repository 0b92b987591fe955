"""Which protocol and which settings rule a département: the rows, read as data."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Case, When
from django.utils.translation import gettext as _

from maillage.common.errors import RuleBroken
from maillage.episodes import protocol
from maillage.episodes.models import DepartementSettings, ProtocolChoice, ProtocolVersion

ANY = "*"


def protocol_of(version: ProtocolVersion) -> protocol.Protocol:
    """The definition of a stored version, parsed once per process (a version never changes)."""
    return protocol.load(version.source, f"{version.slug}-{version.number}")


def current(departement: str, at: datetime) -> ProtocolVersion:
    """The version that rules new episodes: the one the département loaded or chose last, else the one for all."""
    ruling = ProtocolVersion.objects.filter(current_from__lte=at, departement__in=[departement, ANY])
    own_first = Case(When(departement=departement, then=0), default=1)
    found = ruling.order_by(own_first, "-current_from", "-loaded_at", "-id").first()
    choice = chosen(departement, at)
    if choice is not None:
        own = found.current_from if found is not None and found.departement == departement else None
        if own is None or own <= choice.chosen_at:
            return choice.protocol
    if found is None:
        raise RuleBroken(_("Aucun protocole n’est chargé pour ce département."))
    return found


def chosen(departement: str, at: datetime) -> ProtocolChoice | None:
    """The last version that the département made current again."""
    choices = ProtocolChoice.objects.filter(departement=departement, chosen_at__lte=at).select_related("protocol")
    return choices.order_by("-chosen_at", "-id").first()


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
    row = DepartementSettings.objects.filter(departement=departement).first()
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
