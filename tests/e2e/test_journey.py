"""From notice to closed episode, as an educator lives it, on a phone-size screen."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

EDUCATOR = "educatrice@exemple.invalid"
CASE_WORKER = "referente@exemple.invalid"


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


def test_from_notice_to_closed_episode(visit: Callable[..., Page]) -> None:
    page = visit(EDUCATOR, "phone")
    page.goto("/")
    expect(page.get_by_role("heading", name="Maison des Tilleuls")).to_be_visible()

    # Three taps, and the number to call stands before any question.
    page.get_by_role("link", name="Elle n’est pas rentrée").click()
    assert page.get_by_role("link", name="Appeler le 17").first.get_attribute("href") == "tel:17"
    call = page.get_by_role("link", name="Appeler le 17").first.bounding_box()
    question = page.get_by_role("group", name="Qui n’est pas là").bounding_box()
    assert call and question and call["y"] < question["y"]
    first = page.get_by_role("group", name="Qui n’est pas là").get_by_role("checkbox").last
    name = page.get_by_role("group", name="Qui n’est pas là").locator("label").last.inner_text().strip()
    first.check(force=True)
    press(page, "Continuer")
    press(page, "Ouvrir l’épisode")
    page.wait_for_url(re.compile(r"/e/[0-9a-f-]{36}/$"))
    episode = page.url

    # The next step, whose, by when: the only filled button.
    expect(page.get_by_text("Prochaine étape").first).to_be_visible()
    expect(page.locator("#suite-actions .btn-primary")).to_have_text(re.compile("J’ai appelé"))
    page.locator("#suite-actions .btn-primary").click()
    choose(page, "Moyen", "Téléphone")
    page.get_by_label("À qui").fill("Commissariat de Montbrouette")
    page.get_by_label("Référence").fill("2026/0042")
    press(page, "J’ai appelé")
    page.wait_for_url(episode)
    expect(page.get_by_text("Commissariat de Montbrouette").first).to_be_visible()

    # A second open episode of the same person is refused beside the question, with nothing lost.
    page.goto("/e/nouveau/")
    expect(page.get_by_label(name, exact=True)).to_have_count(0)

    # While missing: an attempt, a sign of life, which adds a step for the investigator.
    act(page, episode, "contact")
    choose(page, "Comment", "Appel")
    page.get_by_label("Qui avez-vous cherché à joindre").fill("Son téléphone")
    choose(page, "Résultat", "Pas de réponse")
    press(page, "Noter")
    noted(page)
    act(page, episode, "signe")
    choose(page, "Comment l’avez-vous su", "Message")
    page.get_by_label("Mots exacts").fill("Je suis chez une amie, je rentre demain.")
    press(page, "Noter le signe de vie")
    noted(page)
    expect(page.get_by_text("Dire ce signe de vie à l’enquêteur").first).to_be_visible()
    expect(page.get_by_text("Je suis chez une amie, je rentre demain.").first).to_be_visible()

    # What the authority decides stands beside our reading; a disagreement adds its step.
    act(page, episode, "qualification")
    page.locator("input[name=authority]").first.check(force=True)
    choose(page, "Qualification", "Disparition inquiétante")
    press(page, "Noter")
    noted(page)
    expect(page.get_by_text("Demander la décision du procureur").first).to_be_attached()

    # A return before the departure is refused in words, and nothing typed is lost.
    act(page, episode, "rentree")
    choose(page, "Rentrée", "autre heure")
    page.locator("input[type=datetime-local]").first.fill("2020-01-01T10:00")
    page.get_by_label("Ce que vous avez vu en arrivant").fill("Fatiguée, calme.")
    press(page, "Noter le retour")
    expect(page.locator(".field__error, .form-errors, [role=alert]").first).to_be_visible()
    expect(page.get_by_label("Ce que vous avez vu en arrivant")).to_have_value("Fatiguée, calme.")
    choose(page, "Rentrée", "maintenant")
    press(page, "Noter le retour")
    noted(page)
    expect(page.get_by_text("Proposer les soins urgents").first).to_be_visible()

    act(page, episode, "soins")
    choose(page, "Soins urgents", "Refusé")
    expect(page.get_by_label("Détail, lu par le personnel de santé seulement")).to_have_count(0)
    press(page, "Noter")
    noted(page)
    act(page, episode, "besoins")
    page.locator("input[name=met]").first.check(force=True)
    press(page, "Noter")
    noted(page)
    act(page, episode, "questionnaire-enqueteurs")
    choose(page, "Questionnaire des enquêteurs", "Tenu")
    press(page, "Noter")
    noted(page)

    # The talk: offered, accepted, told who reads, held, kept as a draft on the way.
    act(page, episode, "proposition")
    choose(page, "Réponse", "Accepté")
    page.get_by_label("Avec qui elle souhaite parler").fill("L’infirmière du collège")
    press(page, "Noter")
    noted(page)
    page.goto(f"{episode}entretien/")
    page.locator("input[name=readers]").first.check(force=True)
    page.get_by_label("Je le lui ai dit avant de commencer").check(force=True)
    press(page, "Commencer l’entretien")
    if page.get_by_role("link", name="Ouvrir le questionnaire").count():
        page.get_by_role("link", name="Ouvrir le questionnaire").click()
    page.wait_for_url(f"{episode}entretien/questionnaire/")
    page.locator("textarea").first.fill("Elle avait froid et voulait dormir.")
    expect(page.get_by_text("Brouillon enregistré").first).to_be_visible(timeout=15_000)

    # Another device takes the draft up where it was left.
    other = visit(EDUCATOR, "desktop")
    other.goto(f"{episode}entretien/questionnaire/")
    expect(other.locator("textarea").first).to_have_value("Elle avait froid et voulait dormir.")

    # Closing needs what the protocol says, or a written reason.
    page.goto(f"{episode}clore/")
    page.locator("input[name=reason][value=followed]").check(force=True)
    page.locator("section.actions .btn-primary").click()
    expect(page.get_by_label("Motif écrit")).to_be_visible()
    page.get_by_label("Motif écrit").fill("Suite reprise par son éducatrice référente, entretien à poursuivre.")
    page.locator("section.actions .btn-primary").click()
    page.goto(episode)
    expect(page.get_by_text("Clos", exact=False).first).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Absentes")).to_contain_text("1")
