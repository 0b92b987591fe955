"""Settings of the test suite: keys and files in a folder of the run, SQLite unless DATABASE_URL says otherwise."""

import tempfile
from pathlib import Path

from maillage.config.settings.base import *  # noqa: F403

SECRET_KEY = "test-only"  # noqa: S105
_run = Path(tempfile.mkdtemp(prefix="maillage-test-"))
DATA = _run
KEYS = _run / "keys"
FILES = _run / "files"
STATIC_ROOT = _run / "static"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
