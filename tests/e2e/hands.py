"""What one does with a screen: by what it says, as its readers do."""

import re

from playwright.sync_api import Page, expect

EDUCATOR = "educatrice@exemple.invalid"
COLLEAGUE = "educateur@exemple.invalid"
CASE_WORKER = "referente@exemple.invalid"
MANAGER = "cadre@exemple.invalid"

EPISODE = re.compile(r"/e/[0-9a-f-]{36}/$")


def choose(page: Page, group: str, label: str) -> None:
    """Tick one answer of a question, by what it says."""
    box = page.get_by_role("group", name=group).get_by_label(label, exact=True)
    box.check(force=True)  # the whole tile is the target; the input itself is drawn by it


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def act(page: Page, episode: str, slug: str) -> None:
    page.goto(f"{episode}noter/{slug}/")


def noted(page: Page) -> None:
    expect(page.get_by_text("C’est noté.").first).to_be_visible()


def open_episode(page: Page, who: str, **answers: str) -> str:
    """In three taps from the desk; the address of the episode. `answers`: question key → yes, no."""
    page.goto("/")
    page.locator("section.actions .btn-primary").click()
    choose(page, "Qui n’est pas là", who)
    press(page, "Continuer")
    for key, answer in answers.items():
        page.locator(f"input[name=q_{key}][value={answer}]").check(force=True)
    press(page, "Ouvrir l’épisode")
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
