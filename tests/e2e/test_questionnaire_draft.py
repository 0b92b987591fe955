"""draft.js alone in a real browser, against answers of our own: what it sends, says, retries, and never does."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, Request, Route, expect

import maillage.questionnaires
from maillage.accounts.actors import Actor, Post
from maillage.accounts.enums import Role
from maillage.accounts.models import User
from maillage.accounts.roles import ABILITIES
from maillage.common.enums import Section
from maillage.questionnaires.forms import QuestionnaireForm
from maillage.questionnaires.models import AnswerSet, Questionnaire
from tests.e2e.conftest import PATIENCE
from tests.questionnaires.world import definition

ADDRESS = "http://questionnaire.invalid/page"
SCRIPT = Path(maillage.questionnaires.__file__).parent / "static" / "questionnaires" / "draft.js"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'"


def page_html() -> str:
    """The real template, on a draft that was never stored: no database here."""
    answer_set = AnswerSet(questionnaire=Questionnaire(definition=definition().to_json()))
    actor = Actor(User(), (Post(Role.EDUCATOR, uuid.uuid4()),))
    opened = SimpleNamespace(sections=frozenset(Section), value=lambda row, field: None)
    form = QuestionnaireForm(
        by=actor, held=ABILITIES[Role.EDUCATOR], answer_set=answer_set, opened=opened, zone="Europe/Paris"
    )
    inside = render_to_string("questionnaires/form.html", {"form": form})
    return (
        f'<!doctype html><html lang="fr"><body><form method="post" data-draft="{ADDRESS}" novalidate>'
        '<input type="hidden" name="form_token" value="jeton"><input type="hidden" name="version" value="1">'
        f'{inside}</form><script src="/draft.js" defer></script></body></html>'
    )


class Server:
    """Answers the page's requests; `answer` says how, each body is kept."""

    def __init__(self) -> None:
        self.html = page_html()
        self.sent: list[dict[str, list[str]]] = []
        self.pages: list[dict[str, list[str]]] = []
        self.held: list[Route] = []
        self.answer: Callable[[Route, int], None] = self.saved

    def handle(self, route: Route, request: Request) -> None:
        if request.url.endswith("/draft.js"):
            route.fulfill(body=SCRIPT.read_text(encoding="utf-8"), content_type="text/javascript")
        elif request.method == "POST":
            body = parse_qs(request.post_data or "", keep_blank_values=True)
            if body["do"] == ["auto"]:
                self.sent.append(body)
                self.answer(route, len(self.sent))
            else:
                self.pages.append(body)
                route.fulfill(body="<p>arrivée</p>", content_type="text/html; charset=utf-8")
        else:
            route.fulfill(
                body=self.html, headers={"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
            )

    def saved(self, route: Route, number: int, **more: Any) -> None:
        answer = {"version": number + 1, "saved": f"Brouillon enregistré à 21 h {40 + number}", "shown": {}} | more
        route.fulfill(body=json.dumps(answer), content_type="application/json")


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(locale="fr-FR")
    context.set_default_timeout(PATIENCE)
    shown = context.new_page()
    shown.clock.install()
    shown.route("**/*", server.handle)
    shown.goto(ADDRESS)
    yield shown
    context.close()


def status(page: Page) -> Any:
    return page.locator("[data-draft-status]")


def type_nights(page: Page, text: str) -> None:
    page.locator("#id_q-nuits").press_sequentially(text)


def test_a_pause_in_typing_saves_the_draft_and_says_when(page: Page, server: Server):
    type_nights(page, "2")
    page.clock.run_for(1000)
    assert server.sent == []
    type_nights(page, "3")
    page.clock.run_for(1000)
    assert server.sent == []
    page.clock.run_for(600)
    expect(status(page)).to_have_text("Brouillon enregistré à 21 h 41")
    assert status(page).get_attribute("aria-live") == "polite"
    [body] = server.sent
    assert body["q-nuits"] == ["23"]
    assert body["version"] == ["1"]
    assert "form_token" not in body
    expect(page.locator("[name=version]")).to_have_value("2")
    page.clock.run_for(60_000)
    assert len(server.sent) == 1


def test_what_the_server_finds_relevant_is_shown_at_once(page: Page, server: Server):
    server.answer = lambda route, number: server.saved(route, number, shown={"besoin_autre": True, "nuits": False})
    hidden = page.locator("[data-item=besoin_autre]")
    expect(hidden).to_be_hidden()
    page.locator("[data-item=besoin] .choice", has_text="Autre").click()
    page.clock.run_for(50)
    expect(hidden).to_be_visible()
    expect(page.locator("[data-item=nuits]")).to_be_hidden()


def test_one_request_at_a_time_each_with_the_version_of_the_last(page: Page, server: Server):
    server.answer = lambda route, number: server.held.append(route)
    type_nights(page, "1")
    with page.expect_request(lambda request: request.method == "POST"):
        page.clock.run_for(1600)
    type_nights(page, "2")
    page.clock.run_for(5000)
    assert len(server.sent) == 1
    server.answer = server.saved
    server.saved(server.held.pop(), 1)
    expect(page.locator("[name=version]")).to_have_value("2")
    page.clock.run_for(1600)
    expect(page.locator("[name=version]")).to_have_value("3")
    assert [(body["version"], body["q-nuits"]) for body in server.sent] == [(["1"], ["1"]), (["2"], ["12"])]


def test_a_lost_connection_keeps_the_text_and_tries_again(page: Page, server: Server):
    server.answer = lambda route, number: route.abort()
    type_nights(page, "2")
    page.clock.run_for(1600)
    expect(status(page)).to_contain_text("Pas de connexion")
    expect(page.locator("#id_q-nuits")).to_have_value("2")
    server.answer = lambda route, number: route.fulfill(status=503, body="")
    page.clock.run_for(3100)
    expect(status(page)).to_contain_text("Pas de connexion")
    server.answer = server.saved
    page.clock.run_for(6100)
    expect(status(page)).to_contain_text("Brouillon enregistré")
    assert server.sent[-1]["q-nuits"] == ["2"]


def test_another_devices_text_stops_saving_until_somebody_decides(page: Page, server: Server):
    server.answer = lambda route, number: route.fulfill(status=409, body="<p>conflit</p>", content_type="text/html")
    type_nights(page, "2")
    page.clock.run_for(1600)
    expect(status(page)).to_contain_text("modifié sur un autre appareil")
    type_nights(page, "3")
    page.clock.run_for(60_000)
    assert len(server.sent) == 1
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_text("arrivée")).to_be_visible()
    [body] = server.pages
    assert (body["do"], body["q-nuits"], body["version"], body["form_token"]) == (["save"], ["23"], ["1"], ["jeton"])


