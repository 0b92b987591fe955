"""Delays and prompts of a département, and its protocol."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.common.forms import TokenForm

LONGEST = 400_000


class SettingsForm(TokenForm):
    night_from = forms.TimeField(
        label=_("Début de la nuit"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    night_to = forms.TimeField(
        label=_("Fin de la nuit"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    hand_over_minutes = forms.IntegerField(
        label=_("Délai pour confirmer un relais (minutes)"),
        min_value=1,
        max_value=240,
        help_text=_("Passé ce délai, l’étape revient à la personne qui l’a passée, et l’astreinte est prévenue."),
    )
    talk_within_hours = forms.IntegerField(
        label=_("Entretien de retour, au plus tard (heures)"), min_value=1, max_value=720
    )
    place_kept_days = forms.IntegerField(label=_("Place gardée par défaut (jours)"), min_value=1, max_value=365)
    repeat_prompt = forms.BooleanField(
        label=_("Proposer une synthèse après plusieurs épisodes"),
        required=False,
        help_text=_("À l’éducateur référent seul. Ni score, ni classement : un nombre d’épisodes sur une durée."),
    )
    repeat_episodes = forms.IntegerField(label=_("Nombre d’épisodes"), min_value=2, max_value=20)
    repeat_days = forms.IntegerField(label=_("Sur combien de jours"), min_value=7, max_value=730)


class ProtocolForm(TokenForm):
    file = forms.FileField(
        label=_("Fichier du protocole (YAML)"),
        help_text=_("Il vaudra pour les épisodes à venir ; ceux en cours gardent le leur."),
        widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,text/yaml"}),
        error_messages={"required": _("Choisissez un fichier.")},
    )

    def clean_file(self) -> Any:
        """Text in UTF-8, at most `LONGEST` bytes. Its faults are shown one by one, beside the file."""
        sent = self.cleaned_data["file"]
        if sent.size > LONGEST:
            raise forms.ValidationError(_("Ce fichier est trop gros pour un protocole."))
        try:
            self.cleaned_data["text"] = sent.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("Ce fichier n’est pas du texte en UTF-8.")) from error
        self.cleaned_data["name"] = sent.name
        return sent

    @property
    def faults(self) -> list[str]:
        """« fichier, ligne 12 : cause », one by one."""
        return [line for error in self.errors.get("file", ()) for line in str(error).splitlines()]

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error("file" if field in ("text", "departement", None) else field, error)


class InstrumentForm(TokenForm):
    """The workbook of an instrument. Its faults come from its compiler, one a line."""

    workbook = forms.FileField(
        label=_("Classeur (XLSForm, .xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("Choisissez un fichier."), "empty": _("Le fichier est vide.")},
    )

    @property
    def faults(self) -> list[str]:
        """« fichier, feuille survey, ligne 12 : cause », one by one."""
        return [line for error in self.errors.get("workbook", ()) for line in str(error).splitlines()]
