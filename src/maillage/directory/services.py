"""Writes of the directory. Each is journalled; the history of a sheet is kept beside."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db.models import F
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.audit.journal import By, action, note
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.directory import hours as opening
from maillage.directory import vocabulary
from maillage.directory.enums import (
    PLACE_ANSWERED,
    PLACE_ASKED,
    PROPOSAL_ANSWERED,
    PROPOSED,
    RANK,
    SECRET_BY_DEFAULT,
    SERVICE_SAVED,
    SHEET_CONFIRMED,
    SHEET_RETIRED,
    SHEETS_MERGED,
    STRUCTURE_SAVED,
    AnswerState,
    ChangeKind,
    Confidentiality,
    ProposalKind,
    ProposalState,
    SheetState,
    StructureKind,
    usual_level,
)
from maillage.directory.models import (
    PLACE,
    Alias,
    Change,
    HiddenPlace,
    Pending,
    PlaceRequest,
    Proposal,
    Service,
    Structure,
)
from maillage.directory.places import bare, hidden_again, hide
from maillage.reference import communes, points

Row = TypeVar("Row", Structure, Service)

# Proposals of people without an account: waiting at once, and made within an hour, from everywhere.
STRANGERS_WAITING, STRANGERS_AN_HOUR = 100, 20
GRANTED_FOR = timedelta(days=30)  # a hidden address is given for a month
_NOT_TOLD = {"version", "changed_at", "reminded_at", "id", "structure"}  # of the history


def may_keep(by: By, structure: Structure) -> bool:
    """Who writes in a sheet at once: the system, the coordinator, the structure's own people."""
    if not isinstance(by, Actor):
        return by.user_id is None
    if by.may(Ability.DIRECTORY_COORDINATE):
        return True
    return structure.organisation_id is not None and by.may(Ability.DIRECTORY_PROPOSE, structure.organisation_id)


def _require_keeper(by: By, structure: Structure) -> None:
    if not may_keep(by, structure):
        raise NotAllowed(_("Cette fiche est tenue par d’autres. Proposez une modification."))


def _columns(model: type[Row]) -> set[str]:
    return {field.attname for field in model._meta.concrete_fields} | {
        field.name for field in model._meta.concrete_fields
    }


def _set(row: Row, values: Mapping[str, Any]) -> None:
    unknown = values.keys() - _columns(type(row))
    if unknown:
        raise TypeError(f"no such column: {sorted(unknown)}")
    for name, value in values.items():
        setattr(row, name, value)


def _check(row: Structure | Service) -> None:
    if len(row.name.strip()) < 3:
        raise RuleBroken(_("Un nom a au moins trois lettres."), field="name")
    if row.hours and not opening.valid(row.hours):
        raise RuleBroken(_("Ces horaires ne se lisent pas. Exemple : « Mo-Fr 09:00-18:00 »."), field="hours")
    if row.updated_on > now().date():
        raise RuleBroken(_("La date de mise à jour est dans le futur."), field="updated_on")
    if isinstance(row, Service):
        if row.age_from is not None and row.age_to is not None and row.age_to < row.age_from:
            raise RuleBroken(_("L’âge le plus haut est plus bas que l’âge le plus bas."), field="age_to")
        if "tous-publics" in row.publics and len(row.publics) > 1:
            raise RuleBroken(_("« Tous publics » se choisit seul."), field="publics")
        if unknown := [code for code in row.needs if code not in vocabulary.needs()]:
            raise RuleBroken(_("Besoin inconnu : %(need)s.") % {"need": unknown[0]}, field="needs")


def _locate(row: Structure | Service) -> None:
    """Fill what a commune's code says: its name, and its point when the address has none."""
    if not row.commune and row.commune_name and row.postcode:
        found = communes.by_name(row.commune_name, row.postcode)
        if len(found) == 1:
            row.commune = found[0].code
    if row.commune and not row.commune_name and (known := communes.find(row.commune)):
        row.commune_name = known.name
    if row.commune and row.latitude is None and (point := points.of(row.commune)):
        row.latitude, row.longitude = point.latitude, point.longitude


