"""Settings of the test suite: keys and files in a folder of the run, SQLite unless DATABASE_URL says otherwise."""

import tempfile
from pathlib import Path

from maillage.config.settings.base import *  # noqa: F403
from maillage.config.settings.base import DATABASES, STORAGES

SECRET_KEY = "test-only"  # noqa: S105
_folder = tempfile.TemporaryDirectory(prefix="maillage-test-")  # removed when the run ends
DATA = Path(_folder.name)
KEYS = DATA / "keys"
FILES = DATA / "files"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir()  # whitenoise warns about a folder that is not there
# A file, not memory: the engine under test is the one of production, with its journal and its lock.
if DATABASES["default"]["ENGINE"] == "maillage.common.sqlite":
    DATABASES["default"] |= {"NAME": DATA / "maillage.sqlite3", "TEST": {"NAME": DATA / "test.sqlite3"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
