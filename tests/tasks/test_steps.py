"""Steps: every state, every transition, every role; what is recorded, and what a refusal leaves behind."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from maillage.accounts.enums import Role
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from maillage.tasks.enums import Means, TaskState
from maillage.tasks.models import HandOver, Notice, Task
from maillage.tasks.services import (
    clocks,
    hand_over,
    hand_over_acknowledge,
    hand_over_decline,
    hand_over_withdraw,
    task_do,
    task_not_due,
    task_take,
    task_undo,
)
from maillage.tasks.services.steps import UNDO_WITHIN
from maillage.vault.sealing import Opened
from tests.tasks.world import World

AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)
WAITING, OPEN, DONE, NOT_DUE = TaskState.WAITING, TaskState.OPEN, TaskState.DONE, TaskState.NOT_DUE

# Who may act on a step of the home: its team, and the ASE above it. Nobody of another home, whatever the role.
TEAM = {"educator", "colleague", "manager", "carer", "nurse", "case_worker", "ase_on_call"}
NOT_TEAM = {"stranger", "dpo", "administrator", "coordinator", "archivist"}
EVERYONE = sorted(TEAM | NOT_TEAM)

# What each transition leads to from each state; None: refused.
TRANSITIONS = {
    "do": {WAITING: DONE, OPEN: DONE, DONE: None, NOT_DUE: None},
    "not_due": {WAITING: NOT_DUE, OPEN: NOT_DUE, DONE: None, NOT_DUE: None},
    "take": {WAITING: WAITING, OPEN: OPEN, DONE: None, NOT_DUE: None},
    "hand_over": {WAITING: WAITING, OPEN: OPEN, DONE: None, NOT_DUE: None},
    "undo": {WAITING: None, OPEN: None, DONE: OPEN, NOT_DUE: OPEN},
}


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


def in_state(world: World, state: TaskState, author: str = "educator") -> Task:
    """A step brought to a state by the services themselves."""
    before, step = world.plan(world.step("before"), world.step("step", starts_after="before"), at=AT)
    if state != WAITING:
        task_do(by=world.actor("colleague"), task=before, done_at=AT, means=Means.PHONE, version=1)
        step.refresh_from_db()
    if state == DONE:
        return task_do(by=world.actor(author), task=step, done_at=AT, means=Means.PHONE, version=1)
    if state == NOT_DUE:
        return task_not_due(by=world.actor(author), task=step, reason="Déjà fait", version=1)
    return step


def go(world: World, transition: str, task: Task, who: str) -> None:
    by = world.actor(who)
    if transition == "do":
        task_do(by=by, task=task, done_at=AT, means=Means.PHONE, version=task.version)
    elif transition == "not_due":
        task_not_due(by=by, task=task, reason="Sans objet ici", version=task.version)
    elif transition == "take":
        task_take(by=by, task=task)
    elif transition == "undo":
        task_undo(by=by, task=task, version=task.version)
    else:
        hand_over(
            by=by, task=task, to_role=Role.ASE_ON_CALL, to_organisation=world.ase, answer_within=timedelta(minutes=15)
        )


def test_every_role_is_tried(world: World):
    assert {post.role for who in EVERYONE for post in world.actor(who).posts} == set(Role)


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("state", list(TaskState))
@pytest.mark.parametrize("transition", TRANSITIONS)
def test_every_state_transition_and_role(world: World, transition: str, state: TaskState, who: str):
    task = in_state(world, state, author=who if who in TEAM else "educator")
    entries = JournalEntry.objects.count()
    arrival = TRANSITIONS[transition][state]
    if who in NOT_TEAM:
        with pytest.raises(NotAllowed):
            go(world, transition, task, who)
    elif arrival is None:
        with pytest.raises(RuleBroken):
            go(world, transition, task, who)
    else:
        go(world, transition, task, who)
    task.refresh_from_db()
    allowed = who in TEAM and arrival is not None
    assert task.state == (arrival if allowed else state)
    assert JournalEntry.objects.count() == entries + allowed


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("state", [DONE, NOT_DUE])
def test_only_its_author_opens_a_step_again(world: World, state: TaskState, who: str):
    task = in_state(world, state, author="manager")
    if who == "manager":
        assert task_undo(by=world.actor(who), task=task, version=task.version).state == OPEN
        return
    with pytest.raises(NotAllowed):
        task_undo(by=world.actor(who), task=task, version=task.version)


# A relay of the home's step, by its educator: to a role, to a person.
ADDRESSEES = {
    "role": {"ase_on_call"},
    "person": {"case_worker"},
}
MAY_WITHDRAW = TEAM


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("addressed", ADDRESSEES)
@pytest.mark.parametrize("ended", ["pending", "acknowledged", "returned", "withdrawn"])
@pytest.mark.parametrize("answer", ["acknowledge", "decline", "withdraw"])
def test_every_relay_answer_and_role(world: World, answer: str, ended: str, addressed: str, who: str):
    relay = relayed(world, addressed)
    addressee = world.actor(*ADDRESSEES[addressed])
    if ended == "acknowledged":
        hand_over_acknowledge(by=addressee, hand_over=relay)
    elif ended == "returned":
        hand_over_decline(by=addressee, hand_over=relay)
    elif ended == "withdrawn":
        hand_over_withdraw(by=world.actor("educator"), hand_over=relay)
    service = {
        "acknowledge": hand_over_acknowledge,
        "decline": hand_over_decline,
        "withdraw": hand_over_withdraw,
    }[answer]
    may = MAY_WITHDRAW if answer == "withdraw" else ADDRESSEES[addressed]
    before = HandOver.objects.values().get(pk=relay.pk)
    owner = Task.objects.get(pk=relay.task_id).owner_user_id
    if who not in may:
        with pytest.raises(NotAllowed):
            service(by=world.actor(who), hand_over=relay)
    elif ended != "pending":
        with pytest.raises(RuleBroken):
            service(by=world.actor(who), hand_over=relay)
    else:
        service(by=world.actor(who), hand_over=relay)
        relay.refresh_from_db()
        assert not relay.pending
        owner = getattr(world, who).pk if answer == "acknowledge" else owner
        before = None
    if before is not None:
        assert HandOver.objects.values().get(pk=relay.pk) == before
    assert Task.objects.get(pk=relay.task_id).owner_user_id == owner


def relayed(world: World, addressed: str = "role", **changes: object) -> HandOver:
    [task] = world.plan(world.step(), at=AT)
    to = {"to_role": Role.ASE_ON_CALL} if addressed == "role" else {"to_user": world.case_worker}
    values = {"to_organisation": world.ase, "answer_within": timedelta(minutes=15), **to}
    return hand_over(by=world.actor("educator"), task=task, **(values | changes))


def test_a_step_done_says_who_when_how_and_seals_the_words(world: World):
    [task] = world.plan(world.step(), at=AT)
    done = task_do(
        by=world.actor("educator"), task=task, done_at=AT - timedelta(minutes=5), means=Means.PHONE,
        recipient="Brigadier Placard", reference="PV 12-34", note="Elle rappelle dans une heure", version=1,
    )  # fmt: skip
    row = Task.objects.get(pk=done.pk)
    assert (row.done_by, row.done_at, row.recorded_at) == (world.educator, AT - timedelta(minutes=5), AT)
    assert (row.means, row.version) == (Means.PHONE, 2)
    opened = Opened(world.key, [Section.EDUCATION])
    assert opened.text(row, "recipient") == "Brigadier Placard"
    assert opened.text(row, "reference") == "PV 12-34"
    assert opened.text(row, "note") == "Elle rappelle dans une heure"
    stored = b"".join(bytes(getattr(row, name)) for name in ("recipient", "reference", "note"))
    assert b"Placard" not in stored


def test_the_journal_says_the_step_and_the_means_and_none_of_the_words(world: World):
    [task] = world.plan(world.step(), at=AT)
    task_do(
        by=world.actor("educator"), task=task, done_at=AT, means=Means.PHONE, note="Cousine Placard", version=1
    )  # fmt: skip
    entry = JournalEntry.objects.get(verb="task.done")
    assert (entry.subject, entry.object_id, entry.by) == (world.subject, str(task.pk), world.educator.pk)
    assert entry.payload == {"key": "call", "means": "phone"}


def test_the_reason_a_person_gives_is_sealed(world: World):
    [task] = world.plan(world.step(), at=AT)
    task_not_due(by=world.actor("educator"), task=task, reason="Sa tante Placard l’a déjà fait", version=1)
    row = Task.objects.get(pk=task.pk)
    assert row.reason_not_due == ""
    assert Opened(world.key, [Section.EDUCATION]).text(row, "reason") == "Sa tante Placard l’a déjà fait"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"done_at": AT + timedelta(minutes=1)}, "done_at"), ({"means": "pigeon"}, "means"), ({"means": ""}, "means")],
)
def test_a_step_done_in_the_future_or_by_no_known_means_is_refused(world: World, changes, field):
    [task] = world.plan(world.step(), at=AT)
    values = {"done_at": AT, "means": Means.PHONE} | changes
    with pytest.raises(RuleBroken) as refusal:
        task_do(by=world.actor("educator"), task=task, version=1, **values)
    assert refusal.value.field == field
    assert Task.objects.get(pk=task.pk).state == OPEN


@pytest.mark.parametrize(("reason", "field"), [("", "reason"), ("  ", "reason"), ("x" * 2001, "reason")])
def test_without_object_needs_a_reason_of_a_bearable_length(world: World, reason, field):
    [task] = world.plan(world.step(), at=AT)
    with pytest.raises(RuleBroken) as refusal:
        task_not_due(by=world.actor("educator"), task=task, reason=reason, version=1)
    assert refusal.value.field == field


def test_two_people_doing_the_same_step_the_second_sees_both_texts(world: World):
    [task] = world.plan(world.step(), at=AT)
    task_do(by=world.actor("educator"), task=task, done_at=AT, means=Means.PHONE, note="Le premier mot", version=1)
    with pytest.raises(StaleEdit) as conflict:
        task_do(
            by=world.actor("colleague"), task=task, done_at=AT, means=Means.EMAIL, note="Le second mot", version=1
        )  # fmt: skip
    shown = {one.label: (one.stored, one.typed) for one in conflict.value.differences}
    assert shown["Par"] == ("Nour Lampadaire", "Sacha Buvard")
    assert shown["Moyen"] == ("Téléphone", "Courriel")
    assert shown["Précisions"] == ("(écrit dans le dossier)", "Le second mot")
    assert conflict.value.current_version == 2
    assert Task.objects.get(pk=task.pk).done_by == world.educator


def test_a_step_taken_meanwhile_can_still_be_recorded_as_done(world: World):
    """Who owns a step is not what the form says: a colleague taking it refuses nobody's words."""
    [task] = world.plan(world.step(), at=AT)
    task_take(by=world.actor("colleague"), task=task)
    assert task_do(by=world.actor("educator"), task=task, done_at=AT, means="phone", version=1).state == DONE