def _told(before: Mapping[str, Any], row: Structure | Service, *, hidden: bool) -> dict[str, list[Any]]:
    """Field → [before, after]; of a place that is or was hidden, that it changed."""
    changes: dict[str, list[Any]] = {}
    for name, old in before.items():
        new = getattr(row, name)
        if old == new or name in _NOT_TOLD:
            continue
        if hidden and name in PLACE:
            changes[name] = []
        else:
            changes[name] = [_plain(old), _plain(new)]
    return changes


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, uuid.UUID) else value


def _snapshot(row: Structure | Service) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def _write(row: Row, before: Mapping[str, Any], version: int | None, *, created: bool) -> None:
    """Insert, or update the version the edit was made on. StaleEdit with both texts when another came first."""
    row.changed_at = now()
    if created:
        row.save(force_insert=True)
        return
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "id"}
    made_on = row.version if version is None else version
    values["version"] = F("version") + 1
    if not type(row).objects.filter(pk=row.pk, version=made_on).update(**values):
        stored = type(row).objects.get(pk=row.pk)
        raise StaleEdit(
            _("Quelqu’un a changé cette fiche entre-temps."),
            differences=[
                Difference(
                    str(field.verbose_name),
                    str(getattr(stored, field.attname) or ""),
                    str(getattr(row, field.attname) or ""),
                )
                for field in row._meta.concrete_fields
                if field.attname not in _NOT_TOLD and getattr(stored, field.attname) != getattr(row, field.attname)
            ],
            current_version=stored.version,
        )
    row.version = made_on + 1


def _locked(model: type[Row], pk: uuid.UUID) -> Row:
    return model.objects.select_for_update(of=("self",)).get(pk=pk)


def _level(row: Structure, values: Mapping[str, Any], *, created: bool) -> Confidentiality:
    """As somebody said; else the usual one of its kind, also when it becomes a shelter; else as it was."""
    if "confidentiality" in values:
        return Confidentiality(values["confidentiality"])
    kind = values.get("kind", row.kind)
    if created or (kind in SECRET_BY_DEFAULT and row.kind not in SECRET_BY_DEFAULT):
        return usual_level(kind)
    return Confidentiality(row.confidentiality)


def _settle_place(by: By, row: Row, structure: Structure, was: str | None) -> bool:
    """Put the place where its level says: in the row, or sealed. Whether it is or was hidden."""
    service = row if isinstance(row, Service) else None
    hidden = row.confidentiality == Confidentiality.ON_REQUEST
    if hidden:
        _locate(row)
        return True
    if was == Confidentiality.ON_REQUEST:
        if not any(getattr(row, name) for name in PLACE):
            _set(row, hidden_again(by, structure, service))
        HiddenPlace.objects.filter(structure=structure, service=service).delete()
    _locate(row)
    return was == Confidentiality.ON_REQUEST


def _save(
    by: By, row: Row, structure: Structure, values: Mapping[str, Any], version: int | None, change: ChangeKind, was: str
) -> Row:
    """What `structure_save` and `service_save` share, once the level of the row is settled."""
    created = row._state.adding
    before = {} if created else _snapshot(row)
    _set(row, values)
    touched_place = any(name in values for name in PLACE) or created
    secret = _settle_place(by, row, structure, None if created else was)
    _check(row)
    wiped: dict[str, Any] | None = None
    if row.confidentiality == Confidentiality.ON_REQUEST:
        place = bare(row)
        if touched_place or was != Confidentiality.ON_REQUEST:
            wiped = place
    _write(row, before, version, created=created)
    service = row if isinstance(row, Service) else None
    if wiped is not None and (any(wiped.values()) or touched_place):
        hide(structure, service, wiped)
    changes = _told(before, row, hidden=secret or row.confidentiality == Confidentiality.ON_REQUEST)
    if wiped is not None and not created:  # sealed, it is in no column: that somebody wrote it is told all the same
        changes |= {name: [] for name in ("address", "commune") if values.get(name)}
    if created or changes:
        Change.objects.create(
            structure=structure,
            service=service,
            kind=ChangeKind.CREATED if created and change is ChangeKind.CHANGED else change,
            fields=changes,
            by_id=by.user_id,
            at=row.changed_at,
        )
    if secret or row.confidentiality == Confidentiality.ON_REQUEST:
        _forget_places(structure, service)
    return row


