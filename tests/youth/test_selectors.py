"""What pages show of young persons."""

from datetime import timedelta

import pytest

from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.youth.models import Mission
from maillage.youth.selectors import case_workers_of, placement_now, residents, with_placements
from maillage.youth.services import mission_open, placement_end
from tests.accounts.people import acting, organisation, professional
from tests.youth.young import BASIS, follower, hosting_mission, resident, stranger

pytestmark = pytest.mark.django_db


def test_residents_are_those_who_live_there_now(django_assert_num_queries):
    home, other = organisation(), organisation("Autre foyer")
    lina, noe = resident(home), resident(other, "Noé")
    gone = resident(home, "Awa")
    placement_end(
        by=SYSTEM, placement=placement_now(gone), version=1, ends_on=now().date(), end_kind="move", motive="Un motif",
        next_place="Ailleurs",
    )  # fmt: skip
    stranger("Tom")
    assert residents([home.pk]) == [lina]
    with django_assert_num_queries(2):
        found = residents([home.pk, other.pk])
        assert {placement_now(person).organisation.name for person in found} == {"Foyer des Parapluies", "Autre foyer"}
        assert all(person.data_key.wrapped for person in found)
    assert set(found) == {lina, noe}


def test_residents_an_actor_does_not_see_are_left_out_for_her():
    home = organisation()
    lina, noe = resident(home), resident(home, "Noé")
    mission = hosting_mission(noe)
    Mission.objects.filter(pk=mission.pk).update(starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))
    assert residents([home.pk], acting(professional(where=home))) == [lina]


def test_persons_come_back_in_the_order_asked():
    people = [resident(organisation(), given) for given in ("Lina", "Noé", "Awa")]
    ids = [people[2].pk, people[0].pk, people[1].pk]
    assert [person.pk for person in with_placements(ids)] == ids


def test_case_workers_are_those_named_then_those_of_a_service():
    person = resident()
    named = follower(person)
    service = organisation("Autre service", kind="ase")
    there = professional(Role.CASE_WORKER, service, name="Gaspard Arrosoir")
    professional(Role.ASE_ON_CALL, service, name="Autre Classeur")
    mission_open(by=SYSTEM, person=person, kind="case_worker", organisation=service, legal_basis=BASIS)
    assert case_workers_of(person) == [named, there]
    Mission.objects.filter(user=named).update(starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))
    assert case_workers_of(person) == [there]


def test_a_case_worker_whose_account_is_closed_is_not_called():
    person = resident()
    user = follower(person)
    user.is_active = False
    user.save()
    assert case_workers_of(person) == []
