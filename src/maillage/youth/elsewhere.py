"""A service of another département is named, never chosen from a list: the look-up, and the proof that it was made.

Who may write a mission learns from the answer whether a service bears that name: each look-up is journalled, without
its words, and an account makes so many an hour.

A proof travels in the address of the form that follows. It is signed for one professional, one young person and one
service, and says none of them: without it, the identifier of a service far away opens nothing.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.models import Organisation
from maillage.audit.journal import record
from maillage.common.errors import RuleBroken
from maillage.common.letters import fold
from maillage.youth.enums import SERVICE_NAMED
from maillage.youth.lookup_limits import one_more
from maillage.youth.selectors import hosts_anywhere

LOOK_UPS_AN_HOUR = 20
# The form opens for an hour, and whoever has it open has one more to send it: what she typed is not lost to a clock.
TO_OPEN, TO_SEND = timedelta(hours=1), timedelta(hours=2)
_SALT = "maillage.youth.elsewhere"
_WITH_CODE = re.compile(r"(?P<name>.+?)\s*\((?P<code>\w{2,3})\)")


def named(
    by: Actor,
    text: str,
    *,
    outside: str,
    among: QuerySet[Organisation],
    person_id: uuid.UUID | None = None,
    field: str = "elsewhere",
) -> Organisation:
    """That one of `among` outside that département which bears exactly this name, accents and case aside; « (75) »
    after it tells two of the same name apart. RuleBroken (`field`) when none does, several do, or too many were asked.

    Never a list: a place far away is given by who was told its name, and a confidential one shown to nobody who looks.
    """
    if not one_more(by.user_id, LOOK_UPS_AN_HOUR, seconds=3600, what="elsewhere"):
        raise RuleBroken(_("Trop de noms essayés en une heure. Attendez avant le suivant."), field=field)
    told = _WITH_CODE.fullmatch(text.strip())
    name, code = (told["name"], told["code"].upper()) if told else (text, "")
    others = among.filter(departement=code) if code else among
    known = others.exclude(departement=outside).order_by("pk").values_list("pk", "name")
    found = [pk for pk, called in known if fold(called) == fold(name)]
    one = found[0] if len(found) == 1 else None
    record(SERVICE_NAMED, by=by, subject=person_id, payload={"found": len(found), "organisation": one})
    if not found:
        raise RuleBroken(_("Aucun service d’un autre département ne porte exactement ce nom."), field=field)
    if one is None:
        raise RuleBroken(_("Plusieurs services portent ce nom : ajoutez le département, « Nom (75) »."), field=field)
    return Organisation.objects.get(pk=one)


def place(
    by: Actor, typed: Mapping[str, Any], *, outside: str, person_id: uuid.UUID | None = None
) -> Organisation | None:
    """Where she lives, as a form says it: `organisation`, of the list, or what `elsewhere` names; None for neither."""
    chosen: Organisation | None = typed["organisation"]
    if chosen is not None or not typed["elsewhere"]:
        return chosen
    return named(by, typed["elsewhere"], outside=outside, among=hosts_anywhere(), person_id=person_id)


def _said(user_id: uuid.UUID, person_id: uuid.UUID, service_id: uuid.UUID) -> str:
    return f"{user_id}/{person_id}/{service_id}:"


def prove(user_id: uuid.UUID, person_id: uuid.UUID, service_id: uuid.UUID) -> str:
    """A proof that this professional has just given, for her, the exact name of this service."""
    said = _said(user_id, person_id, service_id)
    return signing.TimestampSigner(salt=_SALT).sign(said.removesuffix(":")).removeprefix(said)


def proven(user_id: uuid.UUID, person_id: uuid.UUID, service_id: uuid.UUID, proof: str, within: timedelta) -> bool:
    """False when it was made up, is too old, or is about somebody or something else."""
    try:
        signing.TimestampSigner(salt=_SALT).unsign(_said(user_id, person_id, service_id) + proof, max_age=within)
    except signing.BadSignature:
        return False
    return True
