"""Who may know her: opened, narrowed, prolonged, ended; never the last one, even when two people end two at once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from maillage.vault.sealing import Opened
from maillage.youth import services
from maillage.youth.access import get_visible_or_404, open_sections, visible_to
from maillage.youth.enums import MissionKind
from maillage.youth.models import Mission
from maillage.youth.selectors import placement_now
from tests.accounts.people import acting, organisation, professional
from tests.youth.young import ALL, BASIS, follower, hosting_mission, resident

pytestmark = pytest.mark.django_db

SOME = ["identity", "education"]


@pytest.fixture
def home():
    return organisation()


@pytest.fixture
def lina(home):
    return resident(home)


@pytest.fixture
def worker(lina):
    return acting(follower(lina))


def follow(worker, lina, user, **values):
    values = {"kind": "follows", "sections": SOME, "legal_basis": "shared_secrecy", **values}
    return services.mission_open(by=worker, person=lina, user=user, **values)


def refused(call, field=None):
    with pytest.raises(RuleBroken) as refusal:
        call()
    if field:
        assert refusal.value.field == field
    return refusal.value.message


def test_a_mission_says_on_what_basis_and_its_reason_is_sealed(lina, worker):
    user = professional(name="Alix Bobine")
    mission = follow(worker, lina, user, reason="Réunion inventée du 3 mars")
    assert open_sections(acting(user), lina) == {Section.IDENTITY, Section.EDUCATION}
    assert Opened(lina.data_key, ALL).text(mission, "reason") == "Réunion inventée du 3 mars"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM youth_mission")
        assert "3 mars" not in str([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor])


def test_only_who_follows_for_the_ase_opens_changes_or_ends_missions(lina, worker, home):
    user = professional(name="Alix Bobine")
    mission = follow(worker, lina, user)
    stranger = acting(professional(Role.CASE_WORKER, organisation("Autre ASE", kind="ase"), name="Autre Classeur"))
    for by in (acting(professional(where=home, name="Nour Lampe")), stranger):
        with pytest.raises(NotAllowed):
            follow(by, lina, user, kind="hosts")
        with pytest.raises(NotAllowed):
            services.mission_change(by=by, mission=mission, version=1, sections=["identity"], ends_at=None)
        with pytest.raises(NotAllowed):
            services.mission_end(by=by, mission=mission, version=1)
    assert Mission.objects.get(pk=mission.pk).version == 1


@pytest.mark.parametrize(
    ("role", "values", "field"),
    [
        (Role.DPO, {}, "holder"),
        (None, {}, "holder"),
        (Role.HEALTH_STAFF, {"sections": ["justice"]}, "holder"),
        (Role.EDUCATOR, {"sections": []}, "sections"),
        (Role.EDUCATOR, {"kind": "case_worker"}, "kind"),
        (Role.EDUCATOR, {"kind": "health"}, "kind"),
        (Role.EDUCATOR, {"kind": "on_call"}, "kind"),
        (Role.EDUCATOR, {"kind": "temporary"}, "kind"),
    ],
)
def test_a_mission_that_nobody_could_hold_so_is_refused(lina, worker, role, values, field):
    refused(lambda: follow(worker, lina, professional(role, name="Alix Bobine"), **values), field)


@pytest.mark.parametrize("kind", ["police", "gendarmerie", "prosecutor", "school"])
def test_who_only_transmits_never_opens_the_file(lina, worker, kind):
    service = organisation("Un service", kind=kind)
    refused(
        lambda: services.mission_open(
            by=worker, person=lina, kind="follows", organisation=service, sections=SOME, legal_basis=BASIS
        ),
        "holder",
    )


def test_the_same_mission_is_not_opened_twice_nor_in_the_past(lina, worker):
    user = professional(name="Alix Bobine")
    refused(lambda: follow(worker, lina, user, ends_at=now() - timedelta(days=1)), "ends_at")
    follow(worker, lina, user)
    refused(lambda: follow(worker, lina, user), "holder")


def test_a_mission_narrows_and_is_prolonged_but_never_widens(lina, worker):
    user = professional(name="Alix Bobine")
    mission = follow(worker, lina, user, ends_at=now() + timedelta(days=2))
    later = now() + timedelta(days=40)
    row = services.mission_change(by=worker, mission=mission, version=1, sections=["identity"], ends_at=later)
    assert (row.sections, row.ends_at, row.version) == (["identity"], later, 2)
    assert open_sections(acting(user), lina) == {Section.IDENTITY}
    entry = JournalEntry.objects.get(verb="mission.changed")
    assert (entry.subject, entry.payload["sections"]) == (lina.pk, "identity")
    change = {"by": worker, "mission": row, "version": 2, "sections": ["identity"], "ends_at": None}
    refused(lambda: services.mission_change(**{**change, "sections": ["identity", "justice"]}), "sections")
    refused(lambda: services.mission_change(**{**change, "sections": []}), "sections")
    refused(lambda: services.mission_change(**{**change, "ends_at": now() - timedelta(hours=1)}), "ends_at")
    with pytest.raises(StaleEdit) as stale:
        services.mission_change(**{**change, "version": 1})
    assert stale.value.differences[0].label == "Jusqu’au"


def test_the_mission_of_the_home_she_lives_in_ends_with_the_placement_alone(lina, worker):
    mission = hosting_mission(lina)
    assert "Elle y vit" in refused(lambda: services.mission_end(by=worker, mission=mission, version=1))
    tomorrow = now() + timedelta(days=1)
    refused(
        lambda: services.mission_change(by=worker, mission=mission, version=1, sections=SOME, ends_at=tomorrow),
        "ends_at",
    )


def test_the_last_mission_and_the_last_answer_of_the_ase_are_never_closed(lina, worker):
    hers = Mission.objects.get(user=worker.user)
    assert "Plus personne à l’ASE" in refused(lambda: services.mission_end(by=worker, mission=hers, version=1))
    colleague = follower(lina, name="Gaspard Arrosoir")
    Mission.objects.filter(user=colleague).update(starts_at=now() + timedelta(days=1))
    refused(
        lambda: services.mission_end(by=worker, mission=hers, version=1)
    )  # who begins tomorrow is not there tonight
    Mission.objects.filter(user=colleague).update(starts_at=now() - timedelta(days=1))
    colleague.is_active = False
    colleague.save()
    refused(lambda: services.mission_end(by=worker, mission=hers, version=1))  # a closed account follows nobody
    colleague.is_active = True
    colleague.save()
    services.mission_end(by=worker, mission=hers, version=1)
    assert not visible_to(acting(worker.user)).exists()
    refused(lambda: services.mission_end(by=SYSTEM, mission=hers, version=2))  # ended already
    Mission.objects.filter(kind="hosts").update(ends_at=now())
    last = Mission.objects.get(user=colleague)
    assert "dernière" in refused(lambda: services.mission_end(by=SYSTEM, mission=last, version=1))


def test_what_is_checked_is_what_is_stored_not_what_the_page_knew(lina, worker):
    """Two people end two missions: the row given is read again under the file's lock."""
    first, second = Mission.objects.get(user=worker.user), None
    second = Mission.objects.get(user=follower(lina, name="Gaspard Arrosoir"))
    services.mission_end(by=SYSTEM, mission=first, version=1)
    refused(lambda: services.mission_end(by=SYSTEM, mission=second, version=1))
    assert Mission.objects.get(pk=second.pk).ends_at is None


def test_a_foster_carers_mission_ends_with_the_placement(lina, worker, home):
    carer = professional(Role.FOSTER_CARER, home, name="Basile Paillasson")
    follow(worker, lina, carer, kind=MissionKind.HOSTS, sections=["identity", "whereabouts", "education"])
    assert get_visible_or_404(acting(carer), lina.pk) == lina
    services.placement_end(
        by=worker, placement=placement_now(lina), version=1, ends_on=now().date(), end_kind="move", motive="Un motif",
        next_place="Ailleurs",
    )  # fmt: skip
    with time_machine.travel(now() + timedelta(seconds=1)):
        assert not visible_to(acting(carer)).exists()
