"""The public pages as a stranger's browser gets them: no cookie, nothing kept, nothing from elsewhere, no dead end."""

import html as entities
import importlib.util
import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.conf import settings as conf
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from maillage.accounts.looks import shown_to
from maillage.accounts.models import DepartementLook, User
from maillage.audit.journal import SYSTEM
from maillage.common.doors import door
from maillage.common.middleware import WriteDuringRead
from maillage.config.settings import base
from maillage.directory import indexing
from maillage.directory.services import service_save, structure_save
from maillage.portal import pages
from maillage.portal.addresses import View, hidden, shown
from maillage.portal.departements import departements
from maillage.portal.rules import numbers, orientation, paths
from maillage.portal.words import LANGUAGES, words
from maillage.reference import outlines

FRENCH = LANGUAGES["fr"]
TRANSMIT = f"4/{hidden('91')}/"
FIXED = ["", "1/", "2/", "3/", "4/", TRANSMIT, "5/", "6/"]
# One address of each question and of each outcome.
CODES = list({stop.at.key: f"{stop.code}/" for stop in paths(orientation())}.values())
ORLEANS = hidden("45234")


class Seen(HTMLParser):
    """Links, forms and loaded resources of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[dict[str, str]] = []
        self.forms: list[dict[str, str]] = []
        self.loaded: list[str] = []
        self.root: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.root = given
        if tag == "a":
            self.links.append(given)
        if tag == "form":
            self.forms.append(given)
        if tag in ("script", "img", "iframe", "source"):
            self.loaded.append(given.get("src", ""))
        if tag == "link":
            self.loaded.append(given.get("href", ""))


def get(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert not answer.cookies, address
    return answer.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_safe_in_every_language(client: Client, language: str) -> None:
    """Without a database: nothing here is kept or asked of one."""
    texts, emergency = words(language), [line for line in numbers().lines if line.emergency]
    for page in FIXED if language == "fr" else ["", "1/", "2/"]:
        if page == TRANSMIT:
            continue  # asks the directory: below
        check(client, f"/i/{language}/{page}", language, texts, emergency)
    for page in CODES:
        check(client, f"/i/{language}/{page}", language, texts, emergency)


def check(client: Client, address: str, language: str, texts: object, emergency: list[object]) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert not answer.cookies, address
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    text = answer.content.decode()
    seen = Seen(text)
    assert seen.root["lang"] == language
    assert seen.root["dir"] == ("rtl" if language == "ar" else "ltr")
    assert re.findall(r"<title>(.*?)</title>", text) == ["Maillage"]
    assert text.count("<h1") == 1
    assert all(one.startswith(("/static/", "data:")) for one in seen.loaded)
    hrefs = [link["href"] for link in seen.links]
    for number in ("tel:17", "tel:112", "sms:114", "tel:119", "tel:116000"):
        assert number in hrefs, (address, number)
    leave = next(link for link in seen.links if "data-leave" in link)
    assert leave["href"] == conf.PORTAL_EXIT
    assert "noreferrer" in leave["rel"]
    # It listens as soon as it comes. Deferred, it waited for the end of the page: on a slow line, whoever was surprised
    # meanwhile pressed the keys in vain, and a tap on the link left the page in the history.
    [script] = re.findall(r"<script([^>]*portal/leave[^>]*)>", text)
    assert "async" in script.split()
    assert "defer" not in script.split()
    for link in seen.links:
        assert "?" not in link["href"], link
        if link["href"].startswith("http"):
            assert "noreferrer" in link["rel"]
    for form in seen.forms:
        assert form["method"] == "post"  # nothing typed goes into an address
    assert "csrf" not in text


def test_a_stranger_at_the_root_gets_the_public_pages_in_her_language(client: Client, db: None) -> None:
    first = client.get("/", headers={"accept-language": "ro"})
    assert (first.status_code, first["Location"]) == (302, "/i/")
    second = client.get("/i/", headers={"accept-language": "ro"})
    assert (second.status_code, second["Location"]) == (302, "/i/ro/")
    assert "Accept-Language" in second["Vary"]
    assert not first.cookies
    assert not second.cookies
    assert "/compte/entrer/" in get(client, "/i/ro/")


def test_a_professional_whose_session_ended_is_asked_to_sign_in(client: Client, db: None) -> None:
    client.cookies[conf.SESSION_COOKIE_NAME] = "ended"
    assert client.get("/")["Location"].startswith("/compte/entrer/")
    assert Client().get("/garde/")["Location"].startswith("/compte/entrer/")


def test_other_pages_for_strangers_set_no_cookie_either(client: Client, db: None) -> None:
    for address, status in (("/mentions/", 200), ("/rien-ici/", 404), ("/i/fr/rien/", 404), ("/i/xx/", 404)):
        answer = client.get(address)
        assert answer.status_code == status, address
        assert not answer.cookies, address


def test_no_departement_signs_them(client: Client, db: None) -> None:
    """Neither its name, its logo nor its colours: a shoulder that reads them knows who is asked for help."""
    addresses = [f"/i/fr/{page}" for page in (*FIXED, CODES[0], CODES[-1])]
    before = [client.get(address).content for address in addresses]
    look = DepartementLook.objects.create(departement="45", name="Val-Tranquille", light="#7a0f3c", logo=b"png")
    assert shown_to(None) == look  # as the sign-in page shows it
    for address, was in zip(addresses, before, strict=True):
        text = client.get(address).content
        assert text == was, address
        assert b"apparence" not in text, address


def test_an_old_address_is_no_dead_end(client: Client) -> None:
    for address in ("/i/fr/bbbbb/", "/i/fr/p/", f"/i/fr/b/{ORLEANS}/0/", "/i/fr/bdf/ppppp/0/", "/i/fr/4/pp/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) in (
            (302, "/i/fr/"),
            (302, "/i/fr/4/"),
        ), address


def test_answers_lead_where_the_rules_say(client: Client) -> None:
    """Clicked as a person does: young, in danger, cannot speak."""
    text = get(client, "/i/fr/")
    for words_ in ("Je suis jeune", "Oui", "Non, ou on pourrait m’entendre"):
        found = re.search(rf'href="([^"]+)"[^>]*><span>{re.escape(words_)}</span>', entities.unescape(text))
        assert found, words_
        text = get(client, found[1])
    assert "Écris un SMS au 114" in entities.unescape(text)
    first = re.search(r'class="line__call line__call--first" href="([^"]+)"', text)
    assert first
    assert first[1] == "sms:114"


def test_the_first_page_may_be_found_by_search_engines_and_no_other(client: Client) -> None:
    assert 'content="index, nofollow"' in get(client, "/i/fr/")
    for address in ("/i/fr/b/", "/i/fr/1/"):
        assert 'content="noindex, nofollow"' in get(client, address)


def test_the_card_says_numbers_and_nothing_else(client: Client, settings: Settings) -> None:
    settings.BASE_URL = "https://exemple.invalid/"
    text = get(client, "/i/fr/2/")
    card = re.search(r'<div class="card">(.*?)</div>', text, re.DOTALL)
    assert card
    assert not re.search(r"enfan|danger|dispar|mineur|Maillage|exploit", card[1], re.I)
    for number in ("17", "112", "114", "119", "116"):
        assert number in card[1]
    assert card[1].count("<path") == 1


def test_tiles_are_those_of_the_operator_or_none(
    client: Client, db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tile says to whoever serves it where a reader looks: the browser may ask them, and nobody else."""
    address = f"/i/fr/{next(stop.code for stop in paths(orientation()) if stop.at.key == 'young_talk')}/{ORLEANS}/1/"
    assert 'data-tiles=""' in get(client, address)
    tiles = "https://tuiles.exemple.invalid/{z}/{x}/{y}.png"
    settings.PORTAL_TILES, settings.PORTAL_TILES_BY = tiles, "Nos tuiles"
    text = get(client, address)
    assert f'data-tiles="{tiles}"' in text
    assert 'data-tiles-by="Nos tuiles"' in text
    for given, allowed in (
        (tiles, ["https://tuiles.exemple.invalid"]),
        ("", []),
        ("http://tuiles.exemple.invalid", []),
    ):
        monkeypatch.setenv("MAILLAGE_TILES", given)
        spec = importlib.util.spec_from_file_location("settings_read_again", base.__file__)
        assert spec
        assert spec.loader
        again = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(again)
        assert again.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] == ["'self'", "data:", *allowed]


