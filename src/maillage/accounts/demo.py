"""Demo accounts: invented people whose second factor anyone can compute. Only where settings say DEMO."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured

from maillage.accounts import totp
from maillage.accounts.enums import Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.services import membership_open, user_create
from maillage.audit.journal import SYSTEM

PASSWORD = "parapluie tabouret lampadaire"  # noqa: S105  # printed on the demo's first screen
DOMAIN = "exemple.invalid"


def _only_in_demo() -> None:
    if not settings.DEMO:
        raise ImproperlyConfigured("demo accounts exist only under demo settings")


def secret(email: str) -> str:
    """The base32 TOTP secret of a demo account: the same on every machine."""
    return base64.b32encode(hashlib.sha256(f"maillage demo {email}".encode()).digest()[:20]).decode()


@lru_cache(maxsize=1)
def _hashed() -> str:
    """One hash for all: everybody knows the password, and a dozen would take half of the first start."""
    return make_password(PASSWORD)


def demo_account(*, email: str, display_name: str, posts: Iterable[tuple[Role, Organisation]], phone: str = "") -> User:
    """An account that signs in with `PASSWORD` and the codes of `secret(email)`; the existing one when there is one."""
    _only_in_demo()
    if not email.endswith(f"@{DOMAIN}"):
        raise ValueError(f"a demo address ends with @{DOMAIN}")
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known
    user = user_create(by=SYSTEM, email=email, display_name=display_name, phone=phone)
    user.password = _hashed()
    user.save(update_fields=["password"])
    for role, organisation in posts:
        membership_open(by=SYSTEM, user=user, organisation=organisation, role=role)
    TOTP.activate(user, secret(email))
    RecoveryCodes.activate(user)
    return user


@dataclass(frozen=True)
class DemoCode:
    """What someone needs to sign in now. `seconds`: how long the code is shown; it is taken half a minute longer."""

    email: str
    display_name: str
    roles: tuple[str, ...]
    code: str
    seconds: int


def demo_codes(at: datetime) -> list[DemoCode]:
    """The present code of every demo account, by name."""
    _only_in_demo()
    instant = at.timestamp()
    enrolled = Authenticator.objects.filter(type=Authenticator.Type.TOTP, user__email__endswith=f"@{DOMAIN}")
    users = User.objects.filter(pk__in=enrolled.values("user_id"), is_active=True).prefetch_related("memberships")
    return [
        DemoCode(
            email=user.email,
            display_name=user.display_name,
            roles=tuple(
                sorted({str(Role(post.role).label) for post in user.memberships.all() if post.ends_at is None})
            ),
            code=totp.code_at(secret(user.email), instant),
            seconds=totp.PERIOD - int(instant) % totp.PERIOD,
        )
        for user in users.order_by("display_name", "pk")
    ]


def demo_accounts_exist() -> bool:
    """Whether someone here signs in with a secret that everybody knows; production refuses to start then."""
    return User.objects.filter(email__endswith=f"@{DOMAIN}").exists()
