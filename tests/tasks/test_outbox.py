"""Notices leave at least once, say nothing, and never pretend."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from maillage.tasks import outbox, selectors
from maillage.tasks.enums import NoticeState
from maillage.tasks.models import Notice
from maillage.tasks.services import hand_over, hand_over_acknowledge, hand_over_withdraw, task_do
from maillage.tasks.sweeper import sweep
from tests.tasks.world import World, member

AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)
DUE = AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def moment():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def notice(world: World) -> Notice:
    world.plan(world.step(), at=AT)
    sweep(DUE)
    return Notice.objects.get()


class Broken(EmailBackend):
    """A mail server that fails the way `error` says."""

    error: Exception = SMTPServerDisconnected()

    def send_messages(self, messages):
        raise self.error


@pytest.fixture
def broken(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"

    def say(error: Exception) -> None:
        Broken.error = error

    return say


def test_a_notice_leaves_once(notice: Notice):
    assert outbox.deliver(DUE) == 1
    assert outbox.deliver(DUE) == 0
    notice.refresh_from_db()
    assert (notice.state, notice.sent_at, notice.attempts) == (NoticeState.SENT, DUE, 1)
    assert len(mail.outbox) == 1


def test_a_message_says_nothing_of_anybody(world: World, notice: Notice):
    outbox.deliver(DUE)
    [message] = mail.outbox
    assert message.to == ["camille.tiroir@exemple.invalid"]
    assert message.extra_headers["Message-ID"] == notice.message_id
    said = str(message.message().as_bytes().decode()) + message.subject + message.body
    clear = message.subject + message.body
    words = [
        "17",
        "Parapluie",
        "Lampadaire",
        "Tiroir",
        "fugue",
        "mineur",
        "jeune",
        "enfant",
        "épisode",
        "police",
        "ASE",
    ]
    assert not [word for word in words if word.lower() in clear.lower().replace("base", "")]
    assert str(notice.task_id) not in said
    assert clear.count("http") == 1


def test_every_kind_of_notice_says_the_same(world: World, moment):
    [task] = world.plan(world.step(remind_before=timedelta(minutes=20)), at=AT)
    relay = hand_over(
        by=world.actor("educator"), task=task, to_user=world.case_worker, to_organisation=world.ase,
        answer_within=timedelta(minutes=15),
    )  # fmt: skip
    outbox.deliver(AT)
    sweep(relay.answer_by)
    sweep(DUE)
    outbox.deliver(DUE)
    assert len({row.kind for row in Notice.objects.all()}) == 4
    assert len({(message.subject, message.body) for message in mail.outbox}) == 1
    assert len(mail.outbox) == Notice.objects.count()


def test_a_sender_that_died_leaves_an_uncertain_notice_that_goes_again_under_the_same_name(notice: Notice):
    outbox._claim(DUE)  # and then: killed
    outbox.deliver(DUE + outbox.LEASE)
    assert Notice.objects.get().state == NoticeState.SENDING
    later = DUE + outbox.LEASE + timedelta(seconds=1)
    outbox._expire(later)
    assert Notice.objects.get().state == NoticeState.UNCERTAIN
    assert [row.pk for row in selectors.troubled_notices([notice.task.organisation_id])] == [notice.pk]
    assert outbox.deliver(later) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == notice.message_id
    assert Notice.objects.get().state == NoticeState.SENT


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SMTPRecipientsRefused({}), NoticeState.FAILED),
        (ConnectionRefusedError(), NoticeState.FAILED),
        (ValueError("no such address"), NoticeState.FAILED),
        (SMTPServerDisconnected(), NoticeState.UNCERTAIN),
        (TimeoutError(), NoticeState.UNCERTAIN),
    ],
    ids=lambda value: getattr(value, "value", type(value).__name__),
)
def test_a_failure_says_whether_the_message_may_have_left(notice: Notice, broken, settings, error, state):
    broken(error)
    assert outbox.deliver(DUE) == 0
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.lease_until) == (state, 1, None)
    assert notice.not_before == DUE + outbox.FIRST_RETRY
    assert outbox.deliver(DUE + timedelta(seconds=1)) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert outbox.deliver(DUE + outbox.FIRST_RETRY) == 1


def test_retries_slow_down_and_end(notice: Notice, broken):
    broken(ConnectionRefusedError())
    instant = DUE
    waits = []
    for _attempt in range(outbox.ATTEMPTS):
        outbox.deliver(instant)
        notice.refresh_from_db()
        waits.append(notice.not_before - instant)
        instant = notice.not_before
    assert waits == sorted(waits)
    assert waits[-1] == outbox.LONGEST_RETRY
    outbox.deliver(instant + timedelta(days=1))
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == (NoticeState.FAILED, outbox.ATTEMPTS)
    assert [row.pk for row in selectors.troubled_notices([notice.task.organisation_id])] == [notice.pk]


def test_one_bad_address_does_not_hold_up_the_others(world: World, notice: Notice, monkeypatch):
    member("Ariel Parasol")
    bad = Notice.objects.create(
        task=notice.task, kind="escalation", level=1, recipient=world.educator, message_id="<bad@exemple.invalid>",
        not_before=AT,
    )  # fmt: skip
    plain = outbox.message

    def message(row: Notice):
        if row.pk == bad.pk:
            raise ValueError("no such address")
        return plain(row)

    monkeypatch.setattr(outbox, "message", message)
    assert outbox.deliver(DUE) == 1
    bad.refresh_from_db()
    assert bad.state == NoticeState.FAILED


def test_a_success_told_late_is_still_a_success_and_a_failure_told_late_changes_nothing(notice: Notice):
    slow = outbox._claim(DUE)
    later = DUE + outbox.LEASE + timedelta(seconds=1)
    outbox.deliver(later)
    outbox._not_sent(slow, NoticeState.FAILED, TimeoutError(), later)
    assert Notice.objects.get().state == NoticeState.SENT


def test_nobody_is_woken_for_a_step_already_done(world: World, notice: Notice):
    task_do(by=world.actor("educator"), task=notice.task, done_at=AT, means="phone", version=1)
    assert outbox.deliver(DUE) == 0
    notice.refresh_from_db()
    assert notice.state == NoticeState.MOOT


@pytest.mark.parametrize("end", [hand_over_acknowledge, hand_over_withdraw])
def test_nobody_is_asked_for_an_answer_no_longer_waited_for(world: World, end):
    [task] = world.plan(world.step(), at=AT)
    relay = hand_over(
        by=world.actor("educator"), task=task, to_user=world.case_worker, to_organisation=world.ase,
        answer_within=timedelta(minutes=15),
    )  # fmt: skip
    end(by=world.actor("case_worker"), hand_over=relay)
    assert outbox.deliver(AT) == 0
    assert Notice.objects.get().state == NoticeState.MOOT


def test_a_closed_account_is_not_written_to(world: World, notice: Notice):
    world.manager.is_active = False
    world.manager.save()
    assert outbox.deliver(DUE) == 0
    assert Notice.objects.get().state == NoticeState.MOOT
