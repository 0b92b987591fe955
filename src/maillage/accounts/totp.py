"""Codes of an authenticator app, each accepted once.

Allauth remembers a used code in the cache for one period; with a tolerance of one period either side, a code
lives three. The counter of the last code used is kept with the secret instead (RFC 6238, section 5.2).
"""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction

_LAST = "last_counter"
PERIOD = 30  # seconds


def code_at(secret: str, instant: float) -> str:
    """The six digits that a base32 secret gives at an instant (epoch seconds)."""
    return str(format_hotp_value(hotp_value(secret, int(instant) // PERIOD)))


def spend(authenticator: Authenticator, code: str) -> bool:
    """Accept a code later than every code accepted before; False otherwise."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        secret = decrypt(row.data["secret"])
        matching = [
            counter
            for counter in yield_hotp_counters_from_time()
            if counter > row.data.get(_LAST, 0)
            and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter)))
        ]
        if not matching:
            return False
        row.data[_LAST] = max(matching)
        row.save(update_fields=["data"])
    return True
