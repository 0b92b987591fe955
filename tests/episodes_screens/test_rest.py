"""Documents, outings, the talk, settings and protocols through their screens."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.episodes import services, versions
from maillage.episodes.enums import EpisodeState
from maillage.episodes.models import (
    DepartementSettings,
    EpisodeDocument,
    EpisodeEvent,
    Outing,
    ProtocolVersion,
    ReturnInterview,
)
from maillage.questionnaires.models import AnswerSet
from maillage.questionnaires.publishing import publish_shipped
from tests.episodes.definitions import SMALL

RETURNED = EpisodeState.RETURNED


# -- documents ----------------------------------------------------------------------------------------------------


def making(episode: Any, kind: str) -> str:
    return reverse("episodes:document_make", args=[episode.pk, kind])


def test_a_declaration_says_what_it_will_carry_then_is_made_once(world: Any, browser: Any) -> None:
    episode, client = world.open(), browser()
    assert "aucune : joignez-en une" in client.get(making(episode, "declaration")).content.decode()
    target, data = client.fill(making(episode, "declaration"))
    assert client.post(target, data).status_code == 302
    assert client.post(target, data).status_code == 302
    document = EpisodeDocument.objects.get()
    listed = client.get(reverse("episodes:documents", args=[episode.pk])).content.decode()
    assert document.number in listed
    pdf = client.get(reverse("episodes:document", args=[episode.pk, document.pk]))
    assert pdf["Content-Disposition"].startswith("attachment")
    assert pdf.content.startswith(b"%PDF")


def test_a_chronology_carries_the_lines_chosen_and_warns_that_parents_read(world: Any, browser: Any) -> None:
    episode, client = world.open(), browser()
    html = client.get(making(episode, "chronology")).content.decode()
    assert "Les parents et leurs avocats peuvent lire" in html
    assert "checked" not in html[html.index('name="chosen"') :]
    assert client.submit(making(episode, "chronology")).status_code == 422
    line = EpisodeEvent.objects.get(episode=episode)
    assert client.submit(making(episode, "chronology"), chosen=[str(line.pk)]).status_code == 302
    assert EpisodeDocument.objects.get().kind == "chronology"


def test_documents_of_a_stranger_are_nowhere(world: Any, browser: Any) -> None:
    episode, other = world.open(), world.open(world.noe)
    document = services.document_make(by=world.actor(), episode=episode, kind="declaration")
    stranger = browser("stranger")
    assert stranger.get(making(episode, "declaration")).status_code == 404
    assert stranger.get(reverse("episodes:document", args=[episode.pk, document.pk])).status_code == 404
    assert browser().get(reverse("episodes:document", args=[other.pk, document.pk])).status_code == 404
    assert browser().get(making(episode, "inconnu")).status_code == 404


def test_the_paper_set_is_an_attachment_without_anyone_in_it(world: Any, browser: Any) -> None:
    pdf = browser().get(reverse("episodes:paper"))
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"].startswith("attachment")


# -- outings ------------------------------------------------------------------------------------------------------


def test_an_outing_is_noted_once_with_two_choices(world: Any, browser: Any) -> None:
    client = browser()
    url = reverse("episodes:outing_start", args=[world.lila.pk])
    target, data = client.fill(url, kind="school", expected="60")
    assert client.post(target, data).status_code == 302
    assert client.post(target, data).status_code == 302
    assert Outing.objects.get().kind == "school"


def test_a_return_before_the_departure_is_refused_with_the_text_kept(world: Any, browser: Any) -> None:
    page = browser().submit(
        reverse("episodes:outing_start", args=[world.lila.pk]),
        expected="other", expected_at="2020-01-01T10:00", where="Chez sa marraine",
    )  # fmt: skip
    assert page.status_code == 422
    assert "Chez sa marraine" in page.content.decode()
    assert not Outing.objects.exists()


def test_an_outing_is_extended_and_ended(world: Any, browser: Any) -> None:
    outing = services.outing_start(
        by=world.actor(), person=world.lila, kind="visit", expected_at=now() + timedelta(hours=1)
    )
    extend = reverse("episodes:outing_extend", args=[outing.pk])
    stale = browser("colleague")
    target, data = stale.fill(extend, expected="60")
    assert browser().submit(extend, expected="240").status_code == 302
    assert stale.post(target, data).status_code == 409
    _target, data = browser().fill(extend)
    assert browser().post(reverse("desk:outing_end", args=[outing.pk]), data).status_code == 302
    outing.refresh_from_db()
    assert outing.returned_at is not None


def test_who_notes_no_outing_is_offered_no_form(world: Any, browser: Any) -> None:
    outing = services.outing_start(
        by=world.actor(), person=world.lila, kind="visit", expected_at=now() + timedelta(hours=1)
    )
    nurse = browser("nurse")
    assert nurse.get(reverse("episodes:outing_start", args=[world.noe.pk])).status_code == 403
    assert nurse.get(reverse("episodes:outing_extend", args=[outing.pk])).status_code == 403


def test_a_home_chooses_the_hours_that_its_buttons_say(world: Any, browser: Any) -> None:
    url = reverse("episodes:outing_hours", args=[world.home.pk])
    outing = reverse("episodes:outing_start", args=[world.lila.pk])
    manager, late = browser("manager"), browser("manager")
    assert url in manager.get(outing).content.decode()
    assert url not in browser().get(outing).content.decode()
    assert manager.submit(url, school="17:15", permission="20:00", visit="16:00").status_code == 302
    _target, stale = late.fill(url, permission="19:00")
    assert manager.submit(url, permission="20:30").status_code == 302
    assert late.post(url, stale).status_code == 409
    assert "ce soir 20\u00a0h\u00a030" in manager.get(outing).content.decode()
    assert "17:15" in browser().get("/").content.decode().replace("\u00a0", "").replace("17h15", "17:15")
    assert manager.submit(url, permission="25:00").status_code == 422
    for who in ("educator", "case_worker", "stranger", "nurse"):
        assert browser(who).get(url).status_code == 404
        assert browser(who).post(url, {"permission": "10:00"}).status_code == 404


def test_outings_belong_to_her_home(world: Any, browser: Any) -> None:
    outing = services.outing_start(
        by=world.actor(), person=world.lila, kind="visit", expected_at=now() + timedelta(hours=1)
    )
    stranger = browser("stranger")
    assert stranger.get(reverse("episodes:outing_start", args=[world.lila.pk])).status_code == 404
    assert stranger.get(reverse("episodes:outing_extend", args=[outing.pk])).status_code == 404
    _target, data = browser().fill(reverse("episodes:outing_extend", args=[outing.pk]))
    assert stranger.post(reverse("desk:outing_end", args=[outing.pk]), data).status_code == 404


# -- the talk -----------------------------------------------------------------------------------------------------


@pytest.fixture
def questionnaire(world: Any) -> None:
    publish_shipped(by=SYSTEM)


def test_the_talk_begins_only_once_she_was_told_who_reads(world: Any, browser: Any) -> None:
    episode = world.in_state(RETURNED)
    url = reverse("episodes:talk", args=[episode.pk])
    refused = browser().submit(url, chosen_person="Sa tante")
    assert refused.status_code == 422
    assert "Sa tante" in refused.content.decode()
    assert not ReturnInterview.objects.exists()
    client = browser()
    target, data = client.fill(url, told="on", chosen_person="Sa tante")
    assert client.post(target, data).status_code == 302
    client.post(target, data)
    assert ReturnInterview.objects.count() == 1
    assert browser("carer").get(url).status_code == 200
    assert 'name="told"' not in browser("carer").get(url).content.decode()


def test_a_talk_begun_by_a_colleague_meanwhile_is_said_and_what_was_typed_kept(world: Any, browser: Any) -> None:
    url = reverse("episodes:talk", args=[world.in_state(RETURNED).pk])
    late = browser("colleague")
    target, data = late.fill(url, told="on", chosen_person="Sa tante")
    assert browser().submit(url, told="on").status_code == 302
    refused = late.post(target, data)
    assert refused.status_code == 422
    assert "Sa tante" in refused.content.decode()
    assert ReturnInterview.objects.count() == 1


def test_the_draft_is_kept_resumed_and_the_talk_held(questionnaire: None, world: Any, browser: Any) -> None:
    episode = world.in_state(RETURNED)
    client = browser()
    client.submit(reverse("episodes:talk", args=[episode.pk]), told="on")
    url = reverse("episodes:talk_questionnaire", args=[episode.pk])
    assert client.submit(url).status_code == 302
    draft = AnswerSet.objects.get()
    saved = client.submit(url, do="save")
    assert saved.status_code == 302
    assert browser("colleague").get(url).status_code == 200
    assert AnswerSet.objects.count() == 1
    assert browser("stranger").get(url).status_code == 404
    draft.refresh_from_db()
    assert draft.submitted_at is None


# -- settings -----------------------------------------------------------------------------------------------------

SETTINGS = "/e/reglages/"
LOAD = "/e/reglages/protocole/"


def test_delays_are_saved_once_and_a_stale_page_is_a_conflict(world: Any, browser: Any) -> None:
    client, other = browser("ase_on_call"), browser("ase_on_call")
    target, data = client.fill(SETTINGS, action=SETTINGS, hand_over_minutes="15")
    assert client.post(target, data).status_code == 302
    client.post(target, data)
    assert DepartementSettings.objects.get().hand_over_minutes == 15
    _target, late = other.fill(SETTINGS, action=SETTINGS, hand_over_minutes="30")
    assert client.submit(SETTINGS, action=SETTINGS, hand_over_minutes="25").status_code == 302
    assert other.post(SETTINGS, late).status_code == 409


def test_a_delay_out_of_range_is_said_beside_its_field(world: Any, browser: Any) -> None:
    page = browser("ase_on_call").submit(SETTINGS, action=SETTINGS, talk_within_hours="0", place_kept_days="44")
    assert page.status_code == 422
    assert 'value="44"' in page.content.decode()


def test_settings_are_for_those_who_keep_them(world: Any, browser: Any) -> None:
    for role in ("educator", "manager", "nurse", "dpo"):
        assert browser(role).get(SETTINGS).status_code == 403
        assert browser(role).get(LOAD).status_code == 403


def test_an_older_protocol_is_put_in_force_again_from_the_settings(world: Any, browser: Any) -> None:
    client = browser("ase_on_call")
    for number in (1, 2):
        assert client.submit(LOAD, file=sent(SMALL.replace("number: 1", f"number: {number}"))).status_code == 302
    first = ProtocolVersion.objects.get(departement="99", number=1)
    chosen = client.submit(SETTINGS, action=f"{LOAD}{first.pk}/")
    assert chosen.status_code == 302
    assert versions.current("99", now()) == first
    # The one in force has no button; a page kept open from before is answered in words.
    page = client.get(SETTINGS).content.decode()
    assert f"{LOAD}{first.pk}/" not in page
    _target, data = client.fill(SETTINGS)
    again = client.post(f"{LOAD}{first.pk}/", data)
    assert again.status_code == 422
    assert "déjà en vigueur" in again.content.decode()
    for role in ("educator", "manager", "nurse", "dpo"):
        assert browser(role).post(f"{LOAD}{first.pk}/").status_code == 403
    elsewhere = services.protocol_load(by=SYSTEM, text=SMALL, name="essai.yaml", departement="98")
    assert client.post(f"{LOAD}{elsewhere.pk}/", data).status_code == 404


def sent(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("essai.yaml", text.encode(), content_type="text/yaml")


def test_a_protocol_with_faults_says_file_line_and_cause(world: Any, browser: Any) -> None:
    before = ProtocolVersion.objects.count()
    page = browser("ase_on_call").submit(LOAD, file=sent("slug: essai\nnumber: 1\nmot_inconnu: oui\n"))
    assert page.status_code == 422
    assert "essai.yaml, ligne 3" in page.content.decode()
    assert ProtocolVersion.objects.count() == before


def test_something_that_is_no_text_is_refused(world: Any, browser: Any) -> None:
    file = SimpleUploadedFile("essai.yaml", b"\xff\xfe\x00\x01")
    page = browser("ase_on_call").submit(LOAD, file=file)
    assert page.status_code == 422
    assert "UTF-8" in page.content.decode()


def test_a_valid_protocol_rules_from_now_on(world: Any, browser: Any) -> None:
    text = services.shipped()["reference.yaml"]
    client = browser("ase_on_call")
    assert client.submit(LOAD, file=sent(text)).status_code == 302
    kept = ProtocolVersion.objects.get(departement="99")
    assert kept.title in client.get(SETTINGS).content.decode()
