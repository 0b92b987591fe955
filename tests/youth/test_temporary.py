"""Temporary access: asked by who already knows, for hours, told at once, taken back; and it betrays no file."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from maillage.accounts.enums import Role
from maillage.accounts.models import Letter
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.forms import new_token
from maillage.tasks.models import Task
from maillage.youth.access import open_sections, visible_to
from maillage.youth.enums import TEMPORARY_SECTIONS
from maillage.youth.lookup import prove
from maillage.youth.lookup_models import LookupMatch
from maillage.youth.lookup_services import lookup_ask, lookup_close
from maillage.youth.lookup_worker import look_up
from maillage.youth.models import Mission
from maillage.youth.services import mission_end, mission_open
from maillage.youth.services.missions import end_mission
from maillage.youth.temporary_access import KNOWN_FOR, known_before, known_by_leave, known_by_steps
from maillage.youth.temporary_models import TemporaryAccess
from maillage.youth.temporary_services import ACCESSES_A_DAY, access_end, access_open, access_seen
from tests.accounts.people import acting, organisation, professional, signed_in
from tests.youth.young import follower, resident, stranger

pytestmark = pytest.mark.django_db
REASON = "Elle vient d’appeler le service et demande à me parler ce soir."


@pytest.fixture(autouse=True)
def forgotten_searches(db):
    cache.clear()


@pytest.fixture
def child():
    return resident(organisation("Foyer des Parapluies"), "Zoé", "Brouette")


@pytest.fixture
def owner(child):
    return follower(child)


@pytest.fixture
def before(child, owner):
    """Somebody who followed her until yesterday."""
    user = professional(Role.EDUCATOR, organisation("Atelier des Tabourets"), name="Camille Tabouret")
    mission = mission_open(by=SYSTEM, person=child, kind="follows", user=user, legal_basis="judge")
    end_mission(by=SYSTEM, mission=mission, at=now())
    return user


def opened(user, span="1", reason=REASON):
    [known] = known_before(acting(user))
    return access_open(by=acting(user), way=known.way, ref=known.ref, reason=reason, span=span)


def test_it_opens_some_sections_for_some_hours_and_the_owner_is_told_at_once(child, owner, before):
    assert not visible_to(acting(before)).exists()
    start = now()
    with time_machine.travel(start, tick=False):
        row = opened(before, "4")
        assert open_sections(acting(before), child) == TEMPORARY_SECTIONS
        assert not TEMPORARY_SECTIONS & {Section.WHEREABOUTS, Section.WORDS, Section.HEALTH}
    assert row.mission.ends_at == start + timedelta(hours=4)
    task = Task.objects.get(key=f"access:{row.pk.hex}")
    assert (task.owner_user, task.subject) == (owner, child.pk)
    assert "Zoé" not in task.title + task.why
    assert Letter.objects.filter(user=owner, kind="notice").count() == 1
    entry = JournalEntry.objects.get(verb="access.opened")
    assert (entry.by, entry.subject, entry.payload["way"]) == (before.pk, child.pk, "before")
    # Refused at its hour, though no worker ran.
    with time_machine.travel(start + timedelta(hours=4), tick=False):
        assert not visible_to(acting(before)).exists()
        assert signed_in(before).get(f"/p/{child.pk}/").status_code == 404
    access_seen(by=acting(owner), access=row)
    assert Task.objects.get(pk=task.pk).state == "done"
    access_seen(by=acting(owner), access=row)  # again: as it was


@pytest.mark.parametrize(
    ("role", "opens"), [(Role.HEALTH_STAFF, {"identity"}), (Role.FOSTER_CARER, {"identity", "education"})]
)
def test_it_never_opens_more_than_a_role_does(child, owner, role, opens):
    user = professional(role, organisation("Ailleurs"), name="Alix Bobine")
    sections = ["identity", "education"] if role != Role.HEALTH_STAFF else ["identity", "health"]
    mission = mission_open(by=SYSTEM, person=child, kind="follows", user=user, legal_basis="care", sections=sections)
    end_mission(by=SYSTEM, mission=mission, at=now())
    assert set(opened(user).mission.sections) == opens
    assert open_sections(acting(user), child) == opens


def test_it_is_ended_by_who_opened_it_and_taken_back_by_the_owner_alone(child, owner, before):
    row = opened(before)
    with pytest.raises(NotAllowed):
        access_seen(by=acting(before), access=row)
    colleague = professional(Role.EDUCATOR, child.placements.get().organisation, name="Alix Bobine")
    with pytest.raises(NotAllowed):  # she sees the child, and does not answer for the file
        access_end(by=acting(colleague), access=row)
    access_end(by=acting(before), access=row)
    assert not visible_to(acting(before)).exists()
    with pytest.raises(RuleBroken):
        access_end(by=acting(before), access=row)
    again = opened(before)
    access_end(by=acting(owner), access=again)
    assert not visible_to(acting(before)).exists()
    assert not Task.objects.get(key=f"access:{again.pk.hex}").live
    assert known_before(acting(before)) == []  # taken back: the same way is closed
    with pytest.raises(RuleBroken):  # not through the page of missions, which would leave its trace open
        mission_end(by=acting(owner), mission=row.mission, version=1)


def test_who_may_ask_is_who_already_knows(child, owner, before):
    outsider = professional(Role.CASE_WORKER, organisation("Autre ASE", kind="ase"), name="Gwen Calepin")
    mission = Mission.objects.get(person=child, user=before)
    for user, way, ref in (
        (outsider, "before", mission.pk), (outsider, "step", mission.pk), (outsider, "allowed", mission.pk),
        (before, "step", mission.pk), (before, "anyhow", mission.pk), (before, "before", child.pk),
    ):  # fmt: skip
        with pytest.raises(Http404):
            access_open(by=acting(user), way=way, ref=ref, reason=REASON, span="1")
        assert signed_in(user).get(f"/acces/{way}/{ref}/").status_code == 404
    # A colleague of a service that followed her, who came there after the mission ended, knows nothing.
    Mission.objects.filter(pk=mission.pk).update(user=None, organisation=before.memberships.get().organisation)
    late = professional(Role.EDUCATOR, before.memberships.get().organisation, name="Lou Casserole")
    late.memberships.update(starts_at=now())
    assert (known_before(acting(late)), len(known_before(acting(before)))) == ([], 1)
    with time_machine.travel(now() + KNOWN_FOR + timedelta(minutes=1)):
        assert known_before(acting(before)) == []
    # Whoever sees her has nothing to ask.
    assert known_before(acting(owner)) == []


def test_what_is_typed_is_checked_and_three_a_day_is_enough(child, owner, before):
    for values in ({"span": "48"}, {"span": ""}, {"reason": "urgent"}, {"reason": " " * 30}):
        with pytest.raises(RuleBroken):
            opened(before, **values)
    for _time in range(ACCESSES_A_DAY):
        access_end(by=acting(before), access=opened(before))
    with pytest.raises(RuleBroken):
        opened(before)
    assert TemporaryAccess.objects.count() == ACCESSES_A_DAY


def test_nobody_to_tell_no_access(child, before):
    Mission.objects.filter(person=child, kind="case_worker").update(ends_at=now())
    with pytest.raises(RuleBroken):
        opened(before)
    assert not visible_to(acting(before)).exists()


def test_a_step_that_waits_for_her_is_a_way(child, owner):
    ase = organisation("Service de l’ASE d’astreinte", kind="ase")
    on_call = professional(Role.ASE_ON_CALL, ase, name="Rose Veilleuse")
    task = Task.objects.create(
        data_key=child.data_key, subject=child.pk, context=child.pk, key="essai", title="Rappeler la maison",
        organisation=ase, owner_role=Role.ASE_ON_CALL, state="open", starts_at=now(), due_at=now() + timedelta(hours=1),
    )  # fmt: skip
    [known] = known_by_steps(acting(on_call))
    assert (known.ref, known.title) == (task.pk, "Rappeler la maison")
    row = access_open(by=acting(on_call), way="step", ref=known.ref, reason=REASON, span="1")
    assert row.way == "step"
    assert visible_to(acting(on_call)).get() == child


def test_the_owner_allows_it_in_answer_to_a_request_and_only_then_is_anything_shown(child, owner):
    user = professional(Role.EDUCATOR, organisation("Maison des Tabourets"), name="Camille Tabouret")
    typed = {"born": "", "reason": "Elle serait chez nous ce soir.", "phone": "01 99 00 12 34"}

    def asked():
        lookup_ask(by=acting(user), proof=prove(user.pk, "Zoé Brouette"), names="Zoé Brouette", **typed)
        look_up(now())
        return LookupMatch.objects.get(closed_at__isnull=True)

    for answer in ("answered", "declined"):
        lookup_close(by=acting(owner), match=asked(), answer=answer)
        assert known_by_leave(acting(user)) == []
    lookup_close(by=acting(owner), match=asked(), answer="allowed")
    page = unescape(signed_in(user).get("/acces/").content.decode())
    assert "Zoé Brouette" in page  # her own words
    [known] = known_by_leave(acting(user))
    row = access_open(by=acting(user), way="allowed", ref=known.ref, reason=REASON, span="24")
    access_end(by=acting(owner), access=row)
    assert known_by_leave(acting(user)) == []
    with time_machine.travel(now() + timedelta(seconds=1)):
        lookup_close(by=acting(owner), match=asked(), answer="allowed")
        assert len(known_by_leave(acting(user))) == 1
    with time_machine.travel(now() + timedelta(days=8)):
        assert known_by_leave(acting(user)) == []


def test_the_page_says_the_same_whether_a_file_exists_or_not(child, owner, before):
    """Someone followed, someone who has a file elsewhere, a name nobody bears: only the first is answered."""
    stranger("Maud", "Passoire")

    def answer(name):
        client = signed_in(before)
        client.get("/acces/")
        with CaptureQueriesContext(connection) as queries:
            page = client.post("/acces/", {"form_token": new_token(before.pk), "text": name})
        assert page.status_code == 200
        body = unescape(page.content.decode())
        return "Personne de ce nom" in body, len(queries), "/acces/before/" in body

    answer("Ode")  # the index is made once
    assert answer("Maud Passoire") == answer("Isée Balai")
    assert answer("Maud Passoire")[0]
    none, _count, linked = answer("Brouette")
    assert (none, linked) == (False, True)


def test_the_screens_open_show_and_take_back(child, owner, before):
    client = signed_in(before)
    mission = Mission.objects.get(person=child, user=before)
    url = f"/acces/before/{mission.pk}/"
    form = unescape(client.get(url).content.decode())
    assert "Les lieux, les paroles, la santé." in form
    typed = {"reason": REASON, "span": "1", "understood": "on"}

    def send(user, url, **values):
        return signed_in(user).post(url, {"form_token": new_token(user.pk), **values})

    assert send(before, url, **{**typed, "understood": ""}).status_code == 422
    answer = send(before, url, **typed)
    assert (answer.status_code, answer["Location"]) == (302, f"/p/{child.pk}/")
    row = TemporaryAccess.objects.get()
    own = unescape(client.get(f"/p/{child.pk}/").content.decode())
    assert "lecture seule" in own
    assert "Foyer des Parapluies" not in own
    assert "Camille Tabouret lit ce dossier" in unescape(signed_in(owner).get(f"/p/{child.pk}/").content.decode())
    carer = professional(Role.EDUCATOR, child.placements.get().organisation, name="Alix Bobine")
    assert "Camille Tabouret" not in unescape(signed_in(carer).get(f"/p/{child.pk}/").content.decode())
    assert signed_in(carer).get(f"/acces/{row.pk}/").status_code == 404
    read = unescape(signed_in(owner).get(f"/acces/{row.pk}/").content.decode())
    assert REASON in read
    assert "Accompagnement éducatif" in read
    assert "Accès temporaire ouvert" in unescape(signed_in(owner).get(f"/p/{child.pk}/lectures/").content.decode())
    assert f"/acces/{row.pk}/" in signed_in(owner).get("/").content.decode()  # the task on her desk
    assert f"/acces/{row.pk}/" in signed_in(owner).get(f"/p/{child.pk}/suivi/").content.decode()
    assert send(owner, f"/acces/{row.pk}/").status_code == 302
    assert send(carer, f"/acces/{row.pk}/fin/").status_code == 404
    assert send(before, f"/acces/{row.pk}/fin/")["Location"] == "/acces/"
    assert client.get(f"/p/{child.pk}/").status_code == 404
    assert "Terminé" in unescape(client.get("/acces/").content.decode())
