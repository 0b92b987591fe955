"""What we ask of allauth differently: nothing tells accounts apart, secrets are sealed, changes are journalled."""

from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from maillage.accounts import enums, sealed, sessions
from maillage.accounts.actors import actor_of
from maillage.accounts.enums import LetterKind
from maillage.accounts.models import User
from maillage.accounts.refused import note_refused
from maillage.accounts.services import password_noted, post_letter
from maillage.audit.journal import record
from maillage.audit.verbs import Verb
from maillage.common.clock import now

_SECRET = "maillage.second-factor"  # noqa: S105  # a purpose

# Allauth names each change by the template of its e-mail.
_CHANGES: dict[str, tuple[Verb, str]] = {
    "mfa/email/totp_activated": (enums.SECOND_FACTOR_ADDED, Authenticator.Type.TOTP),
    "mfa/email/totp_deactivated": (enums.SECOND_FACTOR_REMOVED, Authenticator.Type.TOTP),
    "mfa/email/webauthn_added": (enums.SECOND_FACTOR_ADDED, Authenticator.Type.WEBAUTHN),
    "mfa/email/webauthn_removed": (enums.SECOND_FACTOR_REMOVED, Authenticator.Type.WEBAUTHN),
    "mfa/email/recovery_codes_generated": (enums.RECOVERY_CODES_MADE, ""),
}
_SAID = {
    "account/messages/password_changed.txt": _("Votre mot de passe est changé."),
    "mfa/messages/totp_activated.txt": _("L’application de codes est en place."),
    "mfa/messages/totp_deactivated.txt": _("L’application de codes est retirée."),
    "mfa/messages/webauthn_added.txt": _("La clé d’accès est enregistrée."),
    "mfa/messages/webauthn_removed.txt": _("La clé d’accès est retirée."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("Adresse ou mot de passe incorrect."),
        "incorrect_password": _("Mot de passe incorrect."),
        "too_many_login_attempts": _("Trop d’essais. Attendez quelques minutes, puis recommencez."),
        "rate_limited": _("Trop d’essais. Attendez quelques minutes, puis recommencez."),
        "invalid_password_reset": _("Ce lien ne peut plus servir."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A closed account is answered like a wrong password."""
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        note_refused("password", address=str(credentials.get("email") or ""))

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        clear_login(request)
        messages.error(request, gettext("Connexion impossible avec cette clé."))
        return redirect("account_login")

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """By the account's own address: allauth's table of addresses is not used."""
        found = self.authenticate(self.request, email=user.get_username(), password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A complete sign-in of a few minutes ago is as good as asking again."""
        return not sessions.just_begun(self.request.session, now())

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        sessions.begin(request.session, now())
        assert isinstance(user, User)
        record(enums.SIGNED_IN, by=actor_of(user), obj=user)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Every session ends but the one that changes the password."""
        assert isinstance(user, User)
        super().set_password(user, password)
        password_noted(by=actor_of(user))
        if self.request.user.pk == user.pk:
            sessions.begin(self.request.session, now())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return str(redirect("accounts:home").url)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        said = message or _SAID.get(message_template or "")
        if said:
            messages.add_message(request, level, str(said), extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every e-mail is one of `accounts.letters`: those of allauth say what happened, and to whom."""
        raise NotImplementedError(template_prefix)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Journal the change, and tell her that something changed, without saying what."""
        assert isinstance(user, User)
        if template_prefix in _CHANGES:
            verb, kind = _CHANGES[template_prefix]
            record(verb, by=actor_of(user), obj=user, payload={"kind": str(kind)} if kind else None)
        post_letter(user, LetterKind.NOTICE)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": _("Code incorrect, ou déjà utilisé.")}

    def encrypt(self, text: str) -> str:
        return sealed.seal(_SECRET, text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        """ValueError when it was not sealed here."""
        clear = sealed.unseal(_SECRET, encrypted_text)
        if clear is None:
            raise ValueError("not a second-factor secret of this installation")
        return clear.decode()

    def build_totp_svg(self, url: str) -> str:
        """On white: a dark screen would leave nothing to scan."""
        drawing = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawing)
        return drawing.getvalue().decode()

    def get_totp_issuer(self) -> str:
        return "Maillage"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Maillage"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Clé %(number)d") % {"number": count + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Never the last one: an account without a second factor reaches nothing."""
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())
