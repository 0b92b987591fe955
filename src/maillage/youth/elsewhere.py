"""A service of another département is named, never chosen from a list; and the proof that it was.

A proof travels in the address of the form that follows. It is signed for one professional, one young person and one
service, and says none of them: without it, the identifier of a service far away opens nothing.
"""

import uuid
from datetime import timedelta

from django.core import signing

# The form opens for an hour, and whoever has it open has one more to send it: what she typed is not lost to a clock.
TO_OPEN, TO_SEND = timedelta(hours=1), timedelta(hours=2)
_SALT = "maillage.youth.elsewhere"


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
