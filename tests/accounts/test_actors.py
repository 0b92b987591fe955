"""Who acts, with what she holds now."""

from datetime import timedelta

import pytest

from maillage.accounts.actors import Post, actor_of
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Membership
from maillage.accounts.services import membership_end, membership_open
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed
from tests.accounts.people import organisation, professional

pytestmark = pytest.mark.django_db


def test_an_actor_holds_the_roles_of_now_only() -> None:
    home, service = organisation(), organisation("Service des Lampadaires")
    user = professional(Role.EDUCATOR, home)
    ended = membership_open(by=SYSTEM, user=user, organisation=service, role=Role.FOSTER_CARER)
    membership_end(by=SYSTEM, membership=ended)
    membership_open(
        by=SYSTEM, user=user, organisation=service, role=Role.HEALTH_STAFF, starts_at=now() + timedelta(days=1)
    )
    assert actor_of(user).posts == (Post(Role.EDUCATOR, home.pk),)


def test_a_role_that_ends_later_is_held_until_then(time_machine) -> None:
    user = professional(None)
    home = organisation()
    end = now() + timedelta(hours=1)
    Membership.objects.create(user=user, organisation=home, role=Role.EDUCATOR, starts_at=now(), ends_at=end)
    assert actor_of(user).roles == {Role.EDUCATOR}
    time_machine.move_to(end)
    assert actor_of(user).roles == frozenset()


def test_an_ability_counts_in_the_organisation_of_its_role_and_not_in_another() -> None:
    home, other = organisation(), organisation("Foyer des Tabourets")
    actor = actor_of(professional(Role.ON_CALL_MANAGER, home))
    assert actor.may(Ability.ROTA_EDIT)
    assert actor.may(Ability.ROTA_EDIT, home.pk)
    assert not actor.may(Ability.ROTA_EDIT, other.pk)
    actor.require(Ability.ROTA_EDIT, home.pk)
    with pytest.raises(NotAllowed):
        actor.require(Ability.ROTA_EDIT, other.pk)


def test_sections_are_those_of_the_roles_held_in_the_organisations_asked_for() -> None:
    home, clinic = organisation(), organisation("Maison de santé des Bouilloires")
    user = professional(Role.FOSTER_CARER, home)
    membership_open(by=SYSTEM, user=user, organisation=clinic, role=Role.HEALTH_STAFF)
    actor = actor_of(user)
    assert Section.HEALTH in actor.sections()
    assert actor.sections([home.pk]) == {Section.IDENTITY, Section.WHEREABOUTS, Section.EDUCATION}
    assert actor.sections([clinic.pk]) == {Section.IDENTITY, Section.HEALTH}
    assert actor.organisations_with(Ability.URGENT_CARE_DETAIL) == {clinic.pk}


def test_an_actor_costs_one_query(django_assert_num_queries) -> None:
    user = professional()
    with django_assert_num_queries(1):
        actor_of(user)
