"""Who may know her: missions opened, narrowed, prolonged, ended; never the last one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import Ability, OrganisationKind, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.roles import SECTIONS
from maillage.audit.journal import System, action, note
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.gathering import add, unwritten
from maillage.vault.sealing import Sealer
from maillage.youth.enums import MISSION_CHANGED, MISSION_ENDED, MISSION_OPENED, LegalBasis, MissionKind
from maillage.youth.models import Mission, Placement, YoungPerson
from maillage.youth.services.base import ALL_SECTIONS, Doer, lock, require
from maillage.youth.versioned import edit

# They transmit, and receive what is addressed to them: never the file (CASF L226-2-2).
NEVER = frozenset(
    {
        OrganisationKind.POLICE,
        OrganisationKind.GENDARMERIE,
        OrganisationKind.PROSECUTOR,
        OrganisationKind.SCHOOL,
    }
)
# A kind of mission that only some roles can hold.
_ROLE_OF = {MissionKind.CASE_WORKER: Role.CASE_WORKER, MissionKind.HEALTH: Role.HEALTH_STAFF}

# Who answers for the file itself: may open and end the missions of others.
_OWNERS = Q(kind=MissionKind.CASE_WORKER) | Q(
    kind=MissionKind.ON_CALL, organisation__kind__in=[OrganisationKind.ASE, OrganisationKind.DEPARTEMENT]
)


def require_to_follow(by: Doer, person: YoungPerson) -> None:
    """As `require` for missions; whoever created a file nobody follows yet may open its first ones."""
    if isinstance(by, System):
        return
    if person.created_by == by.user_id and not Mission.objects.filter(person=person).exists():
        by.require(Ability.MISSION_EDIT)
    else:
        require(by, person, Ability.MISSION_EDIT)


def running(person: YoungPerson, kind: str, organisation: Organisation | None, user: User | None) -> bool:
    """Whether that holder has a mission of that kind, now or to come."""
    if unwritten(person):  # made with her first place, each holder once
        return False
    return Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now()),
        person__main=person.main_id,
        kind=kind,
        organisation=organisation,
        user=user,
    ).exists()


def _create(
    *,
    person: YoungPerson,
    kind: str,
    organisation: Organisation | None,
    user: User | None,
    sections: Sequence[str],
    legal_basis: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    placement: Placement | None = None,
    reason: str = "",
) -> Mission:
    if (organisation is None) == (user is None):
        raise RuleBroken(_("Choisissez un service ou une personne."), field="holder")
    if not legal_basis:
        raise RuleBroken(_("Indiquez la base légale."), field="legal_basis")
    if legal_basis not in LegalBasis.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="legal_basis")
    if ends_at is not None and ends_at <= starts_at:
        raise RuleBroken(_("La fin ne peut pas précéder le début."), field="ends_at")
    mission = Mission(
        person=person,
        organisation=organisation,
        user=user,
        kind=MissionKind(kind),
        sections=sorted({str(Section(section)) for section in sections}),
        legal_basis=legal_basis,
        starts_at=starts_at,
        ends_at=ends_at,
        placement=placement,
    )
    if reason.strip():
        Sealer(person.data_key).seal(mission, reason=reason.strip())
    add(mission)
    note(subject=person.pk, kind=str(kind), holder=mission.organisation_id or mission.user_id)
    return mission


@action(MISSION_OPENED)
def open_mission(*, by: Doer, **values: Any) -> Mission:
    """A mission that comes with something else: a placement, a relay, a temporary access."""
    return _create(**values)


@action(MISSION_OPENED)
def mission_open(
    *,
    by: Doer,
    person: YoungPerson,
    kind: str,
    organisation: Organisation | None = None,
    user: User | None = None,
    sections: Sequence[str] = ALL_SECTIONS,
    legal_basis: str,
    reason: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Mission:
    """Let one organisation, or one person, know her: from when to when, which sections, on what basis.

    RuleBroken when the holder could open nothing with it, or has such a mission already. A foster carer's goes with
    the present placement, and ends with it.
    """
    require_to_follow(by, person)
    instant = now()
    if kind == MissionKind.TEMPORARY:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="kind")
    if ends_at is not None and ends_at <= instant:
        raise RuleBroken(_("Cette date est passée."), field="ends_at")
    if isinstance(by, Actor):
        check_holder(kind, organisation, user, sections)
    lock(person)
    if running(person, kind, organisation, user):
        raise RuleBroken(_("Cette mission est déjà ouverte : modifiez-la plutôt."), field="holder")
    carer = kind == MissionKind.HOSTS and user is not None
    return _create(
        person=person,
        kind=kind,
        organisation=organisation,
        user=user,
        sections=sections,
        legal_basis=legal_basis,
        reason=reason,
        starts_at=starts_at or instant,
        ends_at=ends_at,
        placement=Placement.objects.filter(person=person, ends_on__isnull=True).first() if carer else None,
    )


def check_holder(kind: str, organisation: Organisation | None, user: User | None, sections: Sequence[str]) -> None:
    """RuleBroken when this mission could never be held so, or would open nothing."""
    if not sections:
        raise RuleBroken(_("Choisissez au moins une partie du dossier."), field="sections")
    if organisation is not None:
        if organisation.kind in NEVER:
            raise RuleBroken(
                _("Ce service transmet et reçoit ce qu’on lui adresse : il n’ouvre pas le dossier."), field="holder"
            )
        return
    if user is None:
        return
    if kind == MissionKind.ON_CALL:
        raise RuleBroken(_("L’astreinte est celle d’un service, pas d’une personne."), field="kind")
    roles = actor_of(user).roles if user.is_active else frozenset()
    if not any(section in SECTIONS[role] for role in roles for section in sections):
        raise RuleBroken(
            _("Avec son rôle, cette personne n’ouvrirait rien : choisissez d’autres parties, ou une autre personne."),
            field="holder",
        )
    needed = _ROLE_OF.get(MissionKind(kind))
    if needed is not None and needed not in roles:
        raise RuleBroken(_("Cette mission demande le rôle « %(role)s ».") % {"role": Role(needed).label}, field="kind")


@action(MISSION_CHANGED)
def mission_change(
    *, by: Doer, mission: Mission, version: int, sections: Sequence[str], ends_at: datetime | None
) -> Mission:
    """Narrow a mission's sections, prolong or shorten it. Widening is another mission, with its own legal basis."""
    row = _locked(mission)
    require(by, row.person.main, Ability.MISSION_EDIT)
    instant = now()
    _still_open(row, instant)
    if row.kind == MissionKind.TEMPORARY:
        raise RuleBroken(_("Un accès temporaire ne se prolonge pas : il se termine, ou on ouvre une mission."))
    wanted = sorted({str(Section(section)) for section in sections})
    if not wanted:
        raise RuleBroken(_("Choisissez au moins une partie du dossier."), field="sections")
    if not set(wanted) <= set(row.sections) and row.version == version:
        raise RuleBroken(
            _("Une mission se resserre. Pour ouvrir davantage, ouvrez-en une autre, avec sa base légale."),
            field="sections",
        )
    if ends_at is not None and ends_at <= instant:
        raise RuleBroken(_("Cette date est passée."), field="ends_at")
    if ends_at is not None and lives_there(row):
        raise RuleBroken(_("Elle y vit : c’est la fin de l’accueil qui termine cette mission."), field="ends_at")
    changed: dict[str, object] = {}
    if wanted != row.sections:
        changed["sections"] = wanted
    if ends_at != row.ends_at:
        changed["ends_at"] = ends_at
    labels = {"sections": _("Parties du dossier"), "ends_at": _("Jusqu’au")}
    edit(row, None, Sealer(row.person.data_key), version=version, changed=changed, labels=labels)
    holder = row.organisation_id or row.user_id
    note(subject=row.person_id, kind=row.kind, holder=holder, sections=",".join(row.sections), until=row.ends_at)
    return row


