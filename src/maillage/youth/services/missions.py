"""Who may know her: missions opened, narrowed, prolonged, ended; never the last one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from maillage.accounts.enums import Ability
from maillage.accounts.models import Organisation, User
from maillage.audit.journal import System, action, note
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.vault.sealing import Sealer
from maillage.youth.enums import (
    MISSION_ENDED,
    MISSION_OPENED,
    MissionKind,
)
from maillage.youth.models import (
    Mission,
    Placement,
    YoungPerson,
)
from maillage.youth.services.base import ALL_SECTIONS, Doer, require
from maillage.youth.versioned import edit


def require_to_follow(by: Doer, person: YoungPerson) -> None:
    """As `_require` for missions; whoever created a file nobody follows yet may open its first ones."""
    if isinstance(by, System):
        return
    if person.created_by == by.user_id and not Mission.objects.filter(person=person).exists():
        by.require(Ability.MISSION_EDIT)
    else:
        require(by, person, Ability.MISSION_EDIT)


def running(person: YoungPerson, kind: str, organisation: Organisation | None, user: User | None) -> bool:
    return Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now()), person=person, kind=kind, organisation=organisation, user=user
    ).exists()


@action(MISSION_OPENED)
def open_mission(
    *,
    by: Doer,
    person: YoungPerson,
    kind: str,
    organisation: Organisation | None,
    user: User | None,
    sections: Sequence[str],
    legal_basis: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    placement: Placement | None = None,
) -> Mission:
    if (organisation is None) == (user is None):
        raise RuleBroken(_("Choisissez un service ou une personne."), field="user")
    if not legal_basis.strip():
        raise RuleBroken(_("Indiquez la base légale."), field="legal_basis")
    if ends_at is not None and ends_at <= starts_at:
        raise RuleBroken(_("La fin ne peut pas précéder le début."), field="ends_at")
    mission = Mission(
        person=person,
        organisation=organisation,
        user=user,
        kind=MissionKind(kind),
        sections=sorted({str(Section(section)) for section in sections}),
        legal_basis=legal_basis.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        placement=placement,
    )
    mission.save(force_insert=True)
    note(subject=person.pk, kind=kind, holder=mission.organisation_id or mission.user_id)
    return mission


def mission_open(
    *,
    by: Doer,
    person: YoungPerson,
    kind: str,
    organisation: Organisation | None = None,
    user: User | None = None,
    sections: Sequence[str] = ALL_SECTIONS,
    legal_basis: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Mission:
    """Let one organisation, or one person, know her: from when to when, which sections, on what basis."""
    require_to_follow(by, person)
    return open_mission(
        by=by,
        person=person,
        kind=kind,
        organisation=organisation,
        user=user,
        sections=sections,
        legal_basis=legal_basis,
        starts_at=starts_at or now(),
        ends_at=ends_at,
    )


@action(MISSION_ENDED)
def end_mission(*, by: Doer, mission: Mission, version: int, at: datetime) -> Mission:
    row = Mission.objects.select_related("person__data_key").get(pk=mission.pk)
    if row.ends_at is not None and row.ends_at <= at:
        raise RuleBroken(_("Cette mission est déjà terminée."))
    # One that has not begun never lasts: it ends with the instant it would have begun.
    ends_at = max(at, row.starts_at + timedelta(microseconds=1))
    edit(
        row,
        None,
        Sealer(row.person.data_key),
        version=version,
        changed={"ends_at": ends_at},
        labels={"ends_at": _("Fin de la mission")},
    )
    note(subject=row.person_id, kind=row.kind, holder=row.organisation_id or row.user_id)
    return row


def mission_end(*, by: Doer, mission: Mission, version: int) -> Mission:
    """Close a mission now. The last one cannot be closed: somebody always follows her."""
    require(by, mission.person, Ability.MISSION_EDIT)
    at = now()
    others = Mission.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), person=mission.person)
    if not others.exclude(pk=mission.pk).exists():
        raise RuleBroken(_("C’est la dernière mission : ouvrez-en une autre d’abord."))
    return end_mission(by=by, mission=mission, version=version, at=at)
