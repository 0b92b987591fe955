"""Opening a temporary access on a written reason, ending it, saying that it was seen."""

import uuid
from datetime import timedelta

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import LetterKind, Role
from maillage.accounts.services import post_letter
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.youth import duties
from maillage.youth.access import visible_to
from maillage.youth.enums import LegalBasis, MissionKind
from maillage.youth.lookup_access import owners_of
from maillage.youth.models import YoungPerson
from maillage.youth.services.base import lock
from maillage.youth.services.missions import end_mission, open_mission
from maillage.youth.temporary_access import known_or_404, opens, owns
from maillage.youth.temporary_enums import ACCESS_ENDED, ACCESS_OPENED, ACCESS_SEEN, End, Span
from maillage.youth.temporary_models import TemporaryAccess

ACCESSES_A_DAY = 3
SEEN_WITHIN = timedelta(hours=24)
SHORTEST_REASON = 20


@action(ACCESS_OPENED)
def access_open(*, by: Actor, way: str, ref: uuid.UUID, reason: str, span: str) -> TemporaryAccess:
    """Let the author read a file for some hours: a mission of hers that opens identity, education and justice at most.

    The owners are told in the same transaction. Http404 unless she knows the file by that way; RuleBroken without a
    reason, for another span, past her number a day, or when nobody would be told.
    """
    known = known_or_404(by, way, ref)
    sections = opens(by)
    if not sections:
        raise NotAllowed(_("Votre rôle n’ouvre aucune partie d’un dossier."))
    if span not in Span.values:
        raise RuleBroken(_("Choisissez une durée de la liste."), field="span")
    if len(reason.strip()) < SHORTEST_REASON:
        raise RuleBroken(_("Écrivez le motif en une phrase entière : il sera lu."), field="reason")
    at = now()
    if TemporaryAccess.objects.filter(user=by.user, at__gt=at - timedelta(days=1)).count() >= ACCESSES_A_DAY:
        raise RuleBroken(_("Trop d’accès temporaires en un jour. Appelez l’astreinte de l’ASE."))
    person = YoungPerson.objects.select_related("data_key").get(pk=known.person_id)
    lock(person)
    if visible_to(by).filter(pk=person.pk).exists():
        raise RuleBroken(_("Ce dossier vous est déjà ouvert."))
    owners = [(user, post) for user in owners_of(person) if (post := duties.post_of(user))]
    if not owners:
        raise RuleBroken(_("Personne ne pourrait en être prévenu : appelez l’astreinte de l’ASE."))
    until = at + Span(span).delay
    mission = open_mission(
        by=by, person=person, kind=MissionKind.TEMPORARY, organisation=None, user=by.user, sections=sorted(sections),
        legal_basis=LegalBasis.WRITTEN_REASON, starts_at=at, ends_at=until, reason=reason,
    )  # fmt: skip
    row = TemporaryAccess.objects.create(
        mission=mission, person=person, user=by.user, way=known.way, at=at, until=until
    )
    owner, (role, organisation_id) = owners[0]
    duties.owe(
        by=by, person=person, key=duties.key_of("access", row.pk), title=_("Accès temporaire à relire"),
        why=_("Quelqu’un a ouvert ce dossier pour quelques heures, sur un motif écrit."), owner=owner, role=role,
        organisation_id=organisation_id, due_within=SEEN_WITHIN, at=at, escalation=((timedelta(), Role.ASE_ON_CALL),),
    )  # fmt: skip
    for user, _post in owners:
        post_letter(user, LetterKind.NOTICE)
    note(subject=person.pk, way=str(known.way), until=until)
    return row


@action(ACCESS_ENDED)
def access_end(*, by: Actor, access: TemporaryAccess) -> TemporaryAccess:
    """« J’ai fini », by who opened it; or taken back by who answers for the file. At once."""
    row = _locked(access)
    own = row.user_id == by.user_id
    if not own and not owns(by, row):
        raise NotAllowed(
            _("Seules la personne qui l’a ouvert et celles qui répondent du dossier peuvent y mettre fin.")
        )
    at = now()
    if row.ended_at is not None or row.until <= at:
        raise RuleBroken(_("Cet accès est déjà terminé."))
    end_mission(by=by, mission=row.mission, at=at)
    row.ended_at, row.ended_by, row.ended_how = at, by.user, End.OWN if own else End.OWNER
    row.version += 1
    row.save(update_fields=["ended_at", "ended_by", "ended_how", "version"])
    if not own:
        _seen(by, row)
    note(subject=row.person_id, how=str(row.ended_how), holder=row.user_id)
    return row


@action(ACCESS_SEEN)
def access_seen(*, by: Actor, access: TemporaryAccess) -> TemporaryAccess:
    """The owner read who opened her file, and why; once."""
    row = _locked(access)
    if not owns(by, row) or row.user_id == by.user_id:
        raise NotAllowed(_("Seules les personnes qui répondent de ce dossier à l’ASE relisent un accès."))
    _seen(by, row)
    note(subject=row.person_id, holder=row.user_id)
    return row


def _locked(access: TemporaryAccess) -> TemporaryAccess:
    lock(access.person)
    return TemporaryAccess.objects.select_related("mission", "person__data_key", "user").get(pk=access.pk)


def _seen(by: Actor, row: TemporaryAccess) -> None:
    if row.seen_at is None:
        row.seen_at, row.seen_by = now(), by.user
        row.save(update_fields=["seen_at", "seen_by"])
    duties.settled(by=by, person=row.person, key=duties.key_of("access", row.pk), reason=_("Relu"))
