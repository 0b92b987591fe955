"""What is typed about a mission: for whom, why, which parts of the file, until when."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.common.enums import Section
from maillage.common.forms import TokenForm
from maillage.common.localtime import ZONE, end_of, instant, local
from maillage.youth.enums import BASES_TO_CHOOSE, MissionKind

WHOLE = "service"  # the whole service, rather than one of its people


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class _Timed(TokenForm):
    """A form with `until`, a day; the mission ends when that day does."""

    zone = ZONE

    @property
    def ends_at(self) -> datetime | None:
        return self.end_of(self.cleaned_data["until"])

    def end_of(self, day: date | None) -> datetime | None:
        return None if day is None else end_of(day, self.zone)


def last_day(ends_at: datetime | None, zone: str) -> date | None:
    """The last whole day of a mission, as `until` shows it."""
    return None if ends_at is None else local(ends_at - timedelta(microseconds=1), zone).date()


class ServiceElsewhereForm(forms.Form):
    name = forms.CharField(label=_("Son nom exact"), max_length=200, help_text=_("« Nom (75) » si deux le portent."))


class MissionForm(_Timed):
    """One holder of a service: all of it, or one of its people."""

    holder = forms.ChoiceField(label=_("Pour qui"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("À quel titre"), widget=forms.RadioSelect)
    sections = forms.MultipleChoiceField(
        label=_("Parties du dossier"),
        help_text=_("Seulement ce qui est nécessaire : le rôle de chacun resserre encore."),
        choices=Section.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une partie du dossier.")},
    )
    legal_basis = forms.ChoiceField(
        label=_("Base légale"), choices=[("", _("Choisir…")), *((one.value, one.label) for one in BASES_TO_CHOOSE)]
    )
    reason = forms.CharField(
        label=_("Précision"),
        help_text=_("La décision et sa date, par exemple. Lue par qui répond du dossier à l’ASE."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        required=False,
    )
    since = _day(label=_("À partir du"), help_text=_("Vide : tout de suite."))
    until = _day(label=_("Jusqu’au"), help_text=_("Vide : sans date de fin."))

    def __init__(self, *args: Any, people: Sequence[tuple[uuid.UUID, str]], zone: str, carers: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.zone = zone
        whole = [] if carers and not people else [(WHOLE, _("Tout le service"))]
        self.fields["holder"].choices = [*((str(pk), name) for pk, name in people), *whole]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.value, kind.label) for kind in MissionKind if kind != MissionKind.TEMPORARY
        ]
        self.initial.setdefault("sections", [Section.IDENTITY, Section.EDUCATION])

    @property
    def user_id(self) -> uuid.UUID | None:
        chosen = self.cleaned_data["holder"]
        return None if chosen == WHOLE else uuid.UUID(chosen)

    @property
    def starts_at(self) -> datetime | None:
        day = self.cleaned_data["since"]
        return None if day is None else instant(day, time.min, self.zone)


class MissionChangeForm(_Timed):
    """Narrow, prolong, shorten: the parts offered are those the mission has."""

    sections = forms.MultipleChoiceField(
        label=_("Parties du dossier"),
        help_text=_("Une mission se resserre. Pour ouvrir davantage, ouvrez-en une autre, avec sa base légale."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une partie du dossier.")},
    )
    until = _day(label=_("Jusqu’au"), help_text=_("Vide : sans date de fin."))

    def __init__(self, *args: Any, sections: Sequence[str], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        known = dict(Section.choices)
        self.fields["sections"].choices = [(code, known[code]) for code in sections]  # type: ignore[attr-defined]
