"""Two files of one person: joined, nothing is lost and nobody reads a new part; parted, all is as it was."""

from datetime import date, timedelta
from html import unescape

import pytest
from django.apps import apps
from django.core.cache import cache

from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.casework.models import Note
from maillage.casework.services import documents, goals, notes, shares
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.forms import new_token
from maillage.tasks.models import Task
from maillage.vault.sealing import destroy, system_key
from maillage.youth.access import enter, may_here, open_sections, visible_to
from maillage.youth.lookup_models import LikelyTwin
from maillage.youth.lookup_services import twins_tell
from maillage.youth.merge_services import files_merge, files_part
from maillage.youth.models import FileMerge, Mission, YoungPerson
from maillage.youth.search import search
from maillage.youth.services import mission_open
from tests.accounts.people import acting, organisation, professional, signed_in
from tests.casework.capabilities import pdf
from tests.youth.young import follower, resident, stranger

pytestmark = pytest.mark.django_db
REASON = "La même carte d’identité, vue ce matin."


@pytest.fixture(autouse=True)
def forgotten_searches(db):
    cache.clear()


@pytest.fixture
def main():
    return resident(organisation("Foyer des Parapluies"), "Zoé", "Brouette", birth_date=date(2009, 1, 2))


@pytest.fixture
def part():
    return stranger("Zoé", "Charrette", birth_date=date(2009, 1, 2))


@pytest.fixture
def owner(main, part):
    user = follower(main)
    mission_open(by=SYSTEM, person=part, kind="case_worker", user=user, legal_basis="judge")
    return user


@pytest.fixture
def friend(part):
    """Someone who follows the second file alone, for its education."""
    return follower(
        part, Role.EDUCATOR, "follows", name="Camille Tabouret", sections=["identity", "education", "words"]
    )


@pytest.fixture
def pair(main, part):
    return LikelyTwin.objects.create(
        known=main, newer=part, pair="".join(sorted([main.pk.hex, part.pk.hex])), data_key=system_key(), at=now()
    )


def merge(by, pair, main, reason=REASON):
    pair.refresh_from_db()
    return files_merge(by=acting(by), pair=pair, main=main, reason=reason, version=pair.version)


_OF_THE_MERGE = "youth.FileMerge"
_FILES = {"youth", "casework", "tasks", "episodes", "questionnaires", "vault"}


def stored():
    """Every row that says something of a young person, as stored; the version of the pair aside."""
    found = {}
    for model in apps.get_models():
        label = model._meta.label
        if model._meta.app_label not in _FILES or label == _OF_THE_MERGE:
            continue
        for row in model._base_manager.values():
            values = {key: bytes(value) if isinstance(value, memoryview) else value for key, value in row.items()}
            if label == "youth.LikelyTwin":
                del values["version"]
            found[label, str(row["id"])] = values
    return found


def test_joined_then_parted_every_row_is_as_it_was(main, part, owner, friend, pair):
    notes.note_write(
        by=acting(friend), person=part, level="team", text="Écrit dans le second dossier", words="Ses mots"
    )
    goals.goal_set(by=acting(friend), person=part, domain="work", title="Un stage de menuiserie")
    paper = documents.document_file(
        by=acting(friend), person=part, kind="report", title="Bulletin", content=pdf(), section="education"
    )
    before = stored()
    done = merge(owner, pair, main)
    changed = {key for key, row in stored().items() if before.get(key) != row}
    assert {label for label, _pk in changed} == {"youth.YoungPerson", "youth.LikelyTwin"}  # no row moved
    # One page shows both, under one heading; the second file is still there, to read.
    page = unescape(signed_in(owner).get(f"/p/{main.pk}/").content.decode())
    for said in ("Écrit dans le second dossier", "Ses mots", "Un stage de menuiserie", "Bulletin", "Zoé Charrette"):
        assert said in page
    assert page.split("Qui appeler")[1].split("</section>")[0].count("Léonie Cafetière") == 1
    assert signed_in(owner).get(f"/p/{main.pk}/documents/{paper.pk}/").status_code == 200
    assert "n’est plus modifié" in unescape(signed_in(owner).get(f"/p/{part.pk}/").content.decode())
    # Found under either name, once.
    for name in ("Brouette", "Charrette"):
        assert [one.pk for one in search(acting(owner), name)] == [main.pk]
    verbs = JournalEntry.objects.filter(verb="files.merged").values_list("subject", flat=True)
    assert set(verbs) == {main.pk, part.pk}
    # Read through the main file, it is written down for both.
    assert JournalEntry.objects.filter(verb="youth.read", by=owner.pk, subject=part.pk).exists()
    files_part(by=acting(owner), merge=done)
    assert stored() == before
    assert "second dossier" not in signed_in(owner).get(f"/p/{main.pk}/").content.decode()
    with pytest.raises(RuleBroken):
        files_part(by=acting(owner), merge=done)
    merge(owner, pair, main)  # and may be joined again


