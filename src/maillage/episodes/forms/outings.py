"""Outings: one tap from the desk."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.common import clock
from maillage.common.forms import TokenForm
from maillage.episodes.enums import OutingKind
from maillage.episodes.forms.base import OTHER, InstantField, ZonedForm, line, pick, prose
from maillage.episodes.outings import USUAL, Hours, evening, sunday

_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _said(clock_time: time) -> str:
    """« 19 h », « 17 h 15 »."""
    minutes = f"\u00a0{clock_time.minute:02}" if clock_time.minute else ""
    return f"{clock_time.hour}\u00a0h{minutes}"


def _presets(hours: Hours) -> list[tuple[str, Any]]:
    return [
        ("60", _("dans 1 h")),
        ("120", _("dans 2 h")),
        ("240", _("dans 4 h")),
        ("evening", _("ce soir %(hour)s") % {"hour": _said(hours.permission)}),
        ("sunday", _("dimanche %(hour)s") % {"hour": _said(hours.visit)}),
        (OTHER, _("autre heure")),
    ]


def preset_instant(preset: str, now: datetime, zone: str, hours: Hours = USUAL) -> datetime | None:
    """The expected return a preset means; None for a word that is none. Evening and Sunday are always ahead."""
    if preset.isdigit():
        return now + timedelta(minutes=int(preset))
    if preset == "evening":
        return evening(now, hours.permission, zone)
    return sunday(now, hours.visit, zone) if preset == "sunday" else None


class OutingForm(ZonedForm):
    """`kind` and `expected` (a preset) are enough: two buttons of the desk send only those."""

    kind = pick(_("Sortie"), OutingKind.choices, initial=OutingKind.PERMISSION)
    expected = pick(_("Retour prévu"), (), initial="120")
    expected_at = InstantField(label=_("Jour et heure du retour prévu"), required=False)
    where = line(_("Où, chez qui"))
    note = prose(_("À retenir"), rows=2)

    def __init__(self, *args: Any, hours: Hours = USUAL, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hours = hours
        self.fields["expected"].choices = _presets(hours)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        preset = cleaned.get("expected", OTHER)
        if preset != OTHER:
            field = self.fields["expected_at"]
            assert isinstance(field, InstantField)
            cleaned["expected_at"] = preset_instant(preset, clock.now(), field.zone, self.hours)
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


class HoursForm(TokenForm):
    """Usual hours of return of a home."""

    school = forms.TimeField(label=_("Retour de l’école"), widget=_TIME)
    permission = forms.TimeField(label=_("Retour de permission, le soir"), widget=_TIME)
    visit = forms.TimeField(label=_("Retour de visite, le dimanche"), widget=_TIME)
