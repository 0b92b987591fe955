"""Pages of refusals and failures: each says what happened and gives back what was typed.

`Refusals` turns what a service raised into a page; the other functions are the project's error handlers.
"""

import errno
import logging
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.utils.translation import gettext as _

from maillage.common.errors import DomainError, StaleEdit, TokenConflict
from maillage.common.forms import TOKEN, Typed, token_is_of, typed

logger = logging.getLogger("maillage.refusals")

_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
    }
)
# SQLSTATE classes: connection lost, transaction rolled back, no resources, object in use, operator's intervention.
_POSTGRES = frozenset({"08", "40", "53", "55", "57"})
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True)
class Resend:
    """A form to send again: where, every value, and whether files have to be chosen again."""

    action: str
    fields: list[Typed] = field(default_factory=list)
    files: bool = False

    @property
    def shown(self) -> list[Typed]:
        return [one for one in self.fields if one.label and one.shown]


def resend(request: HttpRequest, **replaced: object) -> Resend | None:
    """What was sent, ready to be sent again (None when nothing was)."""
    if request.method != "POST":
        return None
    try:
        return Resend(request.get_full_path(), typed(request.POST, **replaced), bool(request.FILES))
    except (UnreadablePostError, RequestDataTooBig):
        return None


def is_busy(error: BaseException | None) -> bool:
    """Whether the database or the disk refused for now, through no fault of the request."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _DISK:
            return True
        if isinstance(error, OperationalError):
            cause = error.__cause__
            if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
                return (code & 0xFF) in _SQLITE
            if (state := getattr(cause, "sqlstate", None)) is not None:
                return str(state)[:2] in _POSTGRES
            # Our own queue before the database, or PostgreSQL not answering at all.
            return "locked" in str(error) or cause is not None
        error = error.__cause__ or error.__context__
    return False


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, with the form kept: nothing was written."""
    context: dict[str, Any] = {"message": "", "differences": [], "resend": resend(request)}
    page = render(request, "errors/503.html", context, status=503)
    page["Retry-After"] = "5"
    return page


class Refusals:
    """Middleware: a page for what a view let through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, StaleEdit):
            return render(
                request,
                "errors/conflict.html",
                {
                    "message": exception.message,
                    "differences": exception.differences,
                    "resend": resend(request, version=exception.current_version),
                },
                status=exception.status,
            )
        if isinstance(exception, TokenConflict):
            return render(
                request,
                "errors/conflict.html",
                {"message": exception.message, "differences": [], "resend": resend(request)},
                status=exception.status,
            )
        if isinstance(exception, DomainError):
            return render(
                request,
                f"errors/{exception.status}.html",
                {"message": exception.message, "differences": [], "resend": resend(request)},
                status=exception.status,
            )
        if is_busy(exception):
            logger.warning("busy", extra={"request": request, "status_code": 503})
            return unavailable(request)
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return render(request, "errors/413.html", {"message": ""}, status=413)
    return render(request, "errors/400.html", {"message": ""}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    context: dict[str, Any] = {"message": str(exception), "differences": [], "resend": None}
    return render(request, "errors/403.html", context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same page for what does not exist and for what a stranger may not know of."""
    return render(request, "errors/404.html", {"message": ""}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    # Reached from an `except` block of Django's: what was raised outside of views (saving a session…) is known.
    if is_busy(sys.exc_info()[1]):
        return unavailable(request)
    return render(request, "errors/500.html", {"message": ""}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before a sign-in elsewhere: given back to its author, to no one else."""
    user = getattr(request, "user", None)
    own = user is not None and user.is_authenticated and token_is_of(request.POST.get(TOKEN, ""), user.pk)
    context: dict[str, Any] = {
        "message": _("Cette page datait d’une connexion précédente. Rien n’a été enregistré."),
        "differences": [],
        "resend": resend(request) if own else None,
    }
    return render(request, "errors/403.html", context, status=403)
