"""Lists to choose from are drawn without Django's templates, and to the letter as they would."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from maillage.common.drawing import Renderer
from maillage.directory.forms import SearchForm

CASES: list[tuple[dict[str, Any], Any]] = [
    ({"choices": []}, None),
    ({"choices": [("", "—"), ("a", "Été & « <b> »"), (3, 1234.5), (True, date(2026, 3, 1))]}, "a"),
    ({"choices": [(None, gettext_lazy("Annuaire")), ('"', mark_safe("<i>x</i>"))]}, ['"']),
    ({"choices": [("Nord & <Sud>", [("59", "Nord"), ("62", "Pas-de-Calais")]), ("x", "Ailleurs")]}, "62"),
    (
        {"choices": [("a", "A")], "attrs": {"class": "form-select", "disabled": True, "hidden": False, "data-x": '"<'}},
        "z",
    ),
]


@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple, forms.NullBooleanSelect])
@pytest.mark.parametrize(("made", "value"), CASES)
def test_a_list_is_drawn_as_the_templates_would(widget: Any, made: dict[str, Any], value: Any) -> None:
    if widget is forms.NullBooleanSelect:
        made, value = {name: given for name, given in made.items() if name == "attrs"}, value == "a"
    one = widget(**made)
    for language in ("fr", "en"):
        with override(language):
            ours = one.render('ne"ed', value, {"id": "id_need", "required": True}, Renderer())
            assert ours == one.render('ne"ed', value, {"id": "id_need", "required": True}, DjangoTemplates())


@pytest.mark.parametrize("widget", [forms.TextInput, forms.NumberInput, forms.HiddenInput, forms.CheckboxInput])
@pytest.mark.parametrize(
    "value", [None, "", 'Été & « <b> » "', 1234.5, True, mark_safe("a&amp;b"), gettext_lazy("Annuaire")]
)
@pytest.mark.parametrize("attrs", [{}, {"class": "a b", "disabled": True, "hidden": False, "data-x": '"<', "min": 0}])
def test_an_input_is_drawn_as_the_templates_would(widget: Any, value: Any, attrs: dict[str, Any]) -> None:
    one = widget(attrs=attrs)
    for language in ("fr", "en"):
        with override(language):
            ours = one.render('ne"ed', value, {"id": "id_need"}, Renderer())
            assert ours == one.render('ne"ed', value, {"id": "id_need"}, DjangoTemplates())


def test_whole_forms_are_drawn_by_it() -> None:
    assert isinstance(get_default_renderer(), Renderer)
    typed = {"need": "shelter", "radius": "15", "speaking": "ro"}
    assert str(SearchForm(typed)) == str(SearchForm(typed, renderer=DjangoTemplates()))
    assert SearchForm(typed)["need"].as_widget().count("<option") > 10
