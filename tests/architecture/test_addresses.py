"""Every address says who may knock, and says nothing of what is behind it."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from maillage.accounts.enums import Role
from maillage.common.doors import Door

# Words an address bar or a history must not show.
TELLING = re.compile(r"fugue|runaway|missing|mineur|ase\b|placement|danger|juge|police|sante|health|detresse", re.I)


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        address = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, address)
        else:
            yield address, one


ADDRESSES = list(patterns(get_resolver()))


def test_there_are_addresses_to_look_at() -> None:
    assert len(ADDRESSES) > 60


@pytest.mark.parametrize(("address", "pattern"), ADDRESSES, ids=[address for address, _ in ADDRESSES])
def test_every_address_has_a_door(address: str, pattern: URLPattern) -> None:
    door = getattr(pattern.callback, "door", None)
    assert isinstance(door, Door), f"{address} says not who may knock"
    assert door.roles <= set(Role)
    assert not (door.public and door.roles)


def test_what_is_public_is_listed_here() -> None:
    """A door opened to the world is a decision: it is read in review, here."""
    public = {pattern.name for _, pattern in ADDRESSES if getattr(pattern.callback, "door", Door()).public}
    assert public <= PUBLIC, public - PUBLIC


PUBLIC = {
    "account_login", "mfa_login_webauthn", "mfa_authenticate", "account_logout", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "language", "preferences", "help", "legal", "offline", "components",
    "start", "doors", "traces", "card", "law", "transmit", "transmit_in", "resources", "noticing", "stop", "near",
    "look_css", "logo",  # a département's own sign
    "structure_register", "structure_registered",  # an organisation without an account puts itself to the directory
    # A share opened with its code; the directory for programs.
    "open", "opened_paper", "api-root", "openapi-json", "search_services", "service", "services", "structure",
    "structures", "sources", "doc-frais", "doc-modes-accueil", "doc-modes-mobilisation", "doc-publics",
    "doc-personnes-mobilisatrices", "doc-reseaux-porteurs", "doc-thematiques", "doc-types-services",
}  # fmt: skip


@pytest.mark.parametrize("address", [address for address, _ in ADDRESSES])
def test_addresses_are_neutral(address: str) -> None:
    assert not TELLING.search(re.sub(r"<[^>]*>|\(\?P<.*?>", "", address))


def test_cookies_have_neutral_names() -> None:
    names = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME]
    assert all(len(name.removeprefix("__Host-")) == 1 for name in names)
