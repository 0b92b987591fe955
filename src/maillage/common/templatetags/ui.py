"""The components: the only way to draw a clock, a person, a step, a line of the timeline.

Each takes plain values, or any object with attributes of those names (a model row, a dataclass); a keyword always
wins over the attribute. None asks the database. All their states are shown at `/composants/` (demo only).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django import forms, template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maillage.common import spoken
from maillage.common.clock import now as present
from maillage.common.enums import Section
from maillage.common.errors import Difference
from maillage.common.forms import new_token

register = template.Library()

_ICONS = Path(__file__).resolve().parents[1] / "static" / "maillage" / "vendor" / "lucide"


@cache
def _drawing(name: str) -> str:
    """The shapes inside an icon's file. FileNotFoundError for a name that is not vendored."""
    text = (_ICONS / f"{name}.svg").read_text(encoding="utf-8")
    inside = re.search(r"<svg[^>]*>(.*)</svg>", text, re.DOTALL)
    assert inside is not None
    return re.sub(r"\s+", " ", inside.group(1)).strip()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An inline drawing. Without `label` it is decoration; with one, a picture that says it."""
    return _icon(name, format_html('role="img" aria-label="{}"', label), css) if label else _decoration(name, css)


@cache
def _decoration(name: str, css: str) -> SafeString:
    return _icon(name, SafeString('aria-hidden="true"'), css)


def _icon(name: str, said: SafeString, css: str) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" width="20" height="20" focusable="false" {}>{}</svg>',
        f"icon {css}".strip(),
        said,
        SafeString(_drawing(name)),
    )


# -- time ---------------------------------------------------------------------------------------------------------


def _zone(name: str) -> Any:
    return ZoneInfo(name) if name else timezone.get_current_timezone()


@register.simple_tag
def instant(at: datetime | None, zone: str = "") -> SafeString:
    """« 21 h 42 », « hier 21 h 42 », « mar. 3 mars, 21 h 42 »; empty for None."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}">{}</time>', at.astimezone(UTC).isoformat(), spoken.moment(at, present(), _zone(zone))
    )


@register.simple_tag
def since(at: datetime, zone: str = "") -> SafeString:
    """« depuis 1 h 20 (21 h 42) »: how long something has lasted. Kept up to date by clocks.js."""
    now, iso = present(), at.astimezone(UTC).isoformat()
    return format_html(
        '<span class="since" data-since="{}">{} <span data-clock-words>{}</span> '
        '(<time datetime="{}">{}</time>)</span>',
        iso,
        _("depuis"),
        spoken.span(max(now - at, timedelta(0))),
        iso,
        spoken.moment(at, now, _zone(zone)),
    )


@register.simple_tag
def clock(due_at: datetime | None, done_at: datetime | None = None, zone: str = "") -> SafeString:
    """A clock chip: always a drawing, words and the hour. « dans 40 min (23 h 40) », « en retard de 12 min (22 h 48) ».

    With `done_at` the clock has stopped: « fait 22 h 48 ». Empty when there is no due time.
    """
    now = present()
    if done_at is not None:
        return format_html(
            '<span class="clock clock--done">{}<span>{}</span> <time datetime="{}">{}</time></span>',
            icon("check"),
            _("fait"),
            done_at.astimezone(UTC).isoformat(),
            spoken.moment(done_at, now, _zone(zone)),
        )
    if due_at is None:
        return SafeString("")
    reading = spoken.read(due_at, now)
    iso = due_at.astimezone(UTC).isoformat()
    return format_html(
        '<span class="clock clock--{}" data-due="{}">{}{}<span data-clock-words>{}</span> '
        '<span class="clock__hour">(<time datetime="{}">{}</time>)</span></span>',
        reading.state,
        iso,
        icon("clock", css="clock__calm"),
        icon("alarm-clock", css="clock__late"),
        reading.words,
        iso,
        spoken.moment(due_at, now, _zone(zone)),
    )


@register.simple_tag
def clock_words() -> SafeString:
    """Attributes of <body> that clocks.js reads: the server's time, and the words around a length of time."""
    words = format_html_join(" ", 'data-{}-words="{}"', spoken.patterns().items())
    return format_html('data-now="{}" {}', present().astimezone(UTC).isoformat(), words)


# -- forms --------------------------------------------------------------------------------------------------------


@register.simple_tag
def form_hidden(form: forms.BaseForm) -> SafeString:
    """The hidden fields: token, version. The CSRF token stays `{% csrf_token %}`."""
    return SafeString("".join(str(bound) for bound in form.hidden_fields()))


@register.simple_tag
def form_token() -> str:
    """A fresh token, for a form that is only a button."""
    return new_token()


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """The summary above a refused form: each error leads to its field. Nothing when the form has none."""
    fields = [bound for bound in form.visible_fields() if bound.errors] if form.is_bound else []
    general = list(form.non_field_errors()) if form.is_bound else []
    hidden = [error for bound in form.hidden_fields() for error in bound.errors] if form.is_bound else []
    return {"fields": fields, "general": [*general, *hidden]}


