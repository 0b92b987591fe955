"""How widgets are drawn: by Django, but for lists to choose from, whose templates cost three renderings an option."""

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_SELECT = "django/forms/widgets/select.html"
_NOTHING = SafeString("")


class Renderer(DjangoTemplates):
    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name == _SELECT:
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: Mapping[str, Any]) -> SafeString:
    """To the letter what the templates say: a test compares them."""
    groups = [
        format_html('\n  <optgroup label="{}">{}\n  </optgroup>', localize(name), _options(options))
        if name
        else _options(options)
        for name, options, _index in widget["optgroups"]
    ]
    return format_html(
        '<select name="{}"{}>{}\n</select>',
        widget["name"], _attributes(widget["attrs"]), format_html_join("", "{}", ((one,) for one in groups)),
    )  # fmt: skip


def _options(options: list[dict[str, Any]]) -> SafeString:
    return format_html_join(
        "",
        '\n  <option value="{}"{}>{}</option>\n',
        ((str(one["value"]), _attributes(one["attrs"]), localize(one["label"])) for one in options),
    )


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    if not attrs:
        return _NOTHING
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, str(value)),)
            for name, value in attrs.items()
            if value is not False
        ),
    )
