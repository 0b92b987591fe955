"""Every screen a reader can open, found by following links as each role: WCAG 2.2 AA, sizes, titles, both colours."""

import base64
import time
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PHONE
from tests.e2e.hands import CASE_WORKER, EDUCATOR, MANAGER, episode_of, go, person_of, tick, tile
from tests.e2e.looks import troubles
from tests.e2e.site import PERIOD, Site, code_of

Visit = Callable[..., Page]

# These differ with who reads them: looked at for each role, in several states. The rest once.
EACH = {"desk:home": 1, "episodes:page": 3, "desk:file": 1, "episodes:talk": 2, "accounts:home": 1, "tasks:rota": 1}
# Every component and every frame: in both colours at both sizes. Other screens: one size in each.
CROSSED = {*EACH, "desk:components"}
READERS = {
    "educatrice": ("/", "/composants/"),
    "referente": ("/",),
    "famille": ("/",),
    "cadre": ("/garde/",),
    "astreinte": ("/",),
    "infirmiere": ("/",),
    "aemo": ("/",),
    "comptes": ("/",),
    "dpo": ("/",),
    "archives": ("/",),
}
# Addresses that are no screen of their own: parts of a page, files, answers to a form.
NO_SCREEN = {
    "episodes:live", "episodes:document", "episodes:paper", "episodes:talk_correct", "episodes:step_do",
    "episodes:step_not_due",
    "episodes:step_acknowledge", "episodes:step_take", "episodes:step_undo", "youth:photo", "desk:preferences",
    "desk:outing_start", "desk:outing_end", "desk:acknowledge", "accounts:language", "accounts:end_sessions",
    "accounts:parked", "accounts:role_open", "accounts:role_end", "accounts:deactivate", "accounts:reactivate",
    "accounts:look_css", "accounts:logo",
    "accounts:reset_second_factor", "accounts:invite_again", "account_logout", "mfa_index", "mfa_list_webauthn",
    "mfa_login_webauthn", "tasks:shift_remove", "episodes:instrument_withdraw",
    "episodes:observed_withdraw", "episodes:workbook",
    "youth:withdraw", "youth:twins_tell", "youth:twins_distinct", "youth:access_end", "youth:takeover_withdraw",
    "episodes:protocol_choose",
    "casework:document", "casework:flag_lift", "casework:share_end", "casework:received_paper", "casework:task_reopen",
    "desk:own_copy_file", "desk:list_keep", "desk:list_export", "desk:list_rename", "desk:list_delete",
    "desk:list_restore", "retention:disposal_make", "retention:disposal_withdraw", "retention:trash_undo",
    "casework:opened_paper", "directory:points", "directory:confirm", "directory:retire", "directory:service_retire",
}  # fmt: skip

# Looked at by the tests below, or only with a state that the demonstration does not have.
BY_HAND = {
    "account_login", "account_reset_password", "account_reset_password_done", "accounts:second_factor",
    "mfa_activate_totp", "mfa_add_webauthn", "mfa_authenticate", "account_reauthenticate", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "episodes:talk_questionnaire", "youth:placement_start",
    "mfa_edit_webauthn", "mfa_remove_webauthn",
    # Once somebody chose one.
    "desk:list",
    # Once somebody wrote one.
    "casework:task", "casework:incident",
    # After a search, or once the worker found something.
    "youth:register", "youth:ask", "youth:received", "youth:twins", "youth:access_open",
    # Once somebody proposed one, or said that two files are of one person.
    "youth:takeover", "youth:merge", "youth:part",
    # Once somebody wrote, asked or answered.
    "casework:note", "casework:note_correct", "casework:goal", "casework:document_withdraw", "casework:family_correct",
    "casework:legal_edit", "casework:judgement_correct", "casework:observation_correct", "casework:open",
    "casework:received_one", "casework:share_link", "directory:merge", "directory:place_ask",
    "directory:place_answer", "directory:proposal",
    # Without an account: tests/e2e/test_portal.py.
    "directory:structure_register", "directory:structure_registered",
}  # fmt: skip

looked_at: Counter[str] = Counter()


