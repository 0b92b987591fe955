"""How widgets are drawn: by Django, but for inputs and lists to choose from: a template costs ten times as much."""

from collections.abc import Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.safestring import SafeString

_SELECT = "django/forms/widgets/select.html"
_INPUTS = frozenset(f"django/forms/widgets/{name}.html" for name in ("text", "number", "hidden", "checkbox"))


class Renderer(DjangoTemplates):
    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == _SELECT:
            return _select(context["widget"])
        if template_name in _INPUTS:
            return _input(context["widget"])
        return super().render(template_name, context, request)


# To the letter what the templates say: a test compares them.


def _input(widget: Mapping[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{escaped(str(widget["value"]))}"'
    kind, name = escaped(widget["type"]), escaped(widget["name"])
    return SafeString(f'<input type="{kind}" name="{name}"{value}{_attributes(widget["attrs"])}>')


def _select(widget: Mapping[str, Any]) -> SafeString:
    groups = [
        f'\n  <optgroup label="{escaped(localize(name))}">{_options(options)}\n  </optgroup>'
        if name
        else _options(options)
        for name, options, _index in widget["optgroups"]
    ]
    return SafeString(
        f'<select name="{escaped(widget["name"])}"{_attributes(widget["attrs"])}>{"".join(groups)}\n</select>'
    )


def _options(options: list[dict[str, Any]]) -> str:
    drawn = (
        (escaped(str(one["value"])), _attributes(one["attrs"]), escaped(localize(one["label"]))) for one in options
    )
    return "".join(f'\n  <option value="{value}"{attributes}>{label}</option>\n' for value, attributes, label in drawn)


def _attributes(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def escaped(value: Any) -> str:
    """Escaped unless it is safe: Django's own does the same through four calls."""
    if isinstance(value, Promise):
        value = str(value)
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))
