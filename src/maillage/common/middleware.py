"""What surrounds every view: whose forms, what a read may write, what a browser may keep."""

import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from maillage.common import forms

Handler = Callable[[HttpRequest], HttpResponse]

READS = frozenset({"GET", "HEAD", "OPTIONS"})

# PostgreSQL writes each side of a union in parentheses.
_HARMLESS = re.compile(
    r"\s*\(*(SELECT|WITH|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|COMMIT|PRAGMA|SHOW|SET|DECLARE|EXPLAIN)\b", re.I
)
# What a read may write, and nothing else: that it read, the machinery of sessions and rate limits.
_ALLOWED = re.compile(
    r"""\s*(?:
        INSERT\ (?:OR\ \w+\ )?INTO\ "audit_journalentry"
      | (?:INSERT\ (?:OR\ \w+\ )?INTO|UPDATE|DELETE\ FROM)\ "(?:django_session|maillage_cache)"
      | UPDATE\ "accounts_user"\ SET\ "last_seen_at"\ =\ \S+\ WHERE
    )""",
    re.I | re.X,
)


class WriteDuringRead(Exception):
    """A GET tried to change something. A programming error: nothing was written."""


def refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
    """A wrapper of the connection's `execute` (`connection.execute_wrapper`)."""
    if _HARMLESS.match(sql) or _ALLOWED.match(sql):
        return execute(sql, params, many, context)
    raise WriteDuringRead(sql[:80])


def read_only(get_response: Handler) -> Handler:
    """GET and HEAD change nothing, whatever a view does."""

    def handle(request: HttpRequest) -> HttpResponse:
        guarded = connection.execute_wrapper(refuse_writes) if request.method in READS else nullcontext()
        with guarded:
            return get_response(request)

    return handle


def form_author(get_response: Handler) -> Handler:
    """Tokens of forms made during a request belong to whoever is signed in."""

    def handle(request: HttpRequest) -> HttpResponse:
        with forms.author(lambda: str(request.user.pk) if request.user.is_authenticated else ""):
            return get_response(request)

    return handle


def no_store(get_response: Handler) -> Handler:
    """Nothing stays in a browser's cache unless its view says so."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


class CsrfMiddleware(CsrfViewMiddleware):
    """Django's, for pages without referrer: browsers then send `Origin: null` with the page's own forms."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META.get("HTTP_ORIGIN") == "null":
            # Only a browser can set this header, and no page can forge it.
            return request.META.get("HTTP_SEC_FETCH_SITE") == "same-origin"
        verified: bool = super()._origin_verified(request)  # type: ignore[misc]
        return verified