def test_a_paper_of_the_joined_file_reaches_whom_it_is_shared_with(main, part, owner, friend, pair):
    paper = documents.document_file(
        by=acting(friend), person=part, kind="report", title="Bulletin", content=pdf(), section="education"
    )
    merge(owner, pair, main)
    health = organisation("Centre des Parapluies")
    nurse = professional(Role.HEALTH_STAFF, health, name="Dominique Cerceau")
    shared = shares.share_make(
        by=acting(owner),
        person=main,
        recipient="Centre des Parapluies",
        bound=True,
        basis="shared_secrecy",
        why="Préparer la suite",
        items=[f"document:{paper.pk}"],
        told_young="told",
        told_parents="told",
        until=now() + timedelta(days=3),
        to_organisation=health,
    )
    assert signed_in(nurse).get(f"/recu/{shared.pk}/{paper.pk}/").status_code == 200
    destroy(part.data_key)
    assert signed_in(nurse).get(f"/recu/{shared.pk}/{paper.pk}/").status_code == 404


def test_a_mission_counts_for_the_person_and_opens_no_new_part(main, part, owner, friend, pair):
    nurse = professional(Role.HEALTH_STAFF, organisation("Infirmerie"), name="Margot Édredon")
    mission_open(by=SYSTEM, person=main, kind="health", user=nurse, legal_basis="care")
    was = {
        user: {person: open_sections(acting(user), person) for person in (main, part)}
        for user in (friend, nurse, owner)
    }
    outsider = professional(Role.EDUCATOR, organisation("Ailleurs"), name="Lou Casserole")
    done = merge(owner, pair, main)
    for user, sections in was.items():
        held = frozenset().union(*sections.values())
        for person in (main, part):
            assert open_sections(acting(user), person) == held
            assert enter(acting(user), person.pk).sections == held
    assert open_sections(acting(friend), main) == {Section.IDENTITY, Section.EDUCATION, Section.WORDS}
    assert not visible_to(acting(outsider)).exists()
    page = unescape(signed_in(friend).get(f"/p/{main.pk}/").content.decode())
    assert "Foyer des Parapluies" not in page  # where she lives was closed to her
    files_part(by=acting(owner), merge=done)
    for user, sections in was.items():
        for person in (main, part):
            assert open_sections(acting(user), person) == sections[person]


def test_the_joined_file_is_for_reading(main, part, owner, friend, pair):
    note = notes.note_write(by=acting(friend), person=part, level="team", text="Écrit avant")
    goal = goals.goal_set(by=acting(friend), person=part, domain="work", title="Un stage")
    merge(owner, pair, main)
    for write in (
        lambda: notes.note_write(by=acting(friend), person=part, level="team", text="Écrit après"),
        lambda: notes.note_correct(by=acting(friend), note=note, version=1, text="Corrigé"),
        lambda: goals.goal_edit(
            by=acting(friend), goal=goal, version=1, domain="work", title="Autre", how="", state="open"
        ),
    ):
        with pytest.raises((NotAllowed, RuleBroken, TypeError)) as refusal:
            write()
        assert refusal.type is not TypeError
    assert not may_here(acting(owner), part, "mission.edit")
    assert Note.objects.count() == 1
    notes.note_write(by=acting(friend), person=main, level="team", text="Écrit dans le principal")
    # Missions of both are kept on the main file's page.
    client, mission = signed_in(owner), Mission.objects.get(user=friend)
    assert "Camille Tabouret" in client.get(f"/p/{main.pk}/suivi/").content.decode()
    typed = {"form_token": new_token(owner.pk), "version": 1}
    assert client.post(f"/p/{main.pk}/suivi/{mission.pk}/fin/", typed).status_code == 302
    assert not visible_to(acting(friend)).exists()


