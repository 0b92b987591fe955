"""Forms of the desk: one tap each, the search by name, the months of « Relevé »."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.accounts.models import Organisation
from maillage.common.clock import now
from maillage.common.forms import TokenForm
from maillage.desk.enums import ExportFormat, ListKind, Which, Within
from maillage.desk.lists import CHOICES, Choice, missions
from maillage.episodes.coverage import Month, Period
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


class PeriodForm(forms.Form):
    """Which months, which home. `period`, once the form is valid."""

    period: Period

    first = forms.ChoiceField(label=_("De"))
    last = forms.ChoiceField(label=_("À"))
    home = forms.TypedChoiceField(label=_("Maison"), required=False, coerce=uuid.UUID, empty_value=None)

    def __init__(
        self, *args: Any, homes: Sequence[Organisation], months: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "last"):
            cast(forms.ChoiceField, self.fields[name]).choices = list(months)
        cast(forms.ChoiceField, self.fields["home"]).choices = [
            ("", _("Toutes")),
            *((str(home.pk), home.name) for home in homes),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "first" in given and "last" in given:
            first, last = (Month(*map(int, given[name].split("-"))) for name in ("first", "last"))
            if first > last:
                self.add_error("last", _("Ce mois est avant le premier."))
            else:
                self.period = Period(first, last)
        return given


class OwnCopyForm(TokenForm):
    """Lines of her own copy, by their key. None is chosen beforehand."""

    chosen = forms.MultipleChoiceField(
        label=_("Lignes de la copie"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choisissez au moins une ligne."),
            "invalid_choice": _("Une des lignes choisies a changé : relisez la liste."),
        },
    )

    def __init__(self, *args: Any, keys: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["chosen"]).choices = [(key, key) for key in keys]


class ListForm(forms.Form):
    """`choice`, once the form is valid. What goes with what is said in the choices themselves."""

    choice: Choice

    what = forms.ChoiceField(label=_("Liste"))
    home = forms.TypedChoiceField(label=_("Service"), required=False, coerce=uuid.UUID, empty_value=None)
    within = forms.TypedChoiceField(
        label=_("Constaté depuis, ou à faire d’ici"),
        required=False,
        choices=[("", _("Sans limite")), *Within.choices],
        coerce=lambda days: Within(int(days)),
        empty_value=None,
    )
    mission = forms.ChoiceField(label=_("Votre mission"), required=False)

    def __init__(self, *args: Any, homes: Mapping[uuid.UUID, Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["what"]).choices = [
            (
                str(kind.label),
                [(f"{kind}.{which}", f"{kind.label}, {str(which.label).lower()}") for which in CHOICES[kind]],
            )
            for kind in ListKind
        ]
        cast(forms.ChoiceField, self.fields["home"]).choices = [
            ("", _("Tous")),
            *((str(pk), one.name) for pk, one in homes.items()),
        ]
        cast(forms.ChoiceField, self.fields["mission"]).choices = [("", _("Toutes")), *missions()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors:
            kind, _dot, which = given["what"].partition(".")
            self.choice = Choice(ListKind(kind), Which(which), given["home"], given["mission"], given["within"])
        return given


class NameForm(TokenForm):
    name = forms.CharField(label=_("Nom de la liste"), max_length=80)
    team = forms.TypedChoiceField(label=_("Partager avec"), required=False, coerce=uuid.UUID, empty_value=None)

    def __init__(self, *args: Any, teams: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["team"]).choices = [("", _("Personne, c’est la mienne")), *teams]


class ExportForm(TokenForm):
    reason = forms.CharField(
        label=_("Pourquoi sortir cette liste"),
        help_text=_("Écrit dans le fichier, avec votre nom et l’heure ; noté au journal."),
        max_length=200,
    )
    format = forms.ChoiceField(label=_("Format"), choices=ExportFormat.choices)