def test_two_people_taking_a_step_at_once_the_second_is_told(world: World):
    [task] = world.plan(world.step(), at=AT)
    seen = Task.objects.get(pk=task.pk)
    task_take(by=world.actor("educator"), task=task)
    with pytest.raises(StaleEdit) as conflict:
        task_take(by=world.actor("colleague"), task=seen)
    assert [(one.stored, one.typed) for one in conflict.value.differences] == [("Nour Lampadaire", "Sacha Buvard")]


def test_undoing_stops_what_it_had_started_and_keeps_what_was_typed(world: World, moment):
    first, then = world.plan(world.step("call"), world.step("send", starts_after="call"), at=AT)
    done = task_do(by=world.actor("educator"), task=first, done_at=AT, means="phone", note="Un mot", version=1)
    moment.shift(timedelta(minutes=5))
    undone = task_undo(by=world.actor("educator"), task=done, version=2)
    then.refresh_from_db()
    assert (undone.state, undone.due_at, undone.version) == (OPEN, AT + timedelta(hours=1), 3)
    assert (then.state, then.due_at, then.escalate_at) == (WAITING, None, None)
    assert Opened(world.key, [Section.EDUCATION]).text(Task.objects.get(pk=first.pk), "note") == "Un mot"


def test_undoing_leaves_alone_a_follower_somebody_took(world: World):
    first, then = world.plan(world.step("call"), world.step("send", starts_after="call"), at=AT)
    done = task_do(by=world.actor("educator"), task=first, done_at=AT, means="phone", version=1)
    task_take(by=world.actor("colleague"), task=then)
    task_undo(by=world.actor("educator"), task=done, version=2)
    then.refresh_from_db()
    assert then.state == OPEN


