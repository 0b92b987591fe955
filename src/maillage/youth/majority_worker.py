"""Three months before eighteen, the owner of the file is asked what ends, what goes on, what the young person wants.

Dates of birth are sealed: they are read by the name index alone, in memory, and no date of anyone is stored for this.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.accounts.enums import LetterKind, Role
from maillage.accounts.services import post_letter
from maillage.audit.journal import SYSTEM, record
from maillage.common.localtime import ZONE, instant, local
from maillage.tasks.selectors import known_keys
from maillage.youth import duties
from maillage.youth.enums import MAJORITY_ASKED
from maillage.youth.lookup_access import owners_of
from maillage.youth.majority import AGE, birthday, births_to_ask, to_ask
from maillage.youth.models import YoungPerson
from maillage.youth.search import NAMES

ANSWERED_WITHIN = timedelta(days=30)
_EVERY = timedelta(hours=1)
_A_TURN = 50


class Rounds:
    """When this process last looked: once an hour is enough for what comes with a day."""

    def __init__(self) -> None:
        self.last: datetime | None = None

    def turn(self, now: datetime) -> int:
        if self.last is not None and timedelta() <= now - self.last < _EVERY:
            return 0
        done = ask(now)
        self.last = now if done < _A_TURN else None
        return done


ROUNDS = Rounds()


def ask(now: datetime) -> int:
    """Write the task of each file whose day has come, once; how many were new. A file nobody answers for waits."""
    today = local(now, ZONE).date()
    near = {pk: born for pk, born in NAMES.born_between(*births_to_ask(today)).items() if to_ask(born, today)}
    known = known_keys(near, "majority:")
    done = 0
    for person in YoungPerson.objects.filter(pk__in=set(near) - known).select_related("data_key").order_by("pk"):
        if done == _A_TURN:
            break
        owners = [(user, post) for user in owners_of(person) if (post := duties.post_of(user))]
        if not owners:
            continue
        owner, (role, organisation_id) = owners[0]
        day = instant(birthday(near[person.pk], AGE), time.min, ZONE)
        with transaction.atomic():
            duties.owe(
                by=SYSTEM, person=person, key=duties.key_of("majority", person.pk),
                title=_("Dix-huit ans : préparer la suite"),
                why=_("Ce qui s’arrête, ce qui continue, et ce que la jeune personne veut."), owner=owner, role=role,
                organisation_id=organisation_id, due_within=max(min(ANSWERED_WITHIN, day - now), timedelta(hours=1)),
                at=now, remind_before=timedelta(days=7), escalation=((timedelta(), Role.ASE_ON_CALL),),
            )  # fmt: skip
            record(MAJORITY_ASKED, by=SYSTEM, subject=person.pk)
            post_letter(owner, LetterKind.NOTICE)
        done += 1
    return done
