"""What one writes in an episode, one form per act."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.common import clock, localtime
from maillage.episodes.enums import (
    Authority,
    Care,
    ClosingReason,
    ContactOutcome,
    ContactWay,
    EpisodeKind,
    Need,
    Offer,
    PoliceQuestionnaire,
)
from maillage.episodes.forms.base import InstantField, WhenField, ZonedForm, line, pick, picks, prose
from maillage.youth.enums import PlacementEnd

_EXACT = _("Mot pour mot, même courts ou maladroits.")


class ContactForm(ZonedForm):
    way = pick(_("Comment"), ContactWay.choices)
    who = line(
        _("Qui avez-vous cherché à joindre ?"),
        help_text=_("Son téléphone, un proche, un parent, un lieu… Votre équipe seule le lira."),
    )
    outcome = pick(_("Résultat"), ContactOutcome.choices)
    words = prose(_("Mots exacts"), help_text=_EXACT, rows=2)
    text = prose(_("Autre chose à savoir"), rows=2)
    happened_at = WhenField(label=_("C’était"))


class SignOfLifeForm(ZonedForm):
    way = pick(_("Comment l’avez-vous su"), ContactWay.choices)
    who = line(_("Par qui"))
    words = prose(_("Mots exacts"), help_text=_EXACT, rows=2)
    place = line(_("Lieu, s’il en a été question"), help_text=_("N’insistez pas pour le savoir."))
    text = prose(_("Autre chose à savoir"), rows=2)
    happened_at = WhenField(label=_("C’était"))


class QualificationForm(ZonedForm):
    authority = pick(_("Qui a qualifié"), Authority.choices)
    kind = pick(_("Qualification"), EpisodeKind.choices)
    who = line(_("Nom, service, numéro de procédure"))
    text = prose(_("Ce qui vous a été dit"), rows=2)
    happened_at = WhenField(label=_("C’était"))


class PlaceForm(ZonedForm):
    until = forms.DateField(
        label=_("Place gardée jusqu’au"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    text = prose(_("Ce qui est convenu, avec qui"), rows=2)


class LocatedForm(ZonedForm):
    happened_at = WhenField(label=_("Localisation"))
    by_police = forms.BooleanField(label=_("Par la police ou la gendarmerie"), required=False)
    place = line(_("Lieu précis"), help_text=_("Lu seulement par qui peut connaître les lieux ; jamais imprimé."))
    who = line(_("Qui l’a dit, quel numéro rappeler"))
    text = prose(_("Autre chose à savoir"), rows=2)


class FetchForm(ZonedForm):
    who = line(_("Qui y va, avec quelle voiture"), required=True)
    place = line(_("Où : poste, service ou lieu, et son numéro direct"))
    leaves_at = InstantField(label=_("Départ prévu"), required=False)
    text = prose(_("Autre chose à savoir"), rows=2)


class ReturnedForm(ZonedForm):
    happened_at = WhenField(label=_("Retour"))
    who = line(_("Avec qui"))
    text = prose(
        _("Ce que vous avez vu en arrivant"),
        rows=3,
        help_text=_("Des faits. Ses besoins d’abord, les questions plus tard."),
    )


class ReasonForm(ZonedForm):
    text = prose(_("Pourquoi"), rows=3, required=True)


class UrgentCareForm(ZonedForm):
    """Offered at the door by whoever is there; which care, and any detail, by health staff."""

    offer = pick(_("Soins urgents"), [choice for choice in Offer.choices if choice[0] != Offer.HELD])
    care = picks(_("Soins concernés"), Care.choices)
    health = prose(_("Détail, lu par le personnel de santé seulement"), rows=3)
    text = prose(_("Autre chose à savoir, sans détail de santé"), rows=2)
    happened_at = WhenField(label=_("C’était"))

    def __init__(self, *args: Any, details: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not details:
            del self.fields["care"], self.fields["health"]


class NeedsForm(ZonedForm):
    met = picks(_("Fait à l’arrivée"), Need.choices)
    text = prose(_("Autre besoin dit"), rows=2)
    happened_at = WhenField(label=_("C’était"))


class PoliceQuestionnaireForm(ZonedForm):
    outcome = pick(_("Questionnaire des enquêteurs"), PoliceQuestionnaire.choices)
    who = line(_("Service"))
    text = prose(
        _("Ce que les enquêteurs ont choisi de transmettre"), rows=2, help_text=_("Jamais le contenu du questionnaire.")
    )
    happened_at = WhenField(label=_("C’était"))


class CloseForm(ZonedForm):
    reason = pick(_("Pourquoi clore"), ClosingReason.choices)
    note = prose(_("Motif écrit"), rows=3)

    def __init__(self, *args: Any, reasons: Any, asks: Collection[str] = (), **kwargs: Any) -> None:
        """`asks`: the reasons that need a written one; each says so where it is chosen, before anything is refused."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (
                reason.value,
                _("%(reason)s — motif écrit demandé") % {"reason": reason.label} if reason in asks else reason.label,
            )
            for reason in reasons
        ]
        note = self.fields["note"]
        if all(reason in asks for reason in reasons):
            note.required = True
            note.error_messages["required"] = _("Écrivez pourquoi vous fermez.")
        elif any(reason in asks for reason in reasons):
            note.help_text = _("Demandé pour les motifs qui le disent.")


class CorrectForm(ZonedForm):
    """The line rewritten; the first one stays, marked as corrected."""

    who = line(_("Qui"))
    text = prose(_("Texte"))
    words = prose(_("Mots exacts"), help_text=_EXACT)
    place = line(_("Lieu"))
    happened_at = InstantField(label=_("C’était"))

    def __init__(self, *args: Any, readable: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"who", "text", "words", "place"} - set(readable):
            del self.fields[name]


class PlacementEndForm(ZonedForm):
    ends_on = forms.DateField(
        label=_("Dernier jour de l’accueil"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    end_kind = pick(_("Fin de l’accueil"), PlacementEnd.choices)
    motive = prose(_("Motif"), required=True)
    next_place = line(_("Prochain lieu de vie"), required=True, help_text=_("Un accueil ne s’arrête pas sans suite."))


class DecisionForm(ZonedForm):
    """A decision is a task: what, whose, by when."""

    title = line(_("Quoi"), required=True, help_text=_("Commencez par un verbe : prendre rendez-vous, demander…"))
    owner = pick(_("Qui s’en charge"), ())
    due_at = InstantField(label=_("Au plus tard"))
    text = prose(_("Pourquoi"), rows=2)

    def __init__(self, *args: Any, owners: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = list(owners)  # type: ignore[attr-defined]

    @property
    def owner_role(self) -> str | None:
        kind, _sep, who = self.cleaned_data["owner"].partition(":")
        return who if kind == "role" else None

    @property
    def owner_id(self) -> uuid.UUID | None:
        kind, _sep, who = self.cleaned_data["owner"].partition(":")
        return uuid.UUID(who) if kind == "user" else None


def until_default(zone: str, days: int) -> date:
    """The day the place is kept until when the département's default applies."""
    return localtime.local(clock.now(), zone).date() + timedelta(days=days)
