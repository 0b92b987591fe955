"""What one does with a screen: by what it says, as its readers do."""

import re

from playwright.sync_api import Locator, Page, expect

EDUCATOR = "educatrice@exemple.invalid"
COLLEAGUE = "educateur@exemple.invalid"
CASE_WORKER = "referente@exemple.invalid"
MANAGER = "cadre@exemple.invalid"

EPISODE = re.compile(r"/e/[0-9a-f-]{36}/$")


def tick(page: Page, name: str, value: str = "") -> None:
    """Choose one answer of a question, by its tile: the whole of it is the target."""
    box = page.locator(f"input[name='{name}']" + (f"[value='{value}']" if value else "")).first
    if not box.is_checked():
        page.locator(f"label[for='{box.get_attribute('id')}']").click()
    expect(box).to_be_checked()


def untick(page: Page, name: str, value: str) -> None:
    box = page.locator(f"input[name='{name}'][value='{value}']")
    page.locator(f"label[for='{box.get_attribute('id')}']").click()
    expect(box).not_to_be_checked()


def write(page: Page, name: str, text: str) -> None:
    page.locator(f"[name='{name}']").fill(text)


def press(page: Page, value: str) -> None:
    """A button that says by its value what it does."""
    page.locator(f"button[value='{value}']").first.click()


def go(page: Page) -> None:
    """The one filled button, within reach of the thumb."""
    page.locator("section.actions .btn-primary").click()


def tile(page: Page, name: str) -> Locator:
    """The choice that somebody's first name stands on."""
    return page.locator("label.choice", has=page.get_by_text(name, exact=True))


def act(page: Page, episode: str, slug: str) -> None:
    page.goto(f"{episode}noter/{slug}/")


def noted(page: Page) -> None:
    expect(page.get_by_text("C’est noté.").first).to_be_visible()


def open_episode(page: Page, who: str) -> str:
    """In three taps from the desk, beside her name, whether she is in or out; the address of the episode."""
    page.goto("/")
    page.get_by_role("link", name=re.compile(rf"^Pas (là|de retour) {who}$")).click()
    go(page)
    page.locator("#questions").wait_for()
    go(page)
    page.wait_for_url(EPISODE)
    return page.url


def episode_of(page: Page, who: str) -> str:
    """The address of the episode that the desk shows for somebody."""
    page.goto("/")
    page.get_by_role("link", name=f"Voir l’épisode {who}").click()
    page.wait_for_url(EPISODE)
    return page.url


def person_of(page: Page, who: str) -> str:
    """The address of the page of somebody on the desk."""
    page.goto("/")
    link = page.locator("a[href^='/p/']", has_text=re.compile(rf"^\s*{who}\s*$")).first
    href = link.get_attribute("href")
    assert href
    return href


def filled(page: Page, form: str) -> dict[str, str]:
    """Every field that a form would send, as it stands."""
    return page.locator(form).evaluate("form => Object.fromEntries(new FormData(form))")
