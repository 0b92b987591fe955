"""Reminders, escalation and relays that come back: judged on rows."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from maillage.accounts.enums import Role
from maillage.accounts.models import Membership, Organisation
from maillage.audit.models import JournalEntry
from maillage.tasks import selectors
from maillage.tasks.enums import NoticeKind, TaskState
from maillage.tasks.models import Alarm, HandOver, Notice, OnCallShift, SweeperRun, Task
from maillage.tasks.services import hand_over, hand_over_acknowledge, task_do, task_take
from maillage.tasks.sweeper import RETRY, sweep
from tests.tasks.world import World, member

AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)
DUE = AT + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def notices(**where: object) -> list[tuple[str, int, str]]:
    rows = Notice.objects.filter(**where).select_related("recipient")
    return sorted((row.kind, row.level, row.recipient.display_name) for row in rows)


def escalated(level: int) -> list[str]:
    return sorted(name for _kind, at, name in notices(kind=NoticeKind.ESCALATION) if at == level)


def test_the_owner_is_reminded_before_the_due_time(world: World):
    world.plan(world.step(remind_before=timedelta(minutes=20)), at=AT)
    sweep(DUE - timedelta(minutes=21))
    assert notices() == []
    sweep(DUE - timedelta(minutes=20))
    assert notices() == [("reminder", 0, "Nour Lampadaire"), ("reminder", 0, "Sacha Buvard")]


def test_who_took_the_step_is_reminded_alone(world: World):
    [task] = world.plan(world.step(remind_before=timedelta(minutes=20)), at=AT)
    task_take(by=world.actor("colleague"), task=task)
    sweep(DUE - timedelta(minutes=20))
    assert notices() == [("reminder", 0, "Sacha Buvard")]


def test_the_team_is_reminded_when_the_account_of_who_took_the_step_is_closed(world: World):
    [task] = world.plan(world.step(remind_before=timedelta(minutes=20)), at=AT)
    task_take(by=world.actor("colleague"), task=task)
    world.colleague.is_active = False
    world.colleague.save()
    sweep(DUE)
    assert notices(kind="reminder") == [("reminder", 0, "Nour Lampadaire")]


def test_a_late_step_goes_up_the_chain_level_by_level(world: World):
    [task] = world.plan(world.step(), at=AT)
    sweep(DUE - MINUTE)
    assert notices() == []
    sweep(DUE)
    assert notices() == [("escalation", 1, "Camille Tiroir")]
    sweep(DUE + timedelta(minutes=29))
    assert len(notices()) == 1
    sweep(DUE + timedelta(minutes=30))
    assert notices() == [("escalation", 1, "Camille Tiroir"), ("escalation", 2, "Noa Paravent")]
    sweep(DUE + timedelta(days=30))
    assert len(notices()) == 2
    task.refresh_from_db()
    assert (task.level, task.escalate_at, task.state) == (2, None, TaskState.OPEN)


def test_sweeping_again_at_the_same_instant_changes_nothing(world: World):
    world.plan(world.step(remind_before=timedelta(minutes=20)), at=AT)
    assert sweep(DUE) == 2
    before = notices()
    assert sweep(DUE) == 0
    assert notices() == before


def test_a_sweeper_that_was_away_rings_every_level_it_missed(world: World):
    world.plan(world.step(remind_before=timedelta(minutes=20)), at=AT)
    sweep(DUE + timedelta(hours=9))
    assert {(kind, level) for kind, level, _name in notices()} == {
        ("reminder", 0),
        ("escalation", 1),
        ("escalation", 2),
    }


@pytest.mark.parametrize("state", ["done", "waiting"])
def test_only_open_steps_ring(world: World, state: str):
    first, _then = world.plan(world.step("a"), world.step("b", starts_after="a", due_within=timedelta(days=3)), at=AT)
    task_do(by=world.actor("educator"), task=first, done_at=AT, means="phone", version=1)
    sweep(DUE + timedelta(days=1))
    assert notices() == []


def test_a_level_nobody_holds_is_stated_and_passed_at_once(world: World):
    Membership.objects.filter(user=world.manager).update(ends_at=AT)
    [task] = world.plan(world.step(), at=AT)
    sweep(DUE)
    assert notices() == [("escalation", 2, "Noa Paravent")]
    facts = Alarm.objects.order_by("level").values_list("level", "role", "found")
    assert list(facts) == [(1, Role.ON_CALL_MANAGER, 0), (2, Role.ASE_ON_CALL, 1)]
    task.refresh_from_db()
    assert (task.level, task.escalate_at, task.unreached_since) == (2, None, None)


def test_a_reminder_whose_owner_role_is_empty_reaches_the_chain(world: World):
    world.plan(world.step(owner_role=Role.FOSTER_CARER, remind_before=timedelta(minutes=20)), at=AT)
    Membership.objects.filter(user=world.carer).update(ends_at=AT)
    sweep(DUE - timedelta(minutes=20))
    assert notices() == [("reminder", 1, "Camille Tiroir")]


def heard(world: World, organisation: Organisation) -> int:
    """Steps there whose alarm found nobody, as the desk says it."""
    return selectors.pulse_of(world.actor("manager"), [organisation.pk], DUE, organisation.zone).unreached


def test_truly_nobody_shows_on_the_desk_and_is_tried_again_until_somebody_is_found(world: World):
    Membership.objects.exclude(user__in=[world.educator, world.colleague]).update(ends_at=AT)
    [task] = world.plan(world.step(), at=AT)
    sweep(DUE)
    assert notices() == []
    assert heard(world, world.home) == 1
    assert heard(world, world.other_home) == 0
    sweep(DUE + RETRY)
    assert JournalEntry.objects.filter(verb="task.escalated").count() == 1  # not one a try
    Membership.objects.create(
        user=world.manager, organisation=world.home, role=Role.ON_CALL_MANAGER, starts_at=DUE + RETRY
    )  # fmt: skip
    sweep(DUE + RETRY - MINUTE)
    assert notices() == []
    sweep(DUE + 2 * RETRY)
    assert notices() == [("escalation", 1, "Camille Tiroir")]
    assert heard(world, world.home) == 0
    assert list(Alarm.objects.order_by("level").values_list("level", "found")) == [(1, 1), (2, 0)]


def test_the_rota_answers_before_the_members_and_the_parent_when_the_home_has_nobody(world: World):
    other = member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.home))
    OnCallShift.objects.create(
        organisation=world.home, role=Role.ON_CALL_MANAGER, user=other, starts_at=AT, ends_at=DUE + timedelta(hours=8)
    )
    world.plan(world.step(), at=AT)
    sweep(DUE)
    assert notices() == [("escalation", 1, "Ariel Parasol")]


def test_everybody_at_a_level_has_one_notice_each(world: World):
    member("Ariel Parasol", (Role.ON_CALL_MANAGER, world.home))
    world.plan(world.step(), at=AT)
    sweep(DUE)
    assert escalated(1) == ["Ariel Parasol", "Camille Tiroir"]


def relayed(world: World, **step: object) -> HandOver:
    [task] = world.plan(world.step(due_within=timedelta(hours=10), **step), at=AT)
    return hand_over(
        by=world.actor("educator"), task=task, to_user=world.case_worker, to_organisation=world.ase,
        answer_within=timedelta(minutes=15),
    )  # fmt: skip


def test_a_relay_without_an_answer_comes_back_and_the_chain_is_told(world: World):
    relay = relayed(world)
    sweep(relay.answer_by - MINUTE)
    assert notices(kind="hand_over_back") == []
    sweep(relay.answer_by)
    relay.refresh_from_db()
    assert relay.returned_at == relay.answer_by
    told = {(level, name) for _kind, level, name in notices(kind="hand_over_back")}
    assert told == {(0, "Nour Lampadaire"), (0, "Sacha Buvard"), (1, "Camille Tiroir")}
    task = Task.objects.get(pk=relay.task_id)
    assert (task.owner_user, task.level) == (None, 0)  # still its owner's; its own escalation is untouched
    sweep(relay.answer_by + timedelta(hours=1))
    assert len(notices(kind="hand_over_back")) == 3


def test_an_answered_relay_does_not_come_back(world: World):
    relay = relayed(world)
    hand_over_acknowledge(by=world.actor("case_worker"), hand_over=relay)
    sweep(relay.answer_by + timedelta(hours=1))
    assert notices(kind="hand_over_back") == []


def test_a_late_answer_counts_while_the_relay_has_not_come_back(world: World, moment):
    relay = relayed(world)
    moment.move_to(relay.answer_by + timedelta(minutes=2))
    hand_over_acknowledge(by=world.actor("case_worker"), hand_over=relay)
    sweep(relay.answer_by + timedelta(minutes=3))
    relay.refresh_from_db()
    assert relay.returned_at is None


def test_a_second_relay_of_the_same_step_rings_on_its_own(world: World, moment):
    first = relayed(world)
    sweep(first.answer_by)
    moment.move_to(first.answer_by)
    second = hand_over(
        by=world.actor("educator"), task=first.task, to_user=world.case_worker, to_organisation=world.ase,
        answer_within=timedelta(minutes=15),
    )  # fmt: skip
    sweep(second.answer_by)
    assert len(notices(hand_over=second, kind="hand_over_back")) == 3


def test_a_row_that_cannot_be_treated_does_not_stop_the_others(world: World, caplog):
    bad, _good = world.plan(world.step("bad", due_within=timedelta(minutes=1)), world.step("good"), at=AT)
    Task.objects.filter(pk=bad.pk).update(escalation=[{}])
    sweep(DUE)
    assert [name for _kind, _level, name in notices(task__key="good")] == ["Camille Tiroir"]
    assert SweeperRun.objects.get().failed == 1
    assert str(bad.pk) in caplog.text


def test_each_run_leaves_its_time(world: World):
    assert selectors.pulse(AT, "Europe/Paris").swept_at is None
    sweep(AT)
    sweep(AT + MINUTE)
    assert selectors.pulse(AT, "Europe/Paris").swept_at == AT + MINUTE


def test_what_the_sweeper_did_is_in_the_journal_under_no_account(world: World):
    [task] = world.plan(world.step(remind_before=timedelta(minutes=20)), at=AT)
    sweep(DUE)
    rows = JournalEntry.objects.filter(by=None, subject=world.subject, object_id=str(task.pk)).order_by("id")
    assert [(row.verb, row.payload.get("recipients")) for row in rows] == [("task.reminded", 2), ("task.escalated", 1)]


def test_a_quiet_sweep_costs_the_same_with_many_steps_waiting(world: World, django_assert_num_queries):
    sweep(AT)
    with django_assert_num_queries(7) as captured:
        sweep(AT)
    world.plan(*(world.step(f"k{number}") for number in range(20)), at=AT, context=uuid.uuid4())
    with django_assert_num_queries(len(captured)):
        sweep(AT)