def test_the_square_holds_the_address() -> None:
    """Read back: the three corners of a QR code are where they belong."""
    square = pages.square("https://exemple.invalid/i/")
    assert square["side"] > 20
    for corner in ("M2 2h", "M2 8h", f"M{square['side'] - 3} 2h"):
        assert corner in square["path"]
    assert square != pages.square("https://exemple.invalid/j/")


def test_what_professionals_read_says_its_status(client: Client) -> None:
    text = entities.unescape(get(client, "/i/fr/3/"))
    assert "aucun n’a encore été relu par un juriste" in text
    for said in ("Texte lu", "Source secondaire", "Pratique", "CASF, art. L226-4", "Code civil, art. 375-5"):
        assert said in text
    assert words("ro")["ui.french_only"] in entities.unescape(get(client, "/i/ro/3/"))


def test_who_receives_what_is_transmitted_in_a_departement(client: Client, db: None) -> None:
    """CRIP first, then the prosecutor; who is not in the directory is said how to find."""
    for kind, name, phone in (
        ("minors_brigade", "Brigade de Valmouton", "0199000003"), ("prosecutor", "Parquet de Valmouton", "0199000002"),
        ("crip", "CRIP du Valmouton", "0199000001"), ("crip", "CRIP à compléter", ""),
    ):  # fmt: skip
        home = structure_save(by=SYSTEM, name=name, kind=kind, phone=phone)
        service_save(by=SYSTEM, structure=home, name=name, needs=["report"], zones=["91"])
    indexing.rebuild()

    def told(departement: str) -> str:
        return entities.unescape(get(client, f"/i/fr/4/{hidden(departement)}/"))

    page = told("91")
    places = [page.index(f">{name} de Valmouton<") if "CRIP" not in name else page.index(">CRIP du Valmouton<")
              for name in ("CRIP", "Parquet", "Brigade")]  # fmt: skip
    assert places == sorted(places)
    assert "CRIP à compléter" not in page  # nobody could be reached by it
    assert "tribunal judiciaire." not in page
    assert "conseil départemental." not in page
    assert 'href="tel:0199000001"' in page
    elsewhere = told("59")
    assert "Valmouton" not in elsewhere
    assert "Le parquet se joint par le tribunal judiciaire." in elsewhere
    assert "elle se joint par le conseil départemental." in elsewhere


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_nothing_about_a_visitor_is_logged_or_stored(
    client: Client, logged: pytest.LogCaptureFixture, db: None
) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get("/i/fr/bdf/", headers={"user-agent": "Parapluie/1"}, REMOTE_ADDR="192.0.2.7")
        client.post("/i/fr/bdf/", {"place": "Nulle-Part-sur-Rien"}, REMOTE_ADDR="192.0.2.7")
    assert not asked.captured_queries
    shown_ = "\n".join(conf_handler().format(record) for record in logged.records)
    for secret in ("Parapluie", "192.0.2.7", "Nulle", "bdf"):
        assert secret not in shown_


