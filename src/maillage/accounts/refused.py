"""Sign-ins that fail, in the journal: which account, at which step, never the address that was typed.

One row a minute for each address and step: enough to see somebody trying, not enough to fill the journal. An address
nobody has is treated like the others, so that trying tells nothing.
"""

import hashlib

from django.core.cache import cache

from maillage.accounts.enums import SIGN_IN_REFUSED
from maillage.accounts.models import User
from maillage.audit.journal import SYSTEM, record

_AGAIN_AFTER = 60  # seconds
_LONGEST = 320  # an address has no more characters


def note_refused(step: str, *, address: str = "", user: User | None = None) -> None:
    """`step`: password, code or key. `user`, or whoever has this address."""
    typed = (address or (user.email if user else "")).strip().lower()[:_LONGEST]
    found = User.objects.filter(email__iexact=typed).first() if address else user
    who = hashlib.sha256(typed.encode("utf-8", "replace")).hexdigest()
    if cache.add(f"refused:{step}:{who}", 1, _AGAIN_AFTER):
        record(SIGN_IN_REFUSED, by=SYSTEM, obj=found, payload={"step": step})
