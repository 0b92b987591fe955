"""What is typed in the shared file."""

import uuid
from collections.abc import Iterable
from datetime import time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.accounts.selectors import colleagues
from maillage.casework import words as labels
from maillage.casework.enums import (
    Asked,
    Basis,
    DocumentType,
    Domain,
    FamilyKind,
    Force,
    GoalState,
    HandTaskKind,
    Helpline,
    IncidentKind,
    LegalKind,
    LegalState,
    Level,
    Settled,
    Told,
)
from maillage.casework.selectors import Words
from maillage.casework.services import majority
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.forms import TokenForm
from maillage.common.localtime import instant, local
from maillage.questionnaires import selectors as questionnaires
from maillage.questionnaires.definition import Definition
from maillage.questionnaires.selectors import Question
from maillage.tasks.enums import Means
from maillage.youth.enums import Kinship

LONG, SHORT = 10_000, 200


def a_day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def long_text(rows: int = 4, **kwargs: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), max_length=LONG, **kwargs)


def short_text(**kwargs: Any) -> forms.CharField:
    return forms.CharField(max_length=SHORT, **kwargs)


class FileForm(TokenForm):
    """A form about a row of the file. `row`: the one being changed; `hers`: whether her words are open."""

    # Columns of the row shown back, besides its words.
    columns: tuple[str, ...] = ()

    def __init__(
        self, *args: Any, row: Words | None = None, hers: bool = True, sections: Iterable[str] = (), **kwargs: Any
    ) -> None:
        if row is not None:
            kwargs.setdefault("version", getattr(row.row, "number", None) or getattr(row.row, "version", None))
            shown = {name: getattr(row.row, name) for name in self.columns}
            kwargs["initial"] = {**row.texts, "words": row.words, **shown, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if not hers:
            self.fields.pop("words", None)
        if "section" in self.fields:
            held = [one for one in (Section.EDUCATION, Section.HEALTH) if one in set(sections)]
            said = {Section.EDUCATION: _("L’équipe qui l’accompagne"), Section.HEALTH: _("Le personnel de santé")}
            self.fields["section"].choices = [(one, said[one]) for one in held]  # type: ignore[attr-defined]
            self.fields["section"].initial = held[0] if held else None
            if row is not None or len(held) < 2:
                del self.fields["section"]

    def values(self) -> dict[str, Any]:
        """What was typed, for a service."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("form_token", "version")}


def section_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Qui pourra le lire"), widget=forms.RadioSelect)


def words_field(**kwargs: Any) -> forms.CharField:
    return long_text(
        3,
        label=labels.WORDS,
        required=False,
        help_text=_("Entre guillemets, sans les arranger. Lus seulement par les personnes qui lisent ses paroles."),
        **kwargs,
    )


class NoteForm(FileForm):
    level = forms.ChoiceField(label=_("Qui lira cette note"), widget=forms.RadioSelect)
    text = long_text(8, label=labels.NOTE["text"])
    words = words_field()

    def __init__(self, *args: Any, levels: Iterable[Level] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(level.value, level.label) for level in levels]
        if choices:
            self.fields["level"].choices = choices  # type: ignore[attr-defined]
            self.fields["level"].initial = choices[0][0]
        else:
            del self.fields["level"]


class GoalForm(FileForm):
    columns = ("domain", "together", "review_on", "state")

    domain = forms.ChoiceField(label=labels.GOAL["domain"], choices=[("", _("À choisir")), *Domain.choices])
    title = short_text(label=labels.GOAL["title"])
    words = long_text(2, label=labels.GOAL["words"], required=False)
    together = forms.BooleanField(label=labels.GOAL["together"], required=False)
    how = long_text(4, label=labels.GOAL["how"], required=False)
    review_on = a_day(label=labels.GOAL["review_on"], required=False)
    section = section_field()
    state = forms.ChoiceField(label=labels.GOAL["state"], choices=GoalState.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kwargs.get("row") is None:
            del self.fields["state"]
            self.fields["review_on"].initial = (local(now(), "Europe/Paris") + timedelta(days=90)).date()


class DocumentForm(FileForm):
    file = forms.FileField(
        label=_("Le fichier"),
        help_text=_("PDF, ou photo JPEG, PNG ou WebP, 10 Mo au plus."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
    )
    title = short_text(label=labels.DOCUMENT["title"])
    kind = forms.ChoiceField(label=_("Type de document"), choices=[("", _("À choisir")), *DocumentType.choices])
    dated_on = a_day(label=_("Date du document"), required=False)
    section = section_field()
    note = long_text(3, label=labels.DOCUMENT["note"], required=False)

    def __init__(self, *args: Any, held: Iterable[Section] = (), **kwargs: Any) -> None:
        super().__init__(*args, sections=held, **kwargs)
        _all_sections(self, held)


class WithdrawForm(FileForm):
    why = short_text(label=_("Pourquoi ce document est retiré"))


def _all_sections(form: FileForm, held: Iterable[Section]) -> None:
    """Every section she may write in, justice included."""
    said = {
        Section.EDUCATION: _("L’équipe qui l’accompagne"),
        Section.JUSTICE: _("L’équipe et l’ASE, pour la justice"),
        Section.HEALTH: _("Le personnel de santé"),
    }
    choices = [(section.value, text) for section, text in said.items() if section in set(held)]
    form.fields["section"] = forms.ChoiceField(
        label=_("Qui pourra le lire"),
        choices=choices,
        widget=forms.RadioSelect,
        initial=choices[0][0] if choices else None,
    )


class FamilyForm(FileForm):
    columns = ("kind", "kinship", "helpline")

    kind = forms.ChoiceField(label=_("De quoi s’agit-il"), choices=FamilyKind.choices, widget=forms.RadioSelect)
    kinship = forms.ChoiceField(label=_("Avec qui"), choices=[("", _("À choisir")), *Kinship.choices])
    who = short_text(label=labels.FAMILY["who"], required=False)
    day = a_day(label=_("Quand"))
    text = long_text(5, label=labels.FAMILY["text"], required=False)
    rights = long_text(
        3,
        label=labels.FAMILY["rights"],
        required=False,
        help_text=_("Ce qui a été expliqué : la suite, les droits, à qui s’adresser."),
    )
    helpline = forms.ChoiceField(
        label=_("116 000, aide aux familles, jour et nuit"),
        choices=Helpline.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Écoute, droit et soutien psychologique, gratuits : à proposer à chaque épisode."),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        row = kwargs.get("row")
        at = row.row.at if row is not None else now()
        kwargs["initial"] = {"day": local(at, zone).date(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.zone = zone

    def values(self) -> dict[str, Any]:
        typed = super().values()
        chosen = typed.pop("day")
        today = local(now(), self.zone).date()
        # A day, not an hour: noon, or now when it is today.
        at = now() if chosen == today else instant(chosen, time(12), self.zone)
        return typed | {"at": at}


class LegalForm(FileForm):
    columns = ("kind", "state", "dated_on", "next_on")

    kind = forms.ChoiceField(label=labels.LEGAL["kind"], choices=[("", _("À choisir")), *LegalKind.choices])
    title = short_text(label=labels.LEGAL["title"])
    who = short_text(label=labels.LEGAL["who"], required=False)
    reference = short_text(label=labels.LEGAL["reference"], required=False)
    dated_on = a_day(label=labels.LEGAL["dated_on"], required=False)
    next_on = a_day(label=labels.LEGAL["next_on"], required=False)
    text = long_text(5, label=labels.LEGAL["text"], required=False)
    state = forms.ChoiceField(label=labels.LEGAL["state"], choices=LegalState.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kwargs.get("row") is None:
            del self.fields["state"]


class FlagForm(FileForm):
    text = short_text(label=labels.FLAG["text"], help_text=_("Un fait utile à tous, jamais une opinion sur elle."))
    until = a_day(label=_("Jusqu’au"))
    section = section_field()

    def __init__(self, *args: Any, held: Iterable[Section] = (), **kwargs: Any) -> None:
        super().__init__(*args, sections=held, **kwargs)
        _all_sections(self, held)
        self.fields["until"].initial = (now() + timedelta(days=30)).date()


def an_hour(**kwargs: Any) -> forms.TimeField:
    return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


class HandTaskForm(FileForm):
    kind = forms.ChoiceField(label=_("De quoi s’agit-il"), choices=[("", _("À choisir")), *HandTaskKind.choices])
    text = long_text(4, label=labels.TASK["text"])
    owner = forms.ChoiceField(
        label=_("Qui s’en charge"),
        help_text=_("Les personnes et les équipes qui l’accompagnent et liront ces mots."),
        error_messages={"required": _("Choisissez qui s’en charge.")},
    )
    due_at = a_day(label=_("Au plus tard le"))
    hour = an_hour(label=_("À"))

    def __init__(self, *args: Any, owners: Iterable[tuple[str, str]], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = list(owners)  # type: ignore[attr-defined]
        self.fields["due_at"].initial = (local(now(), zone) + timedelta(days=1)).date()
        self.fields["hour"].initial = time(18)
        self.zone = zone

    def values(self) -> dict[str, Any]:
        typed = super().values()
        return typed | {"due_at": instant(typed["due_at"], typed.pop("hour"), self.zone)}


class SettleForm(FileForm):
    state = forms.ChoiceField(
        label=_("Où en est cette tâche"),
        choices=Settled.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez une réponse.")},
    )
    word = forms.CharField(
        label=_("En un mot"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
        help_text=_("Ce qui a été fait, ou pourquoi ce n’est plus nécessaire. Lu par l’équipe qui l’accompagne."),
    )


class IncidentForm(TokenForm):
    kind = forms.ChoiceField(label=_("De quoi s’agit-il"), choices=IncidentKind.choices, widget=forms.RadioSelect)
    happened_at = a_day(label=_("Quel jour"))
    hour = an_hour(label=_("À quelle heure, à peu près"))
    seen = long_text(
        6,
        label=labels.INCIDENT["seen"],
        help_text=_("Les faits seulement. Noms, plaques et signalements s’écrivent ici et nulle part ailleurs."),
    )
    who_saw = short_text(label=labels.INCIDENT["who_saw"], help_text=_("Un professionnel, un voisin, une caméra."))

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = local(now(), zone)
        self.fields["happened_at"].initial, self.fields["hour"].initial = here.date(), here.time()
        self.zone = zone

    def values(self) -> dict[str, Any]:
        typed = {name: self.cleaned_data[name] for name in ("kind", "seen", "who_saw")}
        given = self.cleaned_data
        return typed | {"happened_at": instant(given["happened_at"], given["hour"], self.zone)}


class SentForm(TokenForm):
    force = forms.ChoiceField(label=labels.SENT["force"], choices=Force.choices, widget=forms.RadioSelect)
    who = short_text(label=labels.SENT["who"])
    sent_at = a_day(label=_("Le"))
    hour = an_hour(label=_("À"))
    means = forms.ChoiceField(label=labels.SENT["means"], choices=[("", _("À choisir")), *Means.choices])
    reference = short_text(
        label=labels.SENT["reference"], required=False, help_text=_("Numéro de procédure ou de main courante.")
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = local(now(), zone)
        self.fields["sent_at"].initial, self.fields["hour"].initial = here.date(), here.time()
        self.zone = zone

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        typed = {name: given[name] for name in ("force", "who", "means", "reference", "version")}
        return typed | {"sent_at": instant(given["sent_at"], given["hour"], self.zone)}


class OneTap(FileForm):
    """A button."""


class ShareForm(FileForm):
    to: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        label=_("À un service qui a des comptes ici"),
        queryset=None,
        required=False,
        empty_label=_("Aucun : par un lien et un code"),
        help_text=_("Sans service choisi, un lien à usage unique est préparé ; son code part par un autre canal."),
    )
    account = forms.EmailField(
        label=_("À une seule personne de ce service : l’adresse de son compte"),
        required=False,
        help_text=_("Vide : tout le service lit ce qui est partagé."),
    )
    recipient = short_text(label=_("À qui : nom et fonction"))
    bound = forms.BooleanField(label=_("Cette personne est tenue au secret professionnel"), required=False)
    basis = forms.ChoiceField(label=_("Sur quelle base"), choices=[("", _("À choisir")), *Basis.choices])
    why = long_text(3, label=_("Pourquoi c’est nécessaire"))
    items = forms.MultipleChoiceField(
        label=_("Ce qui est partagé"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Une copie, figée aujourd’hui. Ses mots et son lieu de vie n’y sont jamais."),
    )
    text = long_text(4, label=_("Et en plus, avec vos mots"), required=False)
    told_young = forms.ChoiceField(label=_("La jeune personne"), choices=Told.choices, widget=forms.RadioSelect)
    told_parents = forms.ChoiceField(label=_("Ses parents"), choices=Told.choices, widget=forms.RadioSelect)
    not_told = long_text(2, label=_("Si quelqu’un n’a pas été informé, pourquoi"), required=False)
    until = a_day(label=_("Jusqu’au"), help_text=_("Quatorze jours au plus pour un lien, un an pour un service."))

    def __init__(self, *args: Any, services: Any, items: Iterable[tuple[str, str]], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = services  # type: ignore[attr-defined]
        self.fields["items"].choices = list(items)  # type: ignore[attr-defined]
        if not list(items):
            del self.fields["items"]
        self.fields["until"].initial = (local(now(), zone) + timedelta(days=7)).date()
        self.zone = zone

    def values(self) -> dict[str, Any]:
        typed = super().values()
        until = instant(typed.pop("until"), time(23, 59), self.zone)
        organisation, user = typed.pop("to"), typed.pop("account")
        to = {"to_user": user} if user else {"to_organisation": organisation}
        return {"items": [], **typed, **to, "until": until}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        wanted = given.get("account") or ""
        found = None
        if wanted and given.get("to") is None:
            self.add_error("to", _("Choisissez le service de cette personne."))
        elif wanted:
            found = colleagues([given["to"].pk], now()).filter(email__iexact=wanted).first()
            if found is None:
                self.add_error("account", _("Ce service n’a pas de compte à cette adresse."))
        given["account"] = found
        return given


class CodeForm(TokenForm):
    code = forms.CharField(
        label=_("Le code reçu par un autre canal"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


def answer_field(asked: Question, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Réponse"), choices=list(asked.answers.items()), widget=forms.RadioSelect, **kwargs
    )


class ObservationsForm(FileForm):
    """Each item of the instrument: an answer, the facts, who saw, her words; each may be left without an answer.

    `questionnaire` says which version the page asked: what is sent is written with that one.
    """

    questionnaire = forms.UUIDField(required=False, widget=forms.HiddenInput(attrs={"id": False}))
    section = section_field()

    def __init__(
        self, *args: Any, asks: Definition, sections: Iterable[str] = (), hers: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, sections=sections, **kwargs)
        self.asks = asks
        self.asked = {name: questionnaires.asked(asks, name) for name in asks.questions}
        for name, asked in self.asked.items():
            self.fields[f"{name}-answer"] = answer_field(asked, required=False)
            self.fields[f"{name}-facts"] = long_text(2, label=labels.OBSERVATION["facts"], required=False)
            self.fields[f"{name}-who_saw"] = short_text(label=labels.OBSERVATION["who_saw"], required=False)
            self.fields[f"{name}-seen_on"] = a_day(label=labels.OBSERVATION["seen_on"], required=False)
            if hers:
                self.fields[f"{name}-words"] = long_text(2, label=labels.WORDS, required=False)

    def pages(self) -> list[dict[str, Any]]:
        """Each group of the instrument with its headings, notes and items, for the page."""
        return [
            {"label": label, "items": [{"item": item, "fields": self._of(item.name)} for item in items]}
            for label, items in questionnaires.outline(self.asks)
        ]

    def _of(self, item: str) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith(f"{item}-")]

    def seen(self) -> list[dict[str, Any]]:
        typed = []
        for item in self.asked:
            start = f"{item}-"
            said = {
                name.removeprefix(start): value for name, value in self.cleaned_data.items() if name.startswith(start)
            }
            if said.get("answer"):
                typed.append({"item": item, **said})
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for item in self.asked:
            said = [cleaned.get(f"{item}-{name}") for name in ("facts", "who_saw", "words", "seen_on")]
            if any(said) and not cleaned.get(f"{item}-answer"):
                self.add_error(f"{item}-answer", _("Choisissez une des quatre réponses."))
        return cleaned


class ObservationForm(FileForm):
    columns = ("answer", "seen_on")

    facts = long_text(3, label=labels.OBSERVATION["facts"], required=False)
    who_saw = short_text(label=labels.OBSERVATION["who_saw"], required=False)
    seen_on = a_day(label=labels.OBSERVATION["seen_on"], required=False)
    words = words_field()

    def __init__(self, *args: Any, row: Words, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        assert row.asked is not None
        self.fields = {"answer": answer_field(row.asked), **self.fields}


class JudgementForm(FileForm):
    columns = ("review_on",)

    reading = long_text(5, label=labels.JUDGEMENT["reading"])
    justification = long_text(4, label=labels.JUDGEMENT["justification"])
    review_on = a_day(label=labels.JUDGEMENT["review_on"])
    section = section_field()


class MajorityForm(TokenForm):
    """What comes at eighteen: one field a mission, named by its id."""

    GOES_ON, ENDS = "goes_on", "ends"

    until = a_day(label=_("Pour ce qui continue, jusqu’au"), required=False)
    legal_basis = forms.ChoiceField(
        label=_("Sur quelle base, une fois majeure ou majeur"),
        choices=[(one.value, one.label) for one in majority.BASES],
        initial=majority.BASES[0],
    )
    ends_text = long_text(label=_("Ce qui s’arrête, et comment on le prépare"), rows=2, required=False)
    goes_on_text = long_text(label=_("Ce qui continue, et avec qui"), rows=2, required=False)
    asked = forms.ChoiceField(label=_("A-t-elle dit ce qu’elle veut ?"), choices=Asked, widget=forms.RadioSelect)
    words = long_text(label=_("Avec ses mots"), rows=3, required=False)

    def __init__(self, *args: Any, missions: Iterable[tuple[uuid.UUID, str]], hers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.missions = []
        for pk, label in missions:
            self.missions.append(str(pk))
            self.fields[str(pk)] = forms.ChoiceField(
                label=label,
                choices=[(self.ENDS, _("S’arrête à dix-huit ans")), (self.GOES_ON, _("Continue après dix-huit ans"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Dites si cette mission s’arrête ou continue.")},
            )
        if not hers:
            del self.fields["words"]
            self.fields["asked"].choices = [one for one in Asked.choices if one[0] != Asked.SAID]  # type: ignore[attr-defined]

    @property
    def each(self) -> list[Any]:
        return [self[name] for name in self.missions]

    @property
    def rest(self) -> list[Any]:
        return [bound for bound in self.visible_fields() if bound.name not in self.missions]

    def values(self) -> dict[str, Any]:
        """What `majority_plan` takes."""
        given = self.cleaned_data
        return {
            "goes_on": {uuid.UUID(name): given[name] == self.GOES_ON for name in self.missions},
            "words": given.get("words", ""),
            **{name: given[name] for name in ("until", "legal_basis", "ends_text", "goes_on_text", "asked")},
        }
