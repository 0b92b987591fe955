"""The one console entry, `maillage` (also `python -m maillage`).

This module reads the command line and nothing else: a command's module is loaded by name once the settings are
known, because models cannot be imported before.
"""

import argparse
import gc
import os
import resource
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from maillage.common.errors import DomainError
from maillage.config.exits import Exit

_EXITS = """exit codes:
  0  done
  1  done, and a problem was found (refused rows, a journal that does not fit)
  2  the command line is wrong, or a file is missing
  3  refused here (demo data outside demo settings, an unsafe start)
  4  unavailable (the port is taken, the database does not answer)

environment:
  MAILLAGE_DATA           folder of database, keys and files (default: ./data)
  DJANGO_SETTINGS_MODULE  maillage.config.settings.embedded (default) or .production
  docs/operate/ describes the others."""


def parser() -> argparse.ArgumentParser:
    """The whole command line. Each command sets `module` and `function`."""
    plain = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        prog="maillage",
        description="Maillage: protecting minors who run away from care.",
        epilog=_EXITS,
        formatter_class=plain,
    )
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", metavar="DIR", type=Path, help="folder of database, keys and files")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = commands.add_parser(
        "run",
        parents=[data],
        help="start everything on this machine",
        description="Create what is missing (folder, keys, tables, demo data), then run web server and worker "
        "together until Ctrl-C. A child that dies is started again.",
    )
    run.add_argument("--port", type=_port, default=8000, help="port of the web server (default: %(default)s)")
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    run.set_defaults(module="maillage.config.commands.run", function="run")

    prepare = commands.add_parser(
        "prepare",
        parents=[data],
        help="make what is missing: keys, tables, definitions, static files",
        description="What `run` does first; run it after each installation of a new version. Safe to repeat.",
    )
    prepare.set_defaults(module="maillage.config.commands.run", function="prepare_all")

    web = commands.add_parser(
        "web",
        parents=[data],
        help="answer requests until stopped",
        description="`run` starts one; in production it is a service of its own, behind a proxy that speaks TLS.",
    )
    web.add_argument("--port", type=_port, default=8000, help="port to listen on (default: %(default)s)")
    web.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    web.add_argument("--workers", type=_several, default=2, help="processes, one a core (default: %(default)s)")
    web.add_argument("--threads", type=_several, default=4, help="threads of each process (default: %(default)s)")
    web.set_defaults(module="maillage.config.web", function="main")

    worker = commands.add_parser(
        "worker",
        parents=[data],
        help="remind, escalate, send and seal until stopped",
        description="`run` starts one; in production it is a service of its own. Several may run at once.",
    )
    worker.set_defaults(module="maillage.config.worker", function="main")

    demo = commands.add_parser("demo", help="synthetic data and accounts", description="Only under demo settings.")
    demos = demo.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, text in {
        "load": "load the synthetic département into an empty database",
        "codes": "show the demo accounts by role with their present second-factor codes",
        "reset": "destroy database, keys and files of the data folder, and load the synthetic département again",
    }.items():
        one = demos.add_parser(name, parents=[data], help=text, description=text.capitalize() + ".")
        one.set_defaults(module="maillage.config.commands.demo", function=name)
        if name == "reset":
            one.add_argument("--yes", action="store_true", help="do not ask")

    imports = commands.add_parser(
        "import",
        help="take in what another tool exports",
        description="Take in what another tool exports: tried first, written when asked to.",
    )
    kinds = imports.add_subparsers(title="what", metavar="WHAT", required=True)
    young = kinds.add_parser(
        "young-people",
        parents=[data],
        help="young people with their homes, placements and parents, from CSV or XLSX",
        description="A dry run unless --apply: says what would be created, changed, refused (line and reason) and "
        "which rows look like someone already known. Safe to repeat: rows are matched by external reference.",
    )
    young.add_argument("file", type=Path, metavar="FILE", help="CSV (UTF-8 or Windows-1252, ; or ,) or XLSX")
    young.add_argument("--mapping", type=Path, metavar="FILE", help="which column is what (YAML)")
    young.add_argument("--apply", action="store_true", help="write; without it nothing is changed")
    young.add_argument("--report", type=Path, metavar="FILE", help="also write the report to this file")
    young.add_argument("--by", metavar="EMAIL", help="the account in whose name rows are written (default: the system)")
    young.set_defaults(module="maillage.config.commands.imports", function="young_people")

    account = commands.add_parser(
        "account",
        help="the first account",
        description="The first account of a new site. Every other is made on a screen, by whoever administers them.",
    )
    accounts = account.add_subparsers(title="commands", metavar="COMMAND", required=True)
    invite = accounts.add_parser(
        "invite",
        parents=[data],
        help="invite someone to administer the accounts of a département",
        description="For a new site: she then invites everybody else from her screen.",
    )
    invite.add_argument("email", metavar="EMAIL", help="where her invitation goes; she signs in with it")
    invite.add_argument("--name", required=True, help="her name, as colleagues will read it")
    invite.add_argument("--departement", required=True, metavar="CODE", help="51, 2A, 974…")
    invite.add_argument("--organisation", required=True, metavar="NAME", help="« Département de … »")
    invite.add_argument("--show-link", action="store_true", help="print her way in instead of waiting for the e-mail")
    invite.set_defaults(module="maillage.config.commands.account", function="invite")

    directory = commands.add_parser(
        "directory",
        help="structures and services of the network",
        description="Structures and services of the network: in and out by file, and the index that finds them.",
    )
    does = directory.add_subparsers(title="commands", metavar="COMMAND", required=True)
    taken = does.add_parser(
        "import",
        parents=[data],
        help="take in structures and services: data.inclusion v1 (CSV, JSON) or HSDS 3.0 (JSON)",
        description="Safe to repeat. Rows that the standard refuses are told and left out; what was edited here since "
        "the file's date stays. A CSV of structures takes the services beside it, in « ….services.csv ».",
    )
    taken.add_argument("file", type=Path, metavar="FILE", help="CSV or JSON; its columns and keys tell the standard")
    taken.add_argument("--check", action="store_true", help="only say what would be refused")
    taken.add_argument("--report", type=Path, metavar="FILE", help="also write the report to this file")
    taken.set_defaults(module="maillage.config.commands.directory", function="import_")
    given = does.add_parser(
        "export",
        parents=[data],
        help="write the public sheets to a file",
        description="Public sheets only: what professionals alone may see is never written.",
    )
    given.add_argument("file", type=Path, metavar="FILE", help="where to write: JSON, or CSV when it ends so")
    given.add_argument(
        "--format",
        choices=["data-inclusion", "hsds"],
        default="data-inclusion",
        help="the standard to write in (default: %(default)s)",
    )
    given.add_argument("--departement", metavar="CODE", default="", help="only this one: 51, 2A, 974…")
    given.set_defaults(module="maillage.config.commands.directory", function="export")
    loaded = does.add_parser(
        "load",
        parents=[data],
        help="the organisations and numbers that come with the product",
        description="National numbers and organisations, checked with their sources. Safe to repeat: what was edited "
        "here stays.",
    )
    loaded.add_argument("--departement", metavar="CODE", default="", help="also its institutions, to be filled")
    loaded.set_defaults(module="maillage.config.commands.directory", function="load")
    indexed = does.add_parser(
        "index",
        parents=[data],
        help="build the search index again",
        description="What the worker does by itself, all at once: after a restore, or when a search misses a sheet.",
    )
    indexed.set_defaults(module="maillage.config.commands.directory", function="index")

    journal = commands.add_parser(
        "journal",
        help="the sealed journal",
        description="The sealed journal of who read and wrote what. Nothing takes a row out of it.",
    )
    journals = journal.add_subparsers(title="commands", metavar="COMMAND", required=True)
    verify = journals.add_parser(
        "verify",
        parents=[data],
        help="read the whole journal back and name the first row that does not fit",
        description="Checks every row's code, every sealed batch and the mark kept outside the database.",
    )
    verify.set_defaults(module="maillage.config.commands.journal", function="verify")

    erasures = commands.add_parser(
        "erasures",
        help="the ledger of destroyed files",
        description="The ledger of destroyed files, kept beside the keys so that no backup brings one back.",
    )
    ledgers = erasures.add_subparsers(title="commands", metavar="COMMAND", required=True)
    replayed = ledgers.add_parser(
        "replay",
        parents=[data],
        help="after a restore: destroy again what was destroyed since",
        description="Reads the ledger kept beside the keys. `prepare` and `run` do it too. Safe to repeat.",
    )
    replayed.set_defaults(module="maillage.config.commands.erasures", function="replay")

    keys = commands.add_parser(
        "keys",
        help="master keys",
        description="The master keys, which wrap the key of each person's file.",
    )
    rotations = keys.add_subparsers(title="commands", metavar="COMMAND", required=True)
    rotate = rotations.add_parser(
        "rotate",
        parents=[data],
        help="make a new master key and wrap every person's key under it, while running",
        description="Safe to interrupt and to repeat. Back the key folder up afterwards, apart from the database.",
    )
    rotate.set_defaults(module="maillage.config.commands.keys", function="rotate")

    manage = commands.add_parser(
        "manage",
        help="Django's own commands (migrate, check, …)",
        description="Django's own commands; `maillage manage help` lists them.",
        add_help=False,
    )
    manage.add_argument("arguments", nargs=argparse.REMAINDER, help="what Django is to do")
    return top


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65_536:
        raise argparse.ArgumentTypeError("a port is between 1 and 65535")
    return port


