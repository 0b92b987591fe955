"""Forms of retention."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.common.forms import TokenForm
from maillage.retention.rules import CLASSES


def _duration(name: str, label: Any) -> forms.IntegerField:
    one = CLASSES[name]
    return forms.IntegerField(label=label, min_value=one.least, max_value=one.most, help_text=one.source)


class RulesForm(TokenForm):
    active_months = _duration("active_months", _("Base active, après le dernier contact (mois)"))
    archive_months = _duration("archive_months", _("Archive à accès restreint (mois)"))
    trash_days = _duration("trash_days", _("Corbeille, après le visa (jours)"))
    photo_days = _duration("photo_days", _("Photo remplacée (jours)"))
    incident_months = _duration("incident_months", _("Faits autour d’un lieu (mois)"))
    reference = forms.CharField(
        label=_("Décision qui les fixe"),
        max_length=200,
        help_text=_("Par exemple une délibération, ou l’avis du DPO avec sa date."),
    )


class TapForm(TokenForm):
    """A button: its token is all that is typed."""


class VisaForm(TokenForm):
    """`withheld`: files the archives keep as history."""

    reference = forms.CharField(label=_("Référence du visa"), max_length=80)
    visa_on = forms.DateField(label=_("Visa donné le"), widget=forms.DateInput(attrs={"type": "date"}))
    withheld = forms.MultipleChoiceField(
        label=_("À conserver pour l’histoire, et à ne pas détruire"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, files: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["withheld"].choices = files  # type: ignore[attr-defined]


class RestoreForm(TokenForm):
    reason = forms.CharField(
        label=_("Pourquoi ce dossier redevient-il nécessaire ?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
