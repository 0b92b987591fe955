"""A file opened by hand: only after a search, and the same whatever exists elsewhere."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.accounts.enums import Role
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.forms import new_token
from maillage.vault.sealing import Opened
from maillage.youth.access import visible_to
from maillage.youth.forms import PlacementStartForm
from maillage.youth.lookup import PROOF_LIFE, prove
from maillage.youth.lookup_services import person_register
from maillage.youth.models import Mission, Placement, YoungPerson
from tests.accounts.people import acting, organisation, professional, signed_in
from tests.youth.young import resident, stranger

pytestmark = pytest.mark.django_db
# One of the grounds that the form offers, whatever they are.
_FIELD = PlacementStartForm.base_fields["legal_basis"]
BASIS = next((code for code, _label in getattr(_FIELD, "choices", []) if code), "Décision inventée")


@pytest.fixture(autouse=True)
def forgotten_searches(db):
    cache.clear()


@pytest.fixture
def ase():
    return organisation("Service de l’ASE", kind="ase")


@pytest.fixture
def worker(ase):
    return professional(Role.CASE_WORKER, ase, name="Léonie Cafetière")


@pytest.fixture
def browser(worker):
    return signed_in(worker)


def register(worker, names="Lina Parasol", **values):
    given, _space, family = names.partition(" ")
    typed = {
        "identity": {"given_name": given, "family_name": family, "birth_date": date(2010, 5, 17)},
        "legal_status": "judge",
        "case_worker": worker,
        "legal_basis": BASIS,
        "proof": prove(worker.pk, names),
        **values,
    }
    return person_register(by=acting(worker), **typed)


def body(worker, **values):
    return {
        "form_token": new_token(worker.pk), "given_name": "Lina", "family_name": "Parasol", "birth_date": "2010-05-17",
        "legal_status": "judge", "legal_basis": BASIS, "case_worker": str(worker.pk),
        "proof": prove(worker.pk, "Lina Parasol"), **values,
    }  # fmt: skip


def test_a_file_opened_after_a_search_is_followed_by_its_case_worker(worker, ase):
    person = register(worker)
    assert Opened(person.data_key, list(Section)).text(person, "given_name") == "Lina"
    held = {(m.kind, m.user_id or m.organisation_id) for m in Mission.objects.filter(person=person)}
    assert held == {("case_worker", worker.pk), ("on_call", ase.pk)}
    assert not Placement.objects.filter(person=person).exists()
    assert JournalEntry.objects.filter(verb="person.registered", subject=person.pk, by=worker.pk).exists()


def test_a_file_may_be_opened_with_the_place_where_she_lives(worker):
    home = organisation("Maison des Tabourets")
    person = register(worker, organisation=home, kind="home", starts_on=now().date())
    assert Placement.objects.get(person=person).organisation_id == home.pk
    assert set(Mission.objects.filter(person=person).values_list("kind", flat=True)) == {
        "hosts", "case_worker", "on_call",
    }  # fmt: skip


def test_a_file_may_be_opened_with_a_place_of_another_departement_that_is_named(browser, worker):
    """By its exact name, once the search and all the rest are in order: a look-up answers nothing before."""
    far = organisation("Maison de l’Étagère", departement="98", confidential=True)
    here = organisation("Maison des Tabourets")
    lives = {"kind": "home", "starts_on": now().date().isoformat()}
    typed = {**lives, "elsewhere": "maison de l'etagere"}
    tried = JournalEntry.objects.filter(verb="youth.service_named")
    for wrong in (
        {**typed, "organisation": str(here.pk)},
        {**typed, "kind": ""},
        {**typed, "proof": prove(worker.pk, "Tom Escabeau")},  # another name was searched
        {**lives, "organisation": str(far.pk)},  # not of the list
    ):
        assert browser.post("/nouveau/", body(worker, **wrong)).status_code == 422
    assert not tried.exists()
    refused = browser.post("/nouveau/", body(worker, **{**typed, "elsewhere": "Étagère"}))
    assert refused.status_code == 422
    assert "ne porte exactement ce nom" in refused.content.decode()
    assert not YoungPerson.objects.exists()
    assert browser.post("/nouveau/", body(worker, **typed)).status_code == 302
    person = YoungPerson.objects.get()
    assert person.departement == "99"
    assert Placement.objects.get(person=person).organisation_id == far.pk
    assert set(visible_to(acting(professional(name="Alix Bobine", where=far)))) == {person}
    assert [row.payload["found"] for row in tried.order_by("pk")] == [0, 1]


@pytest.mark.parametrize("broken", ["none", "made up", "another’s", "another name", "old"])
def test_no_file_is_opened_without_a_search_under_that_name(worker, ase, broken):
    other = professional(Role.CASE_WORKER, ase, name="Camille Bouilloire")
    proofs = {
        "none": "", "made up": "a.b.c", "another’s": prove(other.pk, "Lina Parasol"),
        "another name": prove(worker.pk, "Tom Escabeau"), "old": prove(worker.pk, "Lina Parasol"),
    }  # fmt: skip
    later = PROOF_LIFE + timedelta(seconds=5) if broken == "old" else timedelta(0)
    with time_machine.travel(now() + later, tick=False), pytest.raises(RuleBroken):
        register(worker, proof=proofs[broken])
    assert not YoungPerson.objects.exists()


def test_who_may_not_open_files_opens_none(ase):
    educator = professional(Role.EDUCATOR, organisation())
    with pytest.raises(NotAllowed):
        register(educator)
    client = signed_in(educator)
    assert client.get("/nouveau/").status_code == 403
    assert client.post("/nouveau/", body(educator)).status_code == 403


def test_the_case_worker_is_of_the_authors_service(worker):
    elsewhere = professional(Role.CASE_WORKER, organisation("ASE d’ailleurs", kind="ase"), name="Ailleurs")
    with pytest.raises(RuleBroken):
        register(worker, case_worker=elsewhere)


def test_the_page_is_reached_from_a_search_only(browser, worker):
    for answer in (browser.get("/nouveau/"), browser.post("/nouveau/", {"proof": "rien"})):
        assert (answer.status_code, answer["Location"]) == (302, "/chercher/")
    found = unescape(browser.post("/chercher/", {"text": "Lina Parasol", "born": "2010"}).content.decode())
    proof = re.search(r'name="proof" value="([^"]+)"', found)
    assert proof
    page = unescape(browser.post("/nouveau/", {"proof": proof[1]}).content.decode())
    assert 'value="Lina"' in page
    assert 'value="Parasol"' in page


def _shape(answer):
    """The page without what is drawn at random for each: tokens, proofs, ids."""
    return re.sub(r'value="[^"]{20,}"|[0-9a-f-]{36}|data-now="[^"]+"', "#", answer.content.decode())


def test_opening_a_file_answers_and_works_the_same_whether_one_exists_elsewhere(browser, worker):
    resident(organisation("Foyer des Tabourets"), "Zoé", "Brouette", birth_date=date(2009, 1, 2))
    browser.post("/chercher/", {"text": "pour construire l’index"})
    seen = {}
    for names in ("Zoé Brouette", "Noé Lucarne"):
        given, _space, family = names.partition(" ")
        typed = {"given_name": given, "family_name": family, "birth_date": "2009-01-02"}
        proof = prove(worker.pk, names)
        browser.post("/chercher/", {"text": "pour relire ce qui a changé"})
        with CaptureQueriesContext(connection) as queries:
            first = browser.post("/chercher/", {"text": names, "born": "02/01/2009"})
            opened = browser.post("/nouveau/", {"proof": proof})
            refused = browser.post("/nouveau/", body(worker, **typed, proof=proof, legal_status="?"))
            done = browser.post("/nouveau/", body(worker, **typed, proof=proof))
        assert done.status_code == 302
        shapes = [re.sub(f"{given}|{family}", "~", _shape(one)) for one in (first, opened, refused)]
        work = [
            re.sub(r"'[^']*'|\b\d+\b|x?[0-9a-f]{8,}|\([^()]*\)|_(?:x|sync_)\d+", "#", one["sql"])[:60]
            for one in queries
        ]
        seen[names] = (shapes, re.sub(r"[0-9a-f-]{36}", "#", done["Location"]), work)
        browser.get(done["Location"])  # what it says once
        # The one just opened would be in sight for the next.
        Mission.objects.filter(person__created_by=worker.pk).update(ends_at=now())
    one, other = seen.values()
    for mine, theirs in zip(one[0], other[0], strict=True):
        assert mine.splitlines() == theirs.splitlines()
    assert one[1:] == other[1:]


def test_someone_alike_in_sight_is_shown_and_must_be_set_apart(browser, worker):
    home = organisation()
    resident(home, "Lyna", "Parasol", birth_date=date(2010, 5, 17), case_worker=worker)
    answer = browser.post("/nouveau/", body(worker))
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Lyna" in page
    assert 'name="distinct"' in page
    assert browser.post("/nouveau/", body(worker, distinct="on")).status_code == 302
    assert YoungPerson.objects.count() == 2


def test_a_name_changed_on_the_form_is_looked_for_before_it_is_taken(browser, worker):
    typed = body(worker, given_name="Tom", family_name="Escabeau")
    answer = browser.post("/nouveau/", typed)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert 'value="Escabeau"' in page
    assert not YoungPerson.objects.exists()
    proof = re.search(r'name="proof" value="([^"]+)"', page)
    assert proof
    assert browser.post("/nouveau/", {**typed, "proof": proof[1]}).status_code == 302


def test_look_ups_made_by_opening_files_are_journalled_and_held_back(browser, worker, monkeypatch):
    stranger("Lina", "Parasol")
    before = JournalEntry.objects.filter(verb="youth.searched").count()
    browser.post("/nouveau/", body(worker, legal_status="?"))
    assert JournalEntry.objects.filter(verb="youth.searched").count() == before
    browser.post("/nouveau/", body(worker))
    assert JournalEntry.objects.filter(verb="youth.searched").count() == before + 1
    monkeypatch.setattr("maillage.youth.lookup_views.LOOK_UPS_A_MINUTE", 1)
    assert browser.post("/nouveau/", body(worker)).status_code == 429
