"""Second factors: setting them up, taking them away, recovery codes."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maillage.accounts import totp
from maillage.accounts.adapters import MFAAdapter
from maillage.accounts.doors import confirmed_to_read
from maillage.accounts.http import actor
from maillage.accounts.views.signing import Refusing, readable_key
from maillage.common.doors import door


@door()
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """The only page of someone who has no second factor yet: which one, and why."""
    return render(request, "accounts/second_factor.html")


class ActivateCodes(Refusing, totp_views.ActivateTOTPView):  # type: ignore[misc]
    template_name = "accounts/activate_codes.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        activated = Authenticator.objects.get(user_id=self.request.user.pk, type=Authenticator.Type.TOTP)
        totp.spend(activated, form.cleaned_data["code"])  # the code that proved the app does not sign in as well
        return response


activate_codes = door()(ActivateCodes.as_view())


class DeactivateCodes(Refusing, totp_views.DeactivateTOTPView):  # type: ignore[misc]
    template_name = "accounts/deactivate_codes.html"


deactivate_codes = door()(DeactivateCodes.as_view())


class AddKey(Refusing, webauthn.AddWebAuthnView):  # type: ignore[misc]
    template_name = "accounts/add_key.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["options"] = auth.begin_registration(self.request.user, True)
        context["form"] = kwargs.get("form", context["form"])
        return context


add_key = door()(readable_key(AddKey.as_view()))


class RenameKey(Refusing, webauthn.EditWebAuthnView):  # type: ignore[misc]
    template_name = "accounts/rename_key.html"
    success_url = "/compte/"


rename_key = door()(RenameKey.as_view())


class RemoveKey(webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    template_name = "accounts/remove_key.html"
    success_url = "/compte/"

    def form_valid(self, form: Any) -> HttpResponse:
        if not MFAAdapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, _("C’est votre dernier second facteur : ajoutez-en un autre d’abord."))
            return redirect("accounts:home")
        response: HttpResponse = super().form_valid(form)
        return response


remove_key = door()(RemoveKey.as_view())


@door()
@require_safe
@confirmed_to_read
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes still unused, to print and keep apart. 404 before there are any."""
    own = Authenticator.objects.filter(user_id=actor(request).user_id, type=Authenticator.Type.RECOVERY_CODES).first()
    if own is None:
        raise Http404
    return render(request, "accounts/recovery_codes.html", {"codes": own.wrap().get_unused_codes()})


class NewRecoveryCodes(Refusing, recovery.GenerateRecoveryCodesView):  # type: ignore[misc]
    template_name = "accounts/new_recovery_codes.html"


new_recovery_codes = door()(NewRecoveryCodes.as_view())
