"""Plans: nothing lost, never due before it starts, whatever the night and the zone."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.tasks.enums import Means, TaskState
from maillage.tasks.models import Task
from maillage.tasks.planning import PlanError, PlannedTask, clock, escalate_at, in_order, stored_escalation
from maillage.tasks.services import task_do, task_not_due, tasks_drop, tasks_plan
from tests.tasks.world import World

ZONES = ["Europe/Paris", "Indian/Reunion", "America/Cayenne", "Pacific/Noumea", "America/Miquelon", "Pacific/Marquesas"]
# The two nights that change the clock in Paris, and around them; hypothesis wants walls without a zone.
YEAR = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
SPRING, AUTUMN = YEAR.replace(month=3, day=28, hour=18), YEAR.replace(month=10, day=24, hour=18)
NIGHT = timedelta(hours=18)
FROM = YEAR + timedelta(days=1)  # in every zone, after everybody's roles begin
MOMENTS = (
    st.datetimes(SPRING, SPRING + NIGHT) | st.datetimes(AUTUMN, AUTUMN + NIGHT) | st.datetimes(FROM, AUTUMN + 9 * NIGHT)
)
INSTANTS = st.builds(lambda wall, zone: wall.replace(tzinfo=ZoneInfo(zone)), MOMENTS, st.sampled_from(ZONES))
DELAYS = st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
ORGANISATION = uuid.uuid4()


def planned(key: str, **changes: object) -> PlannedTask:
    values: dict[str, object] = {
        "key": key,
        "title": key,
        "why": "",
        "source": "",
        "owner_role": Role.EDUCATOR,
        "organisation_id": ORGANISATION,
        "due_within": timedelta(hours=1),
    }
    return PlannedTask(**(values | changes))


@st.composite
def plans(draw: st.DrawFn) -> list[PlannedTask]:
    """Up to eight steps, each after an earlier one or none, in any order, some stated without object."""
    steps: list[PlannedTask] = []
    for number in range(draw(st.integers(1, 8))):
        rungs = sorted(draw(st.lists(DELAYS, max_size=3)))
        steps.append(
            planned(
                f"k{number}",
                due_within=draw(DELAYS),
                remind_before=draw(st.none() | DELAYS),
                starts_after=draw(st.sampled_from([None, *(step.key for step in steps)])),
                starts_after_delay=draw(DELAYS),
                escalation=tuple((wait, Role.ON_CALL_MANAGER) for wait in rungs),
                not_due_reason=draw(st.sampled_from(["", "", "Contact interdit par une décision"])),
                order=number,
            )
        )
    return draw(st.permutations(steps))


@given(INSTANTS, DELAYS, st.none() | DELAYS)
def test_a_delay_is_elapsed_time_on_every_night_and_in_every_zone(start, due_within, remind_before):
    ticks = clock(start, due_within, remind_before)
    assert ticks.due_at.timestamp() - start.timestamp() == due_within.total_seconds()
    assert ticks.starts_at == start.astimezone(UTC)
    if ticks.remind_at is not None:
        assert ticks.starts_at <= ticks.remind_at <= ticks.due_at


def test_one_hour_from_the_hour_that_comes_twice_is_the_same_hour_again():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))
    due = clock(first, timedelta(hours=1), None).due_at.astimezone(ZoneInfo("Europe/Paris"))
    assert (due.hour, due.minute, due.fold) == (2, 30, 1)


def test_one_hour_before_the_hour_that_does_not_exist_jumps_over_it():
    start = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Paris"))
    due = clock(start, timedelta(hours=1), None).due_at.astimezone(ZoneInfo("Europe/Paris"))
    assert (due.hour, due.minute) == (3, 30)


@given(DELAYS, DELAYS)
def test_a_longer_delay_is_never_due_earlier(one, other):
    start = datetime(2026, 10, 25, tzinfo=UTC)
    short, long = sorted([one, other])
    assert clock(start, short, None).due_at <= clock(start, long, None).due_at


@given(st.lists(DELAYS, min_size=1, max_size=4).map(sorted))
def test_the_escalation_goes_up_in_time_and_ends(waits):
    due = datetime(2026, 10, 25, tzinfo=UTC)
    stored = stored_escalation((wait, Role.ASE_ON_CALL) for wait in waits)
    rings = [escalate_at(due, stored, level) for level in range(len(waits) + 1)]
    assert rings[-1] is None
    assert rings[:-1] == [due + wait for wait in waits]


@given(plans())
def test_ordering_keeps_every_step_and_puts_it_after_what_it_follows(steps):
    ordered = in_order(steps)
    assert sorted(one.key for one in ordered) == sorted(one.key for one in steps)
    place = {one.key: number for number, one in enumerate(ordered)}
    assert all(place[one.starts_after] < place[one.key] for one in ordered if one.starts_after)


@pytest.mark.parametrize(
    "steps",
    [
        [planned("a", starts_after="b"), planned("b", starts_after="a")],
        [planned("a", starts_after="a")],
        [planned("a", starts_after="elsewhere")],
        [planned("a"), planned("a")],
    ],
    ids=["loop", "itself", "unknown", "twice"],
)
def test_a_plan_that_cannot_run_is_refused(steps):
    with pytest.raises(PlanError):
        in_order(steps)


@pytest.mark.parametrize(
    "changes",
    [
        {"due_within": timedelta(minutes=-1)},
        {"due_within": timedelta(seconds=90)},
        {"remind_before": timedelta(minutes=-5)},
        {"due_from": YEAR},
        {"escalation": ((timedelta(hours=1), Role.ASE_ON_CALL), (timedelta(), Role.ON_CALL_MANAGER))},
    ],
)
def test_a_step_that_makes_no_sense_is_refused(changes):
    with pytest.raises(PlanError):
        planned("a", **changes)


def rows_of(context: uuid.UUID) -> dict[str, Task]:
    return {row.key: row for row in Task.objects.filter(context=context)}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=plans(), at=INSTANTS, waits=st.lists(DELAYS, min_size=8, max_size=8), skip=st.sets(st.integers(0, 7)))
def test_a_plan_played_to_its_end_loses_no_step_and_is_due_in_order(world: World, steps, at, waits, skip):
    """Do, or judge without object, whatever is open until nothing is: every step was reached, none before its own."""
    context = uuid.uuid4()
    steps = [PlannedTask(**{**vars(one), "organisation_id": world.home.pk}) for one in steps]
    with time_machine.travel(at, tick=False) as traveller:
        tasks_plan(
            by=world.actor("educator"), data_key=world.key, subject=world.subject,
            context=context, planned=steps, at=at,
        )  # fmt: skip
        assert set(rows_of(context)) == {one.key for one in steps}
        educator = world.actor("educator")
        for number, wait in enumerate(waits):
            open_now = [row for row in rows_of(context).values() if row.state == TaskState.OPEN]
            if not open_now:
                break
            traveller.shift(wait)
            for row in sorted(open_now, key=lambda row: row.key):
                row.refresh_from_db()
                if number in skip:
                    task_not_due(by=educator, task=row, reason="Déjà fait ailleurs", version=row.version)
                else:
                    now = datetime.now(UTC)
                    task_do(by=educator, task=row, done_at=now, means=Means.PHONE, version=row.version)
    rows = rows_of(context)
    by_key = {one.key: one for one in steps}
    assert {row.state for row in rows.values()} <= {TaskState.DONE, TaskState.NOT_DUE}
    for row in rows.values():
        if row.due_at is None:
            assert by_key[row.key].not_due_reason
            continue
        assert row.due_at - row.starts_at == by_key[row.key].due_within
        assert row.remind_at is None or row.starts_at <= row.remind_at <= row.due_at
        before = row.starts_after
        while before is not None:
            if before.starts_at is not None:
                assert row.starts_at >= min(before.starts_at, before.recorded_at)
            before = before.starts_after


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=plans(), at=INSTANTS, later=DELAYS)
def test_the_same_plan_again_changes_nothing(world: World, steps, at, later):
    context = uuid.uuid4()
    steps = [PlannedTask(**{**vars(one), "organisation_id": world.home.pk}) for one in steps]
    world.plan(*steps, at=at, context=context)
    before = list(Task.objects.filter(context=context).order_by("pk").values())
    world.plan(*steps, at=at + later, context=context)
    assert list(Task.objects.filter(context=context).order_by("pk").values()) == before


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=plans(), at=INSTANTS, within=DELAYS)
def test_a_newer_plan_never_makes_a_step_due_later(world: World, steps, at, within):
    context = uuid.uuid4()
    steps = [PlannedTask(**{**vars(one), "organisation_id": world.home.pk}) for one in steps]
    world.plan(*steps, at=at, context=context)
    before = {key: row.due_at for key, row in rows_of(context).items()}
    world.plan(
        *(PlannedTask(**{**vars(one), "due_within": within}) for one in steps),
        at=at + timedelta(hours=1), context=context,
    )  # fmt: skip
    for key, row in rows_of(context).items():
        if before[key] is not None:
            assert row.due_at == min(before[key], row.starts_at + within)


AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)


def test_a_step_counts_from_when_it_was_noticed(world: World):
    [row] = world.plan(world.step(due_from=AT - timedelta(minutes=20)), at=AT)
    assert row.due_at == AT + timedelta(minutes=40)


def test_a_follower_waits_then_counts_from_the_act(world: World):
    first, then = world.plan(
        world.step("call"), world.step("send", starts_after="call", starts_after_delay=timedelta(minutes=10)), at=AT
    )
    assert (then.state, then.due_at) == (TaskState.WAITING, None)
    with time_machine.travel(AT + timedelta(minutes=50), tick=False):
        task_do(
            by=world.actor("educator"), task=first, done_at=AT + timedelta(minutes=30), means="phone", version=1
        )  # fmt: skip
    then.refresh_from_db()
    assert then.state == TaskState.OPEN
    assert then.due_at == AT + timedelta(minutes=30 + 10 + 60)
    assert then.escalate_at == then.due_at


def test_a_step_without_object_is_looked_through(world: World):
    """The talk follows the return, not the notice that may not be given in between."""
    back, notice, talk = world.plan(
        world.step("back"),
        world.step("notice", starts_after="back", not_due_reason="Contact interdit par une décision"),
        world.step("talk", starts_after="notice"),
        at=AT,
    )
    assert notice.state == TaskState.NOT_DUE
    assert talk.state == TaskState.WAITING
    with time_machine.travel(AT, tick=False):
        task_do(by=world.actor("educator"), task=back, done_at=AT, means="phone", version=1)
    talk.refresh_from_db()
    assert talk.state == TaskState.OPEN


def test_what_follows_a_step_judged_without_object_starts_too(world: World):
    first, then = world.plan(world.step("call"), world.step("send", starts_after="call"), at=AT)
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        task_not_due(by=world.actor("educator"), task=first, reason="La police était déjà là", version=1)
    then.refresh_from_db()
    assert then.state == TaskState.OPEN
    assert then.starts_at == AT + timedelta(minutes=5)


def test_a_newer_plan_opens_again_what_an_earlier_one_left_out(world: World):
    context = uuid.uuid4()
    world.plan(world.step("judge", not_due_reason="Aucune mesure en cours"), at=AT, context=context)
    [row] = world.plan(world.step("judge"), at=AT + timedelta(hours=2), context=context)
    assert (row.state, row.due_at, row.reason_not_due) == (TaskState.OPEN, AT + timedelta(hours=3), "")


def test_a_newer_plan_states_what_may_no_longer_be_done(world: World):
    context = uuid.uuid4()
    world.plan(world.step("father"), world.step("next", starts_after="father"), at=AT, context=context)
    first, then = world.plan(
        world.step("father", not_due_reason="Contact interdit par une décision"),
        world.step("next", starts_after="father"),
        at=AT + timedelta(minutes=1),
        context=context,
    )
    then.refresh_from_db()
    assert (first.state, then.state) == (TaskState.NOT_DUE, TaskState.OPEN)


def test_what_a_person_judged_without_object_stays_so(world: World):
    context = uuid.uuid4()
    [row] = world.plan(world.step(), at=AT, context=context)
    with time_machine.travel(AT, tick=False):
        task_not_due(by=world.actor("educator"), task=row, reason="Déjà appelé par l’école", version=1)
    [row] = world.plan(world.step(), at=AT, context=context)
    assert row.state == TaskState.NOT_DUE


def test_dropping_a_context_states_why_and_keeps_what_was_done(world: World):
    context = uuid.uuid4()
    first, then, last = world.plan(
        world.step("a"), world.step("b"), world.step("c", starts_after="b"), at=AT, context=context
    )
    with time_machine.travel(AT, tick=False):
        task_do(by=world.actor("educator"), task=first, done_at=AT, means="phone", version=1)
        dropped = tasks_drop(by=world.actor("educator"), context=context, reason="Épisode clos")
    assert {row.key for row in dropped} == {"b", "c"}
    assert {row.key: row.state for row in Task.objects.filter(context=context)} == {
        "a": TaskState.DONE,
        "b": TaskState.NOT_DUE,
        "c": TaskState.NOT_DUE,
    }
    for row in (then, last):
        row.refresh_from_db()
        assert row.reason_not_due == "Épisode clos"


def test_planning_an_episode_costs_the_same_for_one_step_and_for_twenty(world: World, django_assert_num_queries):
    for count in (1, 20):
        with django_assert_num_queries(4):  # savepoint, lock, insert, release
            tasks_plan(
                by=SYSTEM, data_key=world.key, subject=world.subject, context=uuid.uuid4(),
                planned=[world.step(f"k{number}") for number in range(count)], at=AT,
            )  # fmt: skip
