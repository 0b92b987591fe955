"""Sign-in: e-mail and password, then a second factor, always. Read by allauth and by `maillage.accounts`."""

from datetime import timedelta

import environ

env = environ.Env()

# The address of this installation, for the links of e-mails (the worker has no request to read it from).
BASE_URL = env.str("MAILLAGE_URL", default="http://localhost:8000")

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "display_name"]},
    },
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())  # of invitations too

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

SESSION_ENGINE = "maillage.accounts.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = timedelta(minutes=env.int("MAILLAGE_IDLE_MINUTES", default=30))
SESSION_LIMIT = timedelta(hours=env.int("MAILLAGE_SESSION_HOURS", default=12))  # a night's duty
SESSION_COOKIE_AGE = int(SESSION_LIMIT.total_seconds())

ACCOUNT_ADAPTER = "maillage.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation proves the address
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
ACCOUNT_FORMS = {
    "login": "maillage.accounts.forms.SignInForm",
    "reset_password": "maillage.accounts.forms.LostPasswordForm",
    "reset_password_from_key": "maillage.accounts.forms.NewPasswordForm",
    "change_password": "maillage.accounts.forms.ChangePasswordForm",
    "reauthenticate": "maillage.accounts.forms.ConfirmPasswordForm",
}

MFA_ADAPTER = "maillage.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # one period either side; `accounts.totp` accepts each code once
MFA_FORMS = {
    "authenticate": "maillage.accounts.forms.CodeForm",
    "reauthenticate": "maillage.accounts.forms.ConfirmCodeForm",
    "activate_totp": "maillage.accounts.forms.ActivateCodesForm",
    "add_webauthn": "maillage.accounts.forms.AddKeyForm",
    "edit_webauthn": "maillage.accounts.forms.RenameKeyForm",
}
