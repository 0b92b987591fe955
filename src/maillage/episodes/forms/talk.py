"""The educational talk on return: offered each time, with whom she chooses, after telling who will read her words."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.episodes.enums import Offer
from maillage.episodes.forms.base import WhenField, ZonedForm, line, pick, picks, prose


class AttemptForm(ZonedForm):
    offer = pick(_("Réponse"), [choice for choice in Offer.choices if choice[0] != Offer.HELD])
    chosen_person = line(_("Avec qui, à son choix"), help_text=_("Quelqu’un d’ici ou d’ailleurs."))
    words = prose(_("Ses mots"), rows=2)
    text = prose(
        _("Autre chose à savoir"), rows=2, help_text=_("Si c’est impossible : pourquoi, et quand recommencer.")
    )
    happened_at = WhenField(label=_("C’était"))


class StartForm(ZonedForm):
    """Before the first question: who reads, told; with whom."""

    readers = picks(_("Qui lira ses paroles"), (), required=True)
    told = forms.BooleanField(
        label=_("Je le lui ai dit avant de commencer"),
        error_messages={"required": _("Dites-lui d’abord qui lira ses paroles.")},
    )
    chosen_person = line(_("Avec qui, à son choix"))
    independent = forms.BooleanField(
        label=_("La personne qui mène l’entretien ne travaille pas sur son lieu d’accueil"), required=False
    )

    def __init__(self, *args: Any, readers: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["readers"].choices = list(readers)  # type: ignore[attr-defined]
