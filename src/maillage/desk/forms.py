"""Forms of the desk: one tap each, and the search by name."""

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.common.forms import TokenForm


class TapForm(TokenForm):
    """A button: its token is all that is typed."""


class OutingForm(TokenForm):
    """The button of an outing says kind and hour (`presets.parse`)."""

    preset = forms.CharField(max_length=60, widget=forms.HiddenInput)


class SearchForm(forms.Form):
    text = forms.CharField(
        label=_("Prénom, nom, surnom"),
        help_text=_("Une faute de frappe ne gêne pas : « Lamdaire » trouve Lampadaire."),
        min_length=2,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words", "spellcheck": "false"}),
        error_messages={
            "required": _("Écrivez au moins deux lettres d’un nom."),
            "min_length": _("Écrivez au moins deux lettres d’un nom."),
        },
    )
    birth_year = forms.IntegerField(
        label=_("Année de naissance"),
        required=False,
        min_value=1990,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 6}),
        error_messages={"invalid": _("Écrivez l’année en quatre chiffres, par exemple 2010.")},
    )
