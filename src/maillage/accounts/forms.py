"""Forms of sign-in (allauth's, with our words) and of administrators."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from maillage.accounts import totp
from maillage.accounts.enums import LetterKind, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.refused import note_refused
from maillage.accounts.services import post_letter
from maillage.common.forms import TokenForm


def _say(form: forms.Form, name: str, label: Any, help_text: Any = "") -> None:
    """Our words on a field of allauth's: a label above it, no placeholder inside."""
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class SignInForm(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "login", _("Adresse électronique"))
        _say(self, "password", _("Mot de passe"))
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"


class LostPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "email", _("Adresse électronique"))

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """One look-up and one row, whether someone has this address or not."""
        email: str = self.cleaned_data["email"]
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        post_letter(user, LetterKind.PASSWORD)
        return email


class NewPasswordForm(account.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "password1", _("Nouveau mot de passe"), _("Douze signes au moins. Une phrase est un bon choix."))
        _say(self, "password2", _("Encore une fois"))


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "oldpassword", _("Mot de passe actuel"))
        _say(self, "password1", _("Nouveau mot de passe"), _("Douze signes au moins. Une phrase est un bon choix."))
        _say(self, "password2", _("Encore une fois"))


class ConfirmPasswordForm(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "password", _("Mot de passe"))


class _OnceOnly:
    """A code of the authenticator app is good once; recovery codes already are, by allauth."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _("Code à six chiffres"), _("Ou l’un de vos codes de secours."))  # type: ignore[arg-type]
        self.fields["code"].widget.attrs["inputmode"] = "numeric"  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]
            if authenticator.type == Authenticator.Type.TOTP and not totp.spend(authenticator, code):
                raise get_adapter().validation_error("incorrect_code")
        except forms.ValidationError:
            note_refused("code", user=self.user)  # type: ignore[attr-defined]
            raise
        return code


class CodeForm(_OnceOnly, mfa.AuthenticateForm):  # type: ignore[misc]
    """The second step of sign-in."""


class ConfirmCodeForm(_OnceOnly, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The same, to confirm who is there before something sensitive."""


class ActivateCodesForm(totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _("Code à six chiffres affiché par l’application"))
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddKeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """Every key is a passkey: it verifies its owner, and can sign in alone."""

    passwordless = forms.BooleanField(initial=True, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", _("Nom de la clé"), _("Par exemple : téléphone du service."))


class RenameKeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", _("Nom de la clé"))


class LanguageForm(TokenForm):
    language = forms.ChoiceField(
        label=_("Langue des écrans"), choices=[("fr", "Français"), ("en", "English")], widget=forms.RadioSelect
    )


class _RoleForm(TokenForm):
    organisation: Any = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=_("Choisissez")
    )
    role = forms.ChoiceField(label=_("Rôle"), choices=[("", _("Choisissez")), *Role.choices])

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]


class InviteForm(_RoleForm):
    email = forms.EmailField(label=_("Adresse électronique professionnelle"))
    display_name = forms.CharField(label=_("Nom affiché"), max_length=120)
    phone = forms.CharField(label=_("Téléphone professionnel"), max_length=20, required=False)

    field_order = ("email", "display_name", "phone", "organisation", "role")


class RoleForm(_RoleForm):
    """One more role for someone who has an account."""


class PersonForm(TokenForm):
    display_name = forms.CharField(label=_("Nom affiché"), max_length=120)
    phone = forms.CharField(label=_("Téléphone professionnel"), max_length=20, required=False)


class LookForm(TokenForm):
    name = forms.CharField(
        label=_("Nom affiché"),
        help_text=_("À côté du logo, à la place de « Maillage ». Vide : Maillage."),
        max_length=40,
        required=False,
    )
    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("PNG, JPEG ou WebP, 1 Mo au plus, sur fond blanc ou transparent."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        error_messages={"empty": _("Le fichier est vide.")},
        required=False,
    )
    without_logo = forms.BooleanField(label=_("Retirer le logo"), required=False)
    light = forms.CharField(
        label=_("Couleur sur fond clair"),
        help_text=_("Celle des boutons et des liens : #1d5566, par exemple. Vide : celle de Maillage."),
        max_length=7,
        required=False,
    )
    dark = forms.CharField(
        label=_("Couleur sur fond sombre"),
        help_text=_("La même, plus claire : #83c7d9, par exemple. Vide : celle de Maillage."),
        max_length=7,
        required=False,
    )

    def __init__(self, *args: Any, has_logo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_logo:
            del self.fields["without_logo"]
