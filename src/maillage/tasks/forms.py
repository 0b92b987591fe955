"""Forms of the rota."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.accounts.models import User
from maillage.common.forms import TokenForm
from maillage.common.localtime import ZONE, instant, local

WALL = "%Y-%m-%dT%H:%M"


class WallField(forms.CharField):
    """A day and an hour on the clocks of `zone`; cleaned to an instant, as `common.localtime` reads walls."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
    default_error_messages = {"invalid": _("Donnez un jour et une heure.")}
    zone = ZONE

    def clean(self, value: Any) -> datetime:
        text = super().clean(value)
        try:
            wall = datetime.strptime(text[:16], WALL)  # noqa: DTZ007  # a wall clock, placed in its zone below
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        return instant(wall.date(), wall.time(), self.zone)


class ShiftForm(TokenForm):
    """One shift: who, from when, to when, on the clocks of the organisation."""

    user = forms.ChoiceField(label=_("Qui"))
    starts_at = WallField(label=_("À partir de"))
    ends_at = WallField(label=_("Jusqu’à"))

    def __init__(self, *args: Any, people: Sequence[User], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(user.pk): user for user in people}
        who = self.fields["user"]
        assert isinstance(who, forms.ChoiceField)
        who.choices = [("", "—"), *((pk, user.display_name) for pk, user in self.people.items())]
        for name in ("starts_at", "ends_at"):
            at = self.fields[name]
            assert isinstance(at, WallField)
            at.zone = zone
            if isinstance(self.initial.get(name), datetime):
                self.initial[name] = local(self.initial[name], zone).strftime(WALL)

    def clean_user(self) -> User:
        return self.people[self.cleaned_data["user"]]
