"""Sending notices: content-free e-mails, at least once.

A notice is leased in one transaction, sent outside of any, and marked in another. A sender that dies in between
leaves a lease that runs out: nobody knows whether the message left, the notice says so (UNCERTAIN) and goes out
again under the same Message-ID, which lets the reader's mailbox drop the second copy.
"""

import logging
import time
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPServerDisconnected
from socket import gaierror
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from maillage.common.locking import skip_locked
from maillage.tasks.enums import NoticeKind, NoticeState
from maillage.tasks.models import Notice

log = logging.getLogger(__name__)

# Longer than one delivery run, so that only a sender that died loses its lease.
LEASE = timedelta(minutes=5)
BUDGET = 120.0  # seconds a run may last; the rest waits for the next
ATTEMPTS = 20
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=15)


def deliver(now: datetime) -> int:
    """Send what is due at `now`; how many messages left. Any number of senders may run at once."""
    _expire(now)
    sent, end = 0, time.monotonic() + BUDGET
    while time.monotonic() < end and (notice := _claim(now)) is not None:
        sent += _send(notice, now)
    return sent


def retry_after(attempts: int) -> timedelta:
    """How long to wait after that many failures: doubling, then steady."""
    doubled: timedelta = FIRST_RETRY * 2 ** min(attempts - 1, 10)
    return min(doubled, LONGEST_RETRY)


def _expire(now: datetime) -> None:
    with transaction.atomic():
        Notice.objects.filter(state=NoticeState.SENDING, lease_until__lt=now).update(
            state=NoticeState.UNCERTAIN, not_before=now
        )


def _claim(now: datetime) -> Notice | None:
    """Lease the notice that has waited longest; None when nothing is due. Those nobody needs any more are set aside."""
    with transaction.atomic():
        due = Notice.objects.filter(
            state__in=[NoticeState.PENDING, NoticeState.UNCERTAIN, NoticeState.FAILED],
            not_before__lte=now,
            attempts__lt=ATTEMPTS,
        )
        rows = skip_locked(due.select_related("recipient", "task", "hand_over").order_by("not_before", "id"))
        for notice in rows.iterator(chunk_size=20):
            if _moot(notice):
                notice.state = NoticeState.MOOT
                notice.save(update_fields=["state"])
                continue
            notice.state = NoticeState.SENDING
            notice.lease_until = now + LEASE
            notice.attempts += 1
            notice.save(update_fields=["state", "lease_until", "attempts"])
            return notice
    return None


def _moot(notice: Notice) -> bool:
    """Whether its reader has nothing left to do about it, or is no longer there to read it."""
    relay = notice.hand_over
    if notice.kind == NoticeKind.HAND_OVER and relay is not None and not relay.pending:
        return True
    return not notice.task.live or not notice.recipient.is_active


def _send(notice: Notice, now: datetime) -> bool:
    try:
        message(notice).send()
    except SMTPServerDisconnected as error:
        return _not_sent(notice, NoticeState.UNCERTAIN, error, now)
    except (SMTPException, ConnectionRefusedError, gaierror) as error:
        # The server was not reached, or said no: the message surely did not leave.
        return _not_sent(notice, NoticeState.FAILED, error, now)
    except OSError as error:
        return _not_sent(notice, NoticeState.UNCERTAIN, error, now)
    except Exception as error:
        # An address no message can carry, say: it must not stop the others.
        return _not_sent(notice, NoticeState.FAILED, error, now)
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(state=NoticeState.SENT, sent_at=now, lease_until=None)
    return True


def _not_sent(notice: Notice, state: NoticeState, error: Exception, now: datetime) -> bool:
    """Try again later, unless another sender has taken it up meanwhile."""
    log.warning("notice %s: %s", notice.pk, type(error).__name__)
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING, attempts=notice.attempts).update(
            state=state, not_before=now + retry_after(notice.attempts), lease_until=None
        )
    return False


def message(notice: Notice) -> EmailMessage:
    """What a notice says: that something waits, and where. The same for all, so that nothing can be read from it."""
    with translation.override(notice.recipient.language):
        subject = _("Une action vous attend")
        body = _("Une action vous attend :") + f"\n\n{urljoin(settings.BASE_URL, '/')}\n"
    return EmailMessage(subject, body, to=[notice.recipient.email], headers={"Message-ID": notice.message_id})