def _forget_places(structure: Structure, service: Service | None) -> None:
    """A place that becomes hidden leaves the history and the proposals too."""
    for change in Change.objects.filter(structure=structure, service=service).order_by("pk"):
        if any(change.fields.get(name) for name in PLACE):
            change.fields = {name: [] if name in PLACE else pair for name, pair in change.fields.items()}
            change.save(update_fields=["fields"])
    for proposal in Proposal.objects.filter(structure=structure).order_by("pk"):
        if any(name in proposal.values for name in PLACE):
            proposal.values = {name: value for name, value in proposal.values.items() if name not in PLACE}
            proposal.save(update_fields=["values"])


def _pend(services: Iterable[uuid.UUID]) -> None:
    at = now()
    Pending.objects.bulk_create([Pending(service_id=pk, at=at) for pk in services], batch_size=1000)


@action(STRUCTURE_SAVED)
def structure_save(
    *,
    by: By,
    structure: Structure | None = None,
    version: int | None = None,
    change: ChangeKind = ChangeKind.CHANGED,
    **values: Any,
) -> Structure:
    """Make or change a structure. `values`: columns of `Structure`. A shelter is « on request » unless said otherwise.

    Its services follow when it becomes narrower; a place goes where its level says. RuleBroken, NotAllowed, StaleEdit.
    """
    if structure is None:
        row = Structure(source="maillage", updated_on=now().date())
        row.reference = values.pop("reference", "") or f"maillage--{row.pk}"
        row.source = values.pop("source", row.source)
        row.kind = values.get("kind", StructureKind.OTHER)
        _require_new(by, values)
        created, was = True, ""
    else:
        row = _locked(Structure, structure.pk)
        _require_keeper(by, row)
        values.setdefault("updated_on", now().date())
        created, was = False, row.confidentiality
    values = {**values, "confidentiality": _level(row, values, created=created)}
    note(created=created)
    row = _save(by, row, row, values, version, change, was)
    if not created:
        if RANK[Confidentiality(row.confidentiality)] > RANK[Confidentiality(was)]:
            _narrow_services(by, row)
        _pend(row.services.order_by("pk").values_list("pk", flat=True))
    return row


def _require_new(by: By, values: Mapping[str, Any]) -> None:
    if isinstance(by, Actor) and not by.may(Ability.DIRECTORY_COORDINATE):
        raise NotAllowed(_("Une nouvelle structure se propose à la coordination."))


def _narrow_services(by: By, structure: Structure) -> None:
    for service in structure.services.order_by("pk"):
        if RANK[Confidentiality(service.confidentiality)] < RANK[Confidentiality(structure.confidentiality)]:
            service_save(by=by, service=service, confidentiality=structure.confidentiality)


@action(SERVICE_SAVED)
def service_save(
    *,
    by: By,
    structure: Structure | None = None,
    service: Service | None = None,
    version: int | None = None,
    change: ChangeKind = ChangeKind.CHANGED,
    **values: Any,
) -> Service:
    """Make a service of `structure`, or change `service`. Never wider than its structure. As `structure_save`."""
    if service is None:
        if structure is None:
            raise TypeError("a service needs a structure")
        home = _locked(Structure, structure.pk)
        row = Service(source=home.source, structure=home, updated_on=now().date())
        row.reference = values.pop("reference", "") or f"maillage--{row.pk}"
        row.source = values.pop("source", row.source)
        was, created = "", True
        wanted = Confidentiality(values.get("confidentiality", home.confidentiality))
    else:
        row = _locked(Service, service.pk)
        home = _locked(Structure, row.structure_id)
        values.setdefault("updated_on", now().date())
        was, created = row.confidentiality, False
        wanted = Confidentiality(values.get("confidentiality", row.confidentiality))
    _require_keeper(by, home)
    values["confidentiality"] = max(wanted, Confidentiality(home.confidentiality), key=RANK.__getitem__)
    note(created=created)
    row = _save(by, row, home, values, version, change, was)
    _pend([row.pk])
    return row


