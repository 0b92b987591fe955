"""What the episode's forms share: instants on the wall clock of the home, and « when » in one tap."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from maillage.common import clock, localtime
from maillage.common.forms import TokenForm
from maillage.common.localtime import ZONE

_HTML = "%Y-%m-%dT%H:%M"  # what <input type="datetime-local"> sends and shows
_WRITTEN = (_HTML, "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y %H h %M")
NOW, OTHER = "now", "other"


class InstantField(forms.Field):
    """A date and hour as the clocks of `zone` show them → an aware instant. ZonedForm sets the zone."""

    zone = ZONE
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Écrivez le jour et l’heure, par exemple 03/11/2026 21:40.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(format=_HTML, attrs={"type": "datetime-local"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Initial instants become wall-clock text; what was typed stays as typed."""
        return localtime.local(value, self.zone).strftime(_HTML) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        for written in _WRITTEN:
            try:
                wall = datetime.strptime(text, written)  # noqa: DTZ007  # the zone is applied below
            except ValueError:
                continue
            return localtime.instant(wall.date(), wall.time(), self.zone)
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class WhenWidget(forms.MultiWidget):
    """« Maintenant », « il y a 15 min »…, « autre heure » with its input, which shows once it is chosen."""

    def __init__(self, choices: Sequence[tuple[str, Any]]) -> None:
        super().__init__(
            [
                forms.RadioSelect(choices=choices),
                forms.DateTimeInput(format=_HTML, attrs={"type": "datetime-local"}),
            ]
        )

    def decompress(self, value: Any) -> list[Any]:
        return [OTHER, value] if value else [NOW, None]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        return render_to_string("episodes/widgets/when.html", self.get_context(name, value, attrs))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_0" not in data


class WhenField(forms.Field):
    """When it happened → an aware instant. Presets are minutes before now."""

    zone = ZONE
    is_when = True

    def __init__(self, *, minutes: Sequence[int] = (15, 30, 60), **kwargs: Any) -> None:
        said = {15: _("il y a 15 min"), 30: _("il y a 30 min"), 60: _("il y a 1 h"), 120: _("il y a 2 h")}
        choices = [(NOW, _("maintenant")), *((str(m), said[m]) for m in minutes), (OTHER, _("autre heure"))]
        self.minutes = {str(m): timedelta(minutes=m) for m in minutes}
        self._other = InstantField(required=False)
        super().__init__(widget=WhenWidget(choices), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        self._other.zone = self.zone
        return self._other.prepare_value(value) if isinstance(value, datetime) else value

    def clean(self, value: Any) -> datetime:
        """ValidationError when « autre heure » is chosen and none is written."""
        chosen, written = (*(value or []), None, None)[:2]
        chosen = chosen or (OTHER if written else NOW)
        if chosen in self.minutes:
            return clock.now() - self.minutes[chosen]
        if chosen != OTHER:
            return clock.now()
        self._other.zone = self.zone
        instant = self._other.to_python(written)
        if instant is None:
            raise forms.ValidationError(_("Indiquez l’heure, ou choisissez « maintenant »."), code="required")
        return instant


class ZonedForm(TokenForm):
    """A form whose instants are read on the clocks of `zone`."""

    def __init__(self, *args: Any, zone: str = ZONE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, InstantField | WhenField):
                field.zone = zone


def prose(
    label: Any, *, help_text: Any = "", required: bool = False, rows: int = 3, limit: int = 4000
) -> forms.CharField:
    """Free text: several lines, never a placeholder (it vanishes when one starts to write)."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def line(label: Any, *, help_text: Any = "", required: bool = False, limit: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=limit,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def pick(
    label: Any, choices: Any, *, help_text: Any = "", required: bool = True, initial: Any = None
) -> forms.ChoiceField:
    """One of a few: all of them visible, one tap."""
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=choices,
        required=required,
        initial=initial,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez une réponse.")},
    )


def picks(label: Any, choices: Any, *, help_text: Any = "", required: bool = False) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, help_text=help_text, choices=choices, required=required, widget=forms.CheckboxSelectMultiple
    )
