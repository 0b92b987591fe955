"""What the worker does with time: looks at each file once a day, archives, destroys what the visa let go, forgets.

It stops at the visa: no file goes from the archive to the trash without one. A few files a turn: clocks come first.
"""

from datetime import datetime, timedelta

from django.core.cache import cache

from maillage.accounts.models import Organisation
from maillage.audit.journal import SYSTEM
from maillage.casework.erasing import forget_incidents
from maillage.common.errors import RuleBroken
from maillage.retention import selectors
from maillage.retention.enums import KeptState
from maillage.retention.models import Kept
from maillage.retention.rules import course, earlier
from maillage.retention.services import file_archive, file_destroy, forgotten
from maillage.youth.erasing import forget_photos
from maillage.youth.selectors import files_unknown_to

A_TURN = 50
MOVED_A_TURN = 10  # each is locked, signed and written alone: the first evening of a département has thousands
AGAIN_AFTER = timedelta(hours=20)
REST = timedelta(minutes=10)


def keep(now: datetime) -> int:
    """One turn: how many rows were treated. Rests when there was nothing to do."""
    if not cache.add("retention.rest", 1, int(REST.total_seconds())):
        return 0
    done = destroy_due(now) + look(now) + archive_due(now) + forget(now)
    if done:
        cache.delete("retention.rest")
    return done


def look(now: datetime) -> int:
    """Note where each file is: new ones first, then those not looked at for a day."""
    new = files_unknown_to(Kept.objects.values("person_id"), A_TURN)
    stale = Kept.objects.filter(state=KeptState.ACTIVE, checked_at__lt=now - AGAIN_AFTER).order_by("checked_at", "pk")
    rows = {row.person_id: row for row in stale[: A_TURN - len(new)]}
    contacts = selectors.contacts_of([*(person.pk for person in new), *rows])
    codes = {person.departement for person in new} | {row.departement for row in rows.values()}
    values = {code: selectors.values_of(code) for code in codes}
    fresh = [
        Kept(
            person=person,
            data_key_id=person.data_key_id,
            departement=person.departement,
            last_contact_at=contacts[person.pk].at,
            held=contacts[person.pk].held or "",
            due_at=course(
                contacts[person.pk].at, contacts[person.pk].held is not None, values[person.departement]
            ).archive_on,
            checked_at=now,
        )
        for person in new
    ]
    Kept.objects.bulk_create(fresh, ignore_conflicts=True)
    for pk, row in rows.items():
        found = contacts[pk]
        due = course(found.at, found.held is not None, values[row.departement]).archive_on
        Kept.objects.filter(pk=row.pk, state=KeptState.ACTIVE).update(
            last_contact_at=found.at, held=found.held or "", due_at=due, checked_at=now
        )
    return len(fresh) + len(rows)


def archive_due(now: datetime) -> int:
    done = 0
    for row in Kept.objects.filter(state=KeptState.ACTIVE, due_at__lte=now).order_by("due_at", "pk")[:MOVED_A_TURN]:
        try:
            file_archive(by=SYSTEM, kept=row)
            done += 1
        except RuleBroken:  # something happened in it: the next look says when
            Kept.objects.filter(pk=row.pk).update(due_at=None, checked_at=now - AGAIN_AFTER - timedelta(seconds=1))
    return done


def destroy_due(now: datetime) -> int:
    """What the archives let go, once the trash is over."""
    over = Kept.objects.filter(state=KeptState.TRASH, trash_until__lte=now).order_by("trash_until", "pk")
    done = 0
    for row in over[:MOVED_A_TURN]:
        file_destroy(by=SYSTEM, kept=row)
        done += 1
    return done


def forget(now: datetime) -> int:
    """Replaced photos and what was noted around places, by the durations of each département."""
    photos = incidents = 0
    for code in Organisation.objects.order_by("departement").values_list("departement", flat=True).distinct():
        values = selectors.values_of(code)
        photos += forget_photos(code, now - timedelta(days=values["photo_days"]))
        incidents += forget_incidents(code, earlier(now, months=values["incident_months"]))
    if photos or incidents:
        forgotten(photos, incidents)
    return photos + incidents