@action(SHEET_CONFIRMED)
def sheet_confirm(*, by: By, structure: Structure, version: int | None = None) -> Structure:
    """Its keeper read it and all is right: the structure and its services are fresh again."""
    row = _locked(Structure, structure.pk)
    _require_keeper(by, row)
    today, instant = now().date(), now()
    who = by.user.email if isinstance(by, Actor) else ""
    Structure.objects.filter(pk=row.pk).update(
        verified_on=today, verified_by=who, changed_at=instant, reminded_at=None, version=F("version") + 1
    )
    Service.objects.filter(structure=row, state=SheetState.PUBLISHED).update(
        verified_on=today, verified_by=who, changed_at=instant, version=F("version") + 1
    )
    Change.objects.create(structure=row, kind=ChangeKind.CONFIRMED, by_id=by.user_id, at=instant)
    _pend(row.services.order_by("pk").values_list("pk", flat=True))
    row.refresh_from_db()
    return row


@action(SHEET_RETIRED)
def structure_retire(*, by: By, structure: Structure, version: int | None = None) -> Structure:
    """It closed: out of every list; its history stays."""
    row = _locked(Structure, structure.pk)
    _require_keeper(by, row)
    _retire(by, row, version, ChangeKind.RETIRED)
    return row


@action(SHEET_RETIRED)
def service_retire(*, by: By, service: Service, version: int | None = None) -> Service:
    row = _locked(Service, service.pk)
    home = _locked(Structure, row.structure_id)
    _require_keeper(by, home)
    before = _snapshot(row)
    row.state = SheetState.RETIRED
    _write(row, before, version, created=False)
    Change.objects.create(structure=home, service=row, kind=ChangeKind.RETIRED, by_id=by.user_id, at=row.changed_at)
    _pend([row.pk])
    return row


def _retire(by: By, row: Structure, version: int | None, kind: ChangeKind) -> None:
    before = _snapshot(row)
    row.state = SheetState.RETIRED
    _write(row, before, version, created=False)
    Change.objects.create(structure=row, kind=kind, by_id=by.user_id, at=row.changed_at)
    _pend(row.services.order_by("pk").values_list("pk", flat=True))


@action(SHEETS_MERGED)
def structures_merge(*, by: By, kept: Structure, absorbed: Structure) -> Structure:
    """Two sheets of one structure become one: services move, gaps are filled, the former identifier still leads here.

    The narrower confidentiality of the two holds. RuleBroken for a sheet and itself. Coordinator only.
    """
    if isinstance(by, Actor):
        by.require(Ability.DIRECTORY_COORDINATE)
    if kept.pk == absorbed.pk:
        raise RuleBroken(_("Choisissez deux fiches différentes."))
    first, second = (_locked(Structure, pk) for pk in sorted((kept.pk, absorbed.pk)))
    stays, goes = (first, second) if first.pk == kept.pk else (second, first)
    if SheetState.RETIRED in (stays.state, goes.state):
        raise RuleBroken(_("Une de ces fiches est déjà retirée."))
    note(absorbed=str(goes.pk))
    level = max(Confidentiality(stays.confidentiality), Confidentiality(goes.confidentiality), key=RANK.__getitem__)
    hidden_place = hidden_again(by, goes, None)
    gaps: dict[str, Any] = {"confidentiality": level}
    filled = ["description", "source_link", "phone", "email", "hours", "siret", "website", "accessibility_link"]
    for name in filled:
        if not getattr(stays, name) and getattr(goes, name):
            gaps[name] = getattr(goes, name)
    has_place = (
        any(getattr(stays, name) for name in PLACE)
        or HiddenPlace.objects.filter(structure=stays, service=None).exists()
    )
    if not has_place:
        gaps |= {name: getattr(goes, name) for name in PLACE if getattr(goes, name)} or hidden_place
    moved = list(goes.services.order_by("pk").values_list("pk", flat=True))
    Service.objects.filter(pk__in=moved).update(structure=stays, changed_at=now(), version=F("version") + 1)
    HiddenPlace.objects.filter(structure=goes, service__isnull=False).update(structure=stays)
    Change.objects.filter(structure=goes, service__isnull=False).update(structure=stays)
    stays = structure_save(by=by, structure=stays, change=ChangeKind.MERGED, **gaps)
    _narrow_services(by, stays)
    goes.refresh_from_db()
    goes.merged_into = stays
    _retire(by, goes, None, ChangeKind.MERGED)
    HiddenPlace.objects.filter(structure=goes).delete()
    Alias.objects.filter(structure=goes).update(structure=stays)
    Alias.objects.create(reference=goes.reference, structure=stays)
    _pend(moved)
    return stays