@pytest.mark.parametrize(("code", "words"), [(403, "session est terminée"), (422, "Brouillon non enregistré")])
def test_a_refusal_is_said(page: Page, server: Server, code: int, words: str):
    server.answer = lambda route, number: route.fulfill(status=code, body="", content_type="text/html")
    type_nights(page, "2")
    page.clock.run_for(1600)
    expect(status(page)).to_contain_text(words)


def test_a_button_pressed_while_saving_waits_and_carries_the_new_version(page: Page, server: Server):
    server.answer = lambda route, number: server.held.append(route)
    type_nights(page, "2")
    with page.expect_request(lambda request: request.method == "POST"):
        page.clock.run_for(1600)
    page.get_by_role("button", name="Page suivante").click()
    assert server.pages == []
    server.saved(server.held.pop(), 1)
    expect(page.get_by_text("arrivée")).to_be_visible()
    [body] = server.pages
    assert (body["do"], body["version"]) == (["next"], ["2"])


def test_update_is_for_pages_without_scripts_and_stays_what_enter_does(page: Page, server: Server):
    update = page.locator("button[value=update]")
    expect(update).to_have_attribute("aria-hidden", "true")
    page.locator("#id_q-nuits").press("Enter")
    expect(page.get_by_text("arrivée")).to_be_visible()
    assert server.pages[0]["do"] == ["update"]
