"""What refuses an unsafe production start: each check has an id and says what to do.

They run in `maillage manage check --deploy`, before `maillage run` outside demo settings, and when a web or worker
process starts with production settings (`refuse_unsafe`).
"""

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from maillage.accounts.demo import demo_accounts_exist

TAG = "maillage"
_SHORTEST_SECRET, _FEWEST_CHARACTERS = 50, 5
_WEAK_SECRETS = ("django-insecure-", "test-only", "changeme")


def _error(number: int, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"maillage.E{number:03}")


@register(TAG, deploy=True)
def demonstration(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> Iterator[CheckMessage]:
    if settings.DEMO:
        yield _error(
            1,
            "Demo settings are in force.",
            "Set DJANGO_SETTINGS_MODULE=maillage.config.settings.production.",
        )
    try:
        found = demo_accounts_exist()
    except DatabaseError:
        return  # no tables yet, no accounts
    if found:
        yield _error(
            2,
            "Demo accounts exist: anybody can compute their second factor.",
            "Start from an empty database; demo data is never turned into real data.",
        )


@register(TAG, deploy=True)
def secret(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> Iterator[CheckMessage]:
    key = settings.SECRET_KEY
    if (
        len(key) < _SHORTEST_SECRET
        or len(set(key)) < _FEWEST_CHARACTERS
        or any(key.startswith(weak) for weak in _WEAK_SECRETS)
    ):
        yield _error(
            3,
            "The signing key is missing, short or a default.",
            "Set MAILLAGE_SECRET_KEY_FILE to a file of 50 random characters or more, readable by this account alone.",
        )


@register(TAG, deploy=True)
def debug(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield _error(4, "DEBUG is on: error pages would show what they hold.", "Set DEBUG to False.")


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


@register(TAG, deploy=True)
def keys(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> Iterator[CheckMessage]:
    folder = Path(settings.KEYS)
    if folder.is_dir():
        exposed = [one for one in (folder, *sorted(folder.iterdir())) if _open_to_others(one)]
        if exposed:
            names = ", ".join(one.name for one in exposed)
            yield _error(
                5,
                f"Master keys can be read by other accounts: {names}.",
                f"chmod 700 {folder}; chmod 600 {folder}/*",
            )
    # A folder is backed up whole: a key beside what it seals seals nothing.
    sealed = [Path(settings.FILES)]
    if connection.vendor == "sqlite":
        sealed.append(Path(connection.settings_dict["NAME"]).parent)
    for place in sealed:
        if folder.resolve().is_relative_to(place.resolve()):
            yield _error(
                6,
                f"Master keys are inside {place}, so in the same backup as what they seal.",
                "Set MAILLAGE_KEYS to a folder of its own, for instance /etc/maillage/keys.",
            )
            return


@register(TAG, deploy=True)
def cookies(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> Iterator[CheckMessage]:
    secure = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
    hidden = settings.SESSION_COOKIE_HTTPONLY and settings.CSRF_COOKIE_HTTPONLY
    strict = settings.SESSION_COOKIE_SAMESITE in ("Lax", "Strict") and settings.CSRF_COOKIE_SAMESITE in (
        "Lax",
        "Strict",
    )
    if not (secure and hidden and strict):
        yield _error(
            7,
            "Cookies are not Secure, HttpOnly and SameSite.",
            "Leave the cookie settings of maillage.config.settings.production as they are.",
        )


@register(TAG, deploy=True)
def plain_http(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> Iterator[CheckMessage]:
    redirected = settings.SECURE_SSL_REDIRECT and settings.SECURE_HSTS_SECONDS >= 31_536_000
    if not redirected or not settings.BASE_URL.startswith("https://"):
        yield _error(
            8,
            "Pages could be read over plain HTTP.",
            "Set MAILLAGE_URL=https://… and keep the redirect and HSTS of the production settings.",
        )


@register(TAG, deploy=True)
def database(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> Iterator[CheckMessage]:
    if connection.vendor == "sqlite" and not settings.SQLITE_CHOSEN:
        yield _error(
            9,
            "The database is SQLite, by default and not by choice.",
            "Set DATABASE_URL=postgres://…, or MAILLAGE_SQLITE=yes for a single small site.",
        )


@register(TAG, deploy=True)
def hosts(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> Iterator[CheckMessage]:
    if not settings.ALLOWED_HOSTS or any(host in ("*", ".") for host in settings.ALLOWED_HOSTS):
        yield _error(
            10,
            "Any host name is answered to, or none.",
            "Set MAILLAGE_HOSTS to the names this site is known by, separated by commas.",
        )


def unsafe() -> list[CheckMessage]:
    """Errors of the checks above."""
    found = run_checks(tags=[TAG], include_deployment_checks=True)
    return [message for message in found if message.level >= 40]


def refuse_unsafe() -> None:
    """ImproperlyConfigured when production would start unsafe. Demo settings answer on this machine alone."""
    if settings.DEMO:
        return
    if found := unsafe():
        lines = "\n".join(f"{message.id}: {message.msg}\n    {message.hint}" for message in found)
        raise ImproperlyConfigured(f"unsafe start refused\n{lines}")