@action(PROPOSED)
def propose(
    *,
    by: Actor,
    kind: ProposalKind,
    values: Mapping[str, Any],
    structure: Structure | None = None,
    service: Service | None = None,
    organisation_id: uuid.UUID | None = None,
    word: str = "",
    version: int | None = None,
) -> Proposal:
    """Put something to the coordinator: a new structure of one's own, a change of somebody else's sheet.

    `values`: columns, as JSON holds them. A place proposed for a sheet that gives it on request is not kept.
    """
    by.require(Ability.DIRECTORY_PROPOSE)
    if organisation_id is not None and organisation_id not in by.organisation_ids:
        raise NotAllowed(_("Vous ne travaillez pas dans cette organisation."))
    kept = _proposed(kind, values, structure, service)
    note(kind=str(kind))
    return Proposal.objects.create(
        kind=kind,
        structure=structure,
        service=service,
        organisation_id=organisation_id,
        values=kept,
        word=word.strip(),
        base_version=version,
        by=by.user,
        at=now(),
    )


def _proposed(
    kind: ProposalKind, values: Mapping[str, Any], structure: Structure | None = None, service: Service | None = None
) -> dict[str, Any]:
    """Those columns as a proposal holds them: without the place of what gives it on request."""
    level = values.get("confidentiality")
    if level is None and kind == ProposalKind.NEW_STRUCTURE:
        level = usual_level(values.get("kind", StructureKind.OTHER))
    secret = level == Confidentiality.ON_REQUEST or any(
        row is not None and row.confidentiality == Confidentiality.ON_REQUEST for row in (structure, service)
    )
    kept = {name: _plain(value) for name, value in values.items() if not (secret and name in PLACE)}
    if len(str(kept.get("name", "xxx")).strip()) < 3:
        raise RuleBroken(_("Un nom a au moins trois lettres."), field="name")
    return kept


@action(PROPOSED)
def register(*, by: By, values: Mapping[str, Any], contact: str, word: str = "") -> Proposal:
    """Somebody without an account puts a structure to the coordinator. `contact`: who she is, where to answer.

    RuleBroken when so many wait that nobody could read them: nothing tells one stranger from another.
    """
    unknown = Proposal.objects.filter(by=None)
    if (
        unknown.filter(state=ProposalState.WAITING).count() >= STRANGERS_WAITING
        or unknown.filter(at__gt=now() - timedelta(hours=1)).count() >= STRANGERS_AN_HOUR
    ):
        raise RuleBroken(_("Trop de propositions attendent d’être lues. Revenez demain."))
    kept = _proposed(ProposalKind.NEW_STRUCTURE, values)
    note(kind=str(ProposalKind.NEW_STRUCTURE))
    return Proposal.objects.create(
        kind=ProposalKind.NEW_STRUCTURE, values=kept, word=word.strip(), contact=contact, at=now()
    )