def conf_handler() -> logging.Formatter:
    return logging.getLogger().handlers[0].formatter or logging.Formatter()


# --- Places ----------------------------------------------------------------------------------------------------------


def test_a_place_is_found_by_name_or_postcode_and_never_kept_in_words(client: Client) -> None:
    for typed in ("Orléans", "orleans 45000"):
        answer = client.post("/i/fr/bdf/", {"place": typed})
        assert (answer.status_code, answer["Location"]) == (302, f"/i/fr/bdf/{ORLEANS}/0/")
        assert not answer.cookies
    unknown = client.post("/i/fr/bdf/", {"place": "Nulle-Part-sur-Rien"})
    assert unknown.status_code == 422
    assert 'value="Nulle-Part-sur-Rien"' in unknown.content.decode()
    assert 'aria-invalid="true"' in unknown.content.decode()
    several = client.post("/i/fr/bdf/", {"place": "Saint-Denis"})
    assert several.status_code == 200
    assert f"/i/fr/bdf/{hidden('93066')}/0/" in several.content.decode()
    assert client.post("/i/fr/bdf/", {}).status_code == 422
    assert client.post("/i/fr/bdf/", {"place": "x" * 100_000}).status_code == 422


def test_codes_of_places_are_letters_and_come_back() -> None:
    for code in ("45234", "2A004", "2B033", "97411", "93"):
        assert shown(hidden(code)) == code
        assert hidden(code).isalpha()
        assert not set("aeiouy") & set(hidden(code))
    assert [View.of(code).code for code in range(8)] == list(range(8))


def test_every_departement_has_its_outline_and_its_neighbours() -> None:
    assert set(outlines.frames()) == set(departements())
    assert len(departements()) == 101
    assert {"75", "93", "92", "94", "95", "77"} <= set(outlines.around("93"))
    assert outlines.around("974") == ("974",)
    assert "69" not in outlines.around("93")


# --- Doors that only ask ---------------------------------------------------------------------------------------------


def test_a_form_that_only_asks_needs_no_cookie_and_can_write_nothing(db: None) -> None:
    def asks(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("answer")

    def writes(_request: HttpRequest) -> HttpResponse:
        User.objects.filter(email="x").delete()
        User.objects.create(email="x@exemple.invalid")
        return HttpResponse("written")

    request = RequestFactory().post("/")
    assert door(public=True, stateless=True)(asks)(request).status_code == 200
    with pytest.raises(WriteDuringRead), transaction.atomic():
        door(public=True, stateless=True)(writes)(request)
    assert not User.objects.filter(email="x@exemple.invalid").exists()
    assert Client(enforce_csrf_checks=True).post("/i/fr/bdf/", {"place": "Orléans"}).status_code == 302
    assert Client(enforce_csrf_checks=True).post("/i/fr/", {}).status_code in (403, 405)
