"""Several browsers, sessions that end, forms that arrive twice: nothing is lost, nothing is written twice."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import PATIENCE, PHONE, enter
from tests.e2e.hands import COLLEAGUE, EDUCATOR, act, episode_of, filled, go, open_episode, person_of, tick, tile, write
from tests.e2e.site import Site

Visit = Callable[..., Page]


def test_what_a_colleague_does_appears_without_a_reload(visit: Visit) -> None:
    mine, hers = visit(EDUCATOR), visit(COLLEAGUE, "desktop")
    mine.goto("/")
    loads = []
    mine.on("framenavigated", lambda frame: loads.append(frame.url))
    hers.goto("/")
    outing = hers.locator("article.resident", has=hers.get_by_text("Ily", exact=True))
    outing.locator("form[action*='/rentree/'] button").click()
    expect(hers.get_by_text("Retour noté.")).to_be_visible()
    here = mine.locator("section[aria-labelledby=ici]")
    expect(here.get_by_role("link", name="Ily", exact=True)).to_be_visible()
    open_episode(hers, "Tom")
    away = mine.locator("section[aria-labelledby=absentes]")
    expect(away.get_by_role("link", name="Tom", exact=True)).to_be_visible()
    assert loads == []


def test_a_page_that_refreshes_itself_never_renews_the_session(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.goto("/")
    for _ in range(2):
        with page.expect_response(lambda answer: "x-maillage-refresh" in answer.request.headers) as refreshed:
            page.evaluate("htmx.trigger('#vif', 'refresh')")
        assert "sessionid" not in (refreshed.value.header_value("set-cookie") or "")


def test_two_edits_of_one_text_show_both(visit: Visit) -> None:
    mine, hers = visit(EDUCATOR), visit(COLLEAGUE, "desktop")
    sheet = person_of(mine, "Lina") + "fiche/modifier/"
    mine.goto(sheet)
    hers.goto(sheet)
    hers.locator("[name=description]").fill("Bonnet rouge, lunettes rondes.")
    hers.locator("main form .btn-primary, section.actions .btn-primary").first.click()
    hers.wait_for_url(lambda url: "modifier" not in url)
    mine.locator("[name=description]").fill("Parapluie jaune sous le bras.")
    with mine.expect_response(lambda answer: answer.request.method == "POST") as refused:
        mine.locator("main form .btn-primary, section.actions .btn-primary").first.click()
    assert refused.value.status == 409
    expect(mine.get_by_text("Bonnet rouge, lunettes rondes.").first).to_be_visible()
    expect(mine.get_by_text("Parapluie jaune sous le bras.").first).to_be_visible()
    mine.get_by_role("button", name="Garder mon texte à la place").click()
    mine.goto(sheet)
    expect(mine.locator("[name=description]")).to_have_value("Parapluie jaune sous le bras.")


def test_a_form_sent_after_its_session_ended_comes_back_whole(site: Site, browser: Browser) -> None:
    who = "veilleuse@exemple.invalid"
    context = browser.new_context(**PHONE, base_url=site.url, locale="fr-FR")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    enter(page, site, who)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Autre sortie : Lou")).click()
    write(page, "where", "Chez sa grand-tante, jusqu’au dessert.")
    context.clear_cookies(name="s")  # the session; it ends with idleness, the page stays
    go(page)
    expect(page.get_by_text("votre texte est gardé")).to_be_visible()
    page.locator("input[name=login]").fill(who)
    page.locator("input[name=password]").fill("parapluie tabouret lampadaire")
    page.locator("input[name=password]").press("Enter")
    page.locator("input[name=code]").fill(site.code(who))
    page.locator("input[name=code]").press("Enter")
    expect(page.get_by_text("Chez sa grand-tante, jusqu’au dessert.")).to_be_visible()
    page.get_by_role("button", name="Envoyer", exact=True).click()
    page.goto("/")
    expect(page.locator("section[aria-labelledby=sorties]").get_by_role("link", name="Lou", exact=True)).to_be_visible()
    context.close()


def test_one_form_sent_twice_writes_once(visit: Visit) -> None:
    page = visit(EDUCATOR)
    episode = episode_of(page, "Noé")
    act(page, episode, "contact")
    tick(page, "way", "message")
    tick(page, "outcome", "no_answer")
    write(page, "words", "Rappelle quand tu veux, de jour comme de nuit.")
    sent = filled(page, "#formulaire")
    page.locator("section.actions .btn-primary").dblclick()
    page.wait_for_url(episode)
    again = page.request.post(f"{episode}noter/contact/", form=sent, headers={"Referer": episode})
    assert again.ok
    page.goto(episode)
    expect(page.get_by_text("Rappelle quand tu veux, de jour comme de nuit.")).to_have_count(1)
    changed = sent | {"words": "Autre chose."}
    other = page.request.post(f"{episode}noter/contact/", form=changed, headers={"Referer": episode})
    assert other.status == 409
    assert "Autre chose." in other.text()


def test_a_choice_made_while_the_protocol_is_read_again_stays(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.goto("/e/nouveau/")
    tile(page, "Ily").click()
    go(page)
    page.locator("#questions").wait_for()
    page.wait_for_load_state()  # a route set while a page comes may miss its first request
    held: list[Route] = []
    page.route("**/e/nouveau/", lambda route: held.append(route))
    with page.expect_request(lambda request: request.method == "POST"):
        tick(page, "q_threat", "yes")
    tick(page, "declared_kind", "runaway")
    write(page, "kind_reason", "Dispute sans gravité, déjà apaisée.")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        held[0].continue_()
    expect(page.locator("#lecture")).to_contain_text("Disparition inquiétante")
    expect(page.locator("input[name=declared_kind][value=runaway]")).to_be_checked()
    expect(page.locator("[name=kind_reason]")).to_have_value("Dispute sans gravité, déjà apaisée.")


def test_an_answer_given_before_the_scripts_came_is_read_all_the_same(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.goto("/e/nouveau/")
    tile(page, "Ily").click()
    held: list[Route] = []
    page.route("**/htmx*.js", lambda route: held.append(route))
    go(page)
    tick(page, "q_threat", "yes")
    assert held
    held[0].continue_()
    expect(page.locator("#lecture")).to_contain_text("Disparition inquiétante")
