"""Forms of the desk: one tap each, and the search by name."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.common.clock import now
from maillage.common.forms import TokenForm
from maillage.youth.lookup import birth
from maillage.youth.names import Born


class TapForm(TokenForm):
    """A button: its token is all that is typed."""


class OutingForm(TokenForm):
    """The button of an outing says kind and hour (`presets.parse`)."""

    preset = forms.CharField(max_length=60, widget=forms.HiddenInput)


class SearchForm(forms.Form):
    """`birth`: what is known of a birth, once the form is valid."""

    birth: Born | None = None

    text = forms.CharField(
        label=_("Prénom, nom, surnom, téléphone ou référence"),
        help_text=_("Dans n’importe quel ordre ; une faute de frappe ne gêne pas : « Lamdaire » trouve Lampadaire."),
        required=False,
        min_length=2,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words", "spellcheck": "false"}),
        error_messages={"min_length": _("Écrivez au moins deux lettres d’un nom.")},
    )
    born = forms.CharField(
        label=_("Naissance ou âge"),
        help_text=_("Une date, une année ou un âge : « 17/05/2010 », « 2010 », « vers 14 ans »."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_born(self) -> str:
        said: str = self.cleaned_data["born"]
        try:
            self.birth = birth(said, now().date())
        except ValueError as wrong:
            raise forms.ValidationError(_("Écrivez une date, une année ou un âge, par exemple 2010.")) from wrong
        return said

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        birth_day = self.birth is not None and self.birth.day is not None
        if "text" in given and "born" in given and not given["text"] and not birth_day:
            self.add_error("text", _("Écrivez au moins deux lettres d’un nom, ou une date de naissance entière."))
        return given
