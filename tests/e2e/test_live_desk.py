"""The desk in a real browser: it keeps itself up to date, says so, and says when it no longer can."""

import re
from collections.abc import Callable
from datetime import datetime

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.looks import plain

Visit = Callable[..., Page]
EDUCATOR, MANAGER = "educatrice@exemple.invalid", "cadre@exemple.invalid"


def read_at(page: Page) -> datetime:
    stamp = page.locator("[data-refreshed]").get_attribute("data-refreshed")
    assert stamp
    return datetime.fromisoformat(stamp)


def test_the_desk_refreshes_by_itself_within_twenty_seconds(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.goto("/")
    before = read_at(page)
    link = page.locator("#vif a").first
    link.focus()
    said = link.text_content()
    with page.expect_response(lambda answer: answer.request.headers.get("x-maillage-refresh") == "1", timeout=20_000):
        pass
    expect(page.locator("[data-refreshed]")).not_to_have_attribute("data-refreshed", before.isoformat())
    assert read_at(page) > before
    assert page.evaluate("document.activeElement.textContent") == said  # the hand stays where it was
    expect(page.locator("[data-lost]")).to_be_hidden()
    expect(page.locator(".refresh")).to_contain_text(re.compile(r"Mis à jour à \d+\sh"))
    expect(page.locator(".refresh")).to_contain_text("rappels vérifiés à")


def test_every_face_of_the_desk_is_drawn(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.goto("/")
    faces = page.locator("#vif img")
    assert faces.count() > 1
    for face in faces.all():
        face.scroll_into_view_if_needed()
        expect(face).to_have_js_property("complete", True)
        assert face.evaluate("face => face.decode().then(() => face.naturalWidth)") > 0


def test_the_longest_hour_fits_its_button_on_the_narrowest_phone(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.goto("/")
    for said in (
        "29\N{NO-BREAK SPACE}septembre, 17\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30",
        "29\N{NO-BREAK SPACE}September, 17:30",
    ):
        hours = page.locator(".tap--preset time")
        assert hours.count() >= 3
        hours.evaluate_all("(all, said) => all.forEach(one => { one.textContent = said; })", said)
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert list(plain(page, "phone")) == []


def test_a_lost_connection_shows_and_goes_away(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.goto("/")
    context: BrowserContext = page.context
    context.set_offline(True)
    lost = page.locator("[data-lost]")
    expect(lost).to_be_visible()
    expect(lost).to_contain_text("Connexion perdue")
    expect(lost).to_contain_text("appelez le 17")
    context.set_offline(False)
    expect(lost).to_be_hidden()


def test_a_server_that_fails_is_said_too(visit: Visit) -> None:
    page = visit(MANAGER, "desktop")
    page.goto("/garde/")

    def fail(route: Route) -> None:
        if route.request.headers.get("hx-request"):
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route("**/*", fail)
    page.evaluate("htmx.trigger('#vif', 'refresh')")
    expect(page.locator("[data-lost]")).to_contain_text("ce qui est affiché date")
    page.unroute("**/*")
    page.evaluate("htmx.trigger('#vif', 'refresh')")
    expect(page.locator("[data-lost]")).to_be_hidden()


def test_clocks_go_on_between_two_readings_of_the_server(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.clock.install()
    page.goto("/composants/")
    soon = page.locator(".clock--soon").first
    expect(soon).to_contain_text("dans 2")
    page.clock.fast_forward("30:00")
    expect(page.locator(".clock--soon", has_text="dans 2")).to_have_count(0)
    expect(page.locator(".clock--late").nth(0)).to_contain_text("en retard de")


def test_appearance_and_shared_screen_are_one_menu_away_by_keyboard(visit: Visit) -> None:
    page = visit(EDUCATOR, "desktop")
    page.goto("/")
    menu = page.locator("details.menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("button", name="Sombre")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="Sombre")).to_be_hidden()
    page.keyboard.press("Enter")
    menu.get_by_role("button", name="Sombre").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("details.menu > summary").press("Enter")
    page.get_by_role("button", name="Écran partagé").press("Enter")
    expect(page.locator("main img")).to_have_count(0)


def test_without_scripts_the_desk_reloads_itself(visit: Visit) -> None:
    page = visit(EDUCATOR, java_script_enabled=False)
    page.goto("/")
    page.wait_for_url("**/?suite=1")
    expect(page.locator("main")).to_contain_text("Mis à jour à")
