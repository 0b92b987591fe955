"""The public pages in a real browser: left in one gesture, leaving nothing, light, for everyone, scripts or not."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from maillage.portal.addresses import View, hidden
from maillage.portal.near import NEEDS
from maillage.portal.rules import orientation, paths
from tests.e2e.conftest import PATIENCE, SIZES
from tests.e2e.looks import troubles
from tests.e2e.site import Site

BEFORE, NEUTRAL = "http://avant.exemple.invalid/", "https://meteofrance.com/"
LIGHT = 55_000  # bytes, all told: 60,000 are promised, the rest is room
MASSY = hidden("91377")  # where a service of the shipped directory is
_STOPS = list(paths(orientation()))
QUESTION = next(stop.code for stop in _STOPS if stop.question)
OUTCOME = next(stop.code for stop in _STOPS if stop.at.key == "young_talk")
NEAR = f"{OUTCOME}/{MASSY}/{View().code}/"
MAP = f"{OUTCOME}/{MASSY}/{View(map=True).code}/"
TRANSMIT = f"4/{hidden('91')}/"
SCREENS = ["", f"{QUESTION}/", f"{OUTCOME}/", NEAR, MAP, "1/", "2/", "3/", "4/", TRANSMIT, "5/", "6/"]

Stranger = Callable[..., Page]


@pytest.fixture
def stranger(site: Site, browser: Browser) -> Iterator[Stranger]:
    """A page of somebody who was never here. Other sites answer with their name, and are noted as asked."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def come(size: str = "phone", **options: Any) -> Page:
        context = browser.new_context(**SIZES[size], base_url=site.url, locale="fr-FR", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        context.route(re.compile(r"^https?://(?!localhost)"), elsewhere)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
        return page

    def elsewhere(route: Route) -> None:
        route.fulfill(content_type="text/html", body=f"<title>other</title><h1>{route.request.url}</h1>")

    yield come
    for context in contexts:
        context.close()
    assert not wrong, wrong


def choose(page: Page, *texts: str) -> None:
    for text in texts:
        page.locator(".choice", has_text=text).first.click()


def settled(page: Page, scripts: bool = True) -> None:
    """All that the page asks for has come: a map fetches its outlines after it is loaded."""
    if scripts and page.locator("#map").count():
        expect(page.locator("#map[data-drawn]")).to_be_attached()


# --- Leaving ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("gesture", ["button", "shift"])
def test_leaving_shows_another_page_and_back_shows_nothing_of_ours(stranger: Stranger, size: str, gesture: str) -> None:
    page = stranger(size)
    page.goto(BEFORE)
    page.goto("/i/fr/")
    choose(page, "Je suis jeune", "Non", "Parler à quelqu’un")
    expect(page.locator(".line").first).to_be_visible()
    page.get_by_label("Commune ou code postal").fill("Orléans")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", name="Autour de Orléans")).to_be_visible()
    expect(page.locator("html[data-scripts]")).to_be_attached()
    if gesture == "button":
        page.get_by_role("link", name="Quitter vite").click()
    else:
        for _time in range(3):
            page.keyboard.press("Shift")
    expect(page).to_have_url(NEUTRAL)
    page.go_back()
    expect(page).to_have_url(BEFORE)
    page.go_forward()
    expect(page).to_have_url(NEUTRAL)


def test_the_page_is_blank_before_the_next_one_comes(stranger: Stranger) -> None:
    """The network lets the neutral page down: nothing of ours is left on the screen."""
    page = stranger()
    page.context.route(NEUTRAL, lambda route: route.abort("aborted"))
    page.goto("/i/fr/")
    with page.expect_event("requestfailed"):
        page.get_by_role("link", name="Quitter vite").click(no_wait_after=True)
    assert page.evaluate("[document.documentElement.childNodes.length, document.title]") == [0, ""]


def test_only_three_shifts_alone_leave(stranger: Stranger, site: Site) -> None:
    page = stranger("desktop")
    page.goto(f"/i/fr/{OUTCOME}/")
    box = page.get_by_label("Commune ou code postal")
    box.click()
    for letters in ("Shift+A", "Shift+B", "Shift+C", "Shift+D"):
        page.keyboard.press(letters)
    expect(box).to_have_value("ABCD")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.keyboard.press("a")
    page.keyboard.press("Shift")
    expect(page).to_have_url(f"{site.url}/i/fr/{OUTCOME}/")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    expect(page).to_have_url(NEUTRAL)


# --- Leaving nothing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_no_cookie_no_storage_nothing_from_elsewhere(stranger: Stranger, site: Site, scripts: bool) -> None:
    page = stranger(java_script_enabled=scripts)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for screen in [*SCREENS, "/mentions/", "/rien/"]:
        address = screen if screen.startswith("/") else f"/i/fr/{screen}"
        page.goto(address)
        assert page.url == f"{site.url}{address}"  # none of them leads to another
        assert page.title() in ("Maillage", "Mentions légales")
        settled(page, scripts)
    assert page.context.cookies() == []
    if scripts:
        page.goto("/i/fr/")
        kept = "[localStorage.length, sessionStorage.length, document.cookie, navigator.serviceWorker.controller]"
        assert page.evaluate(kept) == [0, 0, "", None]
        assert page.evaluate("indexedDB.databases()") == []
    assert [url for url in asked if not url.startswith(site.url) and not url.startswith("data:")] == []
    assert [url for url in asked if "?" in url] == []


@contextmanager
def weighed(page: Page) -> Iterator[list[int]]:
    """Bytes that came over the network, headers and all."""
    parts: list[int] = []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda said: parts.append(int(said["encodedDataLength"])))
    yield parts
    wire.detach()


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_page_weighs_under_60_kb_with_all_it_loads(stranger: Stranger, language: str) -> None:
    weights = {}
    for screen in SCREENS:
        page = stranger()
        with weighed(page) as parts:
            page.goto(f"/i/{language}/{screen}")
            settled(page)
        weights[screen] = sum(parts)
        page.context.close()
    print(weights)
    assert all(0 < weight < LIGHT for weight in weights.values()), weights


