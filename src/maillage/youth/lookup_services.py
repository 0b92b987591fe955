"""Opening a file after a search, and leaving a request where a search found nothing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, LetterKind, OrganisationKind, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.selectors import organisations, users_holding
from maillage.accounts.services import post_letter
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.vault.sealing import Sealer, system_key
from maillage.youth import duties
from maillage.youth.enums import MissionKind
from maillage.youth.lookup import Proof, birth, proven
from maillage.youth.lookup_access import matches_for, may_settle, owned_by, owners_of, requests_of, twins_for
from maillage.youth.lookup_enums import (
    LOOKUP_ASKED,
    LOOKUP_CLOSED,
    LOOKUP_WITHDRAWN,
    PERSON_REGISTERED,
    TWINS_DISTINCT,
    TWINS_TOLD,
    Answer,
    Outcome,
)
from maillage.youth.lookup_models import LikelyTwin, LookupMatch, LookupRequest
from maillage.youth.models import YoungPerson
from maillage.youth.selectors import hosts_anywhere
from maillage.youth.services import person_create, placement_start
from maillage.youth.services.base import ALL_SECTIONS
from maillage.youth.services.missions import open_mission
from maillage.youth.temporary_models import AccessLeave

REQUESTS_A_DAY = 10
# When whoever is told of a likely pair should have looked at it.
SETTLED_WITHIN = timedelta(days=7)
# How long whoever asked may open a temporary access, once the owner allowed it.
LEAVE = timedelta(days=7)


def service_of(actor: Actor) -> Organisation | None:
    """The service of the ASE in whose name she opens files."""
    held = organisations(actor.organisations_with(Ability.MISSION_EDIT)).values()
    return min(held, key=lambda one: (one.kind != OrganisationKind.ASE, one.name, one.pk), default=None)


def case_workers_for(actor: Actor) -> list[User]:
    """Whom she may name case worker: those of her own services."""
    found = [
        user
        for organisation_id in sorted(actor.organisations_with(Ability.MISSION_EDIT))
        for user in users_holding(Role.CASE_WORKER, organisation_id, now())
    ]
    return list(dict.fromkeys(found))


def checked(by: Actor, proof: str, names: list[str]) -> Proof:
    """The search that was made. RuleBroken when none was, or under another name."""
    found = proven(by.user_id, proof)
    if found is None:
        raise RuleBroken(_("Cherchez d’abord : votre recherche est trop ancienne, ou n’est pas de vous."))
    if not found.covers(names):
        raise RuleBroken(_("La recherche portait sur un autre nom. Cherchez d’abord sous ce nom-ci."))
    return found


@action(PERSON_REGISTERED)
def person_register(
    *,
    by: Actor,
    proof: str,
    identity: Mapping[str, Any],
    legal_status: str,
    case_worker: User,
    legal_basis: str,
    reason: str = "",
    organisation: Organisation | None = None,
    kind: str = "",
    starts_on: date | None = None,
    alike: int = 0,
) -> YoungPerson:
    """Open a file by hand, after a search under her name: identity, case worker, where she lives if it is known.

    Nothing outside the author's missions is asked, so that the answer and its work are the same whether another
    file exists or not. `alike`: how many files in her sight she said are of somebody else.
    """
    by.require(Ability.MISSION_EDIT)
    names = [str(identity.get(name) or "") for name in ("given_name", "family_name", "usual_name")]
    if not any(names):
        raise RuleBroken(_("Indiquez au moins un prénom ou un nom."), field="given_name")
    checked(by, proof, names)
    service = service_of(by)
    if service is None:
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    if case_worker not in case_workers_for(by):
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="case_worker")
    person = person_create(by=by, departement=service.departement, legal_status=legal_status, **identity)
    said: dict[str, Any] = {"reason": reason} if reason else {}
    ase = service if service.kind == OrganisationKind.ASE else None
    if organisation is not None:
        if not hosts_anywhere().filter(pk=organisation.pk).exists():
            raise RuleBroken(_("Choisissez une réponse de la liste."), field="organisation")
        if not kind:
            raise RuleBroken(_("Indiquez le type d’accueil."), field="kind")
        if starts_on is None:
            raise RuleBroken(_("Indiquez depuis quand."), field="starts_on")
        placement_start(
            by=by, person=person, organisation=organisation, kind=kind, starts_on=starts_on, legal_basis=legal_basis,
            case_worker=case_worker, ase=ase, **said,
        )  # fmt: skip
    else:
        holders: list[tuple[str, Organisation | None, User | None]] = [(MissionKind.CASE_WORKER, None, case_worker)]
        if ase is not None:
            holders.append((MissionKind.ON_CALL, ase, None))
        for mission, holder, user in holders:
            open_mission(
                by=by, person=person, kind=mission, organisation=holder, user=user, sections=ALL_SECTIONS,
                legal_basis=legal_basis, starts_at=now(), **said,
            )  # fmt: skip
    note(subject=person.pk, placed=organisation is not None, alike=alike)
    return person


@action(LOOKUP_ASKED)
def lookup_ask(*, by: Actor, proof: str, names: str, born: str, reason: str, phone: str) -> LookupRequest:
    """Leave a request with a reason and a number: the same row and the same work whether a file exists or not.

    RuleBroken without a search under that name, a reason, a number, or after too many in a day.
    """
    if not by.sections():
        raise NotAllowed(_("Votre rôle ne permet pas de chercher un dossier."))
    checked(by, proof, [names])
    try:
        birth(born, now().date())
    except ValueError as wrong:
        raise RuleBroken(_("Écrivez une date, une année ou un âge, par exemple 2010."), field="born") from wrong
    for field, value in (("names", names), ("reason", reason), ("phone", phone)):
        if not value.strip():
            raise RuleBroken(_("Ce champ est nécessaire."), field=field)
    at = now()
    if requests_of(by).filter(at__gt=at - timedelta(days=1)).count() >= REQUESTS_A_DAY:
        raise RuleBroken(_("Trop de demandes en un jour. Appelez l’astreinte de l’ASE."))
    row = LookupRequest(author=by.user, at=at, expires_at=at + timedelta(days=settings.LOOKUP_REQUEST_DAYS))
    key = system_key()
    row.data_key = key
    Sealer(key).seal(row, names=names.strip(), born=born.strip(), reason=reason.strip(), phone=phone.strip())
    row.save(force_insert=True)
    return row


@action(LOOKUP_WITHDRAWN)
def lookup_withdraw(*, by: Actor, request: LookupRequest) -> LookupRequest:
    """Take a request back: its words are emptied, nobody is shown it any more. Taken back already: as it was."""
    at = now()
    requests_of(by).filter(pk=request.pk, withdrawn_at__isnull=True).update(withdrawn_at=at, **emptied(at))
    request.refresh_from_db()
    return request


def emptied(at: Any) -> dict[str, Any]:
    """The columns of a request whose words are gone."""
    return {"names": None, "born": None, "reason": None, "phone": None, "emptied_at": at}


@action(LOOKUP_CLOSED)
def lookup_close(*, by: Actor, match: LookupMatch, answer: str) -> LookupMatch:
    """The owner says whether she answered. Whoever asked is shown nothing of it, unless she is allowed to open a
    temporary access: then her screens say so, for a week."""
    if answer not in Answer.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="answer")
    if not matches_for(by).filter(pk=match.pk).exists():
        raise RuleBroken(_("Cette demande n’attend plus de réponse."))
    written = LookupMatch.objects.filter(pk=match.pk, closed_at__isnull=True)
    if not written.update(answer=answer, closed_at=now(), closed_by=by.user_id):
        raise RuleBroken(_("Cette demande n’attend plus de réponse."))
    match.refresh_from_db()
    if answer == Answer.ALLOWED:
        at = now()
        author = match.request.author
        AccessLeave.objects.create(
            person=match.person, request=match.request, user=author, given_by=by.user, at=at, until=at + LEAVE
        )
        post_letter(author, LetterKind.NOTICE)
    note(subject=match.person_id, request=match.request_id, answer=answer)
    return match


@action(TWINS_TOLD)
def twins_tell(*, by: Actor, pair: LikelyTwin, word: str, phone: str) -> LikelyTwin:
    """The owner of the file that was there tells the other's that both may be of one person, with a number to call.

    This shows that her file exists: hers to choose, nobody else's.
    """
    row = _pair(by, pair)
    if not owned_by(by).filter(person_id=row.known_id).exists():
        raise NotAllowed(_("Seule la personne qui suit le dossier le plus ancien peut prévenir l’autre."))
    for field, value in (("word", word), ("phone", phone)):
        if not value.strip():
            raise RuleBroken(_("Ce champ est nécessaire."), field=field)
    key = system_key()
    Sealer(key).seal(row, word=word.strip(), phone=phone.strip())
    told = LikelyTwin.objects.filter(pk=row.pk, told_at__isnull=True, settled_at__isnull=True).update(
        word=row.word, phone=row.phone, told_at=now(), told_by=by.user
    )
    if not told:
        raise RuleBroken(_("L’autre référent est déjà prévenu."))
    row.refresh_from_db()
    _ask_the_other(by, row)
    note(subject=row.known_id, other=row.newer_id)
    return row


def _ask_the_other(by: Actor, row: LikelyTwin) -> None:
    """The other owner's task: look at the pair, and settle it with the first."""
    owners = [(user, post) for user in owners_of(row.newer) if (post := duties.post_of(user))]
    for owner, (role, organisation_id) in owners[:1]:
        duties.owe(
            by=by, person=row.newer, key=duties.key_of("merge", row.pk), title=_("Deux dossiers à rapprocher"),
            why=_("Une ou un collègue pense que deux dossiers sont d’une même personne."), owner=owner, role=role,
            organisation_id=organisation_id, due_within=SETTLED_WITHIN, at=now(),
            escalation=((timedelta(), Role.ASE_ON_CALL),),
        )  # fmt: skip
        post_letter(owner, LetterKind.NOTICE)


