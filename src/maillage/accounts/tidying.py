"""What nobody needs any more: sessions that are over, letters that left. Removed by the worker, once an hour."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from maillage.accounts.enums import TIDIED
from maillage.accounts.letters import TRIES
from maillage.accounts.models import Letter
from maillage.audit.journal import SYSTEM, record

AGAIN_AFTER = timedelta(hours=1)
LETTERS_KEPT = timedelta(days=30)  # long enough to answer « je n’ai rien reçu »


def tidy(now: datetime) -> int:
    """How many rows went; the journal says how many of each, when there were any."""
    if not cache.add("accounts.tidied", 1, int(AGAIN_AFTER.total_seconds())):
        return 0
    with transaction.atomic():
        sessions, _rows = Session.objects.filter(expire_date__lt=now).delete()
        over = Q(sent_at__isnull=False) | Q(attempts__gte=TRIES)
        letters, _rows = Letter.objects.filter(over, created_at__lt=now - LETTERS_KEPT).delete()
        if sessions or letters:
            record(TIDIED, by=SYSTEM, payload={"sessions": sessions, "letters": letters})
    return sessions + letters
