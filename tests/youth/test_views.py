"""Pages about a young person: who gets them, what they say, what they refuse."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.vault import files
from maillage.youth import photos, services, words
from maillage.youth.access import visible_to
from maillage.youth.models import DepartureSheet, Mission, ParentalSituation, Photo, YoungPerson
from maillage.youth.selectors import placement_now
from tests.accounts.people import acting, organisation, professional, signed_in
from tests.youth.young import follower, hosting_mission, picture, resident

pytestmark = pytest.mark.django_db

PAGES = ["", "lectures/", "identite/", "parents/nouveau/", "fiche/", "fiche/modifier/", "photo/", "photo/changer/",
         "accueil/nouveau/", "accueil/garder/", "accueil/fin/"]  # fmt: skip


def url(person: YoungPerson, page: str = "") -> str:
    return f"/p/{person.pk}/{page}"


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1)
        for name in ("form_token", "version")
        if f'name="{name}" value="' in page
    }


def without_mask(answer) -> str:
    """The page, without the CSRF token, which is masked anew on each."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", answer.content.decode())


def sent(client: Client, where: str, **typed: object):
    """Open the form, then send it with what is typed."""
    return client.post(where, {**fields(client.get(where).content.decode()), **typed})


@pytest.fixture
def home():
    return organisation(phone="+33199001234", night_phone="+33199001235")


@pytest.fixture
def lina(home):
    return resident(home, phones=["+33639980041"])


@pytest.fixture
def educator(home):
    return signed_in(professional(where=home))


@pytest.fixture
def worker(lina):
    return signed_in(follower(lina))


def test_a_stranger_gets_the_same_404_whether_the_file_exists_or_not(lina):
    client = signed_in(professional(where=organisation("Autre foyer"), name="Autre Classeur"))
    with time_machine.travel(now(), tick=False):
        client.get("/p/")
        for page in PAGES:
            answers = []
            for pk in (lina.pk, hosting_mission(lina).pk):
                with CaptureQueriesContext(connection) as asked:
                    answer = client.get(f"/p/{pk}/{page}")
                answers.append((answer.status_code, without_mask(answer), len(asked)))
            assert answers[0][0] == 404, page
            assert answers[0] == answers[1], page
    assert not JournalEntry.objects.filter(verb="youth.read").exists()


def test_nobody_signed_out_gets_anything(lina):
    assert {Client().get(url(lina, page)).status_code for page in PAGES} == {302}


def test_a_mission_that_ended_closes_every_page(lina, educator):
    Mission.objects.update(starts_at=now() - timedelta(days=3), ends_at=now() - timedelta(days=1))
    assert {educator.get(url(lina, page)).status_code for page in PAGES} == {404}


@pytest.mark.parametrize("role", [Role.DPO, Role.ADMINISTRATOR])
def test_roles_that_open_no_section_get_404_even_in_her_home(lina, home, role):
    client = signed_in(professional(role, home, name="Victor Classeur"))
    assert {client.get(url(lina, page)).status_code for page in PAGES} == {404}


def test_her_page_says_who_she_is_where_she_lives_and_whom_to_call(lina, educator):
    services.parent_save(
        by=SYSTEM, person=lina, kinship="mother", name="Rosalie Parasol", authority="full", contact="allowed",
        contacts={"phones": ["+33639980042"]},
    )  # fmt: skip
    services.parent_save(
        by=SYSTEM, person=lina, kinship="father", name="Achille Parasol", authority="full", contact="forbidden",
        contacts={"phones": ["+33639980043"]}, decision="Contact interdit par ordonnance",
    )  # fmt: skip
    page = educator.get(url(lina)).content.decode()
    for said in ("Lina Parasol", "Foyer des Parapluies", "tel:+33199001235", "tel:+33639980041", "Rosalie Parasol",
                 "On peut prévenir", "Achille Parasol", "Ne pas prévenir", "Contact interdit par ordonnance",
                 "tel:+33639980042"):  # fmt: skip
        assert said in page
    assert "tel:+33639980043" not in page
    assert "<title>Suivi</title>" in page


def test_a_reader_sees_her_own_mission_and_not_everyone_who_follows_her(lina, educator):
    follower(lina, name="Médiatrice Inconnue", kind="follows")
    page = educator.get(url(lina)).content.decode()
    assert "Accueille" in page
    assert "Médiatrice Inconnue" not in page


