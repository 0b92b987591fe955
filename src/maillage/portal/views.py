"""Public pages: parse the address, follow the rules, render. No cookie, no session, nothing kept."""

import gzip
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe

from maillage.common.clock import now
from maillage.common.doors import door
from maillage.portal import near, pages, rules
from maillage.portal.addresses import View, hidden, shown
from maillage.portal.departements import departements
from maillage.portal.reading import Reading
from maillage.portal.reading import law as law_text
from maillage.portal.reading import noticing as noticing_text
from maillage.portal.reading import resources as resources_text
from maillage.portal.words import LANGUAGES, Language, preferred, section

LONGEST_PLACE = 100  # characters
Page = Callable[..., HttpResponse]
PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda text: brotli.compress(text, quality=6),
    "gzip": lambda text: gzip.compress(text, 6, mtime=0),
}


def compressed(view: Page) -> Page:
    """Brotli for who takes it, gzip else: these pages are read over bad networks, and hold no secret to guess at."""

    @wraps(view)
    def packed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        patch_vary_headers(answer, ["Accept-Encoding"])
        taken = {part.split(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")}
        name = next((one for one in PACKERS if one in taken), None)
        if name and len(answer.content) > 200:
            answer.content = PACKERS[name](answer.content)
            answer["Content-Encoding"] = name
        return answer

    return packed


def public(methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[Page], Page]:
    """A page for strangers: compressed (it holds no secret), no cookie asked or set, a POST only asks."""

    def declare(view: Page) -> Page:
        @wraps(view)
        def shaped(request: HttpRequest, language: str, **kwargs: Any) -> HttpResponse:
            return view(request, LANGUAGES[language], **kwargs)

        allowed = require_http_methods(list(methods))(shaped)
        return door(public=True, stateless="POST" in methods)(compressed(allowed))

    return declare


@door(public=True)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """`/i/`: the first page in the reader's language, as her browser asks for it."""
    language = preferred(request.headers.get("Accept-Language", ""))
    answer = redirect("portal:doors", language=language.code)
    patch_vary_headers(answer, ["Accept-Language"])
    return answer


@public()
def home(request: HttpRequest, language: Language) -> HttpResponse:
    """Three doors."""
    return _render(request, "home", language, {"doors": pages.home(rules.orientation(), language)}, "doors")


@public(("GET", "HEAD", "POST"))
def stop(request: HttpRequest, language: Language, code: str) -> HttpResponse:
    """A question, or whom to call. A POST looks for a place, and shows what is around it."""
    found = _stop(code)
    if found is None:
        # An old or mistyped address is no dead end.
        return redirect("portal:doors", language=language.code)
    if found.question:
        context = {"question": pages.question(found, language), "back": pages.way_back(found, language)}
        return _render(request, "question", language, context, "stop", {"code": code})
    context = _outcome(found, language)
    if request.method != "POST":
        return _render(request, "outcome", language, context, "stop", {"code": code})
    return _asked(request, language, code, context)


def _asked(request: HttpRequest, language: Language, code: str, context: dict[str, Any]) -> HttpResponse:
    """What was typed as a place."""
    typed = request.POST.get("place", "").strip()[:LONGEST_PLACE]
    found = near.places(typed) if typed else []
    if len(found) == 1:
        return HttpResponseRedirect(pages.near_url(language, code, found[0].code, View()))
    context |= {"typed": typed, "unknown": not found, "which": pages.choices(found, language, code, View())}
    return _render(request, "outcome", language, context, "stop", {"code": code}, 200 if found else 422)


@public()
def near_here(request: HttpRequest, language: Language, code: str, letters: str, shown: str) -> HttpResponse:
    """The same outcome, with who is around a place: a list, and a map of the same."""
    stop_, place = _stop(code), _place(letters)
    if stop_ is None or stop_.outcome is None or place is None:
        return redirect("portal:doors", language=language.code)
    view = View.of(int(shown))
    sheets = near.search(stop_.outcome.near, place, view, language.code, now())
    context = _outcome(stop_, language) | {
        "around": section(language.code, "ui")["around"].format(place=place.name),
        "place": place,
        "found": [pages.found(sheet, language) for sheet in sheets],
        "ways": pages.ways_to_look(language, code, place, view),
        "everything": pages.near_url(language, code, place.code, View(map=view.map)),
        "filtered": view.open or view.language,
        "map": view.map,
        "outlines": near.outlines_around(place) if view.map else [],
        "communes": near.communes_around(place) if view.map else "",
        "tiles": settings.PORTAL_TILES if view.map else "",
        "tiles_by": settings.PORTAL_TILES_BY,
    }
    return _render(request, "outcome", language, context, "near", {"code": code, "letters": letters, "shown": shown})


@public()
def traces(request: HttpRequest, language: Language) -> HttpResponse:
    """Which calls and messages stay visible on a phone."""
    return _render(request, "traces", language, {"traces": section(language.code, "traces").values()}, "traces")


@public()
def card(request: HttpRequest, language: Language) -> HttpResponse:
    """A card to print, with a square that leads here."""
    address = f"{settings.BASE_URL.rstrip('/')}/i/"
    return _render(request, "card", language, {"square": pages.square(address), "cards": range(4)}, "card")


@public()
def law(request: HttpRequest, language: Language) -> HttpResponse:
    return _read(request, language, law_text(), "law")


@public()
def noticing(request: HttpRequest, language: Language) -> HttpResponse:
    """What may be noticed, by whom, and what comes next: reading for professionals, never a form."""
    return _read(request, language, noticing_text(), "noticing")


@public()
def resources(request: HttpRequest, language: Language) -> HttpResponse:
    return _read(request, language, resources_text(), "resources")


def _read(request: HttpRequest, language: Language, text: Reading, name: str) -> HttpResponse:
    register_url = reverse("directory:structure_register") if name == "resources" else ""
    return _render(request, "reading", language, pages.read(text, name) | {"register_url": register_url}, name)


@public(("GET", "HEAD", "POST"))
def transmit(request: HttpRequest, language: Language) -> HttpResponse:
    """How to transmit; for whom, once a département is chosen."""
    chosen = request.POST.get("departement", "") if request.method == "POST" else ""
    if chosen in departements():
        return redirect("portal:transmit_in", language=language.code, letters=hidden(chosen))
    return _transmit(request, language, None, "transmit")


@public()
def transmit_in(request: HttpRequest, language: Language, letters: str) -> HttpResponse:
    departement = departements().get(shown(letters))
    if departement is None:
        return redirect("portal:transmit", language=language.code)
    return _transmit(request, language, departement, "transmit_in", letters=letters)


def _transmit(request: HttpRequest, language: Language, departement: Any, name: str, **address: str) -> HttpResponse:
    sheets = near.addressees(departement.code) if departement else []
    known = {sheet.structure_kind for sheet in sheets}
    context: dict[str, Any] = {
        "departements": departements().values(),
        "departement": departement,
        "chapter": pages.transmitting(),
        "addressees": [pages.found(sheet, LANGUAGES["fr"]) for sheet in sheets],
        "knows_crip": "crip" in known,
        "knows_prosecutor": "prosecutor" in known,
    }
    return _render(request, "transmit", language, context, name, address)


def _stop(code: str) -> rules.Stop | None:
    return rules.follow(rules.orientation(), code)


def _place(letters: str) -> near.Place | None:
    return near.place(shown(letters))


def _outcome(found: rules.Stop, language: Language) -> dict[str, Any]:
    return {
        "outcome": pages.outcome(found, rules.orientation(), language),
        "back": pages.way_back(found, language),
        "code": found.code,
        "typed": "", "unknown": False, "which": [], "found": None, "map": False,
    }  # fmt: skip


def _render(
    request: HttpRequest,
    page: str,
    language: Language,
    context: dict[str, Any],
    name: str,
    address: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    framed = {**pages.frame(language, name, **(address or {})), **context, "exit": settings.PORTAL_EXIT}
    answer = render(request, f"portal/{page}.html", framed, status=status)
    answer["Content-Language"] = language.code
    return answer