def test_undoing_has_an_end(world: World, moment):
    task = in_state(world, DONE)
    moment.shift(UNDO_WITHIN + timedelta(seconds=1))
    with pytest.raises(RuleBroken):
        task_undo(by=world.actor("educator"), task=task, version=task.version)


def test_a_step_done_out_of_turn_and_undone_takes_its_place_again(world: World):
    before, task = world.plan(world.step("before"), world.step("step", starts_after="before"), at=AT)
    done = task_do(by=world.actor("educator"), task=task, done_at=AT, means="phone", version=1)
    assert task_undo(by=world.actor("educator"), task=done, version=2).state == WAITING
    done = task_do(by=world.actor("educator"), task=task, done_at=AT, means="phone", version=3)
    task_do(by=world.actor("educator"), task=before, done_at=AT, means="phone", version=1)
    again = task_undo(by=world.actor("educator"), task=done, version=4)
    assert (again.state, again.due_at) == (OPEN, AT + timedelta(hours=1))


def test_until_the_answer_the_owner_stays_responsible(world: World):
    relay = relayed(world)
    assert relay.task.owner_user is None
    assert relay.task.owner_role == Role.EDUCATOR
    assert relay.pending
    assert [notice.recipient for notice in Notice.objects.filter(hand_over=relay)] == [world.ase_on_call]


