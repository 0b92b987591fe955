"""Eighteen years: what ends that day, what goes on and on which ground, what the young person wants, in her words."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import MAJORITY_PLANNED, Asked, Level
from maillage.casework.models import Note
from maillage.casework.services.notes import note_write
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.localtime import ZONE, instant
from maillage.vault.sealing import Opened
from maillage.youth import access as youth
from maillage.youth import duties
from maillage.youth.access import Entrance
from maillage.youth.enums import LegalBasis, MissionKind
from maillage.youth.following import missions_running
from maillage.youth.majority import AGE, LAST_AGE, asked_on, birthday
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.selectors import birth_date, service_name
from maillage.youth.services import mission_change
from maillage.youth.services.base import lock
from maillage.youth.services.missions import lives_there, open_mission, owns

# On what ground somebody may go on knowing her once she is of age: her agreement first.
BASES = (LegalBasis.YOUNG_ADULT, LegalBasis.CARE, LegalBasis.SHARED_SECRECY)


@dataclass(frozen=True)
class Passage:
    """The day she is eighteen; the missions that would still run then, to decide, or that end with her place."""

    day: date
    at: datetime
    last_day: date
    asked_on: date
    to_decide: list[Mission]
    with_the_place: list[Mission]


def passage(entered: Entrance, opened: Opened) -> Passage | None:
    """None when her birth is not known, or when she is eighteen already."""
    born = birth_date(opened, entered.person)
    if born is None:
        return None
    day = birthday(born, AGE)
    at = instant(day, time.min, ZONE)
    if at <= now():
        return None
    beyond = [
        mission
        for mission in missions_running(entered.person)
        if mission.kind != MissionKind.TEMPORARY
        and mission.starts_at < at
        and (mission.ends_at is None or mission.ends_at > at)
    ]
    return Passage(
        day=day,
        at=at,
        last_day=birthday(born, LAST_AGE),
        asked_on=asked_on(born),
        to_decide=[one for one in beyond if not lives_there(one)],
        with_the_place=[one for one in beyond if lives_there(one)],
    )


def holder_of(mission: Mission, opened: Opened) -> str:
    """Who holds it, in words that give no place to who may not know it."""
    if mission.user is not None:
        return mission.user.display_name
    return service_name(mission.organisation, opened.sections) if mission.organisation else ""


@action(MAJORITY_PLANNED)
def majority_plan(
    *,
    by: Actor,
    person: YoungPerson,
    goes_on: Mapping[uuid.UUID, bool],
    until: date | None,
    legal_basis: str,
    asked: str,
    words: str,
    ends_text: str,
    goes_on_text: str,
) -> Note:
    """Write what is decided, and give each mission its end: at eighteen, or then another one on another ground.

    `goes_on`: mission → whether somebody goes on. RuleBroken when one is left out, when nobody of the ASE would answer
    for the file any more, or when her words are announced and not written. The note is append-only, as every note.
    """
    entered = youth.enter(by, person.pk)
    if not access.owns(entered):
        raise NotAllowed(_("Seules les personnes qui répondent de ce dossier à l’ASE décident de la suite."))
    lock(person)
    opened = entered.open(Section.IDENTITY, Section.WHEREABOUTS)
    found = passage(entered, opened)
    if found is None:
        raise RuleBroken(_("Sa date de naissance manque, ou elle est déjà majeure : modifiez ses missions une à une."))
    if asked not in Asked.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="asked")
    if asked == Asked.SAID and not words.strip():
        raise RuleBroken(_("Écrivez ce qu’elle a dit, avec ses mots."), field="words")
    if {mission.pk for mission in found.to_decide} != set(goes_on):
        raise RuleBroken(_("Les missions ont changé pendant que vous écriviez : relisez la liste."))
    on = [mission for mission in found.to_decide if goes_on[mission.pk]]
    over = [mission for mission in found.to_decide if not goes_on[mission.pk]]
    if on and (until is None or not found.day < until <= found.last_day):
        raise RuleBroken(_("Indiquez jusqu’à quand : après dix-huit ans, avant vingt et un ans."), field="until")
    if on and legal_basis not in BASES:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="legal_basis")
    if any(owns(mission) for mission in over) and not any(owns(mission) for mission in on):
        raise RuleBroken(_("Plus personne à l’ASE ne répondrait de ce dossier : gardez quelqu’un."))
    for mission in found.to_decide:
        mission_change(by=by, mission=mission, version=mission.version, sections=mission.sections, ends_at=found.at)
    for mission in on:
        assert until is not None
        open_mission(
            by=by, person=person, kind=mission.kind, organisation=mission.organisation, user=mission.user,
            sections=mission.sections, legal_basis=legal_basis, starts_at=found.at,
            ends_at=instant(until, time.min, ZONE),
        )  # fmt: skip
    note = note_write(
        by=by, person=person, level=Level.TEAM, text=_text(found, on, over, opened, asked, ends_text, goes_on_text),
        words=words if asked == Asked.SAID else "",
    )  # fmt: skip
    duties.settled(
        by=by, person=person, key=duties.key_of("majority", person.pk), reason=_("La suite est écrite dans le dossier.")
    )
    journal(subject=person.pk, ends=len(over), goes_on=len(on))
    return note


def _text(
    found: Passage, on: list[Mission], over: list[Mission], opened: Opened, asked: str, ends: str, goes_on: str
) -> str:
    """The note in words. Names of services stay out where they would give the place to other readers of the note."""
    said = [_("Dix-huit ans le %(day)s : ce qui est prévu.") % {"day": date_format(found.day, "j F Y")}]
    for label, missions, text in ((_("Ce qui s’arrête"), over, ends), (_("Ce qui continue"), on, goes_on)):
        kinds = [str(mission.get_kind_display()) for mission in missions]
        line = " ; ".join(filter(None, [", ".join(dict.fromkeys(kinds)), text.strip()]))
        if line:
            said.append(_("%(label)s : %(what)s") % {"label": label, "what": line})
    if asked != Asked.SAID:
        said.append(_("Ce qu’elle veut : %(answer)s") % {"answer": str(Asked(asked).label).lower()})
    return "\n".join(said)
