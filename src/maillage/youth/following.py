"""Who follows her: what the screens of missions show to those who answer for the file."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.accounts.roles import SECTIONS
from maillage.accounts.selectors import held_at
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.vault.sealing import Opened
from maillage.youth.elsewhere import TO_OPEN, proven
from maillage.youth.enums import MissionKind
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.selectors import service_name
from maillage.youth.services.missions import NEVER, lives_there

_SEEING = [role for role in Role if SECTIONS[role]]


@dataclass(frozen=True)
class MissionLine:
    """One mission, past, present or to come. `reason` "" when its section is closed to the reader."""

    row: Mission
    holder: str
    sections: list[str]
    reason: str
    state: str
    temporary: bool
    lives_there: bool
    account_closed: bool


def mission_lines(person: YoungPerson, opened: Opened) -> list[MissionLine]:
    """All her missions: those that run, then those to come, then those that ended, newest first. One query."""
    instant = now()
    rows = Mission.objects.filter(person__main=person).select_related("organisation", "user", "placement", "access")
    lines = [_line(row, opened, instant) for row in rows.order_by("-starts_at", "pk")]
    rank = {"now": 0, "to_come": 1, "ended": 2}
    return sorted(lines, key=lambda line: rank[line.state])


def _line(row: Mission, opened: Opened, at: datetime) -> MissionLine:
    ended = row.ends_at is not None and row.ends_at <= at
    known = dict(Section.choices)
    return MissionLine(
        row=row,
        holder=row.user.display_name if row.user else service_name(_service(row), opened.sections),
        sections=[str(known[section]) for section in row.sections],
        reason=opened.text(row, "reason") if opened.may(row, "reason") else "",
        state="ended" if ended else "to_come" if row.starts_at > at else "now",
        temporary=row.kind == MissionKind.TEMPORARY,
        lives_there=lives_there(row),
        account_closed=row.user is not None and not row.user.is_active,
    )


def _service(row: Mission) -> Organisation:
    assert row.organisation is not None  # a mission has one holder
    return row.organisation


def missions_running(person: YoungPerson) -> list[Mission]:
    """Those that run now or are to come, oldest first: one query."""
    rows = Mission.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now()), person__main=person)
    return list(
        rows.select_related("organisation", "user", "placement", "person__data_key").order_by("starts_at", "pk")
    )


def mission_or_404(person: YoungPerson, pk: uuid.UUID) -> Mission:
    row = (
        Mission.objects.filter(person__main=person, pk=pk)
        .select_related("organisation", "user", "person__data_key")
        .first()
    )
    if row is None:
        raise Http404
    return row


def services_of(person: YoungPerson) -> list[tuple[str, list[Organisation]]]:
    """Services of her département that may be given a mission, by kind: never who only transmits."""
    rows = services_anywhere().filter(departement=person.departement)
    labels = dict(OrganisationKind.choices)
    ordered = sorted(rows, key=lambda row: (str(labels[row.kind]), row.name, row.pk))
    return [(str(labels[kind]), list(group)) for kind, group in groupby(ordered, key=lambda row: row.kind)]


def services_anywhere() -> QuerySet[Organisation]:
    return Organisation.objects.filter(active=True).exclude(kind__in=NEVER)


def service_or_404(
    by: Actor, person: YoungPerson, pk: uuid.UUID, *, proof: str = "", within: timedelta = TO_OPEN
) -> Organisation:
    """One that may be given a mission about her: of her département, or of another with the proof that `by` named it.
    Without one, a service that exists there and one that does not are the same."""
    found = services_anywhere().filter(pk=pk).first()
    named = proven(by.user_id, person.pk, pk, proof, within)
    if found is None or (found.departement != person.departement and not named):
        raise Http404
    return found


def people_of(service: Organisation) -> Sequence[tuple[uuid.UUID, str]]:
    """Its people whose role opens something, by name, with their roles: « Basile Paillasson, accueil familial »."""
    posts = Membership.objects.filter(held_at(now()), organisation=service, role__in=_SEEING, user__is_active=True)
    roles: dict[User, list[str]] = {}
    for post in posts.select_related("user").order_by("user__display_name", "user_id", "role"):
        roles.setdefault(post.user, []).append(str(post.get_role_display()))
    return [(user.pk, _("%(name)s, %(roles)s") % {"name": user.display_name, "roles": ", ".join(held).lower()})
            for user, held in roles.items()]  # fmt: skip


def professional(pk: uuid.UUID | None) -> User | None:
    return None if pk is None else User.objects.filter(pk=pk, is_active=True).first()
