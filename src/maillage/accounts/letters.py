"""E-mails about accounts: one subject for all, a link and nothing else. Sent by the worker, never inside a request."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urljoin, urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maillage.accounts.enums import LetterKind
from maillage.accounts.models import Letter, User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # also the wait before another try
TRIES = 8


def link(user: User, kind: str) -> str:
    """Where the letter leads: to choose a password (good once), or to her own account page."""
    if kind == LetterKind.NOTICE:
        path = reverse("accounts:home")
    else:
        names = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        path = reverse("account_reset_password_from_key", kwargs=names)
    return str(urljoin(settings.BASE_URL, path))


def write(letter: Letter, user: User) -> EmailMessage:
    """The message, in the language of its reader, with a Message-ID that another try keeps."""
    with translation.override(user.language):
        subject = render_to_string("accounts/mail/subject.txt").strip()
        body = render_to_string("accounts/mail/body.txt", {"link": link(user, letter.kind)}).strip()
    host = urlsplit(settings.BASE_URL).hostname
    return EmailMessage(subject, body, to=[user.email], headers={"Message-ID": f"<{letter.pk.hex}@{host}>"})


def deliver(now: datetime) -> int:
    """Send what is due; how many left. Several workers may run: each letter is leased before it is sent."""
    sent = 0
    due = Letter.objects.filter(sent_at__isnull=True, try_at__lte=now, attempts__lt=TRIES).order_by("created_at", "pk")
    for letter in due.select_related("user")[:100]:
        lease = Letter.objects.filter(pk=letter.pk, sent_at__isnull=True, try_at=letter.try_at)
        if not lease.update(try_at=now + LEASE, attempts=F("attempts") + 1):
            continue
        user = letter.user
        if user is not None and user.is_active:
            try:
                write(letter, user).send()
            except (SMTPException, OSError) as error:
                logger.warning("letter %s not sent: %s", letter.pk, type(error).__name__)
                continue
            sent += 1
        Letter.objects.filter(pk=letter.pk).update(sent_at=now)
    return sent