_CHECKS = (forms.CheckboxInput,)
_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_SELECTS = (forms.Select,)


@register.simple_tag
def field(bound: forms.BoundField, label: str = "", help: str = "", hide_label: bool = False) -> SafeString:
    """One field: label, help, error, input, tied together for screen readers."""
    if bound.name in getattr(bound.form, "DRAWN_ONCE", ()) and not bound.errors:
        form: Any = type(bound.form)
        return _field_once(form, bound.name, bound.value(), get_language(), label, help, hide_label)
    return _field(bound, label, help, hide_label)


@lru_cache(maxsize=1_000)
def _field_once(form: Any, name: str, value: Any, _language: str | None, *said: Any) -> SafeString:
    """A field of which everybody is shown the same (its form says so, in `DRAWN_ONCE`): for each value it may have."""
    return _field(form(initial={name: value})[name], *said)


def _field(bound: forms.BoundField, label: str, help: str, hide_label: bool) -> SafeString:
    widget = bound.field.widget
    group = isinstance(widget, _GROUPS)
    check = isinstance(widget, _CHECKS)
    errors = list(bound.errors)
    help_text = help or bound.help_text
    attrs: dict[str, Any] = {}
    if not group and not check:
        base = "form-select" if isinstance(widget, _SELECTS) else "form-control"
        attrs["class"] = " ".join(filter(None, [base, widget.attrs.get("class", ""), "is-invalid" if errors else ""]))
    elif check:
        attrs["class"] = "form-check-input"
    if errors:
        attrs["aria-invalid"] = "true"
    described = [f"{bound.auto_id}_error"] if errors else []
    described += [f"{bound.auto_id}_helptext"] if help_text else []
    if described and not group:
        attrs["aria-describedby"] = " ".join(described)
    shown = {
        "bound": bound,
        "input": bound.as_widget(attrs=attrs) if not group else "",
        "options": list(bound) if group else [],
        "label": label or bound.label,
        "help": help_text,
        "errors": errors,
        "described": " ".join(described),
        "group": group,
        "check": check,
        "hide_label": hide_label,
        "optional": not bound.field.required and not check,
    }
    return render_to_string("ui/field.html", shown)


# -- components ---------------------------------------------------------------------------------------------------


class _Values:
    """Attributes of an object, keywords first, a default last."""

    def __init__(self, source: Any, given: dict[str, Any]) -> None:
        self._source, self._given = source, given

    def __call__(self, name: str, default: Any = "") -> Any:
        if name in self._given:
            return self._given[name]
        if isinstance(self._source, dict):
            found = self._source.get(name, default)
        else:
            found = getattr(self._source, name, default)
        return default if found is None else found


@register.inclusion_tag("ui/person_card.html", takes_context=True)
def person_card(context: template.Context, person: Any = None, **given: Any) -> dict[str, Any]:
    """Who she is, in one line. `name`, `initials`, `photo_url`, `url`, `line` (a sentence below), `size`
    ("small" | "large").

    `hidden=True` (elsewhere than in one's own home): initials; the name shows on touch, hover or focus, from a
    `<details>` that needs no script. On a shared screen: initials alone, whatever is given. No state of hers ever
    gets a colour.
    """
    value = _Values(person, given)
    shown = {key: value(key) for key in ("name", "initials", "photo_url", "url", "line", "hidden", "size")}
    if getattr(context.get("shell"), "discreet", False):
        shown |= {"name": "", "photo_url": "", "hidden": True}
    return shown


@register.simple_block_tag(takes_context=True)
def person_with(context: template.Context, content: str, person: Any = None, **given: Any) -> str:
    """`person_card` whose line is the block's content: clocks and words about where she is."""
    return render_to_string(
        "ui/person_card.html", person_card(context, person, line=SafeString(content.strip()), **given)
    )


_STEP_ICONS = {"waiting": "hourglass", "open": "circle", "done": "circle-check", "not_due": "ban"}


@register.inclusion_tag("ui/step_row.html")
def step_row(step: Any = None, **given: Any) -> dict[str, Any]:
    """One step and its clock: what, whose, by when. Takes a `Task`, with keywords for what it does not carry.

    `title`, `state` ("waiting" | "open" | "done" | "not_due"), `due_at`, `owner` (text), `mine`, `why`, `source`,
    `phone`, `done_at`, `done_by` (text), `means` (label), `recipient`, `reference`, `note`, `reason_not_due`,
    `hand_over` (sentence), `after` (title of the step it waits for), `url`, `action` (verb of the link), `next`
    (True: the one to do now).
    """
    value = _Values(step, given)
    state = str(value("state", "open"))
    row = {
        key: value(key)
        for key in (
            "title", "why", "source", "phone", "owner", "mine", "recipient", "reference", "note", "reason_not_due",
            "hand_over", "after", "url", "action", "next",
        )
    }  # fmt: skip
    show_means = getattr(step, "get_means_display", None)
    row["means"] = given.get("means") or (show_means() if show_means else value("means"))
    row["done_by"] = str(value("done_by"))
    row["due_at"], row["done_at"] = value("due_at", None), value("done_at", None)
    row["state"], row["icon"] = state, _STEP_ICONS.get(state, "circle")
    row["state_label"] = {
        "waiting": _("En attente"),
        "open": _("À faire"),
        "done": _("Fait"),
        "not_due": _("Sans objet"),
    }.get(state, "")
    return {"row": row}


