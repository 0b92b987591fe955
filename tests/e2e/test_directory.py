"""The professionals' directory in a real browser: one search as a list and as a map, whatever it is read with."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import SIZES
from tests.e2e.hands import EDUCATOR
from tests.e2e.looks import troubles
from tests.e2e.site import Site

Visit = Callable[..., Page]
EVERYWHERE = "/annuaire/?text="
AROUND = "/annuaire/?commune=91300+Massy&radius=15"


def mapped(page: Page, address: str) -> Page:
    page.goto(f"{address}&map=1")
    expect(page.locator("#map[data-drawn]")).to_be_attached()
    return page


def drawn(page: Page) -> int:
    """Services on the map, one by one or in clusters."""
    return sum(int(one.inner_text()) for one in page.locator("#map .cluster").all()) + page.locator("#map .pin").count()


def tab_to(page: Page, wanted: Locator) -> None:
    for _step in range(40):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard never reaches {wanted}")


def test_the_map_and_the_list_are_one_search_asked_of_nobody_else(visit: Visit, site: Site) -> None:
    page = visit(EDUCATOR, "desktop")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    mapped(page, EVERYWHERE)
    expect(page.locator("#map path.departement").first).to_be_attached()
    total = int(page.locator("[data-total]").inner_text())
    assert drawn(page) == total > 2
    # A place leads to its sheet; what the view holds, to a list of the same.
    mapped(page, AROUND)
    expect(page.locator("#map path.commune").first).to_be_attached()
    page.locator("#map .pin[title='Consult’sexo']").click()
    said = page.locator(".leaflet-popup a", has_text="Consult’sexo")
    sheet = said.get_attribute("href")
    total = int(page.locator("[data-total]").inner_text())
    page.get_by_role("link", name="Lister cette vue").click()
    expect(page.locator("#trouves .count")).to_have_text(str(total))
    expect(page.get_by_text("Seulement ce qui a son adresse dans la vue")).to_be_visible()
    listed = page.locator(".directory-name a", has_text="Consult’sexo")
    expect(listed).to_have_attribute("href", sheet or "")
    listed.click()
    expect(page.locator("h1")).to_be_visible()
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []


def synthetic(page: Page, sheet: str) -> None:
    """Many places, which no demo directory has: by the handful from afar; nearer, three in a row, and two behind one
    door."""
    places = [[48.72 + at / 50, 2.27, 1, f"Kiosque {at}", sheet] for at in range(3)]
    places += [[48.70, 2.27, 1, f"Porte {at}", sheet] for at in range(2)]

    def answer(route: Route) -> None:
        told = route.fetch().json()
        south, west, north, east = map(float, parse_qs(urlsplit(route.request.url).query)["bounds"][0].split(","))
        if east - west > 10:
            points = [[48.72, 2.25, 812, "", ""]]
        else:
            points = [one for one in places if south <= one[0] <= north and west <= one[1] <= east]
        route.fulfill(json={**told, "total": sum(one[2] for one in points), "points": points})

    page.route("**/annuaire/points/**", answer)


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_cluster_says_what_it_is_and_opens_with_the_keyboard(visit: Visit, key: str) -> None:
    page = visit(EDUCATOR, "desktop", reduced_motion="reduce")
    synthetic(page, "/annuaire/nulle-part/")
    mapped(page, EVERYWHERE)
    page.get_by_role("link", name="Aller à la carte").press("Enter")
    # A handful; nearer, all but two; nearer still, what is behind one door, as a list.
    for said, pins in ((r"812 services, les montrer", 0), (r"5 services( près de .+)?, les montrer", 3)):
        button = page.locator("#map").get_by_role("button", name=re.compile(f"^{said}$"))
        tab_to(page, button)
        expect(button).to_have_css("outline-style", "solid")
        page.keyboard.press(key)
        expect(page.locator("#map .pin")).to_have_count(pins)
        expect(page.locator("#map")).to_be_focused()  # the cluster may be gone, its reader is where she was
    door = page.locator("#map").get_by_role("button", name=re.compile(r"^2 services près de .+, les montrer$"))
    tab_to(page, door)
    where = page.evaluate("scrollY")
    page.keyboard.press(key)
    links = page.locator(".leaflet-popup li a")
    expect(links).to_have_text(["Porte 0", "Porte 1"])
    expect(links.first).to_be_focused()
    assert page.evaluate("scrollY") == where  # the space bar opens, it does not scroll
    page.keyboard.press("Escape")
    expect(links).to_have_count(0)
    expect(door).to_be_focused()


def test_a_place_is_read_with_the_keyboard_alone(visit: Visit) -> None:
    page = visit(EDUCATOR, "desktop", reduced_motion="reduce")
    page.goto(AROUND)
    sheet = page.locator(".directory-name a").first.get_attribute("href") or ""
    synthetic(page, sheet)
    mapped(page, f"{AROUND}&bounds=48.70,2.20,48.78,2.34")
    expect(page.locator("#map .pin")).to_have_count(3)
    page.locator("#map").scroll_into_view_if_needed()
    place = page.locator("#map .pin[title='Kiosque 2']")
    frame, box = page.locator("#map").bounding_box(), place.bounding_box()
    assert frame
    assert box
    with page.expect_response("**/annuaire/points/**"):
        page.mouse.move(frame["x"] + 200, frame["y"] + 400)
        page.mouse.down()
        page.mouse.move(frame["x"] + 200, frame["y"] + 400 - (box["y"] - frame["y"] - 8), steps=5)
        page.wait_for_timeout(150)  # let go at rest: thrown, the map would go on by itself
        page.mouse.up()
    page.get_by_role("link", name="Aller à la carte").press("Enter")
    # At the edge: its popup moves the map, which asks again what is there, and leaves it open.
    with page.expect_response("**/annuaire/points/**"):
        tab_to(page, place)
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    link = page.locator(".leaflet-popup a", has_text="Kiosque 2")
    expect(link).to_be_focused()
    page.keyboard.press("Escape")
    expect(link).to_have_count(0)
    expect(place).to_be_focused()
    page.keyboard.press("Enter")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{sheet}")


def test_the_map_is_beside_the_list_or_a_tap_away(visit: Visit) -> None:
    page = mapped(visit(EDUCATOR, "desktop"), AROUND)
    plan, results = page.locator("#map"), page.locator("section[aria-labelledby=trouves]")
    first_read = "one => one.compareDocumentPosition(document.querySelector('#map')) & Node.DOCUMENT_POSITION_FOLLOWING"
    assert results.evaluate(first_read)
    page.locator(".directory-name").nth(9).scroll_into_view_if_needed()
    expect(plan).to_be_in_viewport(ratio=1)
    left, right = results.bounding_box(), plan.bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    page.set_viewport_size(SIZES["phone"]["viewport"])
    expect(plan).not_to_be_in_viewport()
    page.get_by_role("link", name="Aller à la carte").click()
    expect(plan).to_be_in_viewport(ratio=0.9)


def test_the_list_is_whole_without_scripts(visit: Visit) -> None:
    page = visit(EDUCATOR, "phone", java_script_enabled=False)
    page.goto(f"{AROUND}&map=1")
    expect(page.locator("noscript p", has_text="La carte demande les scripts.")).to_be_visible()
    expect(page.locator("section:has(#map)")).to_be_hidden()
    expect(page.get_by_text("Aller à la carte")).to_be_hidden()
    count = int(page.locator("#trouves .count").inner_text())
    expect(page.locator(".directory-name")).to_have_count(min(20, count))
    page.get_by_text("Préciser", exact=True).click()
    page.get_by_label("Dans quelle langue ?").select_option("fsl")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator("#trouves .count")).to_have_text(str(count))
    expect(page.get_by_text("on y parle : langue des signes française").first).to_be_visible()
    page.locator(".directory-name a", has_text="Consult’sexo").click()
    expect(page.locator("h1")).to_be_visible()


def test_the_map_opened_is_fit_for_everyone(visit: Visit) -> None:
    page = mapped(visit(EDUCATOR), AROUND)
    page.locator("#map .pin").first.click()
    expect(page.locator(".leaflet-popup a").first).to_be_visible()
    for name in ("Zoomer", "Dézoomer", "Fermer"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    assert not troubles(page, crossed=True)