def test_an_answer_makes_the_step_hers_and_she_may_do_it(world: World):
    relay = relayed(world, "person")
    hand_over_acknowledge(by=world.actor("case_worker"), hand_over=relay)
    task = Task.objects.get(pk=relay.task_id)
    assert (task.owner_user, task.taken_at) == (world.case_worker, AT)
    assert task_do(by=world.actor("case_worker"), task=task, done_at=AT, means="phone", version=1).state == DONE


def test_a_relay_to_another_team_lets_its_addressee_act_once_she_answered(world: World):
    relay = relayed(world, to_role=Role.EDUCATOR, to_organisation=world.other_home)
    stranger = world.actor("stranger")
    with pytest.raises(NotAllowed):
        task_do(by=stranger, task=relay.task, done_at=AT, means="phone", version=1)
    hand_over_acknowledge(by=stranger, hand_over=relay)
    assert task_do(by=stranger, task=relay.task, done_at=AT, means="phone", version=1).state == DONE


def test_the_right_role_in_the_wrong_home_does_not_answer(world: World):
    relay = relayed(world, to_role=Role.EDUCATOR, to_organisation=world.home)
    with pytest.raises(NotAllowed):
        hand_over_acknowledge(by=world.actor("stranger"), hand_over=relay)


@pytest.mark.parametrize("settle", ["do", "not_due", "take"])
def test_settling_or_taking_a_step_ends_its_relay(world: World, settle: str):
    relay = relayed(world)
    go(world, settle, relay.task, "colleague")
    relay.refresh_from_db()
    assert relay.withdrawn_at == AT
    with pytest.raises(RuleBroken):
        hand_over_acknowledge(by=world.actor("ase_on_call"), hand_over=relay)


