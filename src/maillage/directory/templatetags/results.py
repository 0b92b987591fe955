"""Results of a search: written without a template, which took half of a page for its twenty sheets and their counts."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from maillage.common.drawing import escaped
from maillage.common.templatetags.ui import icon, phone
from maillage.directory.enums import Confidentiality
from maillage.directory.queries import Facet, Sheet

register = template.Library()


@register.simple_tag
def hit(sheet: Sheet, folder: str, speaking: str = "", spoken: str = "") -> SafeString:
    """One service. `folder`: what the addresses of sheets begin with; `speaking`, `spoken`: the language asked for, and
    its name."""
    where = [sheet.structure_name, sheet.kind_label, sheet.commune_name]
    if sheet.distance is not None:
        if sheet.km != "0":  # from one commune to another: in the same one, its name says it
            where.append(_("à environ %(km)s km") % {"km": sheet.km})
    elif sheet.remote:
        where.append(_("à distance"))
    needs = f'<p class="small">{escaped(", ".join(sheet.need_labels))}</p>' if sheet.need_labels else ""
    return SafeString(
        f'<li class="panel--padded"><h3 class="directory-name">'
        f'<a href="{escaped(folder)}{sheet.structure_id}/">{escaped(sheet.name)}</a></h3>'
        f'<p class="small muted">{escaped(" · ".join(filter(None, where)))}</p>{needs}'
        f'<p class="small signs">{" ".join(_signs(sheet, spoken if speaking in sheet.languages else ""))}</p></li>'
    )


def _signs(sheet: Sheet, spoken: str) -> Iterable[str]:
    if sheet.phone:
        yield phone(sheet.phone)
    if sheet.open_now is not None:
        yield (
            _sign("door-open", _("ouvert en ce moment")) if sheet.open_now else _sign("clock", _("fermé en ce moment"))
        )
    if spoken:
        yield _sign("languages", _("on y parle : %(spoken)s") % {"spoken": spoken}, "strong")
    if sheet.place_hidden:
        yield _sign("eye-off", _("adresse sur demande"))
    elif sheet.confidentiality == Confidentiality.PROFESSIONALS:
        yield _sign("lock", _("entre professionnels"))
    if sheet.stale:
        yield _sign("hourglass", _("fiche ancienne, à vérifier"))


def _sign(drawing: str, words: str, element: str = "span") -> str:
    return f"<{element}>{icon(drawing)}{escaped(words)}</{element}>"


@register.simple_tag
def facet(facet: Facet, asked: str) -> SafeString:
    """What one filter would leave, each value with its count and the same search narrowed to it."""
    way = f"?{escaped(asked)}&amp;{facet.single}="
    # A search is not narrowed by the way of answering.
    names = (
        f'<span class="back">{escaped(one.label)}</span>'
        if facet.name == "channels"
        else f'<a class="back" href="{way}{escaped(one.value)}">{escaped(one.label)}</a>'
        for one in facet.values
    )
    values = "".join(
        f'<li>{name} <span class="count">{one.count}</span></li>' for name, one in zip(names, facet.values, strict=True)
    )
    return SafeString(
        f'<details><summary class="btn btn-link">{escaped(facet.label)} <span class="count">{len(facet.values)}</span>'
        f'</summary><ul class="rows">{values}</ul></details>'
    )
