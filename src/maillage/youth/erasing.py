"""What is removed of a young person whose key is destroyed, and of photos that were replaced long ago."""

import uuid
from datetime import datetime

from django.db.models import F, Q

from maillage.audit.erasing import eraser
from maillage.common.clock import now
from maillage.vault import files
from maillage.youth import kept_names
from maillage.youth.enums import Authority, Contact, Kinship, LegalStatus
from maillage.youth.lookup_models import LikelyTwin, LookupMatch
from maillage.youth.models import (
    DepartureSheet,
    FileMerge,
    IdentityRevision,
    Mission,
    ParentalSituation,
    Photo,
    SheetOpening,
    YoungPerson,
)
from maillage.youth.takeover_models import TakeoverLine
from maillage.youth.temporary_models import AccessLeave, TemporaryAccess

A_TURN = 50


@eraser("youth")
def erase(person_id: uuid.UUID) -> None:
    """Placements stay: where and when, of nobody any more."""
    photos = Photo.objects.filter(person_id=person_id)
    for pk in photos.values_list("pk", flat=True):
        files.remove(pk)
    photos.delete()
    missions = Mission.objects.filter(person_id=person_id)
    TakeoverLine.objects.filter(Q(mission__in=missions) | Q(opened__in=missions)).delete()
    # Files joined to this one speak for themselves again.
    FileMerge.objects.filter(Q(main_id=person_id) | Q(part_id=person_id)).delete()
    YoungPerson.objects.filter(Q(pk=person_id) | Q(main_id=person_id)).update(main=F("pk"))
    for model in (TemporaryAccess, AccessLeave, DepartureSheet, SheetOpening, LookupMatch, Mission):
        model._default_manager.filter(person_id=person_id).delete()
    LikelyTwin.objects.filter(Q(known_id=person_id) | Q(newer_id=person_id)).delete()
    ParentalSituation.objects.filter(person_id=person_id).update(
        kinship=Kinship.RELATIVE,
        authority=Authority.UNKNOWN,
        contact=Contact.UNKNOWN,
        may_know_place=False,
        decision_date=None,
        external_key="",
    )
    YoungPerson.objects.filter(pk=person_id).update(reference_digest=None, legal_status=LegalStatus.UNKNOWN)
    kept_names.forget()
    # Processes that hold her name in memory drop it at their next look-up.
    IdentityRevision.objects.create(person_id=person_id, at=now(), compared=True)


def forget_photos(departement: str, before: datetime) -> int:
    """Remove photos that were replaced before that instant, a few at a time; how many."""
    old = Photo.objects.filter(person__departement=departement, replaced_at__lt=before).order_by("replaced_at", "pk")
    ids = list(old.values_list("pk", flat=True)[:A_TURN])
    for pk in ids:
        files.remove(pk)
    Photo.objects.filter(pk__in=ids).delete()
    return len(ids)
