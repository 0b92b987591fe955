"""Who answers, at any hour: the rota, its holes, and what stands behind it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from maillage.accounts.enums import Role
from maillage.accounts.models import Membership
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from maillage.tasks.coverage import Span, doubles, gaps
from maillage.tasks.models import OnCallShift
from maillage.tasks.rota import answering, on_call
from maillage.tasks.services import shift_remove, shift_save
from tests.tasks.world import World, member

AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = 7 * 24

SPANS = st.lists(
    st.tuples(st.integers(-20, WEEK + 20), st.integers(1, 60)).map(
        lambda pair: Span(AT + pair[0] * HOUR, AT + (pair[0] + pair[1]) * HOUR)
    ),
    max_size=12,
)


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@given(SPANS)
def test_each_hour_of_the_week_is_said_empty_single_or_double_as_it_is(spans: list[Span]):
    start, end = AT, AT + WEEK * HOUR
    empty, double = gaps(spans, start, end), doubles(spans, start, end)
    for number in range(WEEK):
        hour = start + number * HOUR
        running = sum(one.starts_at <= hour < one.ends_at for one in spans)
        assert any(one.starts_at <= hour < one.ends_at for one in empty) == (running == 0)
        assert any(one.starts_at <= hour < one.ends_at for one in double) == (running >= 2)
    for found in (empty, double):
        assert all(start <= one.starts_at < one.ends_at <= end for one in found)
        assert all(one.ends_at < after.starts_at for one, after in zip(found, found[1:], strict=False))


def test_a_shift_that_follows_another_leaves_no_hole():
    spans = [Span(AT, AT + 5 * HOUR), Span(AT + 5 * HOUR, AT + 9 * HOUR)]
    assert gaps(spans, AT, AT + 9 * HOUR) == []
    assert doubles(spans, AT, AT + 9 * HOUR) == []


def shift(world: World, **changes: object) -> OnCallShift:
    values = {
        "organisation": world.home,
        "role": Role.ON_CALL_MANAGER,
        "user": world.manager,
        "starts_at": AT + HOUR,
        "ends_at": AT + 9 * HOUR,
    }
    by = changes.pop("by", "manager")
    return shift_save(by=world.actor(str(by)), **(values | changes))


def names(world: World, role: Role, at: datetime = AT) -> list[str]:
    return [user.display_name for user in on_call(world.home.pk, role, at)]


def test_the_shift_answers_from_its_first_minute_until_its_last(world: World):
    member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.home))
    shift(world)
    both = ["Ariel Parasol", "Camille Tiroir"]
    assert names(world, Role.ON_CALL_MANAGER, AT) == both
    assert names(world, Role.ON_CALL_MANAGER, AT + HOUR) == ["Camille Tiroir"]
    assert names(world, Role.ON_CALL_MANAGER, AT + 9 * HOUR - timedelta(microseconds=1)) == ["Camille Tiroir"]
    assert names(world, Role.ON_CALL_MANAGER, AT + 9 * HOUR) == both


def test_an_organisation_without_the_role_is_answered_for_by_the_one_above(world: World):
    assert names(world, Role.ASE_ON_CALL) == ["Noa Paravent"]
    answer = answering(world.home.pk, Role.ASE_ON_CALL, AT)
    assert (answer.from_rota, answer.organisation_id) == (False, world.ase.pk)


def test_a_shift_above_answers_before_a_member_here(world: World):
    """One rota for three homes: at night the person on call is rung, not every head of a home."""
    pool = member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.ase))
    OnCallShift.objects.create(
        organisation=world.ase, role=Role.ON_CALL_MANAGER, user=pool, starts_at=AT, ends_at=AT + HOUR
    )
    assert names(world, Role.ON_CALL_MANAGER) == ["Ariel Parasol"]


@pytest.mark.parametrize("gone", ["inactive", "no longer holds the role", "removed"])
def test_a_shift_of_somebody_who_left_is_never_rung(world: World, gone: str):
    leaving = member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.home))
    row = shift(world, user=leaving)
    if gone == "inactive":
        leaving.is_active = False
        leaving.save()
    elif gone == "removed":
        shift_remove(by=world.actor("manager"), shift=row, version=1)
    else:
        Membership.objects.filter(user=leaving).update(ends_at=AT)
    answer = answering(world.home.pk, Role.ON_CALL_MANAGER, AT + 2 * HOUR)
    assert not answer.from_rota
    assert world.manager in answer.users


def test_truly_nobody_is_an_empty_answer(world: World):
    Membership.objects.filter(role=Role.ASE_ON_CALL).update(ends_at=AT)
    assert names(world, Role.ASE_ON_CALL) == []


def test_who_answers_costs_the_same_whatever_the_team(world: World, django_assert_num_queries):
    with django_assert_num_queries(2):
        on_call(world.home.pk, Role.ON_CALL_MANAGER, AT)
    for number in range(5):
        shift(world, user=member(f"Parasol {number}", (Role.ON_CALL_MANAGER, world.home)), starts_at=AT)
    with django_assert_num_queries(2):
        on_call(world.home.pk, Role.ON_CALL_MANAGER, AT)


@pytest.mark.parametrize("who", ["manager", "ase_on_call"])
def test_the_rota_is_kept_by_its_own_managers(world: World, who: str):
    own = {"manager": world.home, "ase_on_call": world.ase}[who]
    role = {"manager": Role.ON_CALL_MANAGER, "ase_on_call": Role.ASE_ON_CALL}[who]
    assert shift(world, by=who, organisation=own, role=role, user=getattr(world, who)).organisation == own


@pytest.mark.parametrize("who", ["educator", "nurse", "dpo", "administrator", "stranger", "ase_on_call", "case_worker"])
def test_nobody_else_keeps_it_not_even_a_manager_of_another_home(world: World, who: str):
    with pytest.raises(NotAllowed):
        shift(world, by=who)
    row = shift(world)
    with pytest.raises(NotAllowed):
        shift_remove(by=world.actor(who), shift=row, version=1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": AT + HOUR}, "ends_at"),
        ({"ends_at": AT}, "ends_at"),
        ({"ends_at": AT + timedelta(days=20)}, "ends_at"),
        ({"starts_at": AT - 9 * HOUR, "ends_at": AT - HOUR}, "ends_at"),
        ({"role": Role.EDUCATOR}, "role"),
        ({"user": "educator"}, "user"),
        ({"user": "stranger"}, "user"),
    ],
)
def test_a_shift_that_makes_no_sense_is_refused(world: World, changes: dict, field: str):
    if isinstance(changes.get("user"), str):
        changes = {"user": getattr(world, changes["user"])}
    with pytest.raises(RuleBroken) as refusal:
        shift(world, **changes)
    assert refusal.value.field == field
    assert not OnCallShift.objects.exists()


def test_two_people_may_be_on_call_together_and_both_answer_the_same_person_may_not_twice(world: World):
    other = member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.home))
    shift(world)
    shift(world, user=other)
    assert set(names(world, Role.ON_CALL_MANAGER, AT + 2 * HOUR)) == {"Ariel Parasol", "Camille Tiroir"}
    with pytest.raises(RuleBroken):
        shift(world, starts_at=AT + 8 * HOUR, ends_at=AT + 12 * HOUR)


def test_an_edit_made_on_an_older_version_shows_both(world: World):
    other = member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.home))
    row = shift(world)
    shift(world, shift=row, version=1, ends_at=AT + 10 * HOUR)
    with pytest.raises(StaleEdit) as conflict:
        shift(world, shift=row, version=1, user=other)
    shown = {one.label: (one.stored, one.typed) for one in conflict.value.differences}
    assert shown["Personne"] == ("Camille Tiroir", "Ariel Parasol")
    assert "Fin" in shown
    assert OnCallShift.objects.get().user == world.manager


def test_a_shift_that_began_changes_by_its_end_alone(world: World, moment):
    other = member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.home))
    row = shift(world)
    moment.shift(2 * HOUR)
    for changes in ({"user": other}, {"starts_at": AT + 2 * HOUR}):
        with pytest.raises(RuleBroken):
            shift(world, shift=row, version=1, **changes)
    assert shift(world, shift=row, version=1, ends_at=AT + 5 * HOUR).ends_at == AT + 5 * HOUR


def test_a_shift_removed_while_it_runs_ends_and_stays_written(world: World, moment):
    row = shift(world)
    moment.shift(2 * HOUR)
    row = shift_remove(by=world.actor("manager"), shift=row, version=1)
    assert (row.starts_at, row.ends_at, row.removed_at) == (AT + HOUR, AT + 2 * HOUR, None)


def test_a_shift_over_never_changes(world: World, moment):
    row = shift(world)
    moment.shift(timedelta(days=1))
    with pytest.raises(RuleBroken):
        shift(world, shift=row, version=1)
    with pytest.raises(RuleBroken):
        shift_remove(by=world.actor("manager"), shift=row, version=1)
