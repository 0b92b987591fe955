"""What is chosen to pass missions on: why, from when until when, one person for all or one each."""

import uuid
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maillage.accounts.models import User
from maillage.common.forms import TokenForm
from maillage.common.localtime import ZONE, end_of, instant
from maillage.youth.takeover_enums import Why


class _When(TokenForm):
    """Why, from when until when, and who takes over."""

    why = forms.ChoiceField(label=_("De quoi s’agit-il"), choices=Why, widget=forms.RadioSelect)
    since = forms.DateField(
        label=_("À partir du"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Vide : tout de suite, dès la réponse."), required=False,
    )  # fmt: skip
    until = forms.DateField(
        label=_("Jusqu’au"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Pour une absence : le dernier jour."), required=False,
    )  # fmt: skip
    everyone = forms.ChoiceField(label=_("Qui prend la relève"), required=False)

    def __init__(self, *args: Any, people: Sequence[User], zone: str = ZONE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.people = {str(user.pk): user for user in people}
        self.names = [(pk, user.display_name) for pk, user in self.people.items()]
        self.fields["everyone"].choices = [("", _("Choisir…")), *self.names]  # type: ignore[attr-defined]

    @property
    def general(self) -> list[Any]:
        return [self[name] for name in ("why", "since", "until", "everyone")]

    def starts_at(self, at: datetime) -> datetime:
        day = self.cleaned_data["since"]
        return at if day is None else instant(day, time.min, self.zone)

    @property
    def ends_at(self) -> datetime | None:
        day = self.cleaned_data["until"]
        return None if day is None else end_of(day, self.zone)


class TakeoverForm(_When):
    """One field a mission, named by its id: left empty, it goes to `everyone`; « — » when she is nobody's."""

    KEEP = "keep"

    def __init__(
        self,
        *args: Any,
        missions: Sequence[tuple[uuid.UUID, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.missions = [str(pk) for pk, _label in missions]
        for pk, label in missions:
            self.fields[str(pk)] = forms.ChoiceField(
                label=label,
                required=False,
                choices=[
                    ("", _("La même personne que pour les autres")),
                    *self.names,
                    (self.KEEP, _("Ne pas confier")),
                ],
            )

    @property
    def each(self) -> list[Any]:
        return [self[name] for name in self.missions]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("everyone") and any(not given.get(name) for name in self.missions):
            self.add_error("everyone", _("Choisissez qui prend la relève, ou quelqu’un pour chacune."))
        return given

    def chosen(self) -> dict[uuid.UUID, User]:
        """Mission → who is asked to take it."""
        found = {}
        for name in self.missions:
            value = self.cleaned_data.get(name) or self.cleaned_data["everyone"]
            if value != self.KEEP:
                found[uuid.UUID(name)] = self.people[value]
        return found


class TeamForm(_When):
    """One field a colleague, named by her id: she stays, or who takes her missions, all of them."""

    SAME = "same"

    def __init__(self, *args: Any, holders: Sequence[tuple[User, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holders = {str(user.pk): user for user, _count in holders}
        for user, count in holders:
            self.fields[str(user.pk)] = forms.ChoiceField(
                label=user.display_name,
                help_text=ngettext("%(count)d dossier", "%(count)d dossiers", count) % {"count": count},
                required=False,
                choices=[
                    ("", _("N’est pas concernée ou concerné")),
                    (self.SAME, _("À la personne choisie plus haut")),
                    *(one for one in self.names if one[0] != str(user.pk)),
                ],
            )

    @property
    def each(self) -> list[Any]:
        return [self[name] for name in self.holders]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("everyone") and any(given.get(name) == self.SAME for name in self.holders):
            self.add_error("everyone", _("Choisissez qui prend la relève, ou quelqu’un pour chacune."))
        return given

    def chosen(self) -> dict[User, User]:
        """Who is away → who is asked to take what is hers."""
        found = {}
        for name, user in self.holders.items():
            value = self.cleaned_data.get(name)
            if value:
                found[user] = self.people[self.cleaned_data["everyone"] if value == self.SAME else value]
        return found