def shape(address: str) -> str | None:
    """The screen an address is of: its name, and the words that change what it shows. None for other sites."""
    split = urlsplit(address)
    if split.scheme not in ("", "http") or (split.netloc and not split.netloc.startswith("localhost")):
        return None
    try:
        match = resolve(split.path)
    except Resolver404:
        return None
    words = [str(value) for value in match.kwargs.values() if isinstance(value, str)]
    return " ".join([match.view_name or split.path, *words])


@pytest.mark.parametrize("reader", READERS)
def test_every_screen_is_fit_for_everyone(visit: Visit, reader: str) -> None:
    page = visit(f"{reader}@exemple.invalid")
    found: list[str] = []
    here: Counter[str] = Counter()
    queue = list(READERS[reader])
    met = set(queue)
    while queue:
        address = queue.pop(0)
        name = shape(address)
        if name is None or name.split()[0] in NO_SCREEN or name.startswith("portal:"):
            continue  # the public pages are walked as a stranger, in `test_portal.py`
        again = here[name] >= EACH.get(name, 1) or (name not in EACH and looked_at[name])
        if again and address not in READERS[reader]:
            continue
        response = page.goto(address)
        assert response
        if response.status >= 400:
            found.append(f"{page.url} answers {response.status} to a link")
            continue
        here[name] += 1
        looked_at[shape(page.url) or name] += 1
        found += troubles(page, crossed=name in CROSSED and here[name] == 1)
        for link in page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))"):
            if link not in met and not link.startswith(("#", "tel:", "mailto:")):
                met.add(link)
                queue.append(link)
    assert not found, "\n".join(found)


def test_screens_before_signing_in_are_fit_for_everyone(site: Site, browser: Browser) -> None:
    context = browser.new_context(**PHONE, base_url=site.url, locale="fr-FR")
    page = context.new_page()
    found = []
    for address in ("/compte/entrer/", "/compte/oubli/", "/compte/oubli/envoye/", "/compte/lien/a-b/", "/mentions/"):
        page.goto(address)
        found += troubles(page)
    page.goto("/compte/entrer/")
    page.locator("input[name=login]").fill("personne@exemple.invalid")
    page.locator("input[name=password]").fill("rien du tout")
    page.locator("input[name=password]").press("Enter")
    page.locator(".notice--error").wait_for()
    found += troubles(page)
    page.locator("input[name=login]").fill(EDUCATOR)
    page.locator("input[name=password]").fill("parapluie tabouret lampadaire")
    page.locator("input[name=password]").press("Enter")
    page.locator("input[name=code]").wait_for()
    found += troubles(page)
    context.close()
    assert not found, "\n".join(found)


