"""The screens of the instruments a département may replace: publish a workbook, read its faults, withdraw a version."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.audit.journal import SYSTEM
from maillage.questionnaires.models import Questionnaire
from maillage.questionnaires.publishing import publish, publish_shipped
from maillage.questionnaires.selectors import current
from tests.questionnaires import observed
from tests.questionnaires.books import book
from tests.questionnaires.world import workbook

URL = "/e/reglages/questionnaire/"


def sent(content: bytes, name: str = "retour.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def two(world: Any, browser: Any) -> Any:
    """A keeper of settings who published two versions."""
    client = browser("ase_on_call")
    for title in ("Essai", "Essai, repris"):
        assert client.submit(URL, workbook=sent(workbook(title))).status_code == 302
    return client


def test_a_workbook_becomes_the_next_version_once_however_often_it_is_sent(world: Any, browser: Any) -> None:
    client = browser("ase_on_call")
    target, data = client.fill(URL)
    content = workbook()
    for _time in range(2):
        assert client.post(target, {**data, "workbook": sent(content)}).status_code == 302
    row = Questionnaire.objects.get()
    assert (row.slug, row.number, row.source_name) == ("retour", 1, "retour.xlsx")
    page = client.get(URL).content.decode()
    assert "version 1" in page
    assert "en usage" in page
    assert URL in client.get("/e/reglages/").content.decode()


def test_faults_name_sheet_row_and_cause_and_nothing_is_kept(world: Any, browser: Any) -> None:
    wrong = book([("text", "mots", "Ce qu’elle dit"), ("text", "mots", "Encore")])
    page = browser("ase_on_call").submit(URL, workbook=sent(wrong))
    assert page.status_code == 422
    html = page.content.decode()
    assert "retour.xlsx" in html
    assert "survey" in html
    assert "ligne 3" in html
    assert not Questionnaire.objects.exists()


@pytest.mark.parametrize("content", [b"", b"ceci est du texte", b"PK\x03\x04 presque"])
def test_what_is_no_workbook_is_refused_beside_its_field(content: bytes, world: Any, browser: Any) -> None:
    page = browser("ase_on_call").submit(URL, workbook=sent(content))
    assert page.status_code == 422
    assert page.context["form"].errors["workbook"]
    assert 'id="fautes"' in page.content.decode()
    assert not Questionnaire.objects.exists()


def test_no_file_at_all_is_said(world: Any, browser: Any) -> None:
    page = browser("ase_on_call").submit(URL)
    assert page.status_code == 422
    assert "Choisissez un fichier." in page.content.decode()


def test_a_withdrawn_version_gives_way_to_the_one_before(two: Any) -> None:
    assert current("retour", "99").number == 2
    assert two.submit(URL, action="/2/retirer/").status_code == 302
    assert current("retour", "99").number == 1
    page = two.get(URL).content.decode()
    assert "retirée" in page
    # The last one in use has no button: without it no talk could be written down.
    assert "/1/retirer/" not in page
    _target, data = two.fill(URL)
    assert two.post(f"{URL}7/retirer/", data).status_code == 404


def test_what_is_shipped_is_replaced_not_withdrawn(world: Any, browser: Any) -> None:
    publish_shipped(by=SYSTEM)
    client = browser("ase_on_call")
    page = client.get(URL).content.decode()
    assert "fournie avec Maillage" in page
    assert "/retirer/" not in page
    _target, data = client.fill(URL)
    assert client.post(f"{URL}1/retirer/", data).status_code == 404
    assert client.submit(URL, workbook=sent(workbook())).status_code == 302
    assert current("retour", "99").departement == "99"
    assert current("retour", "98").departement == "*"


def test_a_page_from_another_session_withdraws_nothing(two: Any) -> None:
    assert two.post(f"{URL}2/retirer/", {"form_token": "inventé"}).status_code == 422
    assert current("retour", "99").number == 2


@pytest.mark.parametrize("who", ["educator", "manager", "case_worker", "nurse", "dpo", "administrator", "stranger"])
def test_it_is_for_those_who_keep_the_settings(who: str, world: Any, browser: Any) -> None:
    client = browser(who)
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"workbook": sent(workbook())}).status_code == 403
    assert client.post(f"{URL}1/retirer/").status_code == 403
    assert not Questionnaire.objects.exists()


def test_the_instrument_of_observation_is_published_refused_and_withdrawn_in_the_same_way(
    world: Any, browser: Any
) -> None:
    shipped = observed.shipped()
    client, url = browser("ase_on_call"), "/e/reglages/observations/"
    assert url in client.get("/e/reglages/").content.decode()
    refused = client.submit(url, workbook=sent(workbook(), "talk.xlsx"))
    assert refused.status_code == 422
    assert "talk.xlsx, feuille" in unescape(refused.content.decode())
    for content in (observed.workbook(), observed.workbook(observed.OWN[2:4])):
        assert client.submit(url, action=url, workbook=sent(content, "fiche.xlsx")).status_code == 302
    assert [current("observations", code).number for code in ("99", "98")] == [2, 1]
    page = unescape(client.get(url).content.decode())
    assert "Fiche d’observation" in page
    assert "fiche.xlsx" in page
    assert client.submit(url, action="/2/retirer/").status_code == 302
    assert client.submit(url, action="/1/retirer/").status_code == 302
    assert current("observations", "99") == shipped
    assert "retour" not in {row.slug for row in Questionnaire.objects.all()}
    assert browser().get(url).status_code == 403


def test_a_version_is_given_back_as_it_came_to_begin_the_next_one_from(world: Any, browser: Any) -> None:
    elsewhere = publish(by=SYSTEM, workbook=workbook(), name="x.xlsx", slug="retour", departement="98")
    client, url, own = browser("ase_on_call"), "/e/reglages/observations/", observed.workbook()
    shipped = observed.shipped()
    assert client.submit(url, workbook=sent(own, "fiche du 99.xlsx")).status_code == 302
    links = re.findall(r'href="(/e/reglages/classeur/[^"]+)"', client.get(url).content.decode())
    answers = [client.get(link) for link in links]
    assert [answer.content for answer in answers] == [own, observed.SHIPPED.read_bytes()]
    assert answers[0]["Content-Disposition"] == 'attachment; filename="fiche du 99.xlsx"'
    assert client.get(f"/e/reglages/classeur/{elsewhere.pk}/").status_code == 404
    assert browser().get(f"/e/reglages/classeur/{shipped.pk}/").status_code == 403