def test_only_who_answers_for_both_and_once_all_is_closed(main, part, owner, friend, pair):
    other = follower(part, name="Gwen Calepin")
    alone = follower(main, name="Rose Agenda")
    for user in (other, alone):
        with pytest.raises((NotAllowed, RuleBroken)):
            merge(user, pair, main)
    with pytest.raises(RuleBroken):
        merge(owner, pair, main, reason="oui")
    with pytest.raises(RuleBroken):
        merge(owner, pair, stranger("Maud", "Passoire"))
    with pytest.raises(RuleBroken, match="accueil"):  # she lives somewhere, says the file that would be joined
        merge(owner, pair, part)
    Task.objects.create(
        data_key=part.data_key, subject=part.pk, context=part.pk, key="essai", title="Essai", owner_role="case_worker",
        organisation=organisation("ASE", kind="ase"), state="open", starts_at=now(), due_at=now() + timedelta(hours=1),
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="tâches"):
        merge(owner, pair, main)
    assert not FileMerge.objects.exists()
    assert YoungPerson.objects.get(pk=part.pk).main_id == part.pk
    Task.objects.all().delete()
    done = merge(owner, pair, main)
    with pytest.raises(RuleBroken):
        merge(owner, pair, main)
    with pytest.raises(NotAllowed):
        files_part(by=acting(friend), merge=done)


def test_who_owns_one_alone_asks_the_other_by_a_task(main, part, pair):
    mine, other = follower(main), follower(part, name="Gwen Calepin")
    twins_tell(by=acting(mine), pair=pair, word="Parlons-en.", phone="01 99 00 12 34")
    task = Task.objects.get(owner_user=other)
    assert (task.subject, "Zoé" in task.title) == (part.pk, False)
    assert f"/rapprochements/{pair.pk}/" in signed_in(other).get("/").content.decode()
    assert signed_in(other).get(f"/rapprochements/{pair.pk}/").status_code == 200
    assert signed_in(other).get(f"/rapprochements/{pair.pk}/reunir/").status_code == 403


def test_the_screens(main, part, owner, friend, pair):
    client = signed_in(owner)

    def send(url, **typed):
        return client.post(url, {"form_token": new_token(owner.pk), **typed})

    assert f"/rapprochements/{pair.pk}/reunir/" in client.get(f"/rapprochements/{pair.pk}/").content.decode()
    url = f"/rapprochements/{pair.pk}/reunir/"
    page = unescape(client.get(url).content.decode())
    assert "Camille Tabouret" in page
    assert "Un accueil y est en cours" in page
    typed = {"main": str(main.pk), "reason": REASON, "sure": "on", "version": 1}
    assert send(url, **{**typed, "sure": ""}).status_code == 422
    assert send(url, **{**typed, "main": str(part.pk)}).status_code == 422
    assert send(url, **typed).status_code == 302
    done = FileMerge.objects.get()
    assert f"/p/{main.pk}/reunion/{done.pk}/" in client.get(f"/p/{main.pk}/").content.decode()
    assert signed_in(friend).get(f"/p/{main.pk}/reunion/{done.pk}/").status_code == 403
    assert f"/p/{main.pk}/reunion/" not in signed_in(friend).get(f"/p/{main.pk}/").content.decode()
    desk = unescape(signed_in(friend).get("/").content.decode())
    assert f"/p/{main.pk}/" in desk
    assert f"/p/{part.pk}/" not in desk  # one line a person
    assert REASON in unescape(client.get(f"/p/{main.pk}/reunion/{done.pk}/").content.decode())
    assert send(f"/p/{main.pk}/reunion/{done.pk}/").status_code == 302
    assert YoungPerson.objects.get(pk=part.pk).main_id == part.pk
