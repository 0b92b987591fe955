"""Everything works where scripts do not run."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.hands import EDUCATOR, act, choose, episode_of, noted, press


def test_an_episode_is_opened_and_its_first_step_done_without_scripts(visit: Callable[..., Page]) -> None:
    page = visit(EDUCATOR, "phone", java_script_enabled=False)
    page.goto("/e/nouveau/")
    choose(page, "Qui n’est pas là", "Jade")
    press(page, "Continuer")
    page.locator("input[name=q_threat][value=yes]").check(force=True)
    press(page, "Relire le protocole avec ces réponses")
    expect(page.get_by_text("Elle a parlé de se faire du mal ou elle est menacée.")).to_be_visible()
    expect(page.locator("input[name=q_threat][value=yes]")).to_be_checked()
    press(page, "Ouvrir l’épisode")
    expect(page.locator(".episode__state")).to_contain_text("Disparition inquiétante")
    episode = page.url
    page.locator("#suite-actions .btn-primary").click()
    choose(page, "Moyen", "Téléphone")
    page.get_by_label("À qui").fill("Commissariat de Montbrouette")
    press(page, "J’ai appelé")
    expect(page).to_have_url(episode)
    expect(page.locator(".timeline, main").get_by_text("Commissariat de Montbrouette").last).to_be_visible()


def test_the_talk_follows_its_conditions_by_a_button_without_scripts(visit: Callable[..., Page]) -> None:
    page = visit(EDUCATOR, "phone", java_script_enabled=False)
    episode = episode_of(page, "Awa")
    act(page, episode, "proposition")
    choose(page, "Réponse", "Accepté")
    press(page, "Noter")
    noted(page)
    page.goto(f"{episode}entretien/")
    page.locator("input[name=readers]").first.check(force=True)
    page.get_by_label("Je le lui ai dit avant de commencer").check(force=True)
    press(page, "Commencer l’entretien")
    press(page, "Commencer")
    whom = page.locator("[data-item=appeler]")
    expect(whom).to_be_hidden()
    choose(page, "De quoi a-t-elle besoin", "Appeler quelqu’un")
    press(page, "Mettre à jour")
    expect(whom).to_be_visible()
    page.get_by_role("textbox", name="Qui souhaite-t-elle appeler").fill("Sa marraine.")
    choose(page, "Souhaite-t-elle parler maintenant", "Oui, maintenant")
    press(page, "Page suivante")
    expect(page.get_by_role("heading", name="Le départ")).to_be_visible()
    press(page, "Page précédente")
    expect(page.get_by_role("textbox", name="Qui souhaite-t-elle appeler")).to_have_value("Sa marraine.")
    choose(page, "De quoi a-t-elle besoin", "Dormir")
    page.get_by_role("group", name="De quoi a-t-elle besoin").get_by_label("Appeler quelqu’un").uncheck(force=True)
    press(page, "Mettre à jour")
    expect(whom).to_be_hidden()
