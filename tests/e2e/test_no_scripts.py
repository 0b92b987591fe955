"""Everything works where scripts do not run."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.hands import EDUCATOR, EPISODE, act, episode_of, go, noted, press, tick, tile, untick, write


def test_an_episode_is_opened_and_its_first_step_done_without_scripts(visit: Callable[..., Page]) -> None:
    page = visit(EDUCATOR, "phone", java_script_enabled=False)
    page.goto("/e/nouveau/")
    tile(page, "Jade").click()
    go(page)
    reading = page.locator("#lecture")
    expect(reading).not_to_contain_text("une menace")
    tick(page, "q_threat", "yes")
    press(page, "read")
    expect(reading).to_contain_text("Disparition inquiétante")
    expect(reading.locator("li").first).to_be_visible()  # which line of the table says so
    expect(page.locator("input[name=q_threat][value=yes]")).to_be_checked()
    go(page)
    page.wait_for_url(EPISODE)
    expect(page.locator(".episode__state")).to_contain_text("Disparition inquiétante")
    episode = page.url
    go(page)
    tick(page, "means", "phone")
    write(page, "recipient", "Commissariat de Montbrouette")
    go(page)
    expect(page).to_have_url(episode)
    expect(page.get_by_text("Commissariat de Montbrouette").last).to_be_visible()


def test_the_talk_follows_its_conditions_by_a_button_without_scripts(visit: Callable[..., Page]) -> None:
    page = visit(EDUCATOR, "phone", java_script_enabled=False)
    episode = episode_of(page, "Awa")
    act(page, episode, "proposition")
    tick(page, "offer", "accepted")
    go(page)
    noted(page)
    page.goto(f"{episode}entretien/")
    tick(page, "readers")
    tick(page, "told")
    page.locator("main form .btn-primary").click()
    go(page)
    asked, whom = page.locator("[data-item=appeler]"), page.locator("[name=q-appeler][type=text]")
    expect(asked).to_be_hidden()
    tick(page, "q-besoin", "appeler")
    press(page, "update")
    expect(asked).to_be_visible()
    whom.fill("Sa marraine.")
    tick(page, "q-moment", "maintenant")
    press(page, "next")
    expect(page.locator("textarea[name=q-avant]")).to_be_visible()
    press(page, "previous")
    expect(whom).to_have_value("Sa marraine.")
    tick(page, "q-besoin", "dormir")
    untick(page, "q-besoin", "appeler")
    press(page, "update")
    expect(asked).to_be_hidden()