def _several(text: str) -> int:
    number = int(text)
    if not 0 < number < 65:
        raise argparse.ArgumentTypeError("a number from 1 to 64")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code (see `exits.Exit`)."""
    os.umask(0o077)  # whatever a command writes is readable by this account alone
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold keys and names in clear
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings.embedded")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["manage"]:
        execute_from_command_line(["maillage manage", *words[1:]])
        return Exit.OK
    options = parser().parse_args(words)
    if options.data is not None:
        os.environ["MAILLAGE_DATA"] = str(options.data.resolve())
    gc.disable()  # nothing of what is loaded at a start is garbage
    try:
        django.setup()
    except ImproperlyConfigured as error:
        print(f"maillage: {error}", file=sys.stderr)
        return Exit.REFUSED
    command = getattr(import_module(options.module), options.function)
    gc.enable()
    try:
        code: int = command(options)
    except ImproperlyConfigured as error:
        print(f"maillage: {error}", file=sys.stderr)
        return Exit.REFUSED
    except DomainError as refusal:
        print(f"maillage: {refusal.message}", file=sys.stderr)
        return Exit.PROBLEM
    except OperationalError as error:
        print(f"maillage: the database does not answer: {error}", file=sys.stderr)
        return Exit.UNAVAILABLE
    return code
