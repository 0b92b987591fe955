"""A real site: every value that differs from place to place comes from the environment (docs/operate/settings.md).

Nothing here has a default that would be unsafe: system checks refuse to start (`config.checks`).
"""

from pathlib import Path

from maillage.config.settings.base import *  # noqa: F403
from maillage.config.settings.base import BASE_URL, CONTENT_SECURITY_POLICY, DATABASES, SECRET_KEY, env

_secret_file = env.str("MAILLAGE_SECRET_KEY_FILE", default="")
SECRET_KEY = SECRET_KEY or (Path(_secret_file).read_text().strip() if _secret_file else "")
ALLOWED_HOSTS = env.list("MAILLAGE_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = [BASE_URL.rstrip("/")]

SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # our middleware is Django's, with another page for a refusal
    "security.W021",  # a preload list is for the owner of the domain to decide
]

# SQLite only when someone said so.
SQLITE_CHOSEN = env.bool("MAILLAGE_SQLITE", default=False)
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 2, "max_size": 8, "timeout": 5}

# The proxy in front speaks TLS and says so in this header; it must drop the header when a browser sends it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Who asks, for rate limits: behind a proxy every request comes from the proxy, and one stranger's wrong passwords
# would keep everybody out. Counted from the end of X-Forwarded-For, so that nobody chooses her own address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("MAILLAGE_PROXIES", default=1)
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# `__Host-`: no other name of the domain can set or read them.
SESSION_COOKIE_NAME = "__Host-s"
CSRF_COOKIE_NAME = "__Host-c"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True

vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
DEFAULT_FROM_EMAIL = env.str("MAILLAGE_FROM", default="noreply@localhost")