# --- For everyone ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_is_fit_for_everyone(stranger: Stranger, screen: str) -> None:
    page = stranger()
    page.goto(f"/i/fr/{screen}")
    assert not troubles(page, crossed=True)


@pytest.mark.parametrize("screen", ["", f"{OUTCOME}/", NEAR])
def test_arabic_reads_from_right_to_left(stranger: Stranger, screen: str) -> None:
    page = stranger()
    page.goto(f"/i/ar/{screen}")
    assert [one for one in troubles(page) if "language 'ar'" not in one] == []
    page.set_viewport_size(SIZES["phone"]["viewport"])
    leave, brand = page.locator("[data-leave]").bounding_box(), page.locator(".brand").bounding_box()
    assert leave
    assert brand
    assert leave["x"] < brand["x"]
    assert page.locator("h1").evaluate("one => getComputedStyle(one).direction") == "rtl"
    # 116 000 is not turned round.
    assert re.sub(r"\s", " ", page.locator(".urgent__one").last.inner_text()) == "116 000"


def test_all_can_be_done_with_the_keyboard(stranger: Stranger) -> None:
    page = stranger("desktop")
    page.goto("/i/fr/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for text in ("Je suis jeune", "Non", "Parler à quelqu’un"):
        link = page.locator(".choice", has_text=text).first
        for _step in range(30):
            page.keyboard.press("Tab")
            if link.evaluate("one => one === document.activeElement"):
                break
        expect(link).to_be_focused()
        page.keyboard.press("Enter")
        expect(link).to_have_count(0)
    expect(page.locator(".line__call--first")).to_have_attribute("href", "tel:119")
    box = page.get_by_label("Commune ou code postal")
    box.focus()
    page.keyboard.type("Nulle-Part-sur-Rien")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aucune commune de ce nom")).to_be_visible()
    expect(page.get_by_label("Commune ou code postal")).to_be_focused()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_all_works_without_scripts(stranger: Stranger, site: Site, size: str) -> None:
    page = stranger(size, java_script_enabled=False)
    page.goto("/")
    expect(page).to_have_url(f"{site.url}/i/fr/")
    choose(page, "Je m’inquiète pour quelqu’un", "Non", "J’ai besoin d’aide")
    expect(page.locator(".line__call--first")).to_have_attribute("href", "tel:116000")
    page.locator(".line summary").nth(1).click()
    expect(page.locator(".line").nth(1).locator("details p").first).to_be_visible()
    page.get_by_label("Commune ou code postal").fill("Saint-Denis")
    page.get_by_role("button", name="Chercher").click()
    page.locator(".choice", has_text="(93)").click()
    expect(page.get_by_role("heading", name="Autour de Saint-Denis")).to_be_visible()
    assert "Saint" not in page.url
    expect(page.get_by_text("Les scripts sont coupés")).to_be_visible()
    page.get_by_role("link", name="Quitter vite").click()
    expect(page).to_have_url(NEUTRAL)


def test_an_organisation_without_an_account_puts_itself_to_the_directory(stranger: Stranger) -> None:
    page = stranger(java_script_enabled=False)
    page.goto("/i/fr/5/")
    page.get_by_role("link", name="Inscrire une structure à l’annuaire").click()
    page.get_by_label("Votre nom et votre fonction").fill("Irène Tamis")
    page.get_by_label("Votre courriel professionnel").fill("tamis@exemple.invalid")
    page.get_by_label("Nom de la structure").fill("Halte des Sabliers")
    page.get_by_label("Type").select_option("shelter")
    page.get_by_role("button", name="Proposer").click()
    expect(page.get_by_role("heading", name="C’est transmis")).to_be_visible()
    seen = stranger()
    seen.goto("/annuaire/inscrire/")
    assert not troubles(seen, crossed=True)


def test_the_map_holds_what_the_list_holds(stranger: Stranger) -> None:
    page = stranger("desktop")
    page.goto(f"/i/fr/{MAP}")
    expect(page.locator("#map path").first).to_be_attached()  # outlines
    listed = page.locator("[data-at]").count()
    drawn = page.evaluate(
        "[...document.querySelectorAll('#map .cluster')].reduce((sum, one) => sum + Number(one.textContent), 0)"
        " + document.querySelectorAll('#map .pin').length"
    )
    assert drawn == listed
    assert listed > 0
    page.locator("#map .leaflet-control-zoom-out").click()
    expect(page.locator("#map .cluster, #map .pin").first).to_be_visible()


def test_needs_shown_are_looked_for() -> None:
    assert all(NEEDS[need] for stop in _STOPS if stop.outcome for need in stop.outcome.near)


def test_the_card_prints_alone(stranger: Stranger) -> None:
    page = stranger("desktop")
    page.goto("/i/fr/2/")
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.locator(".foot")).to_be_hidden()
    expect(page.locator(".card:visible")).to_have_count(4)
    card = page.locator(".card").first.bounding_box()
    assert card
    assert card["width"] <= 330  # 86 mm
