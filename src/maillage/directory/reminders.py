"""Reminding those who keep a sheet that nobody confirmed for a year: a letter that says nothing, sent by the worker."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maillage.accounts.actors import actor_of
from maillage.accounts.enums import Ability
from maillage.accounts.selectors import colleagues
from maillage.audit.journal import SYSTEM, record
from maillage.directory.enums import REMINDED
from maillage.directory.keeping import stale_structures
from maillage.directory.models import Letter, Proposal, Structure

logger = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(days=60)
AGAIN_AFTER = timedelta(days=60)
LEASE = timedelta(minutes=5)  # also the wait before another try
TRIES = 8
_AT_ONCE = 50


def remind(now: datetime) -> int:
    """Write a letter to each person who may keep a stale sheet; how many. Each sheet again after sixty days at most."""
    forget_strangers(now)
    waiting = stale_structures(now).filter(
        Q(reminded_at__isnull=True) | Q(reminded_at__lte=now - AGAIN_AFTER), organisation__isnull=False
    )
    written = 0
    for structure in waiting[:_AT_ONCE]:
        with transaction.atomic():
            taken = Structure.objects.filter(pk=structure.pk, reminded_at=structure.reminded_at)
            if not taken.update(reminded_at=now):
                continue  # another worker has it
            assert structure.organisation_id is not None
            for user in colleagues([structure.organisation_id], now):
                if actor_of(user).may(Ability.DIRECTORY_PROPOSE, structure.organisation_id):
                    Letter.objects.create(user=user, structure=structure, created_at=now, try_at=now)
                    written += 1
            record(REMINDED, by=SYSTEM, obj=structure)
    return written


def forget_strangers(now: datetime) -> int:
    """Who proposed a structure without an account, some time after the answer."""
    old = Proposal.objects.filter(by=None, answered_at__lte=now - FORGOTTEN_AFTER).exclude(contact="")
    return old.update(contact="", word="")


def write(letter: Letter) -> EmailMessage:
    """The message: the subject of every letter of ours, and a link."""
    with translation.override(letter.user.language):
        subject = render_to_string("accounts/mail/subject.txt").strip()
    link = urljoin(settings.BASE_URL, reverse("directory:to_do"))
    host = urlsplit(settings.BASE_URL).hostname
    return EmailMessage(subject, link, to=[letter.user.email], headers={"Message-ID": f"<{letter.pk.hex}@{host}>"})


def deliver(now: datetime) -> int:
    """Send what is due; how many left. Each letter is leased before it is sent."""
    sent = 0
    due = Letter.objects.filter(sent_at__isnull=True, try_at__lte=now, attempts__lt=TRIES)
    for letter in due.select_related("user").order_by("created_at", "pk")[:100]:
        lease = Letter.objects.filter(pk=letter.pk, sent_at__isnull=True, try_at=letter.try_at)
        if not lease.update(try_at=now + LEASE, attempts=F("attempts") + 1):
            continue
        if letter.user.is_active:
            try:
                write(letter).send()
            except (SMTPException, OSError) as error:
                logger.warning("reminder %s not sent: %s", letter.pk, type(error).__name__)
                continue
            sent += 1
        Letter.objects.filter(pk=letter.pk).update(sent_at=now)
    return sent
