"""What has to be there before anything runs: folder, keys, tables, definitions, static files.

Every step may be repeated.
"""

import gc
import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from maillage.accounts.models import User
from maillage.audit.journal import SYSTEM
from maillage.config.settings.base import PACKAGE
from maillage.retention import ledger
from maillage.vault import keyring

_UNUSED = ["django_htmx"]  # htmx in versions that no page asks for: ours is in `common`


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


def is_empty() -> bool:
    """Whether nobody works here yet."""
    return not User.objects.exists()


def definitions(*, look_closely: bool = True) -> None:
    """Keep the protocols and questionnaires that come with the product; those already kept stay as they are.

    `look_closely` False trusts the stamp of an earlier time, and loads nothing when the files have not changed.
    """
    stamp, sources = Path(settings.DATA) / "definitions.stamp", _digest(_shipped())
    if not look_closely and stamp.exists() and stamp.read_text() == sources:
        return
    # By name: these load the libraries of protocols and workbooks, which no later start needs.
    import_module("maillage.episodes.services.protocols").load_shipped(SYSTEM)
    if import_module("maillage.questionnaires.selectors").unpublished():
        import_module("maillage.questionnaires.publishing").publish_shipped(by=SYSTEM)
    stamp.write_text(sources)


def erasures() -> int:
    """Destroy again what a restored database remembers; how many files."""
    if not ledger.path().exists():
        return 0
    done: int = import_module("maillage.retention.services").replay()
    return done


def code() -> None:
    """Load what a server and a worker run, before anything forks: loaded once, held in memory once."""
    gc.disable()  # nothing of what is loaded now is garbage
    # By name: importing them loads every view, once the settings are known.
    for module in ("maillage.config.wsgi", "maillage.config.worker"):
        import_module(module)
    gc.enable()


def names() -> None:
    """Read the names before anything forks, once for all that is forked: no first search waits for it. A database that
    does not answer yet is read at the first search."""
    with suppress(DatabaseError):
        import_module("maillage.youth.search").NAMES.prepare()
    connections.close_all()  # no process shares a connection with another


def _shipped() -> Iterable[tuple[str, Path]]:
    for folder in (PACKAGE / "episodes" / "protocols", PACKAGE / "questionnaires" / "instruments"):
        for file in folder.iterdir():
            yield file.name, file


def _static() -> Iterable[tuple[str, Path]]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield name, Path(storage.path(name))


def _digest(files: Iterable[tuple[str, Path]]) -> str:
    """Of names, sizes and times: enough to see that one changed."""
    found = [(name, file.stat().st_size, file.stat().st_mtime_ns) for name, file in files]
    return hashlib.sha256(json.dumps(sorted(found)).encode()).hexdigest()


def static() -> bool:
    """Collect and compress static files, when one of them changed."""
    stamp, sources = Path(settings.STATIC_ROOT) / ".stamp", _digest(_static())
    if stamp.exists() and stamp.read_text() == sources:
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=_UNUSED)
    stamp.write_text(sources)
    return True
