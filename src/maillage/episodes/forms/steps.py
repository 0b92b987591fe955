"""Doing a step, handing it over, saying it has no object."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.episodes.forms.base import WhenField, ZonedForm, line, pick, prose
from maillage.tasks.enums import Means


class DoForm(ZonedForm):
    """« J’ai appelé » in one tap: now, by phone when the step has a number."""

    done_at = WhenField(label=_("Fait"))
    means = pick(_("Moyen"), Means.choices)
    recipient = line(_("À qui"), help_text=_("Nom ou service de la personne jointe."))
    reference = line(_("Référence"), help_text=_("Numéro donné par la personne jointe, s’il y en a un."))
    note = prose(_("À retenir"), rows=2)

    def __init__(self, *args: Any, phone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["means"].initial = Means.PHONE if phone else None


class HandOverForm(ZonedForm):
    """To a person (« user:<id>:<organisation> ») or to a role somewhere (« role:<code>:<organisation> »)."""

    to = forms.ChoiceField(
        label=_("À qui"), widget=forms.RadioSelect, error_messages={"required": _("Choisissez qui prend le relais.")}
    )
    word = prose(_("Un mot pour elle ou lui"), rows=2)

    def __init__(self, *args: Any, to: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = list(to)  # type: ignore[attr-defined]

    @property
    def _chosen(self) -> tuple[str, str, str]:
        kind, who, organisation = self.cleaned_data["to"].split(":")
        return kind, who, organisation

    @property
    def user_id(self) -> uuid.UUID | None:
        kind, who, _organisation = self._chosen
        return uuid.UUID(who) if kind == "user" else None

    @property
    def role(self) -> str | None:
        kind, who, _organisation = self._chosen
        return who if kind == "role" else None

    @property
    def organisation_id(self) -> uuid.UUID:
        return uuid.UUID(self._chosen[2])


class NotDueForm(ZonedForm):
    reason = prose(_("Pourquoi cette étape est sans objet"), rows=2, required=True, limit=300)


class TapForm(ZonedForm):
    """A button alone: take, acknowledge, end an outing."""
