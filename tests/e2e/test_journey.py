"""From notice to closed episode, as an educator lives it, on a phone-size screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.hands import EDUCATOR, act, choose, noted, press


@pytest.mark.parametrize(("size", "other_size", "who"), [("phone", "desktop", "Zoé"), ("desktop", "phone", "Maya")])
def test_from_notice_to_closed_episode(visit: Callable[..., Page], size: str, other_size: str, who: str) -> None:
    page = visit(EDUCATOR, size)
    page.goto("/")
    expect(page.get_by_role("heading", name="Maison des Tilleuls")).to_be_visible()

    # Three taps, and the number to call stands before any question.
    page.get_by_role("link", name="Quelqu’un n’est pas là").click()
    assert page.get_by_role("link", name="Appeler le 17").first.get_attribute("href") == "tel:17"
    call = page.get_by_role("link", name="Appeler le 17").first.bounding_box()
    question = page.get_by_role("group", name="Qui n’est pas là").bounding_box()
    assert call
    assert question
    assert call["y"] < question["y"]
    choose(page, "Qui n’est pas là", who)
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
    expect(page.get_by_label(who, exact=True)).to_have_count(0)

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
    choose(page, "Qualification", "Sortie non autorisée")
    press(page, "Noter")
    noted(page)
    expect(page.get_by_text("Demander la décision du procureur").first).to_be_attached()

    # A return before the departure is refused in words, and nothing typed is lost.
    act(page, episode, "rentree")
    choose(page, "Retour", "autre heure")
    page.locator("input[type=datetime-local]").first.fill("2020-01-01T10:00")
    page.get_by_label("Ce que vous avez vu en arrivant").fill("Fatiguée, calme.")
    press(page, "Noter le retour")
    expect(page.locator(".field__error, .form-errors, [role=alert]").first).to_be_visible()
    expect(page.get_by_label("Ce que vous avez vu en arrivant")).to_have_value("Fatiguée, calme.")
    choose(page, "Retour", "maintenant")
    press(page, "Noter le retour")
    noted(page)
    expect(page.get_by_text("Soins urgents à proposer")).to_be_visible()

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
    page.get_by_label("Avec qui, à son choix").fill("L’infirmière du collège")
    press(page, "Noter")
    noted(page)
    page.goto(f"{episode}entretien/")
    page.locator("input[name=readers]").first.check(force=True)
    page.get_by_label("Je le lui ai dit avant de commencer").check(force=True)
    press(page, "Commencer l’entretien")
    press(page, "Commencer")
    whom = page.get_by_role("textbox", name="Qui appeler, à son choix")
    expect(whom).to_be_hidden()
    choose(page, "Quels sont les besoins", "Appeler quelqu’un")
    whom.fill("Sa tante, à Lanterne-sur-Eau.")
    with page.expect_response(lambda answer: "plus_tard" in (answer.request.post_data or "")):
        choose(page, "Est-ce le bon moment", "Plus tard")
    expect(page.locator("[data-draft-status]")).to_contain_text("Brouillon enregistré")

    # Another device takes the draft up where it was left, and ends it.
    other = visit(EDUCATOR, other_size)
    other.goto(f"{episode}entretien/questionnaire/")
    expect(other.get_by_role("textbox", name="Qui appeler, à son choix")).to_have_value("Sa tante, à Lanterne-sur-Eau.")
    press(other, "Page suivante")
    other.get_by_role("textbox", name="Faits observés").fill("Elle a dormi dès son arrivée.")
    press(other, "Page suivante")
    press(other, "Terminer")
    other.wait_for_url(f"{episode}entretien/")
    expect(other.get_by_text("Sa tante, à Lanterne-sur-Eau.")).to_be_visible()
    expect(other.get_by_text("Elle a dormi dès son arrivée.")).to_be_visible()

    # A decision becomes a step with its owner.
    act(page, episode, "decision")
    page.get_by_label("Quoi").fill("Prendre rendez-vous avec sa tante")
    page.locator("input[name=owner]").first.check(force=True)
    page.get_by_label("Au plus tard").fill("2030-01-01T10:00")
    press(page, page.locator("section.actions .btn-primary").inner_text().strip())
    noted(page)
    expect(page.get_by_text("Prendre rendez-vous avec sa tante").first).to_be_attached()

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
    expect(page.get_by_role("heading", name="Absences")).to_contain_text("1")
