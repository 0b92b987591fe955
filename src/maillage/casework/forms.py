"""What is typed in the shared file."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.casework import words as labels
from maillage.casework.enums import Domain, GoalState, Level
from maillage.casework.selectors import Words
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.forms import TokenForm
from maillage.common.localtime import local

LONG, SHORT = 10_000, 200


def day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def text(rows: int = 4, **kwargs: Any) -> forms.CharField:
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), max_length=LONG, **kwargs)


def line(**kwargs: Any) -> forms.CharField:
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
    return text(
        3,
        label=labels.WORDS,
        required=False,
        help_text=_("Entre guillemets, sans les arranger. Lus seulement par les personnes qui lisent ses paroles."),
        **kwargs,
    )


class NoteForm(FileForm):
    level = forms.ChoiceField(label=_("Qui lira cette note"), widget=forms.RadioSelect)
    text = text(8, label=labels.NOTE["text"])
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
    title = line(label=labels.GOAL["title"])
    words = text(2, label=labels.GOAL["words"], required=False)
    together = forms.BooleanField(label=labels.GOAL["together"], required=False)
    how = text(4, label=labels.GOAL["how"], required=False)
    review_on = day(label=labels.GOAL["review_on"], required=False)
    section = section_field()
    state = forms.ChoiceField(label=labels.GOAL["state"], choices=GoalState.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kwargs.get("row") is None:
            del self.fields["state"]
            self.fields["review_on"].initial = (local(now(), "Europe/Paris") + timedelta(days=90)).date()
