"""`maillage demo …`"""

import shutil
import sys
from argparse import Namespace
from pathlib import Path

from django.conf import settings
from django.db import connection

from maillage.config import prepare
from maillage.config.commands.people import show_accounts
from maillage.config.commands.screen import err, progress
from maillage.config.demo import loading
from maillage.config.exits import Exit


def load(_options: Namespace) -> Exit:
    try:
        if not settings.DEMO:
            raise loading.NotHere("demo data is loaded under demo settings only")
        prepare.folders()
        prepare.keys()
        prepare.tables()
        prepare.definitions()
        with progress("loading a synthetic département") as step:
            loading.load(step)
    except loading.NotHere as refusal:
        err.print(str(refusal), markup=False)
        return Exit.REFUSED
    show_accounts()
    return Exit.OK


def codes(_options: Namespace) -> Exit:
    if not settings.DEMO:
        err.print("demo accounts exist under demo settings only")
        return Exit.REFUSED
    show_accounts(with_codes=True)
    return Exit.OK


def reset(options: Namespace) -> Exit:
    """Only what Maillage itself put into the data folder goes."""
    database = connection.settings_dict["NAME"]
    if not settings.DEMO or connection.vendor != "sqlite":
        err.print("only an embedded demonstration is reset")
        return Exit.REFUSED
    if not options.yes and (not sys.stdin.isatty() or input(f"Destroy {settings.DATA}? [y/N] ").lower() != "y"):
        err.print("nothing was destroyed (answer y, or give --yes)")
        return Exit.REFUSED
    connection.close()
    for name in (database, f"{database}-wal", f"{database}-shm", f"{database}.lock"):
        Path(name).unlink(missing_ok=True)
    for folder in (settings.KEYS, settings.FILES):
        shutil.rmtree(folder, ignore_errors=True)
    return load(options)
