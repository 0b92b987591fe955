"""Where she lives: begun, kept while she is away, ended with a motive and a next place."""

from collections.abc import Sequence
from datetime import date, time

from django.db.models import Q
from django.utils.translation import gettext as _

from maillage.accounts.enums import Ability, OrganisationKind
from maillage.accounts.models import Organisation, User
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.errors import RuleBroken
from maillage.common.gathering import add, unwritten
from maillage.common.localtime import instant, local
from maillage.vault.sealing import Sealer
from maillage.youth.enums import (
    PLACEMENT_ENDED,
    PLACEMENT_KEPT,
    PLACEMENT_STARTED,
    MissionKind,
    PlacementEnd,
)
from maillage.youth.models import (
    Mission,
    Placement,
    YoungPerson,
)
from maillage.youth.services.base import ALL_SECTIONS, Doer, lock, not_after, require
from maillage.youth.services.missions import end_mission, open_mission, require_to_follow, running
from maillage.youth.versioned import edit, normal

_MANAGING = frozenset(
    {OrganisationKind.ASSOCIATION, OrganisationKind.HOME, OrganisationKind.FOSTER_CARE, OrganisationKind.AEMO}
)


@action(PLACEMENT_STARTED)
def placement_start(
    *,
    by: Doer,
    person: YoungPerson,
    organisation: Organisation,
    kind: str,
    starts_on: date,
    legal_basis: str,
    sections: Sequence[str] = ALL_SECTIONS,
    reason: str = "",
    case_worker: User | None = None,
    ase: Organisation | None = None,
    foster_carer: User | None = None,
) -> Placement:
    """She lives there from that day: opens the hosting organisation's mission in the same transaction.

    So do the managers on call of the association above it. `case_worker` gets a personal mission, `ase` (the
    service on call) an organisation's; one that runs already is left as it is. `foster_carer` gets a personal mission
    that ends with the placement: in a foster service, who is not named sees nobody. RuleBroken when she lives
    somewhere already.
    """
    require_to_follow(by, person)
    not_after(starts_on, organisation.zone, "starts_on")
    lock(person)
    if not unwritten(person) and Placement.objects.filter(person=person, ends_on__isnull=True).exists():
        raise RuleBroken(_("Un lieu d’accueil est déjà en cours : mettez-y fin d’abord."), field="organisation")
    placement = Placement(person=person, organisation=organisation, kind=kind, starts_on=starts_on)
    placement.data_key_id = person.data_key_id
    add(placement)
    since = min(instant(starts_on, time.min, organisation.zone), now())
    holders: list[tuple[str, Organisation | None, User | None, Placement | None]] = [
        (MissionKind.HOSTS, organisation, None, placement),
        *((MissionKind.ON_CALL, above, None, placement) for above in _managing(organisation)),
    ]
    if foster_carer is not None:
        holders.append((MissionKind.HOSTS, None, foster_carer, placement))
    if case_worker is not None:
        holders.append((MissionKind.CASE_WORKER, None, case_worker, None))
    if ase is not None:
        holders.append((MissionKind.ON_CALL, ase, None, None))
    for mission_kind, holder, user, place in holders:
        if place is None and running(person, mission_kind, holder, user):
            continue
        open_mission(
            by=by,
            person=person,
            kind=mission_kind,
            organisation=holder,
            user=user,
            sections=sections,
            legal_basis=legal_basis,
            reason=reason,
            starts_at=since,
            placement=place,
        )
    note(subject=person.pk, kind=kind, organisation=organisation.pk)
    return placement


@action(PLACEMENT_ENDED)
def placement_end(
    *,
    by: Doer,
    placement: Placement,
    version: int,
    ends_on: date,
    end_kind: str,
    motive: str,
    next_organisation: Organisation | None = None,
    next_place: str = "",
) -> Placement:
    """End a placement: a motive, the ASE's agreement (the author's, who holds PLACEMENT_END) and a next place.

    Closes the host's mission: the home does not see her any more.
    """
    row = Placement.objects.select_related("person__data_key", "organisation").get(pk=placement.pk)
    person = row.person
    require(by, person, Ability.PLACEMENT_END)
    not_after(ends_on, row.organisation.zone, "ends_on")
    if row.ends_on is not None:
        raise RuleBroken(_("Cet accueil est déjà terminé."))
    if ends_on < row.starts_on:
        raise RuleBroken(_("La fin ne peut pas précéder le début de l’accueil."), field="ends_on")
    if end_kind not in PlacementEnd.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="end_kind")
    if not motive.strip():
        raise RuleBroken(_("Indiquez le motif."), field="motive")
    if next_organisation is None and not next_place.strip():
        raise RuleBroken(
            _("Indiquez le prochain lieu de vie : un accueil ne s’arrête pas sans suite."), field="next_place"
        )
    if next_organisation is not None and next_organisation.pk == row.organisation_id:
        raise RuleBroken(_("Le lieu suivant est le même : gardez plutôt la place."), field="next_organisation")
    at = now()
    edit(
        row,
        None,
        Sealer(person.data_key),
        version=version,
        changed={
            "ends_on": ends_on,
            "end_kind": end_kind,
            "end_motive": motive.strip(),
            "next_organisation": next_organisation,
            "next_place": normal(next_place),
        },
        labels={"ends_on": _("Fin"), "end_kind": _("Fin"), "end_motive": _("Motif"), "next_place": _("Lieu suivant")},
        also={"ase_agreed_by": by.user_id, "ase_agreed_at": at, "kept_until": None},
    )
    for mission in Mission.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), placement=row):
        end_mission(by=by, mission=mission, at=at)
    note(subject=person.pk, end_kind=end_kind, organisation=row.organisation_id)
    return row


@action(PLACEMENT_KEPT)
def placement_keep(*, by: Doer, placement: Placement, version: int, until: date) -> Placement:
    """Keep her place until that day, whoever is missing. RuleBroken once it ended or when the day has passed."""
    row = Placement.objects.select_related("person__data_key", "organisation").get(pk=placement.pk)
    require(by, row.person, Ability.EPISODE_ACT)
    if row.ends_on is not None:
        raise RuleBroken(_("Cet accueil est déjà terminé."))
    if until < local(now(), row.organisation.zone).date():
        raise RuleBroken(_("Cette date est passée."), field="until")
    changed = {"kept_until": until} if row.kept_until != until else {}
    edit(
        row,
        None,
        Sealer(row.person.data_key),
        version=version,
        changed=changed,
        labels={"kept_until": _("Place gardée jusqu’au")},
    )
    note(subject=row.person_id, until=until)
    return row


def _managing(organisation: Organisation) -> list[Organisation]:
    """The organisations that run it, whose managers are on call for it: not the authority above them."""
    line: list[Organisation] = []
    above = organisation.parent
    while above is not None and above not in line and above.kind in _MANAGING:
        line.append(above)
        above = above.parent
    return line