def test_one_relay_waits_at_a_time(world: World):
    relay = relayed(world)
    with pytest.raises(RuleBroken):
        hand_over(
            by=world.actor("educator"), task=relay.task, to_user=world.manager, to_organisation=world.home,
            answer_within=timedelta(minutes=15),
        )  # fmt: skip
    assert HandOver.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to_role": None}, "to_user"),
        ({"to_role": Role.DPO}, "to_role"),
        ({"to_role": Role.FOSTER_CARER}, "to_role"),  # nobody holds it there
        ({"answer_within": timedelta()}, "answer_within"),
        ({"answer_within": timedelta(hours=25)}, "answer_within"),
    ],
)
def test_a_relay_nobody_could_answer_is_refused(world: World, changes, field):
    with pytest.raises(RuleBroken) as refusal:
        relayed(world, **changes)
    assert refusal.value.field == field
    assert not HandOver.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "dpo", "manager"])
def test_a_relay_goes_to_somebody_who_can_do_it_in_that_team(world: World, who: str):
    with pytest.raises(RuleBroken) as refusal:
        relayed(world, "person", to_user=getattr(world, who))
    assert refusal.value.field == "to_user"


def test_the_word_of_a_relay_is_sealed(world: World):
    relay = relayed(world, word="Rappelez Mme Placard")
    row = HandOver.objects.get(pk=relay.pk)
    assert Opened(world.key, [Section.EDUCATION]).text(row, "word") == "Rappelez Mme Placard"
    assert b"Placard" not in bytes(row.word)


def test_the_same_form_twice_does_the_step_once(world: World):
    [task] = world.plan(world.step(), at=AT)
    by = world.actor("educator")
    by = type(by)(user=by.user, posts=by.posts, token="t" * 22, digest="same")
    first = task_do(by=by, task=task, done_at=now(), means="phone", version=1)
    second = task_do(by=by, task=task, done_at=now(), means="phone", version=1)
    assert first.pk == second.pk
    assert JournalEntry.objects.filter(verb="task.done").count() == 1


def test_rounds_done_long_ago_are_not_read_to_do_the_next(world: World) -> None:
    """A search of some weeks has hundreds of them: each act would cost more than the last."""
    (task,) = world.plan(world.step("keep_link", repeat_every=timedelta(hours=1)), at=AT)
    read = []
    for _round in range(4):
        task_do(by=world.actor("educator"), task=task, done_at=AT, means=Means.PHONE, version=task.version)
        (task,) = Task.objects.filter(context=task.context, state=OPEN)
        read.append(len(clocks.lock(task.context, task)))
    assert (read, task.key) == ([1, 1, 1, 1], "keep_link~5")
    assert len(clocks.lock(task.context)) == 5


def test_a_step_undone_counts_from_what_it_follows_though_that_was_not_read(world: World, moment) -> None:
    before, follower = world.plan(
        world.step("before"), world.step("after", starts_after="before", due_within=timedelta(hours=2)), at=AT
    )
    task_not_due(by=world.actor("educator"), task=follower, reason="Déjà fait", version=1)
    moment.shift(timedelta(minutes=5))
    task_do(by=world.actor("educator"), task=before, done_at=now(), means=Means.PHONE, version=1)
    follower.refresh_from_db()
    assert len(clocks.lock(follower.context, follower)) == 1
    task_undo(by=world.actor("educator"), task=follower, version=follower.version)
    follower.refresh_from_db()
    assert (follower.state, follower.due_at) == (OPEN, AT + timedelta(hours=2, minutes=5))
