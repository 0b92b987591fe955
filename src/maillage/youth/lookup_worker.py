"""What the worker does with searches: hand requests to owners, tell them of likely duplicates, empty what expired.

Here, not in a request: whoever asks or opens a file gets the same answer for the same work, whatever exists.
"""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from maillage.accounts.actors import actor_of
from maillage.accounts.enums import LetterKind
from maillage.accounts.services import post_letter
from maillage.audit.journal import SYSTEM, record
from maillage.vault.sealing import system_key
from maillage.youth import search
from maillage.youth.access import visible_to
from maillage.youth.lookup import birth
from maillage.youth.lookup_access import open_requests, owners_of
from maillage.youth.lookup_enums import LOOKUP_PASSED_ON, TWINS_FOUND
from maillage.youth.lookup_models import LikelyTwin, LookupMatch, LookupRequest
from maillage.youth.lookup_services import emptied
from maillage.youth.models import IdentityRevision, YoungPerson
from maillage.youth.names import marks_in

# A turn of the worker also rings clocks: never long.
_A_TURN = 20


def look_up(now: datetime) -> int:
    """One turn: how many rows were treated."""
    return pass_on(now) + empty(now) + find_twins(now)


def pass_on(now: datetime) -> int:
    """Give each new request to the owners of the files it may be about."""
    waiting = LookupRequest.objects.filter(passed_at__isnull=True, emptied_at__isnull=True).order_by("at", "pk")
    done = 0
    for request in waiting.select_related("author")[:_A_TURN]:
        # Before the transaction: the first look-up of a process reads every name, and nobody could write meanwhile.
        opened = open_requests()
        names = opened.text(request, "names")
        born = birth(opened.text(request, "born"), request.at.date())
        near = search.NAMES.twins([names], born=born, marks=marks_in(names), among=None)
        with transaction.atomic():
            if not LookupRequest.objects.filter(pk=request.pk, passed_at__isnull=True).update(passed_at=now):
                continue
            seen = visible_to(actor_of(request.author))
            for person in YoungPerson.objects.filter(pk__in=near).exclude(pk__in=seen).order_by("pk"):
                LookupMatch.objects.create(request=request, person=person, at=now)
                record(LOOKUP_PASSED_ON, by=SYSTEM, subject=person.pk, payload={"request": request.pk})
                for owner in owners_of(person):
                    post_letter(owner, LetterKind.NOTICE)
        done += 1
    return done


def empty(now: datetime) -> int:
    """Empty the words of requests that expired."""
    return LookupRequest.objects.filter(expires_at__lte=now, emptied_at__isnull=True).update(**emptied(now))


def find_twins(now: datetime) -> int:
    """Compare each file created or renamed with all the others, and tell owners of likely duplicates."""
    waiting = IdentityRevision.objects.filter(compared=False).select_related("person__data_key").order_by("pk")
    done = 0
    for revision in waiting[:_A_TURN]:
        near = _near(revision.person)
        with transaction.atomic():
            if not IdentityRevision.objects.filter(pk=revision.pk, compared=False).update(compared=True):
                continue
            _tell(revision.person, near, now)
        done += 1
    return done


def _near(person: YoungPerson) -> list[uuid.UUID]:
    """Who is named alike; outside any transaction, as above."""
    if person.data_key.wrapped is None:
        return []
    names, born, marks = search.said_of(person)
    return search.NAMES.twins(names, born=born, marks=marks, among=None)


def _tell(person: YoungPerson, near: list[uuid.UUID], now: datetime) -> None:
    for other in YoungPerson.objects.filter(pk__in=near).exclude(pk=person.pk).order_by("pk"):
        pair = "".join(sorted([person.pk.hex, other.pk.hex]))
        if LikelyTwin.objects.filter(pair=pair).exists():
            continue
        try:
            with transaction.atomic():
                LikelyTwin.objects.create(known=other, newer=person, pair=pair, data_key=system_key(), at=now)
        except IntegrityError:  # another worker raised it
            continue
        record(TWINS_FOUND, by=SYSTEM, subject=other.pk, payload={"other": person.pk})
        for owner in owners_of(other):
            post_letter(owner, LetterKind.NOTICE)
