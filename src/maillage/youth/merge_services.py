"""Two files of one person: joined without moving a row, parted again exactly as they were.

Joining writes one pointer, from the joined file to the main one. What lives (a placement, an episode, a task) must be
on the main file: two files cannot both say where she is. The joined file is then for reading.
"""

from django.db.models import Q
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, LetterKind, Role
from maillage.accounts.services import post_letter
from maillage.audit.journal import action, note, record
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.tasks.selectors import owed_about
from maillage.vault.sealing import Sealer
from maillage.youth.access import may_here
from maillage.youth.enums import LegalBasis, MissionKind
from maillage.youth.lookup_access import may_settle, owners_of, twins_for
from maillage.youth.lookup_enums import FILES_MERGED, FILES_PARTED, Outcome
from maillage.youth.lookup_models import LikelyTwin
from maillage.youth.lookup_services import settle
from maillage.youth.models import FileMerge, Mission, Placement, SheetOpening, YoungPerson
from maillage.youth.services.base import ALL_SECTIONS, lock
from maillage.youth.services.missions import open_mission, owning

SHORTEST_REASON = 10


def blockers(part: YoungPerson) -> list[str]:
    """What must be closed before this file can be joined to another, in words."""
    found = []
    instant = now()
    if Placement.objects.filter(person=part, ends_on__isnull=True).exists():
        found.append(_("Un accueil y est en cours : mettez-y fin, ou choisissez ce dossier comme principal."))
    if SheetOpening.objects.filter(person=part, closed_at__isnull=True).exists():
        found.append(_("Un épisode y est en cours : clôturez-le, ou choisissez ce dossier comme principal."))
    elif owed_about(part.pk):
        found.append(_("Des tâches y restent à faire : terminez-les d’abord."))
    running = Mission.objects.filter(person=part, kind=MissionKind.TEMPORARY, ends_at__gt=instant)
    if running.exists():
        found.append(_("Un accès temporaire y est ouvert : attendez sa fin, ou retirez-le."))
    if part.joined or YoungPerson.objects.filter(main=part).exclude(pk=part.pk).exists():
        found.append(_("Un autre dossier lui est déjà réuni : séparez-les d’abord."))
    return found


@action(FILES_MERGED)
def files_merge(*, by: Actor, pair: LikelyTwin, main: YoungPerson, reason: str, version: int | None) -> FileMerge:
    """Say that two files are of one person, and which one speaks for both. By who answers for both.

    RuleBroken with everything that must be closed first. No row moves, no mission changes.
    """
    row = twins_for(by).filter(pk=pair.pk).first()
    if row is None:
        raise RuleBroken(_("Ce doublon possible est déjà réglé."))
    if main.pk not in (row.known_id, row.newer_id):
        raise RuleBroken(_("Choisissez le dossier principal."), field="main")
    for pk in sorted((row.known_id, row.newer_id)):
        lock(YoungPerson(pk=pk))
    both = YoungPerson.objects.select_related("data_key").in_bulk([row.known_id, row.newer_id])
    chosen = both.pop(main.pk)
    [part] = both.values()
    if not may_settle(by, chosen, part):
        raise NotAllowed(_("Il faut répondre des deux dossiers à l’ASE pour les réunir."))
    if len(reason.strip()) < SHORTEST_REASON:
        raise RuleBroken(_("Dites en une phrase à quoi vous la reconnaissez."), field="reason")
    settle(row, Outcome.MERGED, by, version)
    closed_first = blockers(part)
    if chosen.joined:
        closed_first.append(_("Le dossier choisi est lui-même réuni à un autre."))
    if closed_first:
        raise RuleBroken(" ".join(closed_first), field="main")
    merge = FileMerge(main=chosen, part=part, pair=row, at=now(), by=by.user)
    Sealer(chosen.data_key).seal(merge, reason=reason.strip())
    merge.save(force_insert=True)
    YoungPerson.objects.filter(pk=part.pk).update(main=chosen)
    for user in {*owners_of(chosen), *owners_of(part)} - {by.user}:
        post_letter(user, LetterKind.NOTICE)
    record(FILES_MERGED, by=by, subject=part.pk, payload={"merged": chosen.pk})
    note(subject=chosen.pk, merged=part.pk)
    return merge


@action(FILES_PARTED)
def files_part(*, by: Actor, merge: FileMerge) -> FileMerge:
    """Part them again: the pointer goes back, and the pair is to settle as it was. By who answers for the main file.

    What was written since stays where it was written, in the main file. A joined file that nobody of the ASE would
    answer for any more is the author's.
    """
    lock(merge.main)
    row = FileMerge.objects.select_related("main__data_key", "part__data_key", "pair").get(pk=merge.pk)
    if not may_here(by, row.main, Ability.MISSION_EDIT):
        raise NotAllowed(_("Seules les personnes qui répondent de ce dossier à l’ASE le séparent."))
    if row.parted_at is not None:
        raise RuleBroken(_("Ces dossiers sont déjà séparés."))
    at = now()
    row.parted_at, row.parted_by = at, by.user
    row.save(update_fields=["parted_at", "parted_by"])
    YoungPerson.objects.filter(pk=row.part_id).update(main=row.part_id)
    LikelyTwin.objects.filter(pk=row.pair_id).update(
        outcome="", settled_at=None, settled_by=None, version=row.pair.version + 1
    )
    held = Mission.objects.filter(owning(), Q(ends_at__isnull=True) | Q(ends_at__gt=at), person=row.part)
    if not held.filter(starts_at__lte=at).exists():
        if Role.CASE_WORKER not in by.roles:
            raise RuleBroken(_("Plus personne à l’ASE ne répondrait de l’autre dossier."))
        part = YoungPerson.objects.select_related("data_key").get(pk=row.part_id)
        open_mission(
            by=by, person=part, kind=MissionKind.CASE_WORKER, organisation=None, user=by.user, sections=ALL_SECTIONS,
            legal_basis=LegalBasis.ASE, starts_at=at,
        )  # fmt: skip
    record(FILES_PARTED, by=by, subject=row.part_id, payload={"merged": row.main_id})
    note(subject=row.main_id, merged=row.part_id)
    return row
