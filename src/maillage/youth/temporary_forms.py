"""What is typed to open a file for some hours."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from maillage.common.forms import TokenForm
from maillage.common.localtime import ZONE, local
from maillage.youth.temporary_enums import Span


class AccessForm(TokenForm):
    """A reason, a duration of the list, and that one has read what follows."""

    reason = forms.CharField(
        label=_("Pourquoi ouvrir ce dossier, maintenant"),
        help_text=_("Ce qui se passe, ce qu’il vous faut savoir. La personne qui suit le dossier le lira."),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=20,
        max_length=500,
    )
    span = forms.ChoiceField(label=_("Pour combien de temps"), choices=Span, widget=forms.RadioSelect)
    understood = forms.BooleanField(
        label=_("J’en ai besoin pour mon travail auprès d’elle, et j’ai lu qui en sera prévenu."),
        error_messages={"required": _("Cochez, après avoir lu qui en sera prévenu.")},
    )

    def __init__(self, *args: Any, at: datetime, zone: str = ZONE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["span"].choices = [  # type: ignore[attr-defined]
            (
                span.value,
                _("%(span)s, jusqu’au %(end)s")
                % {"span": span.label, "end": date_format(local(at + span.delay, zone), "j F, H:i")},
            )
            for span in Span
        ]


class BeforeForm(TokenForm):
    """The name of someone one followed."""

    text = forms.CharField(label=_("Prénom ou nom"), max_length=80, min_length=2)
