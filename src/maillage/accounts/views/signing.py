"""Signing in and out, passwords, and the form that waited for it."""

import json
from functools import wraps
from typing import Any, cast

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from maillage.accounts import parked
from maillage.accounts.forms import CodeForm
from maillage.accounts.http import actor
from maillage.accounts.pages import SIGN_IN
from maillage.accounts.refused import note_refused
from maillage.common.doors import View, door

_LONGEST_KEY = 20_000  # characters: what a key says takes a few thousand


class Refusing:
    """A form that comes back refused is a 422, and its page says everything again."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


def readable_key(view: View) -> View:
    """400 when what the browser says of a key is no JSON that can be read: numbers without end, bottomless lists."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        said = request.POST.get("credential", "")
        if len(said) > _LONGEST_KEY:
            raise BadRequest("credential")
        try:
            json.loads(said or "null")
        except json.JSONDecodeError:
            pass  # the form says so
        except (ValueError, RecursionError):
            raise BadRequest("credential") from None
        return view(request, *args, **kwargs)

    return cast(View, checked)


class SignIn(Refusing, account.LoginView):  # type: ignore[misc]
    template_name = SIGN_IN

    def form_valid(self, form: Any) -> HttpResponse:
        parked.keep(self.request.session, self.request.POST.get(parked.FIELD, ""))
        response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        blob = self.request.POST.get(parked.FIELD, "")
        return {
            **super().get_context_data(**kwargs),
            "next": self.get_next_url() or "",
            "parked": blob,
            "expired": bool(blob),
        }


sign_in = door(public=True)(SignIn.as_view())


class SignInByKey(webauthn.LoginWebAuthnView):  # type: ignore[misc]
    def form_invalid(self, form: Any) -> HttpResponse:
        note_refused("key")
        response: HttpResponse = super().form_invalid(form)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        parked.keep(self.request.session, self.request.POST.get(parked.FIELD, ""))
        response: HttpResponse = super().form_valid(form)
        return response


sign_in_by_key = door(public=True)(readable_key(SignInByKey.as_view()))


class Code(mfa.AuthenticateView):  # type: ignore[misc]
    template_name = "accounts/code.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        if not isinstance(form, CodeForm):  # which says so itself
            note_refused("key", user=self.stage.login.user)
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


code = door(public=True)(readable_key(Code.as_view()))


class SignOut(account.LogoutView):  # type: ignore[misc]
    """Also gives up a sign-in half made."""

    http_method_names = ["post"]


sign_out = door(public=True)(SignOut.as_view())


class LostPassword(Refusing, account.PasswordResetView):  # type: ignore[misc]
    template_name = "accounts/lost_password.html"


lost_password = door(public=True)(LostPassword.as_view())
lost_password_sent = door(public=True)(
    account.PasswordResetDoneView.as_view(template_name="accounts/lost_password_sent.html")
)


class NewPassword(Refusing, account.PasswordResetFromKeyView):  # type: ignore[misc]
    """Where the link of an invitation, or of a lost password, leads."""

    template_name = "accounts/new_password.html"


new_password = door(public=True)(NewPassword.as_view())
new_password_done = door(public=True)(
    account.PasswordResetFromKeyDoneView.as_view(template_name="accounts/new_password_done.html")
)


class ChangePassword(Refusing, account.PasswordChangeView):  # type: ignore[misc]
    template_name = "accounts/change_password.html"


change_password = door()(ChangePassword.as_view())


class ConfirmPassword(Refusing, account.ReauthenticateView):  # type: ignore[misc]
    template_name = "accounts/confirm.html"


confirm_password = door()(ConfirmPassword.as_view())


class ConfirmCode(Refusing, mfa.ReauthenticateView):  # type: ignore[misc]
    template_name = "accounts/confirm.html"


confirm_code = door()(ConfirmCode.as_view())


class ConfirmKey(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]
    template_name = "accounts/confirm_key.html"


confirm_key = door()(readable_key(ConfirmKey.as_view()))


@door()
@require_http_methods(["GET", "POST"])
def parked_form(request: HttpRequest) -> HttpResponse:
    """« Votre texte est là »: what its author had typed, and one button that sends it. POST gives it up."""
    if request.method == "POST":
        parked.forget(request.session)
        return redirect("/")
    found = parked.waiting(request.session, actor(request).user)
    if found is None:
        return HttpResponseRedirect("/")
    return render(request, "accounts/parked.html", {"parked": found})
