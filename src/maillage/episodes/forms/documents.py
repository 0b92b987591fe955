"""Making a document: a button, or the lines of a chronology chosen one by one."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.episodes.forms.base import ZonedForm


class MakeForm(ZonedForm):
    """A button: everything the document says is in the file."""

    @property
    def lines(self) -> list[uuid.UUID]:
        return []

    words = lines


class ChronologyForm(ZonedForm):
    """`lines`: entries of the timeline; `words`: those quoted with her exact words. Nothing is chosen beforehand."""

    chosen = forms.MultipleChoiceField(
        label=_("Lignes de la chronologie"), widget=forms.CheckboxSelectMultiple, required=False
    )
    quoted = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, entries: Iterable[uuid.UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(pk), str(pk)) for pk in entries]
        for name in ("chosen", "quoted"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field if field in self.fields or field is None else "chosen", error)

    @property
    def lines(self) -> list[uuid.UUID]:
        return [uuid.UUID(pk) for pk in self.cleaned_data["chosen"]]

    @property
    def words(self) -> list[uuid.UUID]:
        chosen = set(self.lines)
        return [pk for pk in (uuid.UUID(one) for one in self.cleaned_data["quoted"]) if pk in chosen]
