"""What the desk and the manager's page read: right, in order, at a constant price."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from maillage.accounts.enums import Role
from maillage.tasks import selectors
from maillage.tasks.access import is_addressee
from maillage.tasks.models import HandOver, Task
from maillage.tasks.services import hand_over, hand_over_acknowledge, task_do, task_take
from maillage.tasks.sweeper import sweep
from tests.tasks.world import World

AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)
DUE = AT + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def relay(world: World, task: Task, **changes: object) -> HandOver:
    values = {"to_user": world.case_worker, "to_organisation": world.ase, "answer_within": timedelta(minutes=15)}
    return hand_over(by=world.actor("educator"), task=task, **(values | changes))


def concerns(world: World, now: datetime, where: str = "home") -> list[tuple[str, bool, bool, bool]]:
    found = selectors.overdue_or_unacknowledged([getattr(world, where).pk], now)
    return [(one.task.key, one.late, one.unanswered is not None, one.came_back is not None) for one in found]


def test_the_steps_of_a_context_come_in_the_order_of_their_plan(world: World):
    context = uuid.uuid4()
    world.plan(world.step("b", order=2), world.step("a", order=1), at=AT, context=context)
    assert [task.key for task in selectors.of_context(context)] == ["a", "b"]
    assert selectors.of_context(uuid.uuid4()) == []


def test_the_steps_of_many_contexts_cost_what_one_costs(world: World, django_assert_num_queries):
    contexts = [uuid.uuid4() for _number in range(5)]
    for context in contexts:
        [task] = world.plan(world.step(), at=AT, context=context)
        relay(world, task)
    for asked in (contexts[:1], contexts):
        with django_assert_num_queries(2):
            for tasks in selectors.of_contexts(asked).values():
                [task] = tasks
                assert task.pending_hand_over.to_user.display_name == "Mahé Trombone"
                assert (task.organisation.name, task.owner_user, task.done_by) == ("Maison du Parapluie", None, None)


def test_what_is_owed_about_someone_comes_soonest_first(world: World, django_assert_num_queries):
    first, *_ = world.plan(
        world.step("soon", due_within=timedelta(minutes=5)),
        world.step("later"),
        world.step("waits", starts_after="later", due_within=timedelta()),
        at=AT,
    )
    manager = world.actor("manager")  # they wait for the educators
    assert [task.key for task in selectors.owed(manager, [world.subject])] == ["soon", "later"]
    task_do(by=world.actor("educator"), task=first, done_at=AT, means="phone", version=1)
    with django_assert_num_queries(1):
        assert [task.key for task in selectors.owed(manager, [world.subject, uuid.uuid4()])] == ["later"]
    assert selectors.owed(manager, []) == []


def test_lateness_is_read_off_the_clock_even_when_no_sweeper_ran(world: World):
    world.plan(world.step(), at=AT)
    assert concerns(world, DUE) == []
    assert concerns(world, DUE + MINUTE) == [("call", True, False, False)]


def test_the_oldest_trouble_comes_first(world: World):
    world.plan(world.step("second", due_within=timedelta(minutes=30)), at=AT)
    world.plan(world.step("first", due_within=timedelta(minutes=10)), at=AT)
    [passed] = world.plan(world.step("passed on", due_within=timedelta(hours=9)), at=AT)
    with time_machine.travel(AT + 20 * MINUTE, tick=False):
        relay(world, passed)
    found = selectors.overdue_or_unacknowledged([world.home.pk], DUE)
    assert [one.task.key for one in found] == ["first", "passed on", "second"]
    assert [one.since for one in found] == sorted(one.since for one in found)


def test_a_relay_is_seen_by_both_teams_until_it_is_answered(world: World):
    [task] = world.plan(world.step(), at=AT)
    waiting = relay(world, task)
    for where in ("home", "ase"):
        assert concerns(world, AT + MINUTE, where) == [("call", False, True, False)]
    assert concerns(world, AT + MINUTE, "other_home") == []
    hand_over_acknowledge(by=world.actor("case_worker"), hand_over=waiting)
    assert concerns(world, AT + MINUTE) == []
    assert concerns(world, DUE + MINUTE) == [("call", True, False, False)]


def test_a_relay_that_came_back_shows_until_somebody_has_the_step(world: World, moment):
    [task] = world.plan(world.step(due_within=timedelta(hours=9)), at=AT)
    waiting = relay(world, task)
    sweep(waiting.answer_by)
    assert concerns(world, waiting.answer_by) == [("call", False, False, True)]
    moment.move_to(waiting.answer_by + MINUTE)
    task_take(by=world.actor("colleague"), task=Task.objects.get())
    assert concerns(world, waiting.answer_by + MINUTE) == []


def test_a_settled_step_is_nobodys_concern(world: World):
    [task] = world.plan(world.step(), at=AT)
    relay(world, task)
    task_do(by=world.actor("educator"), task=task, done_at=AT, means="phone", version=1)
    assert concerns(world, DUE + MINUTE) == []


def test_another_home_sees_nothing_of_it(world: World):
    world.plan(world.step(), at=AT)
    assert concerns(world, DUE + MINUTE, "other_home") == []


def test_the_managers_page_costs_the_same_for_one_and_for_many(world: World, django_assert_num_queries):
    for number in range(8):
        [task] = world.plan(world.step(), at=AT)
        if number % 2:
            relay(world, task)
        if number in (0, 7):
            with django_assert_num_queries(2):
                found = selectors.overdue_or_unacknowledged([world.home.pk, world.ase.pk], DUE + MINUTE)
                for one in found:
                    assert one.task.organisation.name
                    assert one.unanswered is None or one.unanswered.to_user.display_name
    assert len(found) == 8


@pytest.mark.parametrize(
    ("to", "who"),
    [
        ({"to_role": Role.ASE_ON_CALL, "to_user": None}, {"ase_on_call"}),
        ({}, {"case_worker"}),
    ],
    ids=["role", "person"],
)
def test_a_relay_waits_on_the_desk_of_whom_it_is_addressed_to(world: World, to: dict, who: set[str]):
    [task] = world.plan(world.step(), at=AT)
    waiting = relay(world, task, **to)
    everyone = ["educator", "colleague", "manager", "nurse", "case_worker", "ase_on_call", "stranger", "dpo"]
    assert {one for one in everyone if waiting in selectors.waiting_for(world.actor(one))} == who


def test_open_steps_come_to_who_has_them_else_to_who_holds_their_role(world: World):
    [task] = world.plan(world.step(), at=AT)
    everyone = ["educator", "colleague", "manager", "nurse", "case_worker", "stranger"]

    def whose() -> set[str]:
        return {one for one in everyone if task in selectors.addressed_to(world.actor(one))}

    assert whose() == {"educator", "colleague"}
    task_take(by=world.actor("colleague"), task=task)
    assert whose() == {"colleague"}


def test_what_waits_for_each_is_said_the_same_in_a_query_and_task_by_task(world: World, moment):
    steps = world.plan(
        world.step("hers", owner_user_id=world.educator.pk),
        world.step("role"),
        world.step("ase", owner_role=Role.ASE_ON_CALL, organisation_id=world.ase.pk),
        world.step("elsewhere", organisation_id=world.other_home.pk),
        world.step("above", owner_role=Role.ON_CALL_MANAGER),
        at=AT,
    )
    relay(world, steps[0])
    relay(world, steps[1], to_user=None, to_role=Role.ON_CALL_MANAGER, to_organisation=world.home)
    everyone = ("educator", "colleague", "manager", "carer", "nurse", "case_worker", "ase_on_call", "stranger", "dpo")
    for who in everyone:
        actor = world.actor(who)
        addressed = selectors.addressed_to(actor)
        assert {task.pk for task in Task.objects.all() if selectors.waits_for(actor, task)} == {
            task.pk for task in addressed
        }
        waiting = {one.pk for one in selectors.waiting_for(actor)}
        assert waiting == {one.pk for one in HandOver.objects.filter(selectors.PENDING) if is_addressee(actor, one)}
        about = {task.subject for task in addressed} | {
            one.task.subject for one in HandOver.objects.filter(pk__in=waiting).select_related("task")
        }
        assert set(selectors.subjects_for(selectors.addressee_of(actor)).values_list("subject", flat=True)) == about
