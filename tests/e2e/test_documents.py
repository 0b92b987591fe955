"""Documents made in the browser, downloaded, and read as their readers would."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.hands import EDUCATOR, act, episode_of, go, noted, tick, write

Visit = Callable[..., Page]
HOME_ADDRESS, SECRET_PLACE = "rue de la Bobine", "Tour Zéphyr"


def read(path: Path) -> tuple[PdfReader, str]:
    pdf = PdfReader(path)
    return pdf, re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))


def download(page: Page, kind: str, to: Path) -> tuple[str, PdfReader]:
    """The last document of that kind: what it says, and its pages."""
    link = page.get_by_role("link", name=re.compile(f"Télécharger {kind}")).last
    with page.expect_download() as started:
        link.click()
    target = to / started.value.suggested_filename
    started.value.save_as(target)
    for name in ("Noé", "Brouette", "Awa", "Guirlande"):
        assert name not in started.value.suggested_filename
    pdf, text = read(target)
    assert pdf.metadata
    assert pdf.trailer["/Root"].get("/MarkInfo")
    assert pdf.trailer["/Root"].get("/Lang")
    assert re.search(r"\b[0-9a-f]{64}\b", text), "no hash printed"
    assert re.search(r"n°\s*\d+", text), "no number"
    return text, pdf


def make(page: Page, episode: str, kind: str) -> None:
    page.goto(f"{episode}documents/{kind}/faire/")
    go(page)
    page.wait_for_url(f"{episode}documents/")


def test_a_declaration_is_for_the_police(visit: Visit, tmp_path: Path) -> None:
    page = visit(EDUCATOR)
    episode = episode_of(page, "Noé")
    make(page, episode, "declaration")
    text, pdf = download(page, "Fiche de déclaration", tmp_path)
    assert "Noé" in text
    assert "Brouette" in text
    assert "Maison des Tilleuls" in text
    assert "01 99 00 00 51" in text  # staffed at night
    assert sum(len(one.images) for one in pdf.pages) == 1
    for other in ("Lina", "Maya", "Zoé", "Parasol", "Théière"):
        assert other not in text


def test_a_serious_event_says_no_confidential_place(visit: Visit, tmp_path: Path) -> None:
    page = visit(EDUCATOR)
    episode = episode_of(page, "Noé")
    act(page, episode, "signe")
    tick(page, "way", "message")
    write(page, "words", "Ne me cherchez pas.")
    write(page, "place", SECRET_PLACE)
    go(page)
    noted(page)
    make(page, episode, "serious_event")
    text, _pdf = download(page, "Déclaration d’événement grave", tmp_path)
    assert SECRET_PLACE not in text
    assert HOME_ADDRESS not in text
    assert "Maison des Tilleuls" not in text  # its address is confidential: who runs it declares
    assert "Association Les Marronniers" in text
    assert "signature de la direction" in text


def test_a_chronology_holds_the_lines_its_author_chose(visit: Visit, tmp_path: Path) -> None:
    page = visit(EDUCATOR)
    episode = episode_of(page, "Noé")
    page.goto(f"{episode}documents/chronology/faire/")
    expect(page.get_by_text("Les parents et leurs avocats peuvent lire")).to_be_visible()
    assert page.locator("input[name=chosen]:checked").count() == 0
    page.locator("label.choice", has_text="Appeler le 17").first.click()
    go(page)
    page.wait_for_url(f"{episode}documents/")
    text, _pdf = download(page, "Chronologie", tmp_path)
    assert "Appeler le 17" in text
    assert "Tentative de contact" not in text
    assert "Les parents et leurs avocats peuvent lire" in text
    assert HOME_ADDRESS not in text


def test_the_end_of_search_asks_to_cancel_the_entry(visit: Visit, tmp_path: Path) -> None:
    page = visit(EDUCATOR)
    episode = episode_of(page, "Awa")
    make(page, episode, "end_of_search")
    text, _pdf = download(page, "Fin de recherche", tmp_path)
    assert "Guirlande" in text
    assert re.search(r"fichier des personnes recherchées|FPR|inscription", text)
    assert HOME_ADDRESS not in text


def test_blank_sheets_print_for_nights_without_network(visit: Visit, tmp_path: Path) -> None:
    page = visit(EDUCATOR)
    episode = episode_of(page, "Noé")
    page.goto(f"{episode}documents/")
    with page.expect_download() as started:
        page.locator("a[href='/e/papier/']").click()
    started.value.save_as(tmp_path / "blank.pdf")
    pdf, text = read(tmp_path / "blank.pdf")
    assert len(pdf.pages) >= 3
    assert "17" in text
    assert "Noé" not in text