def test_setting_up_a_second_factor_is_fit_for_everyone(visit: Visit, site: Site, browser: Browser) -> None:
    """An account whose factor was taken away sees nothing but these screens, then sets up a new one."""
    manager = visit("comptes@exemple.invalid", "desktop")
    manager.goto("/compte/personnes/")
    manager.get_by_role("link", name="Gaspard Arrosoir").click()
    manager.locator("form[action*='second-facteur'] button").click()
    context = browser.new_context(**PHONE, base_url=site.url, locale="fr-FR")
    page = context.new_page()
    page.goto("/compte/entrer/")
    page.locator("input[name=login]").fill("astreinte@exemple.invalid")
    page.locator("input[name=password]").fill("parapluie tabouret lampadaire")
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/compte/second-facteur/")
    found = troubles(page)
    page.goto("/")
    assert page.url.endswith("/compte/second-facteur/")
    page.goto("/compte/cles/ajouter/")
    found += troubles(page)
    page.goto("/compte/codes/")
    found += troubles(page)
    key = base64.b32decode(page.locator("main code").inner_text().strip())
    page.locator("input[name=code]").fill(code_of(key, int(time.time()) // PERIOD))
    page.locator("main form button[type=submit]").first.click()
    page.goto("/")
    expect(page.locator("main .desk")).to_be_visible()
    page.goto("/compte/secours/nouveaux/")  # for some minutes after signing in, without asking who she is
    found += troubles(page)
    looked_at[shape(page.url) or ""] += 1
    context.close()
    assert not found, "\n".join(found)


def test_screens_behind_a_form_are_fit_for_everyone(visit: Visit) -> None:
    page = visit(EDUCATOR)
    page.goto("/e/nouveau/")
    tile(page, "Ily").click()
    go(page)
    page.locator("#questions").wait_for()
    found = troubles(page)
    tick(page, "q_threat", "yes")
    expect(page.locator("#lecture")).to_contain_text("Disparition inquiétante")
    tick(page, "declared_kind", "runaway")
    go(page)  # another choice than the table's asks why
    page.locator(".notice--error").wait_for()
    found += troubles(page)
    ily = person_of(page, "Ily")
    page.goto(f"/e/nouveau{ily.removeprefix('/p')}")
    found += troubles(page)
    case_worker = visit(CASE_WORKER)
    case_worker.goto(f"{ily}accueil/nouveau/")
    found += troubles(case_worker)
    case_worker.goto("/releves/equipe/")  # offered once several colleagues follow somebody
    found += troubles(case_worker)
    looked_at["youth:takeover_team"] += 1
    manager = visit(MANAGER)
    manager.goto(f"/e/sortie/{ily.removeprefix('/p/')}")
    hours = manager.locator("a[href^='/e/sortie/heures/']")
    hours.click()
    manager.locator("form [name=school]").wait_for()
    found += troubles(manager)
    looked_at["episodes:outing_hours"] += 1
    page.goto("/chercher/")
    page.locator("input[name=text]").fill("Lina")
    page.locator("input[name=text]").press("Enter")
    page.locator("main .person").first.wait_for()
    found += troubles(page)
    for address, status in (
        ("/e/nulle-part/", 404),
        ("/registre/", 403),
        ("/compte/confirmer/", 200),
        ("/compte/confirmer/code/", 200),
        ("/compte/lien/fait/", 200),
    ):
        response = page.goto(address)
        assert response
        assert response.status == status, address
        found += troubles(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("screen", ["desk", "episode"])
def test_paper_carries_what_is_known_and_nothing_to_press(visit: Visit, screen: str) -> None:
    page = visit(EDUCATOR, "desktop")
    page.goto("/" if screen == "desk" else episode_of(page, "Noé"))
    later = page.locator("details.later .step").first
    if screen == "episode":
        expect(later).to_be_hidden()
    page.emulate_media(media="print")
    pressed = page.locator("a.btn, button, a.tap, nav a, .actions a, summary .icon, .sitenav, .top, .foot, .back")
    assert [one.inner_html()[:90] for one in pressed.all() if one.is_visible()] == []
    steps = page.locator(".resident__steps li" if screen == "desk" else ".panel .step")
    assert steps.count() > (0 if screen == "desk" else 3)
    for step in steps.all():
        expect(step).to_be_visible()
    if screen == "desk":
        expect(page.locator(".resident").first).to_be_visible()


def test_no_screen_was_forgotten() -> None:
    """After the walks above: every address of the product was looked at, or is no screen."""
    names = {
        f"{namespace}:{name}" if namespace else name
        for namespace, name in _names(get_resolver())
        if name and not name.startswith("account_reset_password_from_key")
        if namespace not in ("portal", "directory_api")  # tests/e2e/test_portal.py; no screens
    }
    seen = {name.split()[0] for name in looked_at}
    forgotten = sorted(names - seen - NO_SCREEN - BY_HAND)
    assert not forgotten, ", ".join(forgotten)


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, str | None]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _names(one, one.namespace or namespace)
        else:
            yield namespace, one.name


def test_the_look_sees_what_is_wrong(browser: Browser) -> None:
    page = browser.new_context(**PHONE).new_page()
    page.set_content(
        "<meta name=viewport content='width=device-width'><title>Zoé</title><h1>a</h1><h1>b</h1>"
        "<p style='color:#bbb'>faint</p><a class=btn href='/'>x</a>"
        "<a class=tap style='display:block;width:2em;white-space:nowrap' href='/'>many words</a>"
        "<div style='width:900px'>w</div><img src=x>"
    )
    found = "\n".join(troubles(page))
    for trouble in (
        "2 main titles", "language", "sideways", "px high", "wider than their button", "'zoé' in the title",
        "color-contrast", "image-alt",
    ):  # fmt: skip
        assert trouble in found, trouble
    page.context.close()
