"""From notice to closed episode, as an educator lives it: on a phone, then at a desk."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SIZES
from tests.e2e.hands import EDUCATOR, EPISODE, act, go, noted, press, tick, tile, write
from tests.e2e.looks import troubles

# Each finger or mouse that comes down, wherever the page leads.
_TAPS = "addEventListener('pointerdown', () => { sessionStorage.taps = Number(sessionStorage.taps || 0) + 1 }, true)"


def count_taps(page: Page) -> Callable[[], int]:
    """How often the pages opened from now on were touched."""
    page.add_init_script(_TAPS)
    return lambda: int(page.evaluate("sessionStorage.taps || 0"))


def fit(page: Page, size: str) -> None:
    """Fit for everyone in both sizes, looked at once; the window is left as it was."""
    if size == "phone":
        assert not troubles(page)
        page.set_viewport_size(SIZES[size]["viewport"])
        page.emulate_media(color_scheme="light")


@pytest.mark.parametrize(("size", "other_size", "who"), [("phone", "desktop", "Zoé"), ("desktop", "phone", "Maya")])
def test_from_notice_to_closed_episode(visit: Callable[..., Page], size: str, other_size: str, who: str) -> None:
    page = visit(EDUCATOR, size)
    page.goto("/")
    expect(page.get_by_role("heading", name="Maison des Tilleuls")).to_be_visible()

    # Three taps, and the number to call stands before any question. Several at once: by the faces, one tap more.
    taps = count_taps(page)
    alone = size == "phone"
    page.goto("/")
    if alone:
        page.get_by_role("link", name=f"Pas là {who}", exact=True).click()
    else:
        go(page)
    seventeen = page.locator("main a[href='tel:17']").first
    call, question = seventeen.bounding_box(), page.locator("main fieldset").first.bounding_box()
    assert call
    assert question
    assert call["y"] < question["y"]
    if not alone:
        tile(page, who).click()
    go(page)
    page.locator("#questions").wait_for()
    expect(page.locator("main a[href='tel:17']").first).to_be_visible()
    go(page)
    page.wait_for_url(EPISODE)
    episode = page.url
    assert taps() == (3 if alone else 4)

    # The next step, whose, by when: the only filled button.
    expect(page.get_by_text("Prochaine étape").first).to_be_visible()
    expect(page.locator(".next__title")).to_have_text("Appeler le 17")
    go(page)
    tick(page, "means", "phone")
    write(page, "recipient", "Commissariat de Montbrouette")
    write(page, "reference", "2026/0042")
    go(page)
    page.wait_for_url(episode)
    expect(page.get_by_text("2026/0042").last).to_be_visible()

    # Who is missing is not offered a second time.
    page.goto("/e/nouveau/")
    expect(page.locator("label.choice").first).to_be_visible()
    expect(tile(page, who)).to_have_count(0)

    # While missing: an attempt, a sign of life, which adds a step for the investigator.
    act(page, episode, "contact")
    tick(page, "way", "call")
    write(page, "who", "Téléphone, deux fois")
    tick(page, "outcome", "no_answer")
    go(page)
    noted(page)
    act(page, episode, "signe")
    tick(page, "way", "message")
    write(page, "words", "Je suis chez une amie, je rentre demain.")
    go(page)
    noted(page)
    expect(page.get_by_text("Dire ce signe de vie à l’enquêteur").first).to_be_visible()
    expect(page.get_by_text("Je suis chez une amie, je rentre demain.").first).to_be_visible()

    # What the authority decides stands beside our reading; a disagreement adds its step.
    act(page, episode, "qualification")
    tick(page, "authority", "police")
    tick(page, "kind", "unauthorised_absence")
    go(page)
    noted(page)
    expect(page.get_by_text("Demander la décision du procureur").first).to_be_attached()

    # Found before she is back: where and who fetches her are screens of their own.
    act(page, episode, "localisee")
    tick(page, "by_police")
    write(page, "place", "Gare de Montbrouette")
    fit(page, size)
    go(page)
    noted(page)
    expect(page.locator(".episode__state")).to_contain_text("Localis")
    expect(page.locator("main").get_by_text("Gare de Montbrouette").first).to_be_visible()
    fit(page, size)
    act(page, episode, "trajet")
    go(page)
    expect(page.locator(".field__error").first).to_be_visible()  # who goes is asked
    fit(page, size)
    write(page, "who", "Ferdinand Tabouret, voiture de la maison")
    go(page)
    noted(page)
    expect(page.get_by_text("Ferdinand Tabouret, voiture de la maison").first).to_be_visible()

    # A return before the departure is refused in words, and nothing typed is lost.
    act(page, episode, "rentree")
    tick(page, "happened_at_0", "other")
    write(page, "happened_at_1", "2020-01-01T10:00")
    write(page, "text", "De la fatigue, du calme.")
    go(page)
    expect(page.locator(".field__error").first).to_be_visible()
    expect(page.locator("[name=text]")).to_have_value("De la fatigue, du calme.")
    tick(page, "happened_at_0", "now")
    go(page)
    noted(page)
    expect(page.get_by_text("Soins urgents à proposer")).to_be_visible()

    act(page, episode, "soins")
    tick(page, "offer", "refused")
    expect(page.locator("[name=health]")).to_have_count(0)  # for health staff alone
    go(page)
    noted(page)
    act(page, episode, "besoins")
    tick(page, "met")
    go(page)
    noted(page)
    act(page, episode, "questionnaire-enqueteurs")
    tick(page, "outcome", "held")
    go(page)
    noted(page)

    # The talk: offered, accepted, told who reads, held, kept as a draft on the way.
    act(page, episode, "proposition")
    tick(page, "offer", "accepted")
    write(page, "chosen_person", "L’infirmière du collège")
    go(page)
    noted(page)
    page.goto(f"{episode}entretien/")
    tick(page, "readers")
    tick(page, "told")
    page.locator("main form .btn-primary").click()
    page.wait_for_url(f"{episode}entretien/questionnaire/")
    go(page)
    whom = page.locator("[name=q-appeler][type=text]")
    expect(whom).to_be_hidden()
    tick(page, "q-besoin", "appeler")
    whom.fill("Sa tante, à Lanterne-sur-Eau.")
    with page.expect_response(lambda answer: "plus_tard" in (answer.request.post_data or "")):
        tick(page, "q-moment", "plus_tard")
    expect(page.locator("[data-draft-status]")).to_contain_text("Brouillon enregistré")

    # Another device takes the draft up where it was left, and ends it.
    other = visit(EDUCATOR, other_size)
    other.goto(f"{episode}entretien/questionnaire/")
    expect(other.locator("[name=q-appeler][type=text]")).to_have_value("Sa tante, à Lanterne-sur-Eau.")
    assert not troubles(other)
    press(other, "next")
    other.locator("textarea[name=q-faits]").fill("Sommeil dès l’arrivée.")
    press(other, "next")
    press(other, "submit")
    other.wait_for_url(f"{episode}entretien/")
    expect(other.get_by_role("heading", name="Entretien tenu")).to_be_visible()
    expect(other.get_by_text("Sa tante, à Lanterne-sur-Eau.")).to_be_visible()
    expect(other.get_by_text("Sommeil dès l’arrivée.")).to_be_visible()

    # A decision becomes a step with its owner.
    act(page, episode, "decision")
    write(page, "title", "Prendre rendez-vous avec sa tante")
    tick(page, "owner")
    write(page, "due_at", "2030-01-01T10:00")
    go(page)
    noted(page)
    decided = page.locator(".step", has_text="Prendre rendez-vous avec sa tante").first
    expect(decided).to_be_attached()
    expect(decided.locator(".step__owner")).not_to_be_empty()

    # Closing needs what the protocol says, or a written reason.
    page.goto(f"{episode}clore/")
    tick(page, "reason", "followed")
    go(page)
    expect(page.locator(".field__error, [role=alert]").first).to_be_visible()
    write(page, "note", "Suite reprise par la référente, entretien à poursuivre.")
    go(page)
    page.wait_for_url(re.compile(r"/e/[0-9a-f-]{36}/$|/$"))
    page.goto(episode)
    expect(page.locator(".episode__state")).to_contain_text("Clos")
    page.goto("/")
    expect(page.locator("section[aria-labelledby=absentes]").get_by_text(who, exact=True)).to_have_count(0)
