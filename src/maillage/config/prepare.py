"""What has to be there before anything runs: folder, keys, tables, definitions, static files.

Every step may be repeated.
"""

import hashlib
import json
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from maillage.audit.journal import SYSTEM
from maillage.episodes.services.protocols import load_shipped
from maillage.questionnaires.selectors import unpublished
from maillage.vault import keyring

_STAMP = ".stamp"


def folders() -> None:
    """Readable by this account alone."""
    for folder in (settings.DATA, settings.KEYS, settings.FILES):
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)


def keys() -> list[str]:
    """Names of the keysets that had to be made."""
    return keyring.create_missing()


def tables() -> bool:
    """Bring the tables up to date; whether anything had to be done."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", verbosity=0, interactive=False)
    return True


def definitions() -> None:
    """Keep the protocols and questionnaires that come with the product; those already kept stay as they are."""
    load_shipped(SYSTEM)
    if unpublished():
        # By name: it loads the libraries of workbooks, which no later start needs.
        import_module("maillage.questionnaires.publishing").publish_shipped(by=SYSTEM)


def _sources() -> str:
    found = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            found.append((name, status.st_size, status.st_mtime_ns))
    return hashlib.sha256(json.dumps(sorted(found)).encode()).hexdigest()


def static() -> bool:
    """Collect and compress static files, when one of them changed."""
    stamp, sources = Path(settings.STATIC_ROOT) / _STAMP, _sources()
    if stamp.exists() and stamp.read_text() == sources:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(sources)
    return True
