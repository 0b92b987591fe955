"""Outings: out, with an expected return."""

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.models import Organisation
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.episodes import access
from maillage.episodes.enums import OUTING_ENDED, OUTING_EXTENDED, OUTING_HOURS_SAVED, OUTING_STARTED, OutingKind
from maillage.episodes.models import MissingEpisode, Outing, OutingHours
from maillage.episodes.services.base import clock_text, happened
from maillage.vault.sealing import Sealer
from maillage.youth.selectors import placement_now

if TYPE_CHECKING:
    from maillage.youth.models import YoungPerson


def _after_leaving(left_at: datetime, expected_at: datetime) -> None:
    if expected_at <= left_at:
        raise RuleBroken(_("Le retour prévu vient après le départ."), field="expected_at")


@action(OUTING_STARTED)
def outing_start(
    *,
    by: Actor,
    person: "YoungPerson",
    kind: str,
    expected_at: datetime,
    left_at: datetime | None = None,
    organisation: Organisation | None = None,
    where: str = "",
    note_text: str = "",
) -> Outing:
    """Out until `expected_at`. `organisation`: where she lives, unless said otherwise; `left_at`: now.

    RuleBroken when she is already out or missing, or when the return would come before the departure.
    """
    access.require_outings(by, person.pk)
    placement = placement_now(person)
    organisation = organisation or (placement.organisation if placement else None)
    if organisation is None:
        raise RuleBroken(_("Aucun lieu d’accueil en cours : choisissez le service."), field="organisation")
    left = happened(left_at or now(), field="left_at")
    _after_leaving(left, expected_at)
    if MissingEpisode.objects.filter(person=person, closed_at__isnull=True, returned_at__isnull=True).exists():
        raise RuleBroken(_("Un épisode est ouvert : notez d’abord son retour."))
    row = Outing(
        person=person,
        organisation=organisation,
        kind=OutingKind(kind),
        left_at=left,
        expected_at=expected_at,
        created_by=by.user_id,
    )
    Sealer(person.data_key).seal(row, where=where, note=note_text)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise RuleBroken(_("Une sortie est déjà en cours : notez d’abord son retour.")) from error
    note(subject=person.pk, kind=str(kind), expected_at=expected_at)
    return row


@action(OUTING_HOURS_SAVED)
def outing_hours_save(
    *, by: Actor, organisation: Organisation, school: time, permission: time, visit: time, version: int | None = None
) -> OutingHours:
    """The usual hours of return of a home; `version` None the first time. StaleEdit when somebody saved meanwhile.

    By who keeps its rota (`access.keeps_hours_of`).
    """
    if not access.keeps_hours_of(by, organisation.pk):
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    values = {"school": school, "permission": permission, "visit": visit}
    row = OutingHours.objects.select_for_update().filter(organisation=organisation).first()
    if row is None:
        row = OutingHours(organisation=organisation, **values)
        row.save(force_insert=True)
    else:
        if row.version != version:
            labels = {field.name: str(field.verbose_name) for field in OutingHours._meta.fields}
            raise StaleEdit(
                _("Ces heures ont changé entre-temps."),
                differences=[
                    Difference(labels[name], f"{getattr(row, name):%H:%M}", f"{value:%H:%M}")
                    for name, value in values.items()
                    if getattr(row, name) != value
                ],
                current_version=row.version,
            )
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
    note(organisation=organisation.pk)
    return row


def _locked(by: Actor, outing: Outing) -> Outing:
    row = (
        Outing.objects.select_for_update(of=("self",))
        .select_related("person__data_key", "organisation")
        .get(pk=outing.pk)
    )
    access.require_outings(by, row.person_id)
    if row.returned_at is not None:
        raise RuleBroken(_("Le retour de cette sortie est déjà noté."))
    if row.missing_at is not None:
        raise RuleBroken(_("Cette sortie ne s’est pas terminée : notez le retour dans l’épisode."))
    return row


@action(OUTING_ENDED)
def outing_end(*, by: Actor, outing: Outing, returned_at: datetime | None = None) -> Outing:
    """Back from an outing (now, unless said otherwise)."""
    row = _locked(by, outing)
    at = happened(returned_at or now(), field="returned_at")
    if at < row.left_at:
        raise RuleBroken(
            _("Le retour ne peut pas précéder le départ (%(at)s).")
            % {"at": clock_text(row.left_at, row.organisation.zone)},
            field="returned_at",
        )
    row.returned_at = at
    row.version += 1
    row.save(update_fields=["returned_at", "version"])
    note(subject=row.person_id, returned_at=at)
    return row


@action(OUTING_EXTENDED)
def outing_extend(*, by: Actor, outing: Outing, expected_at: datetime, version: int) -> Outing:
    """Another expected return. StaleEdit when somebody changed it meanwhile."""
    row = _locked(by, outing)
    if row.version != version:
        zone = row.organisation.zone
        raise StaleEdit(
            _("Le retour prévu a changé entre-temps."),
            differences=[
                Difference(_("Retour prévu"), clock_text(row.expected_at, zone), clock_text(expected_at, zone))
            ],
            current_version=row.version,
        )
    _after_leaving(row.left_at, expected_at)
    row.expected_at = expected_at
    row.version += 1
    row.save(update_fields=["expected_at", "version"])
    note(subject=row.person_id, expected_at=expected_at)
    return row
