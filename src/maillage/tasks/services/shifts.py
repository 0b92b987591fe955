"""The rota: who is on call, when. A shift that began is a fact: it can be shortened or lengthened, not rewritten."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Organisation, User
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.common.clock import now
from maillage.common.errors import Difference, RuleBroken, StaleEdit
from maillage.tasks.enums import SHIFT_REMOVED, SHIFT_SAVED
from maillage.tasks.models import OnCallShift
from maillage.tasks.rota import ROTA_ROLES, members_among

LONGEST_SHIFT = timedelta(days=14)


@action(SHIFT_SAVED)
def shift_save(
    *,
    by: Actor,
    organisation: Organisation,
    role: str,
    user: User,
    starts_at: datetime,
    ends_at: datetime,
    shift: OnCallShift | None = None,
    version: int | None = None,
) -> OnCallShift:
    """Add a shift, or edit `shift` as it was at `version`.

    Two people may be on call together (both are told; the screen says it); the same person twice may not.
    RuleBroken (role, user, starts_at, ends_at).
    """
    by.require(Ability.ROTA_EDIT, organisation.pk)
    instant = now()
    row = (
        OnCallShift(organisation=organisation)
        if shift is None
        else _locked(by, shift, version, user, starts_at, ends_at)
    )
    if row.organisation_id != organisation.pk:
        raise RuleBroken(_("Cette astreinte est celle d’une autre équipe."))
    if role not in ROTA_ROLES:
        raise RuleBroken(_("Ce rôle ne tient pas d’astreinte."), field="role")
    if ends_at <= starts_at:
        raise RuleBroken(_("La fin doit être après le début."), field="ends_at")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise RuleBroken(_("Une astreinte dure 14 jours au plus."), field="ends_at")
    if ends_at <= instant:
        raise RuleBroken(_("Cette astreinte serait déjà terminée."), field="ends_at")
    if shift is not None and row.starts_at <= instant:
        if row.ends_at <= instant:
            raise RuleBroken(_("Cette astreinte est terminée : elle ne change plus."))
        if (row.starts_at, row.user_id, row.role) != (starts_at, user.pk, role):
            raise RuleBroken(_("Cette astreinte a commencé : seule sa fin peut changer."), field="ends_at")
    if user.pk not in members_among(organisation.pk, [role], max(starts_at, instant)):
        raise RuleBroken(_("Cette personne ne tient pas ce rôle ici."), field="user")
    same = OnCallShift.objects.filter(
        organisation=organisation, role=role, user=user, removed_at__isnull=True,
        starts_at__lt=ends_at, ends_at__gt=starts_at,
    )  # fmt: skip
    if same.exclude(pk=row.pk).exists():
        raise RuleBroken(_("Cette personne est déjà d’astreinte pendant ce temps."), field="starts_at")
    row.role, row.user, row.starts_at, row.ends_at = Role(role), user, starts_at, ends_at
    row.version = 1 if shift is None else row.version + 1
    row.save()
    journal(organisation=organisation.pk, role=str(role), user=user.pk, edited=shift is not None)
    return row


@action(SHIFT_REMOVED)
def shift_remove(*, by: Actor, shift: OnCallShift, version: int) -> OnCallShift:
    """Take a shift out of the table. One that began ends now instead."""
    row = _locked(by, shift, version, None, None, None)
    instant = now()
    if row.ends_at <= instant:
        raise RuleBroken(_("Cette astreinte est terminée : elle ne change plus."))
    if row.starts_at < instant:
        row.ends_at = instant
    else:
        row.removed_at = instant
    row.version += 1
    row.save(update_fields=["ends_at", "removed_at", "version"])
    journal(organisation=row.organisation_id, role=row.role, user=row.user_id)
    return row


def _locked(
    by: Actor,
    shift: OnCallShift,
    version: int | None,
    user: User | None,
    starts_at: datetime | None,
    ends_at: datetime | None,
) -> OnCallShift:
    """The shift as it is now. NotAllowed outside her own organisation, StaleEdit when it changed meanwhile."""
    row = OnCallShift.objects.select_for_update(of=("self",)).select_related("user", "organisation").get(pk=shift.pk)
    by.require(Ability.ROTA_EDIT, row.organisation_id)
    if row.version == version and row.removed_at is None:
        return row
    zone = ZoneInfo(row.organisation.zone)
    pairs = [
        (_("Personne"), str(row.user), str(user or "")),
        (_("Début"), _wall(row.starts_at, zone), _wall(starts_at, zone)),
        (_("Fin"), _wall(row.ends_at, zone), _wall(ends_at, zone)),
    ]
    if user is None:
        pairs = [
            (_("Astreinte"), f"{row.user}, {_wall(row.starts_at, zone)} – {_wall(row.ends_at, zone)}", _("Retirée"))
        ]
    removed = [Difference(_("État"), _("Retirée"), "")] if row.removed_at is not None else []
    raise StaleEdit(
        _("Cette astreinte a changé pendant que vous écriviez."),
        differences=[*removed, *(Difference(*pair) for pair in pairs if pair[1] != pair[2])],
        current_version=row.version,
    )


def _wall(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else date_format(at.astimezone(zone), "D j M, H:i")