@action(TWINS_DISTINCT)
def twins_distinct(*, by: Actor, pair: LikelyTwin, version: int | None) -> LikelyTwin:
    """These are two different young persons: never raised again. By the owner of the file that was there, or by who
    may settle both."""
    row = _pair(by, pair)
    if not (owned_by(by).filter(person_id=row.known_id).exists() or may_settle(by, row.known, row.newer)):
        raise NotAllowed(_("Votre rôle ne permet pas cette action pour cette personne."))
    settle(row, Outcome.DISTINCT, by, version)
    note(subject=row.known_id, other=row.newer_id)
    return row


def _pair(by: Actor, pair: LikelyTwin) -> LikelyTwin:
    row = twins_for(by).filter(pk=pair.pk).first()
    if row is None:
        raise RuleBroken(_("Ce doublon possible est déjà réglé."))
    return row


def settle(row: LikelyTwin, outcome: str, by: Actor, version: int | None) -> None:
    """Write how a pair was settled. RuleBroken when somebody settled it meanwhile, StaleEdit when that was undone."""
    written = LikelyTwin.objects.filter(pk=row.pk, settled_at__isnull=True, version=version or 0)
    if not written.update(outcome=outcome, settled_at=now(), settled_by=by.user_id, version=row.version + 1):
        row.refresh_from_db()
        if row.settled_at is not None:
            raise RuleBroken(_("Ce doublon possible est déjà réglé."))
        raise StaleEdit(
            _("Quelqu’un a modifié cette page pendant que vous écriviez."),
            differences=[Difference(_("Réponse"), _("À régler"), str(Outcome(outcome).label))],
            current_version=row.version,
        )
    row.refresh_from_db()
    for person in (row.known, row.newer):
        duties.settled(by=by, person=person, key=duties.key_of("merge", row.pk), reason=_("Réglé"))
