"""Outings: one tap from the desk."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.common import clock, localtime
from maillage.episodes.enums import OutingKind
from maillage.episodes.forms.base import OTHER, InstantField, ZonedForm, line, pick, prose

_PRESETS: tuple[tuple[str, Any], ...] = (
    ("60", _("dans 1 h")),
    ("120", _("dans 2 h")),
    ("240", _("dans 4 h")),
    ("evening", _("ce soir 19 h")),
    ("sunday", _("dimanche 18 h")),
    (OTHER, _("autre heure")),
)


def preset_instant(preset: str, now: datetime, zone: str) -> datetime | None:
    """The expected return a preset means; None for a word that is none. Evening and Sunday are always ahead."""
    if preset.isdigit():
        return now + timedelta(minutes=int(preset))
    here = localtime.local(now, zone)
    if preset == "evening":
        day = here.date() + timedelta(days=1 if here.hour >= 19 else 0)
        return localtime.instant(day, here.time().replace(hour=19, minute=0, second=0, microsecond=0), zone)
    if preset == "sunday":
        ahead = (6 - here.weekday()) % 7 or (7 if here.hour >= 18 else 0)
        clock_time = here.time().replace(hour=18, minute=0, second=0, microsecond=0)
        return localtime.instant(here.date() + timedelta(days=ahead), clock_time, zone)
    return None


class OutingForm(ZonedForm):
    """`kind` and `expected` (a preset) are enough: two buttons of the desk send only those."""

    kind = pick(_("Sortie"), OutingKind.choices, initial=OutingKind.PERMISSION)
    expected = pick(_("Retour prévu"), _PRESETS, initial="120")
    expected_at = InstantField(label=_("Jour et heure du retour prévu"), required=False)
    where = line(_("Où, chez qui"))
    note = prose(_("À retenir"), rows=2)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        preset = cleaned.get("expected", OTHER)
        if preset != OTHER:
            field = self.fields["expected_at"]
            assert isinstance(field, InstantField)
            cleaned["expected_at"] = preset_instant(preset, clock.now(), field.zone)
        elif cleaned.get("expected_at") is None and "expected_at" not in self.errors:
            self.add_error(
                "expected_at", forms.ValidationError(_("Indiquez l’heure du retour prévu."), code="required")
            )
        return cleaned


class ExtendForm(OutingForm):
    """Another expected return for an outing under way."""

    kind = None  # type: ignore[assignment]
    where = None  # type: ignore[assignment]
    note = None  # type: ignore[assignment]
