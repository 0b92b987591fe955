"""`make run`: everything on this machine, SQLite, synthetic data, demo accounts. Never for real young persons."""

from maillage.config.secret import secret_key
from maillage.config.settings.base import *  # noqa: F403
from maillage.config.settings.base import DATA, SECRET_KEY

DEMO = True
SECRET_KEY = SECRET_KEY or secret_key(DATA / "secret")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
