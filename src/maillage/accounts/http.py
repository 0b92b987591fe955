"""From a request to the professional who acts."""

import hashlib
import json

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from maillage.accounts.actors import Actor, actor_of

TOKEN = "form_token"  # noqa: S105  # a field's name
_LONGEST_TOKEN = 64
# What a repeat of the same form may change: the CSRF token is masked anew on every page.
_NOT_CONTENT = frozenset({"csrfmiddlewaretoken", TOKEN})


def actor(request: HttpRequest) -> Actor:
    """The signed-in professional with the roles she holds now, and the token and digest of the form she sent.

    Made once per request. PermissionDenied (403) when nobody is signed in.
    """
    if not request.user.is_authenticated:
        raise PermissionDenied
    # A form held back until its author confirmed who she is takes the place of the one that confirmed.
    known: Actor | None = getattr(request, "_maillage_actor", None)
    if known is None or getattr(request, "_maillage_actor_body", None) is not request.POST:
        token, body = None, ""
        if request.method == "POST":
            token, body = _token(request), digest(request)
        known = actor_of(request.user, token=token, digest=body)
        request._maillage_actor = known  # type: ignore[attr-defined]
        request._maillage_actor_body = request.POST  # type: ignore[attr-defined]
    return known


def _token(request: HttpRequest) -> str | None:
    token = request.POST.get(TOKEN, "")
    return token if 0 < len(token) <= _LONGEST_TOKEN else None


def digest(request: HttpRequest) -> str:
    """SHA-256 (hex) of where the form goes, its fields and files in a fixed order, without CSRF and form tokens."""
    fields = sorted((name, values) for name, values in request.POST.lists() if name not in _NOT_CONTENT)
    files = []
    for name, uploads in sorted(request.FILES.lists()):
        for upload in uploads:
            content = hashlib.sha256()
            for chunk in upload.chunks():
                content.update(chunk)
            upload.seek(0)
            files.append((name, content.hexdigest()))
    return hashlib.sha256(json.dumps([request.path, fields, files]).encode()).hexdigest()