def test_health_staff_see_who_she_is_and_neither_her_place_nor_decisions(lina, home):
    services.parent_save(by=SYSTEM, person=lina, kinship="mother", decision="Contact interdit par ordonnance")
    page = signed_in(professional(Role.HEALTH_STAFF, home, name="Margot Édredon")).get(url(lina)).content.decode()
    assert "Lina Parasol" in page
    assert "Foyer des Parapluies" not in page
    assert "Contact interdit par ordonnance" not in page


def test_a_name_is_text_and_never_markup(home, educator):
    person = resident(home, "<script>alert(1)</script>", "Parasol")
    page = educator.get(url(person)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("page", ["lectures/", "accueil/nouveau/", "accueil/fin/"])
def test_what_belongs_to_the_ase_is_403_for_an_educator(lina, educator, page):
    assert educator.get(url(lina, page)).status_code == 403
    assert educator.post(url(lina, page), {}).status_code in (403, 405)


def test_who_consulted_the_file_is_a_page_for_her_case_worker(lina, educator, worker):
    educator.get(url(lina))
    page = worker.get(url(lina, "lectures/")).content.decode()
    assert page.count("Camille Tabouret") == 1
    assert "Identité, Justice, Lieux" in page
    assert "Paroles" not in page  # she may read them, this page did not show them


def test_reading_writes_nothing_but_the_journal(lina, worker, django_assert_num_queries):
    for page in PAGES[:6]:
        assert worker.get(url(lina, page)).status_code == 200
    assert worker.post(url(lina)).status_code == 405


def test_her_page_costs_the_same_whoever_her_parents(lina, educator, django_assert_max_num_queries):
    for number in range(6):
        services.parent_save(by=SYSTEM, person=lina, kinship="relative", name=f"Proche {number}")
    educator.get(url(lina))
    with django_assert_max_num_queries(25):
        assert educator.get(url(lina)).status_code == 200


# -- identity and parents ------------------------------------------------------------------------------------------


IDENTITY = {"given_name": "Lina", "family_name": "Tournesol", "birth_date": "2010-05-17", "legal_status": "judge"}


def test_identity_is_edited(lina, educator):
    answer = sent(educator, url(lina, "identite/"), **IDENTITY, phones="06 39 98 00 51\n\n01 99 00 12 12")
    assert (answer.status_code, answer["Location"]) == (302, url(lina))
    page = educator.get(url(lina)).content.decode()
    assert "Lina Tournesol" in page
    assert "tel:+33639980051" in page


def test_what_is_refused_is_said_beside_the_field_and_everything_typed_is_kept(lina, educator):
    answer = sent(
        educator,
        url(lina, "identite/"),
        **{**IDENTITY, "birth_date": "2999-01-01"},
        usual_name="Lili",
        aliases="Moustique",
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Cette date de naissance n’est pas possible." in page
    assert 'value="Lili"' in page
    assert "Moustique" in page
    answer = sent(educator, url(lina, "identite/"), **IDENTITY, phones="douze")
    assert answer.status_code == 422
    assert "douze" in answer.content.decode()


def test_a_stale_edit_shows_both_texts(lina, educator):
    form = fields(educator.get(url(lina, "identite/")).content.decode())
    services.person_edit(by=SYSTEM, person=lina, version=1, family_name="Coquelicot")
    answer = educator.post(url(lina, "identite/"), {**form, **IDENTITY})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Coquelicot" in page
    assert "Tournesol" in page


def test_the_same_form_sent_twice_is_written_once(lina, educator):
    form = fields(educator.get(url(lina, "parents/nouveau/")).content.decode())
    typed = {**form, "kinship": "mother", "name": "Rosalie", "authority": "full", "contact": "allowed"}
    for _time in range(2):
        assert educator.post(url(lina, "parents/nouveau/"), typed).status_code == 302
    assert ParentalSituation.objects.count() == 1
    assert educator.post(url(lina, "parents/nouveau/"), {**typed, "name": "Autre"}).status_code == 409


def test_a_parent_is_added_then_edited(lina, educator):
    values = {"kinship": "mother", "name": "Rosalie", "phones": "0639980042", "authority": "full", "contact": "unknown"}
    sent(educator, url(lina, "parents/nouveau/"), **values)
    row = ParentalSituation.objects.get()
    page = educator.get(url(lina, f"parents/{row.pk}/")).content.decode()
    assert "+33639980042" in page
    sent(educator, url(lina, f"parents/{row.pk}/"), **{**values, "contact": "forbidden"})
    row.refresh_from_db()
    assert (row.contact, row.version) == ("forbidden", 2)


def test_a_parent_of_someone_else_is_404(lina, home, educator):
    other = services.parent_save(by=SYSTEM, person=resident(home, "Noé"), kinship="mother")
    assert educator.get(url(lina, f"parents/{other.pk}/")).status_code == 404


def test_a_form_leaves_out_what_the_reader_may_not_open():
    service = organisation("Accueil familial", kind="foster_care")
    person = resident(service, sections=["identity", "education"])
    page = signed_in(professional(where=service)).get(url(person, "parents/nouveau/")).content.decode()
    assert 'name="name"' in page
    assert 'name="decision"' not in page


def test_a_shared_screen_says_initials_on_her_page_and_her_sheet(lina, educator):
    educator.cookies["d"] = "1"
    for path in ("", "fiche/"):
        page = educator.get(url(lina, path)).content.decode()
        assert "L. " in page
        assert "Lina" not in page


# -- departure sheet -----------------------------------------------------------------------------------------------


def test_the_sheet_is_prepared_then_read_and_each_opening_is_journalled(lina, educator):
    assert "Aucune fiche" in educator.get(url(lina, "fiche/")).content.decode()
    answer = sent(
        educator, url(lina, "fiche/modifier/"), description="Veste bleue", phones="0639980099",
        friends="Une amie\nUn cousin", prepared_with="on", prepared_on="2026-01-03",
    )  # fmt: skip
    assert (answer.status_code, answer["Location"]) == (302, url(lina, "fiche/"))
    before = JournalEntry.objects.filter(verb="sheet.read").count()
    page = educator.get(url(lina, "fiche/")).content.decode()
    for said in ("Veste bleue", "tel:+33639980099", "Un cousin", "Préparée ensemble le 3 janvier 2026"):
        assert said in page
    assert JournalEntry.objects.filter(verb="sheet.read").count() == before + 1


def test_all_that_is_typed_on_the_sheet_is_read_on_it_with_her_photo(lina, educator):
    services.photo_replace(by=SYSTEM, person=lina, content=picture())
    typed = {
        "description": "Veste bleue", "phones": "0639980099", "handles": "@cerf-volant\n@bouilloire",
        "travel_card": "Carte n° 0042", "friends": "Une amie du collège", "usual_places": "Gare du Tabouret",
        "emergency_health": "Asthme, inhalateur vert", "call_first": "Sa marraine",
    }  # fmt: skip
    dated = {"prepared_with": "on", "prepared_on": "2026-01-03"}
    assert {*typed, *dated} == set(words.SHEET)
    sent(educator, url(lina, "fiche/modifier/"), **typed, **dated)
    page = educator.get(url(lina, "fiche/")).content.decode()
    read = [*typed.values(), "Préparée ensemble le 3 janvier 2026"]
    read[1:3] = ["tel:+33639980099", "@cerf-volant", "@bouilloire"]
    for said in (*read, f'src="{url(lina, "photo/")}"', *(str(words.SHEET[name]) for name in typed)):
        assert said in page, said


def test_the_sheet_opens_to_who_acts_with_the_episode_and_closes_with_it():
    ase = organisation("Service de l’ASE", kind="ase")
    person = resident(ase=ase)
    services.sheet_save(by=SYSTEM, person=person, description="Veste bleue")
    client = signed_in(professional(Role.ASE_ON_CALL, ase, name="Gaspard Arrosoir"))
    assert client.get(url(person, "fiche/")).status_code == 403
    services.sheet_open(by=SYSTEM, person=person, context=ase.pk, at=now())
    page = client.get(url(person, "fiche/"))
    assert page.status_code == 200
    assert "Veste bleue" in page.content.decode()
    assert url(person, "fiche/modifier/") not in page.content.decode()
    assert client.get(url(person, "fiche/modifier/")).status_code == 403
    services.sheet_close(by=SYSTEM, context=ase.pk, at=now())
    assert client.get(url(person, "fiche/")).status_code == 403


def test_a_sheet_written_meanwhile_is_a_conflict(lina, educator):
    form = fields(educator.get(url(lina, "fiche/modifier/")).content.decode())
    services.sheet_save(by=SYSTEM, person=lina, description="Veste bleue")
    answer = educator.post(url(lina, "fiche/modifier/"), {**form, "description": "Veste verte"})
    assert answer.status_code == 409
    assert "Veste bleue" in answer.content.decode()
    assert DepartureSheet.objects.get().version == 1


# -- photo ---------------------------------------------------------------------------------------------------------


def upload(content: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def test_a_photo_is_served_from_its_page_and_kept_nowhere(lina, educator):
    assert educator.get(url(lina, "photo/")).status_code == 404
    assert sent(educator, url(lina, "photo/changer/"), photo=upload(picture())).status_code == 302
    answer = educator.get(url(lina, "photo/"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content.startswith(b"\xff\xd8")
    assert url(lina, "photo/") in educator.get(url(lina)).content.decode()


def test_the_upload_page_says_what_is_never_stored_and_whom_to_tell(lina, educator):
    page = educator.get(url(lina, "photo/changer/")).content.decode()
    for said in ("Aucune image à caractère sexuel", "PHAROS", "enquêteurs", 'enctype="multipart/form-data"'):
        assert said in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 pas une photo", "n’est pas une photo"),
        (b"<svg/>", "n’est pas une photo"),
        (b"", "vide"),
        (b"\xff\xd8" + b"x" * photos.MAX_BYTES, "8 Mo"),
    ],
)
def test_a_disguised_or_oversize_upload_is_refused_beside_the_field(lina, educator, content, said):
    answer = sent(educator, url(lina, "photo/changer/"), photo=upload(content))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Photo.objects.exists()


def test_a_photo_whose_file_is_gone_is_404(lina, educator):
    row = services.photo_replace(by=SYSTEM, person=lina, content=picture())
    files.remove(row.pk)
    assert educator.get(url(lina, "photo/")).status_code == 404


# -- place ---------------------------------------------------------------------------------------------------------


def test_her_place_is_kept(lina, educator):
    until = (now() + timedelta(days=10)).date()
    assert sent(educator, url(lina, "accueil/garder/"), until=until.isoformat()).status_code == 302
    assert placement_now(lina).kept_until == until
    assert sent(educator, url(lina, "accueil/garder/"), until="2001-01-01").status_code == 422


def test_a_placement_ends_then_another_begins(lina, worker, educator):
    other = organisation("Foyer des Lampadaires")
    end = {"ends_on": now().date().isoformat(), "end_kind": "breakdown", "motive": "Un motif", "agreed": "on"}
    refused = sent(worker, url(lina, "accueil/fin/"), **end)
    assert refused.status_code == 422
    assert "un accueil ne s’arrête pas sans suite" in refused.content.decode()
    assert sent(worker, url(lina, "accueil/fin/"), **{**end, "agreed": ""}, next_place="X").status_code == 422
    assert sent(worker, url(lina, "accueil/fin/"), **end, next_organisation=str(other.pk)).status_code == 302
    with time_machine.travel(now() + timedelta(minutes=1)):
        assert educator.get(url(lina)).status_code == 404
    assert worker.get(url(lina, "accueil/fin/")).status_code == 404
    start = {
        "organisation": str(other.pk),
        "kind": "home",
        "starts_on": now().date().isoformat(),
        "legal_basis": "emergency",
    }
    assert sent(worker, url(lina, "accueil/nouveau/"), **start).status_code == 302
    assert placement_now(lina).organisation == other


def test_she_may_live_in_another_departement_in_a_place_that_is_named_never_listed(lina, worker):
    far = organisation("Maison de l’Étagère", departement="98", confidential=True)
    end = {"ends_on": now().date().isoformat(), "end_kind": "breakdown", "motive": "Un motif", "agreed": "on"}
    assert sent(worker, url(lina, "accueil/fin/"), **end, next_place="Loin").status_code == 302
    assert far.name not in worker.get(url(lina, "accueil/nouveau/")).content.decode()
    start = {"kind": "home", "starts_on": now().date().isoformat(), "legal_basis": "emergency"}
    for wrong in ({}, {"elsewhere": "Étagère"}, {"elsewhere": "Nulle part"}):
        assert sent(worker, url(lina, "accueil/nouveau/"), **start, **wrong).status_code == 422
    tried = JournalEntry.objects.filter(verb="youth.service_named", subject=lina.pk)
    assert tried.count() == 2
    named = {"elsewhere": "maison de l'étagère"}
    assert sent(worker, url(lina, "accueil/nouveau/"), **start, **named).status_code == 302
    assert placement_now(lina).organisation == far
    assert lina in visible_to(acting(professional(name="Alix Bobine", where=far)))
