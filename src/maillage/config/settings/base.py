"""Settings common to every way of running Maillage. `DATA` is the folder of database, keys and files."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from maillage.config.settings.sign_in import *  # noqa: F403

env = environ.Env()

PACKAGE = Path(__file__).resolve().parents[2]
DATA = Path(env.str("MAILLAGE_DATA", default=str(Path.cwd() / "data"))).resolve()

SECRET_KEY = env.str("MAILLAGE_SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("MAILLAGE_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
DEMO = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "maillage.common",
    "maillage.reference",
    "maillage.vault",
    "maillage.audit",
    "maillage.accounts",
    "maillage.tasks",
    "maillage.youth",
    "maillage.questionnaires",
    "maillage.directory",
    "maillage.casework",
    "maillage.episodes",
    "maillage.retention",
    "maillage.desk",
    "maillage.portal",
    "maillage.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # before what only pages need: a header more weighs on each file
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "maillage.common.middleware.no_store",
    "maillage.common.middleware.read_only",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "maillage.common.middleware.CsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "maillage.common.middleware.form_author",
    "maillage.accounts.middleware.session_limits",
    "maillage.accounts.middleware.own_language",
    "maillage.accounts.middleware.Doors",  # Django's LoginRequiredMiddleware, and more
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "maillage.common.refusals.Refusals",
]

ROOT_URLCONF = "maillage.config.urls"
WSGI_APPLICATION = "maillage.config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "maillage.config.context.house",
                "maillage.desk.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "maillage.common.drawing.Renderer"

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA / 'maillage.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "maillage.common.sqlite"
    # Opening one costs more than most queries.
    DATABASES["default"]["CONN_MAX_AGE"] = None
SQLITE_CHOSEN = True
# Shared by the web processes: a rate limit counted in one of them would not hold.
CACHES = {"default": {"BACKEND": "maillage.common.cache.JsonCache", "LOCATION": "maillage_cache"}}

# What a browser is told. Cookie names say nothing of the site; messages live in the session, not in a cookie.
SESSION_COOKIE_NAME = "s"
CSRF_COOKIE_NAME = "c"
LANGUAGE_COOKIE_NAME = "l"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "maillage.common.refusals.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_REFERRER_POLICY = "no-referrer"
CONTENT_SECURITY_POLICY: dict[str, dict[str, Any]] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
_FEATURES_OFF = [
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "browsing-topics", "magnetometer", "microphone", "midi", "payment", "usb",
]  # fmt: skip
PERMISSIONS_POLICY: dict[str, list[str]] = {feature: [] for feature in _FEATURES_OFF}

# Public pages: what a stranger gets at the root, where « Quitter vite » leads, tiles of the operator's own for the map
# (none by default: a tile says to whoever serves it where a reader looks).
PUBLIC_HOME = "portal:start"
PORTAL_EXIT = env.str("MAILLAGE_EXIT", default="https://meteofrance.com/")
PORTAL_TILES = env.str("MAILLAGE_TILES", default="")
PORTAL_TILES_BY = env.str("MAILLAGE_TILES_BY", default="")
if PORTAL_TILES.startswith("https://"):
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append("/".join(PORTAL_TILES.split("/")[:3]))

# One line an event on the error stream, and nothing by mail.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "discreet": {
            "()": "maillage.common.discretion.Discreet",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "discreet"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": False},
        # Their messages quote rows and addresses.
        "django.db.backends": {"handlers": [], "propagate": False},
        "django.template": {"handlers": [], "level": "WARNING", "propagate": False},
        "fido2": {"handlers": [], "level": "WARNING", "propagate": True},  # it names the key of each sign-in
    },
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("Anglais"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# In memory, and no larger than it may be: what is sent is never in clear on a disk.
FILE_UPLOAD_HANDLERS = ["maillage.common.uploads.InMemory"]

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "maillage.common.static_files.Storage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # every page asks for those: half as much to compress
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where keys live: outside the database, never in the same backup.
KEYS = Path(env.str("MAILLAGE_KEYS", default=str(DATA / "keys"))).resolve()
FILES = Path(env.str("MAILLAGE_FILES", default=str(DATA / "files"))).resolve()

# How long a request left after a search waits for an answer; its words are emptied then.
LOOKUP_REQUEST_DAYS = env.int("MAILLAGE_LOOKUP_REQUEST_DAYS", default=30)