@register.inclusion_tag("ui/timeline_entry.html")
def timeline_entry(entry: Any = None, **given: Any) -> dict[str, Any]:
    """One line of the timeline. `at`, `title`, `by` (text), `text`, `words` (hers, exact), `place`, `icon`,
    `section` (confidentiality), `written_at` (when it differs), `system` (True: written by the product, lighter),
    `corrected` (a later line replaces it), `url`, `link` (the words of the link).
    """
    value = _Values(entry, given)
    row = {
        key: value(key)
        for key in ("title", "by", "text", "words", "place", "section", "system", "corrected", "url", "link")
    }
    row["at"], row["written_at"] = value("at", None), value("written_at", None)
    row["icon"] = value("icon") or ("refresh-cw" if row["system"] else "circle")
    return {"row": row}


@dataclass(frozen=True)
class _Day:
    heading: str
    entries: list[Any]


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: Iterable[Any], zone: str = "") -> dict[str, Any]:
    """Entries (newest first) under their days. Each entry as for `timeline_entry`, with `at`."""
    now, here = present(), _zone(zone)

    def at(entry: Any) -> datetime:
        found: datetime = entry["at"] if isinstance(entry, dict) else entry.at
        return found

    def local_day(entry: Any) -> date:
        return at(entry).astimezone(here).date()

    groups = [list(group) for _day, group in groupby(entries, key=local_day)]
    return {"days": [_Day(spoken.day(at(group[0]), now, here), group) for group in groups]}


@register.inclusion_tag("ui/empty.html")
def empty(phrase: str, url: str = "", label: str = "", icon_name: str = "inbox") -> dict[str, Any]:
    """Nothing here: one sentence and, when there is one, the way on."""
    return {"phrase": phrase, "url": url, "label": label, "icon_name": icon_name}


@register.inclusion_tag("ui/secrecy.html")
def secrecy(section: str, readers: str = "") -> dict[str, Any]:
    """The confidentiality mark: which part of the file this is, and who reads it."""
    known = {
        Section.IDENTITY: ("user", _("lue par qui suit ce dossier")),
        Section.WHEREABOUTS: ("map-pin", _("lieux : seulement qui en a besoin")),
        Section.EDUCATION: ("book-open", _("lue par l’équipe éducative")),
        Section.HEALTH: ("heart-pulse", _("lue par le personnel de santé")),
        Section.JUSTICE: ("scale", _("lue par l’équipe et l’ASE")),
        Section.WORDS: ("quote", _("ses mots : lus par les personnes annoncées")),
    }
    section = Section(section)
    name, who = known[section]
    return {"icon_name": name, "label": section.label, "who": readers or who}


@register.inclusion_tag("ui/mission_badge.html")
def mission_badge(label: str, until: Any = None, basis: str = "", ended: bool = False) -> dict[str, Any]:
    """Why one may see this file: « Accueille », until when, on what basis."""
    return {"label": label, "until": until, "basis": basis, "ended": ended}


@register.inclusion_tag("ui/conflict.html")
def conflict(differences: Sequence[Difference]) -> dict[str, Any]:
    """Two people changed the same thing: the stored text and the typed one, side by side."""
    return {"differences": differences}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int, label: str) -> dict[str, Any]:
    """How far a work has gone, in words and a bar: « Étapes : 3 sur 9 ». Never about a person."""
    return {"done": done, "total": total, "label": label}


@register.inclusion_tag("ui/call_strip.html")
def call_strip(station_name: str = "", station_phone: str = "") -> dict[str, Any]:
    """« Appeler le 17 », and the station's direct number: before any question."""
    return {"station_name": station_name, "station_phone": station_phone}


@register.inclusion_tag("ui/refresh_status.html")
def refresh_status(
    at: datetime, swept_at: datetime | None = None, stale_sweep: bool = False, zone: str = ""
) -> dict[str, Any]:
    """When this page was last up to date and when the sweeper last ran; warns when it has not for 2 minutes."""
    return {"at": at, "swept_at": swept_at, "stale_sweep": stale_sweep, "zone": zone}


@register.simple_tag
def phone(number: str, label: str = "") -> SafeString:
    """A number to call with one touch. French ones are said by pairs: « 01 99 00 12 34 »."""
    digits = re.sub(r"[^\d+]", "", number or "")
    if not digits:
        return SafeString("")
    national = "0" + digits[3:] if digits.startswith("+33") and len(digits) == 12 else digits
    spaced = " ".join(re.findall(r"\d\d", national)) if re.fullmatch(r"0\d{9}", national) else number
    return format_html('<a class="phone" href="tel:{}">{}{}</a>', digits, icon("phone"), label or spaced)


@register.simple_tag
def lines(items: Iterable[str]) -> SafeString:
    """Short texts as a list."""
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((item,) for item in items)))
