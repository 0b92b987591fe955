"""Addresses that say nothing: what a page is about travels sealed under the system's key.

Nothing in them is a right: whoever opens one is asked again what she may see.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from maillage.accounts import sealed
from maillage.vault.sealing import Sealer, system_key


@dataclass(frozen=True)
class Hidden:
    """The word of an opaque address. Never the same twice for the same content."""

    word: str


class HiddenConverter:
    """`<hidden:…>` in a path."""

    regex = "[A-Za-z0-9_-]{40,900}"

    def to_python(self, value: str) -> Hidden:
        return Hidden(value)

    def to_url(self, value: Hidden | str) -> str:
        return value.word if isinstance(value, Hidden) else value


class Addresses:
    """Makes the opaque words of one page: the system's key is unwrapped once for all of them."""

    def __init__(self, purpose: str) -> None:
        self._purpose = f"maillage.address:{purpose}"
        self._key = system_key()
        self._sealer = Sealer(self._key)

    def hide(self, content: Any) -> str:
        """`content`: anything JSON holds."""
        clear = json.dumps(content, separators=(",", ":")).encode()
        sealed_bytes = self._key.pk.bytes + self._sealer.seal_bytes(self._purpose, clear)
        return base64.urlsafe_b64encode(sealed_bytes).decode().rstrip("=")


def show(purpose: str, hidden: Hidden) -> Any:
    """What the word says; Http404 when it was not made here for that purpose."""
    word = hidden.word
    try:
        whole = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except (ValueError, binascii.Error):
        raise Http404 from None
    text = f"{whole[:16].hex()}.{base64.urlsafe_b64encode(whole[16:]).decode()}"
    clear = sealed.unseal(f"maillage.address:{purpose}", text)
    if clear is None:
        raise Http404
    return json.loads(clear)
