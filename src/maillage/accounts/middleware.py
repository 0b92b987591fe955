"""Between a request and its view: is the session still good, is there a second factor, does a role open this door."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation

from maillage.accounts import parked, sessions
from maillage.accounts.http import actor
from maillage.accounts.pages import sign_in_instead
from maillage.common.clock import now
from maillage.common.doors import Door

Handler = Callable[[HttpRequest], HttpResponse]

# What someone who has no second factor yet may reach: setting one up, and leaving.
SETTING_UP = frozenset(
    {
        "accounts:second_factor",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_logout",
    }
)
PROVED = "second_factor"  # in the session: its owner has one


def session_limits(get_response: Handler) -> Handler:
    """End a session that is idle, too old, or older than a change of its owner's rights; note that she is here."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            instant = now()
            if sessions.over(request.session, request.user, instant):
                logout(request)
            else:
                sessions.touch(request, request.user, instant)
        return get_response(request)

    return handle


def own_language(get_response: Handler) -> Handler:
    """Her account's language, unless this browser was told another."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return handle


class Doors(LoginRequiredMiddleware):
    """Sign-in, then a second factor, then the roles that a view's `@door` names. Public views are let through."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is not None or not request.user.is_authenticated:
            return refused
        if request.method == "POST":
            parked.forget_if_sent(request)
        door: Door = getattr(view_func, "door", Door())
        if door.public:
            return None
        if not self._has_second_factor(request):
            match = request.resolver_match
            if match is None or match.view_name not in SETTING_UP:
                return _unattended(request) or redirect("accounts:second_factor")
        if door.roles and not door.roles & actor(request).roles:
            raise PermissionDenied
        return None

    @staticmethod
    def _has_second_factor(request: HttpRequest) -> bool:
        if PROVED not in request.session:
            types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
            if not Authenticator.objects.filter(user_id=request.user.pk, type__in=types).exists():
                return False
            request.session[PROVED] = True
        return True

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        if request.method == "POST":
            return _unattended(request) or sign_in_instead(request)
        unattended = _unattended(request)
        if unattended is not None:
            return unattended
        if request.path == "/" and settings.SESSION_COOKIE_NAME not in request.COOKIES:
            # A stranger, not a professional whose session has ended: the public pages.
            return redirect(settings.PUBLIC_HOME)
        response: HttpResponseBase = super().handle_no_permission(request, view_func)
        return response


def _unattended(request: HttpRequest) -> HttpResponse | None:
    """401 for a fragment that nobody reads as a page: htmx then loads the page anew, which leads to sign-in."""
    if sessions.refreshes_itself(request) or (request.method != "POST" and "HX-Request" in request.headers):
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    return None
