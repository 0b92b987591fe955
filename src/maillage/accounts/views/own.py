"""My account: what I am here, how I sign in, my language, my sessions."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maillage.accounts import selectors, services, sessions
from maillage.accounts.forms import LanguageForm
from maillage.accounts.http import actor
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import TokenForm


@door()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    me = actor(request)
    authenticators = list(Authenticator.objects.filter(user_id=me.user_id).order_by("created_at", "pk"))
    by_type = {kind: [one for one in authenticators if one.type == kind] for kind in Authenticator.Type}
    recovery = next(iter(by_type[Authenticator.Type.RECOVERY_CODES]), None)
    return render(
        request,
        "accounts/home.html",
        {
            "me": me.user,
            "posts": selectors.posts_of(me),
            "codes_app": next(iter(by_type[Authenticator.Type.TOTP]), None),
            "keys": by_type[Authenticator.Type.WEBAUTHN],
            "recovery_left": len(recovery.wrap().get_unused_codes()) if recovery else None,
            "language_form": LanguageForm(initial={"language": me.user.language}),
            "token_form": TokenForm(),
        },
    )


@door()
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    response = redirect("accounts:home")
    if form.is_valid():
        chosen = form.cleaned_data["language"]
        services.language_choose(by=actor(request), language=chosen)
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)  # what this browser was told before no longer counts
    return response


@door()
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    services.sessions_end(by=actor(request))
    sessions.begin(request.session, now())
    messages.success(request, _("Vos autres sessions sont fermées."))
    return redirect("accounts:home")
