"""Incidents around a place: noted by who works there, passed on to the police or the gendarmerie. Nobody's file."""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.models import Organisation
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import INCIDENT_RECORDED, INCIDENT_SENT, Force, IncidentKind
from maillage.casework.models import PlaceIncident
from maillage.casework.services import base
from maillage.casework.words import INCIDENT, SENT
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.tasks.enums import Means
from maillage.vault.sealing import Sealer, system_key


@action(INCIDENT_RECORDED)
def incident_record(
    *, by: Actor, organisation: Organisation, kind: str, happened_at: datetime, seen: str, who_saw: str
) -> PlaceIncident:
    """Note what happened around a place. NotAllowed elsewhere; RuleBroken (kind, happened_at, seen, who_saw)."""
    if not access.places_of(by).filter(pk=organisation.pk).exists():
        raise NotAllowed(_("Ce lieu ne relève pas de votre équipe."))
    if kind not in IncidentKind.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="kind")
    words = base.clean({"seen": seen, "who_saw": who_saw})
    base.require(words, "seen", _("Écrivez ce qui a été vu ou entendu."))
    base.require(words, "who_saw", _("Dites qui l’a vu ou entendu."))
    instant = now()
    if happened_at > instant:
        raise RuleBroken(_("L’heure est dans le futur."), field="happened_at")
    row = PlaceIncident(
        organisation=organisation, kind=kind, happened_at=happened_at, written_at=instant, author=by.user
    )
    Sealer(system_key()).seal(row, text={name: words[name] for name in INCIDENT if name in words})
    row.save(force_insert=True)
    journal(kind=kind, organisation=organisation.pk)
    return row


@action(INCIDENT_SENT)
def incident_send(
    *,
    by: Actor,
    incident: PlaceIncident,
    version: int | None,
    sent_at: datetime,
    force: str,
    who: str,
    means: str,
    reference: str = "",
) -> PlaceIncident:
    """Say that it was passed on: when, to whom, how, under which reference. Once; StaleEdit when somebody did before.

    RuleBroken (force, means, who, sent_at).
    """
    row = access.incidents_visible_to(by).filter(pk=incident.pk).select_related("data_key").first()
    if row is None:
        raise NotAllowed(_("Ce lieu ne relève pas de votre équipe."))
    words = base.clean({"force": force, "who": who, "means": means, "reference": reference})
    if row.version != version:
        raise _late(by, row, words)
    if row.sent_at is not None:
        raise RuleBroken(_("La transmission est déjà notée."))
    if force not in Force.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="force")
    if means not in Means.values:
        raise RuleBroken(_("Choisissez un moyen."), field="means")
    base.require(words, "who", _("Dites à qui : service, nom ou fonction."))
    if sent_at > now():
        raise RuleBroken(_("L’heure est dans le futur."), field="sent_at")
    if sent_at < row.happened_at:
        raise RuleBroken(_("C’est avant les faits."), field="sent_at")
    Sealer(row.data_key).seal(row, sent_to=words)
    written = PlaceIncident.objects.filter(pk=row.pk, version=version).update(
        sent_at=sent_at, sent_by=by.user, sent_to=row.sent_to, version=F("version") + 1
    )
    row.refresh_from_db()
    if not written:
        raise _late(by, row, words)
    journal(organisation=row.organisation_id)
    return row


def _late(by: Actor, row: PlaceIncident, typed: dict[str, str]) -> StaleEdit:
    stored = access.open_incident(by, row).value(row, "sent_to") or {}
    said = {"force": dict(Force.choices), "means": dict(Means.choices)}
    pairs = [
        (str(label), *(str(said.get(name, {}).get(one.get(name, ""), one.get(name, ""))) for one in (stored, typed)))
        for name, label in SENT.items()
    ]
    return StaleEdit(
        _("La transmission a été notée pendant que vous écriviez."),
        differences=[Difference(*pair) for pair in pairs if pair[1] != pair[2]],
        current_version=row.version,
    )