def _close(row: Mission, version: int, at: datetime) -> Mission:
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


@action(MISSION_ENDED)
def end_mission(*, by: Doer, mission: Mission, at: datetime) -> Mission:
    """The end of a mission that comes with something else."""
    row = Mission.objects.select_related("person__data_key").get(pk=mission.pk)
    _still_open(row, at)
    return _close(row, row.version, at)


@action(MISSION_ENDED)
def close_at(*, by: Doer, mission: Mission, at: datetime) -> Mission:
    """The end of a mission that somebody else takes over: then, be it to come. Its file is locked by the caller."""
    row = Mission.objects.select_related("person__data_key").get(pk=mission.pk)
    _still_open(row, now())
    return _close(row, row.version, at)


@action(MISSION_ENDED)
def mission_end(*, by: Doer, mission: Mission, version: int) -> Mission:
    """Close a mission now. Never the last one, nor the last of those who answer for the file at the ASE."""
    row = _locked(mission)
    require(by, row.person.main, Ability.MISSION_EDIT)
    at = now()
    _still_open(row, at)
    if lives_there(row):
        raise RuleBroken(_("Elle y vit : c’est la fin de l’accueil qui termine cette mission."))
    others = following(row.person, at).exclude(pk=row.pk)
    if not others.exists():
        raise RuleBroken(_("C’est la dernière mission : ouvrez-en une autre d’abord."))
    if owns(row) and not others.filter(_OWNERS).exists():
        raise RuleBroken(_("Plus personne à l’ASE ne répondrait de ce dossier : nommez d’abord qui prend la suite."))
    return _close(row, version, at)


def following(person: YoungPerson, at: datetime) -> QuerySet[Mission]:
    """The missions that somebody really holds then: begun, not ended, of a service or of an account still open."""
    return Mission.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        Q(user__isnull=True) | Q(user__is_active=True),
        person__main=person.main_id,
        starts_at__lte=at,
    ).exclude(kind=MissionKind.TEMPORARY)


def _locked(mission: Mission) -> Mission:
    """The mission as it is now; her other missions change after this transaction only."""
    lock(mission.person.main)
    return Mission.objects.select_related("person__data_key", "person__main", "organisation", "placement").get(
        pk=mission.pk
    )


def _still_open(row: Mission, at: datetime) -> None:
    if row.ends_at is not None and row.ends_at <= at:
        raise RuleBroken(_("Cette mission est déjà terminée."))


def lives_there(row: Mission) -> bool:
    """Whether it is that of the home she lives in: who looks after her every night cannot stop knowing her."""
    return (
        row.organisation_id is not None
        and row.placement is not None
        and (row.kind == MissionKind.HOSTS and row.placement.ends_on is None)
    )


def owning() -> Q:
    """Missions of those who answer for the file at the ASE."""
    return _OWNERS


def owns(row: Mission) -> bool:
    return Mission.objects.filter(_OWNERS, pk=row.pk).exists()
