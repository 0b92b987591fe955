"""Opening an episode: who, when, the protocol's questions, and the professional's own reading."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.episodes.enums import Answer, EpisodeKind
from maillage.episodes.forms.base import InstantField, WhenField, ZonedForm, pick, prose
from maillage.episodes.protocol import Question, Reading

SUGGESTED = "suggested"  # « as the protocol's table reads it »
_QUESTION = "q_"


class WhoForm(ZonedForm):
    """First screen: who did not come back (several at once), noticed when, last seen when."""

    people = forms.MultipleChoiceField(
        label=_("Qui n’est pas là ?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une personne.")},
    )
    noticed_at = WhenField(label=_("Absence constatée"))
    last_seen_at = InstantField(label=_("Dernière présence constatée"), required=False)

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["people"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = self.people_choices = list(people)


class _QuestionsForm(ZonedForm):
    """The protocol's questions, each optional: what is not known stays « ne sait pas »."""

    kind_reason: forms.Field

    def __init__(
        self, *args: Any, questions: Sequence[Question], facts: Mapping[str, str] = {}, **kwargs: Any
    ) -> None:  # read only
        super().__init__(*args, **kwargs)
        self.question_names = [f"{_QUESTION}{question.key}" for question in questions]
        for question in questions:
            self.fields[f"{_QUESTION}{question.key}"] = forms.ChoiceField(
                label=question.text,
                help_text=question.help,
                choices=Answer.choices,
                initial=(facts or {}).get(question.key, Answer.UNKNOWN),
                required=False,
                widget=forms.RadioSelect,
            )

    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in self.question_names]

    @property
    def facts(self) -> dict[str, str]:
        """Question key → answer: as sent when the form is bound, else as known."""
        return {
            name.removeprefix(_QUESTION): str(value)
            for name in self.question_names
            if (value := self[name].value()) in Answer.values
        }

    @property
    def chosen_kind(self) -> str | None:
        """The professional's own choice; None: as the table suggests."""
        chosen = self.cleaned_data["declared_kind"]
        return None if chosen == SUGGESTED else chosen

    def read(self, readings: Sequence[Reading]) -> None:
        """Show what the table suggests now. Answers changed since, and the suggestion with them: read it again."""
        self.shown = ",".join(str(reading.kind) for reading in readings)
        self.shown_for = " ".join(f"{key}={answer}" for key, answer in sorted(self.facts.items()))
        self.reread = (
            self.is_bound
            and self["declared_kind"].value() == SUGGESTED
            and self.data.get("shown_for") != self.shown_for
            and self.data.get("shown") != self.shown
        )

    def leave_unjudged(self) -> None:
        """She is still answering: no error, no warning yet."""
        self.reread = False
        self.errors.clear()


class OpenForm(_QuestionsForm):
    """Second screen. Carries who and when along, so that nothing is kept between the two screens."""

    declared_kind = pick(
        _("Votre lecture"),
        [(SUGGESTED, _("comme le propose le protocole")), *EpisodeKind.choices],
        initial=SUGGESTED,
    )
    kind_reason = prose(
        _("Pourquoi cet autre choix"),
        rows=2,
        help_text=_("À écrire si vous lisez la situation autrement que le protocole."),
    )


class ReadingForm(_QuestionsForm):
    """New facts reopen the questions, at any hour."""

    declared_kind = pick(
        _("Votre lecture maintenant"),
        [(SUGGESTED, _("comme le propose le protocole")), *EpisodeKind.choices],
        initial=SUGGESTED,
    )
    kind_reason = prose(_("Ce qui a changé, ou pourquoi cet autre choix"), rows=2)
