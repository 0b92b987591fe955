"""Sealing what belongs to no young person, under the system's key: sessions, second factors, parked forms, places."""

import base64
import binascii
import uuid

import tink

from maillage.accounts.models import Organisation
from maillage.common.enums import Section
from maillage.vault.models import DataKey
from maillage.vault.sealing import Erased, Opened, Sealer, system_key

# Unwrapped keys by id: a rotation wraps the same key anew, so what is here stays true.
_opened: dict[uuid.UUID, Opened] = {}


def seal(purpose: str, clear: bytes) -> str:
    """Ciphertext as text, readable again with the same purpose only."""
    key = system_key()
    sealed = Sealer(key).seal_bytes(purpose, clear)
    return f"{key.pk.hex}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(purpose: str, text: str) -> bytes | None:
    """The clear bytes; None for anything that was not sealed here for that purpose."""
    name, dot, sealed = text.partition(".")
    if not dot:
        return None
    try:
        key_id = uuid.UUID(hex=name)
        if key_id not in _opened:
            key = DataKey.objects.filter(pk=key_id).first()
            if key is None:
                return None
            _opened[key_id] = Opened(key, [])
        return _opened[key_id].open_bytes(purpose, base64.urlsafe_b64decode(sealed))
    except (ValueError, binascii.Error, tink.TinkError, Erased):
        return None


def place_of(organisation: Organisation) -> tuple[str, str]:
    """Address and commune (code INSEE) of an organisation, "" when unknown.

    Knows no rule of sight: where it is may be where somebody lives (see `youth.access.address_of`).
    """
    if organisation.data_key_id is None:
        return "", ""
    opened = Opened(system_key(), [Section.WHEREABOUTS])
    return opened.text(organisation, "address"), opened.text(organisation, "commune")