@action(PROPOSAL_ANSWERED)
def proposal_answer(*, by: Actor, proposal: Proposal, accept: bool, answer: str = "") -> Proposal:
    """The coordinator accepts (it is written at once) or refuses, saying why. RuleBroken when it was answered."""
    by.require(Ability.DIRECTORY_COORDINATE)
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if row.state != ProposalState.WAITING:
        raise RuleBroken(_("Cette proposition a déjà reçu une réponse."))
    if not accept and not answer.strip():
        raise RuleBroken(_("Dites pourquoi : la personne qui propose le lira."), field="answer")
    if accept:
        _carry_out(by, row)
    row.state = ProposalState.ACCEPTED if accept else ProposalState.REFUSED
    row.answer, row.answered_by, row.answered_at = answer.strip(), by.user, now()
    row.save(update_fields=["state", "answer", "answered_by", "answered_at", "structure", "service"])
    note(state=row.state)
    return row


def _carry_out(by: Actor, row: Proposal) -> None:
    values = dict(row.values)
    if row.kind == ProposalKind.NEW_STRUCTURE:
        row.structure = structure_save(by=by, organisation_id=row.organisation_id, **values)
    elif row.kind == ProposalKind.NEW_SERVICE:
        row.service = service_save(by=by, structure=row.structure, **values)
    elif row.kind == ProposalKind.CHANGE and row.service is not None:
        service_save(by=by, service=row.service, **values)
    elif row.kind == ProposalKind.CHANGE and row.structure is not None:
        structure_save(by=by, structure=row.structure, **values)
    elif row.kind == ProposalKind.RETIRE and row.structure is not None:
        structure_retire(by=by, structure=row.structure)


@action(PLACE_ASKED)
def place_ask(*, by: Actor, structure: Structure, reason: str) -> PlaceRequest:
    """Ask for a hidden address, saying why. RuleBroken when nothing is hidden or a request is waiting."""
    if structure.state != SheetState.PUBLISHED or not by.posts:
        raise NotAllowed(_("Votre rôle ne permet pas cette action."))
    if len(reason.strip()) < 10:
        raise RuleBroken(_("Dites en une phrase pourquoi vous en avez besoin."), field="reason")
    if not HiddenPlace.objects.filter(structure=structure).exists():
        raise RuleBroken(_("Cette structure n’a pas confié d’adresse. Appelez-la."))
    if PlaceRequest.objects.filter(structure=structure, asked_by=by.user, state=AnswerState.WAITING).exists():
        raise RuleBroken(_("Vous avez déjà une demande en attente."))
    note(structure=str(structure.pk))
    return PlaceRequest.objects.create(structure=structure, asked_by=by.user, reason=reason.strip(), asked_at=now())


@action(PLACE_ANSWERED)
def place_answer(*, by: Actor, request: PlaceRequest, grant: bool, answer: str = "") -> PlaceRequest:
    """The structure's people or the coordinator give the address for a time, or refuse saying why.

    Nobody answers her own request.
    """
    row = PlaceRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    structure = Structure.objects.get(pk=row.structure_id)
    _require_keeper(by, structure)
    if row.asked_by_id == by.user_id:
        raise NotAllowed(_("Une autre personne doit répondre à votre demande."))
    if row.state != AnswerState.WAITING:
        raise RuleBroken(_("Cette demande a déjà reçu une réponse."))
    if not grant and not answer.strip():
        raise RuleBroken(_("Dites pourquoi : la personne qui demande le lira."), field="answer")
    row.state = AnswerState.GRANTED if grant else AnswerState.REFUSED
    row.answer, row.answered_by, row.answered_at = answer.strip(), by.user, now()
    row.until = row.answered_at + GRANTED_FOR if grant else None
    row.save(update_fields=["state", "answer", "answered_by", "answered_at", "until"])
    note(state=row.state)
    return row
