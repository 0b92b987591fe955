"""Sight: one rule, three forms that must always agree."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Membership
from maillage.accounts.roles import SECTIONS
from maillage.accounts.services import membership_open
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.vault.sealing import SectionClosed, destroy
from maillage.youth.access import (
    get_visible_or_404,
    may_edit_sheet,
    may_here,
    open_sections,
    open_sheet,
    reveal,
    reveal_many,
    sheet_readable,
    sight_or_404,
    visible_to,
)
from maillage.youth.enums import MissionKind
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.services import mission_end, mission_open, sheet_close, sheet_open
from tests.accounts.people import acting, organisation, professional
from tests.youth.young import BASIS, follower, resident, stranger

pytestmark = pytest.mark.django_db


def reads(person: YoungPerson | None = None) -> list[str]:
    rows = JournalEntry.objects.filter(verb="youth.read").order_by("id")
    return [row.payload["section"] for row in (rows.filter(subject=person.pk) if person else rows)]


def test_an_educator_sees_who_lives_in_her_home_and_nobody_else():
    home = organisation()
    lina = resident(home)
    resident(organisation("Foyer des Tabourets"), "Noé", "Brouette")
    stranger("Awa", "Guirlande")
    me = acting(professional(where=home))
    assert list(visible_to(me)) == [lina]
    assert get_visible_or_404(me, lina.pk) == lina


def test_a_carer_named_for_a_child_does_not_see_the_children_of_other_families():
    service = organisation("Accueil familial", kind="foster_care")
    hers, other = resident(service), resident(service, "Noé", "Brouette")
    carer = professional(Role.FOSTER_CARER, service)
    mission = mission_open(by=SYSTEM, person=hers, kind=MissionKind.HOSTS, user=carer, legal_basis=BASIS)
    assert list(visible_to(acting(carer))) == [hers]
    with pytest.raises(Http404):
        get_visible_or_404(acting(carer), other.pk)
    with pytest.raises(Http404):
        reveal(acting(carer), other)
    educator = acting(professional(where=service, name="Ferdinand Bobine"))
    assert set(visible_to(educator)) == {hers, other}
    mission_end(by=SYSTEM, mission=mission, version=mission.version)
    assert not visible_to(acting(carer)).exists()  # an end never opens anything
    whoever = acting(professional(Role.FOSTER_CARER, service, name="Alix Paillasson"))
    assert not visible_to(whoever).exists()  # nobody named her: her service's children are not hers


def test_a_carers_role_opens_nothing_in_the_missions_of_her_service():
    """Somebody who also nurses there reads as a nurse, and acts as a nurse."""
    service = organisation("Accueil familial", kind="foster_care")
    child = resident(service)
    both = professional(Role.HEALTH_STAFF, service)
    membership_open(by=SYSTEM, user=both, organisation=service, role=Role.FOSTER_CARER)
    assert open_sections(acting(both), child) == SECTIONS[Role.HEALTH_STAFF]
    assert not may_here(acting(both), child, Ability.EPISODE_OPEN)
    mission_open(by=SYSTEM, person=child, kind=MissionKind.HOSTS, user=both, legal_basis=BASIS)
    assert Section.WHEREABOUTS in open_sections(acting(both), child)
    assert may_here(acting(both), child, Ability.EPISODE_OPEN)


def test_a_stranger_gets_the_same_answer_for_the_same_queries_whether_the_file_exists(django_assert_num_queries):
    me = acting(professional())
    elsewhere = resident(organisation("Foyer des Tabourets"))
    for pk in (elsewhere.pk, organisation("Autre").pk):
        with django_assert_num_queries(1), pytest.raises(Http404):
            get_visible_or_404(me, pk)


def test_a_mission_that_ended_or_has_not_begun_shows_nothing():
    home = organisation()
    person = resident(home)
    me = acting(professional(where=home))
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        Mission.objects.update(ends_at=now())
        assert not visible_to(me).exists()
        with pytest.raises(Http404):
            reveal(me, person)
    Mission.objects.update(starts_at=now() + timedelta(days=1), ends_at=None)
    assert not visible_to(me).exists()


def test_a_role_that_ended_shows_nothing():
    home = organisation()
    resident(home)
    user = professional(where=home)
    Membership.objects.filter(user=user).update(starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))
    assert not visible_to(acting(user)).exists()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DPO])
def test_who_opens_no_section_sees_nobody(role):
    home = organisation()
    person = resident(home)
    me = acting(professional(role, home))
    assert not visible_to(me).exists()
    assert open_sections(me, person) == frozenset()
    mission_open(by=SYSTEM, person=person, kind="follows", user=me.user, legal_basis=BASIS)
    assert not visible_to(me).exists()


def test_a_mission_on_call_is_for_those_on_call():
    ase = organisation("Service de l’ASE", kind="ase")
    person = resident(ase=ase)
    on_call, worker = professional(Role.ASE_ON_CALL, ase), professional(Role.CASE_WORKER, ase, name="Autre Classeur")
    assert visible_to(acting(on_call)).get() == person
    assert not visible_to(acting(worker)).exists()
    assert open_sections(acting(worker), person) == frozenset()


def test_managers_of_the_association_above_are_on_call_for_the_home():
    association = organisation("Association", kind="association")
    person = resident(organisation(parent=association))
    assert visible_to(acting(professional(Role.ON_CALL_MANAGER, association))).get() == person
    assert not visible_to(acting(professional(Role.EDUCATOR, association, name="Autre Classeur"))).exists()


@pytest.mark.parametrize("role", list(Role))
def test_open_sections_are_those_of_the_role_narrowed_by_the_mission(role):
    narrow = [Section.IDENTITY, Section.HEALTH]
    person = resident(home := organisation(), sections=narrow)
    user = professional(role, home)
    if role == Role.FOSTER_CARER:
        mission_open(by=SYSTEM, person=person, kind="hosts", user=user, sections=narrow, legal_basis=BASIS)
    assert open_sections(acting(user), person) == SECTIONS[role] & frozenset(narrow)


def test_a_role_held_elsewhere_opens_nothing_more_for_an_organisations_mission():
    home, other = organisation(), organisation("Autre foyer")
    person = resident(home)
    user = professional(Role.HEALTH_STAFF, home)
    Membership.objects.create(user=user, organisation=other, role=Role.EDUCATOR, starts_at=now())
    assert open_sections(acting(user), person) == SECTIONS[Role.HEALTH_STAFF]
    mission_open(by=SYSTEM, person=person, kind="follows", user=user, legal_basis=BASIS)
    assert open_sections(acting(user), person) == SECTIONS[Role.HEALTH_STAFF] | SECTIONS[Role.EDUCATOR]


def test_a_section_that_is_not_open_is_refused_and_nothing_is_journalled():
    person = resident(home := organisation())
    me = acting(professional(where=home))
    with pytest.raises(PermissionDenied):
        reveal(me, person, Section.IDENTITY, Section.HEALTH)
    assert reads() == []


def test_reveal_opens_exactly_what_was_asked():
    person = resident(home := organisation())
    opened = reveal(acting(professional(where=home)), person, Section.WHEREABOUTS)
    assert opened.sections == {Section.WHEREABOUTS}
    with pytest.raises(SectionClosed):
        opened.text(person, "given_name")


def test_a_read_is_journalled_once_per_reader_person_section_and_quarter_of_an_hour():
    person = resident(home := organisation())
    me, colleague = acting(professional(where=home)), acting(professional(where=home, name="Basile Paillasson"))
    start = now()
    with time_machine.travel(start, tick=False) as clock:
        reveal(me, person, Section.IDENTITY)
        reveal(me, person, Section.IDENTITY)
        assert reads(person) == ["identity"]
        reveal(me, person, Section.JUSTICE, Section.IDENTITY)
        reveal(colleague, person, Section.IDENTITY)
        assert reads(person) == ["identity", "justice", "identity"]
        clock.move_to(start + timedelta(minutes=14))
        reveal(me, person, Section.IDENTITY)
        assert len(reads(person)) == 3
        clock.move_to(start + timedelta(minutes=16))
        reveal(me, person, Section.IDENTITY)
        assert len(reads(person)) == 4


def test_opening_many_files_costs_the_same_as_one(django_assert_num_queries):
    home = organisation()
    me = acting(professional(where=home))
    people = [resident(home, given) for given in ("Lina", "Noé", "Awa", "Tom")]
    for group in (people[:1], people):
        people_now = list(YoungPerson.objects.filter(pk__in=[person.pk for person in group]).order_by("pk"))
        Mission.objects.filter(person__in=group).update(legal_basis=BASIS)
        with django_assert_num_queries(4):  # missions, keys, reads so far, new reads
            opened = reveal_many(me, people_now, Section.EDUCATION if len(group) > 1 else Section.IDENTITY)
        assert set(opened) == {person.pk for person in group}
    with django_assert_num_queries(3):  # all journalled already
        opened = reveal_many(me, people, Section.EDUCATION)


def test_a_list_opens_each_file_as_far_as_its_own_mission():
    home = organisation()
    open_file, narrowed = resident(home), resident(home, "Noé", sections=[Section.WHEREABOUTS])
    opened = reveal_many(acting(professional(where=home)), [open_file, narrowed], Section.IDENTITY)
    assert opened[open_file.pk].text(open_file, "given_name") == "Lina"
    assert not opened[narrowed.pk].may(narrowed, "given_name")
    assert reads(narrowed) == []


def test_one_stranger_in_a_list_refuses_the_list():
    home = organisation()
    me = acting(professional(where=home))
    with pytest.raises(Http404):
        reveal_many(me, [resident(home), stranger("Noé")], Section.IDENTITY)
    assert reads() == []


def test_an_erased_file_is_nobodys():
    person = resident(home := organisation())
    destroy(person.data_key)
    me = acting(professional(where=home))
    assert not visible_to(me).exists()
    with pytest.raises(Http404):
        reveal(me, person)


def test_an_ability_counts_where_the_mission_is_held():
    person = resident(home := organisation())
    worker = follower(person)
    assert may_here(acting(worker), person, Ability.PLACEMENT_END)
    assert not may_here(acting(professional(where=home)), person, Ability.PLACEMENT_END)
    other = acting(professional(Role.CASE_WORKER, organisation("Autre ASE"), name="Autre Classeur"))
    assert other.may(Ability.PLACEMENT_END)
    assert not may_here(other, person, Ability.PLACEMENT_END)


def test_outside_an_episode_only_its_editors_open_the_sheet():
    ase = organisation("Service de l’ASE", kind="ase")
    person = resident(home := organisation(), ase=ase)
    educator, on_call = (
        acting(professional(where=home)),
        acting(professional(Role.ASE_ON_CALL, ase, name="Gaspard Arrosoir")),
    )
    nurse = acting(professional(Role.HEALTH_STAFF, home, name="Margot Édredon"))
    assert may_edit_sheet(educator, person)
    assert not may_edit_sheet(on_call, person)
    episode = organisation("un identifiant").pk
    assert not sheet_readable(sight_or_404(on_call, person.pk))
    with pytest.raises(PermissionDenied):
        open_sheet(on_call, person)
    sheet_open(by=SYSTEM, person=person, context=episode, at=now())
    assert sheet_readable(sight_or_404(on_call, person.pk))
    assert not may_edit_sheet(on_call, person)
    assert not sheet_readable(sight_or_404(nurse, person.pk))
    sheet_close(by=SYSTEM, context=episode, at=now())
    assert not sheet_readable(sight_or_404(on_call, person.pk))
    assert sheet_readable(sight_or_404(educator, person.pk))


def test_every_opening_of_the_sheet_is_journalled():
    person = resident(home := organisation())
    me = acting(professional(where=home))
    open_sheet(me, person)
    open_sheet(me, person)
    assert JournalEntry.objects.filter(verb="sheet.read", subject=person.pk, by=me.user_id).count() == 2
    with pytest.raises(Http404):
        open_sheet(me, stranger("Noé"))


moments = st.integers(-3, 3).map(lambda days: timedelta(days=days, minutes=days))
mission = st.fixed_dictionaries(
    {
        "holder": st.sampled_from(["home", "other", "me", "someone"]),
        "kind": st.sampled_from([kind for kind in MissionKind.values if kind != MissionKind.TEMPORARY]),
        "sections": st.lists(st.sampled_from(Section.values), unique=True),
        "starts": moments,
        "lasts": st.none() | st.integers(1, 4).map(lambda days: timedelta(days=days)),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    posts=st.lists(st.tuples(st.sampled_from(list(Role)), st.sampled_from(["home", "other"])), unique=True, max_size=3),
    missions=st.lists(mission, max_size=4),
)
def test_list_detail_and_reveal_always_agree(transactional_free_world, posts, missions):
    places, me_user, someone, person = transactional_free_world
    Membership.objects.all().delete()
    Mission.objects.all().delete()
    instant = now()
    for role, place in posts:
        Membership.objects.create(user=me_user, organisation=places[place], role=role, starts_at=instant - timedelta(1))
    for drawn in missions:
        user = {"me": me_user, "someone": someone}.get(drawn["holder"])
        Mission.objects.create(
            person=person,
            organisation=places.get(drawn["holder"]),
            user=user,
            kind=drawn["kind"],
            sections=drawn["sections"],
            legal_basis=BASIS,
            starts_at=instant + drawn["starts"],
            ends_at=None if drawn["lasts"] is None else instant + drawn["starts"] + drawn["lasts"],
        )
    me = acting(me_user)
    listed = visible_to(me).filter(pk=person.pk).exists()
    allowed = open_sections(me, person)
    assert listed or not allowed
    if not listed:
        with pytest.raises(Http404):
            get_visible_or_404(me, person.pk)
        with pytest.raises(Http404):
            reveal(me, person)
        return
    assert get_visible_or_404(me, person.pk) == person
    assert reveal(me, person).sections == allowed
    assert reveal_many(me, [person])[person.pk].sections == allowed
    for section in Section:
        if section in allowed:
            assert reveal(me, person, section).sections == {section}
        else:
            with pytest.raises(PermissionDenied):
                reveal(me, person, section)
    assert allowed <= me.sections()


@pytest.fixture
def transactional_free_world():
    places = {"home": organisation(), "other": organisation("Autre foyer")}
    return places, professional(None, name="Moi Lampadaire"), professional(None, name="Autre Classeur"), stranger()


def test_an_ended_mission_is_ended_for_the_next_request_too():
    person = resident()
    user = follower(person, Role.EDUCATOR, "follows", name="Camille Bobine")
    assert visible_to(acting(user)).exists()
    mission = Mission.objects.get(user=user)
    mission_end(by=SYSTEM, mission=mission, version=mission.version)
    assert not visible_to(acting(user)).exists()
