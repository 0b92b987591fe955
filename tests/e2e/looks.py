"""What every screen owes to everyone who reads it, judged in the browser."""

import re
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from maillage.config.demo.people import YOUNG
from maillage.config.demo.places import PLACES
from tests.e2e.conftest import SIZES

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# No rule here asks for the style sheets once more.
_QUICKLY = {"resultTypes": ["violations"], "preload": False}
_EVERYTHING = {
    **_QUICKLY,
    "runOnly": {"type": "tag", "values": WCAG},
    "rules": {"target-size": {"enabled": True}},  # off unless asked for
}
_CONTRAST = {**_QUICKLY, "runOnly": {"type": "rule", "values": ["color-contrast"]}}

# No tab title and no address says who it is about, or where she lives.
_NAMES = {word.lower() for young in YOUNG for word in (young.given, young.family, young.usual) if word} | {
    place.name.lower() for place in PLACES if place.confidential
}

_MEASURE = """() => {
  const shown = one => one.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const low = [...document.querySelectorAll('.btn, .tap, .choice, .quick__one, .sitenav__item, summary.later')]
    .filter(one => shown(one) && !one.closest('.visually-hidden'))
    .map(one => [Math.round(one.getBoundingClientRect().height * 10) / 10, one.outerHTML.slice(0, 90)])
    .filter(([height]) => height > 0 && height < 43.5);
  const spilt = [...document.querySelectorAll('.btn, .tap, .quick__one, .clock, .sitenav__item')]
    .filter(one => shown(one) && !one.closest('.visually-hidden'))
    .filter(one => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
    .map(one => one.outerHTML.slice(0, 90));
  return {
    title: document.title,
    language: document.documentElement.lang,
    titles: [...document.querySelectorAll('h1')].filter(one => !one.closest('[hidden]')).length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    spilt: spilt,
    low: low.map(([height, html]) => `${height} px high: ${html}`),
    inline: document.querySelectorAll('main [style]:not(svg *):not(svg)').length,
  };
}"""


_AS_SHOWN = (("phone", "light", _EVERYTHING), ("desktop", "dark", _EVERYTHING))
# For what only one of the two sizes shows: its bars, its columns.
_CROSSED = (("phone", "dark", _CONTRAST), ("desktop", "light", _CONTRAST))


def troubles(page: Page, *, crossed: bool = False) -> list[str]:
    """What is wrong with the page as it stands: phone in light, desktop in dark; `crossed`: the other way round too."""
    found = []
    for size, scheme, options in (*_AS_SHOWN, *(_CROSSED if crossed else ())):
        page.set_viewport_size(SIZES[size]["viewport"])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        if options is _EVERYTHING:
            found += [f"{size}: {trouble}" for trouble in plain(page, size)]
        found += [f"{size}, {scheme}: {trouble}" for trouble in _axe(page, options)]
    return [f"{page.url} {trouble}" for trouble in found]


def plain(page: Page, size: str) -> Iterator[str]:
    """What is wrong with the page at the width it has: what needs no rule book to be seen."""
    seen = page.evaluate(_MEASURE)
    if seen["titles"] != 1:
        yield f"{seen['titles']} main titles"
    if seen["language"] != "fr":
        yield f"language {seen['language']!r}"
    if seen["wide"] > 0:
        yield f"scrolls sideways by {seen['wide']} px"
    yield from (f"words wider than their button: {html}" for html in seen["spilt"])
    if size == "phone":
        yield from seen["low"]
    said = f"{seen['title']} {page.url}".lower()
    yield from (f"{name!r} in the title or the address" for name in _NAMES if re.search(rf"\b{name}\b", said))
    if not seen["title"]:
        yield "no title"


def _axe(page: Page, options: dict[str, Any]) -> Iterator[str]:
    # Evaluated by the browser's own tools: the page's content security policy stays as it is.
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    for violation in page.evaluate("options => axe.run(options)", options)["violations"]:
        for node in violation["nodes"]:
            says = " ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))
            if violation["id"] == "target-size" and "partially obscured" in says:
                continue  # half under the fixed bar until one scrolls: whole as soon as it is wanted
            yield f"{violation['id']}: {node['html'][:160]} {says[:200]}"
