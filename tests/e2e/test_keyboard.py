"""An episode opened and its first step done without a mouse."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.hands import EDUCATOR, EPISODE

_FOCUS = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));  // it scrolls into sight
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const drawn = one.matches('input[type=radio], input[type=checkbox]') ? one.closest('.choice') || one : one;
  const style = getComputedStyle(drawn), own = getComputedStyle(one);
  const box = drawn.getBoundingClientRect();
  return {
    says: (one.labels && one.labels[0] ? one.labels[0].textContent : one.textContent || one.value || '').trim(),
    name: one.name || '', type: one.type || one.tagName, value: one.value || '',
    seen: [style, own].some(
      s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none'),
    inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
  };
}"""


def walk(page: Page, says: str = "", name: str = "") -> None:
    """Tab until the focus is on what says so; every stop on the way shows where it is."""
    for _ in range(120):
        page.keyboard.press("Tab")
        here = page.evaluate(_FOCUS)
        if here is None:
            continue
        assert here["inside"], f"focus out of sight: {here}"
        assert here["seen"], f"focus not shown: {here}"
        if says in here["says"] and name in here["name"]:
            return
    raise AssertionError(f"the keyboard never reaches {says or name!r}")


def test_an_episode_is_opened_and_its_first_step_done_with_the_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit(EDUCATOR, "desktop")
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller au contenu")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"

    page.goto("/e/nouveau/")
    walk(page, says="Lina", name="people")
    page.keyboard.press("Space")
    walk(page, says="Continuer")
    page.keyboard.press("Enter")
    page.locator("#questions").wait_for()
    walk(page, name="q_belongings")
    page.keyboard.press("ArrowLeft")  # a group of choices is one stop; arrows choose
    walk(page, says="Ouvrir l’épisode")
    page.keyboard.press("Enter")
    page.wait_for_url(EPISODE)
    episode = page.url

    walk(page, says="J’ai appelé")
    page.keyboard.press("Enter")
    page.wait_for_url("**/etape/**")
    walk(page, name="means")
    walk(page, name="recipient")
    page.keyboard.type("Commissariat de Montbrouette")
    page.keyboard.press("Enter")
    page.wait_for_url(episode)
    expect(page.get_by_text("Commissariat de Montbrouette").last).to_be_visible()
