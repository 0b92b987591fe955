"""`maillage run`: everything on this machine."""

import os
import socket
import urllib.error
import urllib.request
from argparse import Namespace
from importlib import import_module
from time import monotonic

from django.conf import settings

from maillage.config import prepare
from maillage.config.checks import refuse_unsafe
from maillage.config.commands.people import show_accounts
from maillage.config.commands.screen import err, out, progress
from maillage.config.exits import Exit
from maillage.config.supervisor import Child, Supervisor

WORKER_AFTER = 2.0  # seconds


def run(options: Namespace) -> Exit:
    """Until Ctrl-C or SIGTERM. ImproperlyConfigured when production settings are not safe."""
    if not _free(options.host, options.port):
        err.print(f"port {options.port} is taken: choose another with --port (make run PORT=…)")
        return Exit.UNAVAILABLE
    refuse_unsafe()
    _prepare(look_closely=False)
    prepare.code()
    prepare.names()
    os.environ["MAILLAGE_DATA"] = str(settings.DATA)
    shown = "localhost" if options.host == "127.0.0.1" else options.host
    address = f"http://{shown}:{options.port}"

    def announce() -> None:
        out.print(f"\nMaillage answers at [bold]{address}[/bold]   (Ctrl-C ends it)\n")
        if settings.DEMO:
            show_accounts()

    supervisor = Supervisor(
        [
            Child("web", lambda: import_module("maillage.config.web").serve(options.host, options.port)),
            # A moment after the web server, which somebody waits for.
            Child("worker", _work, due=monotonic() + WORKER_AFTER),
        ],
        lambda line: err.print(line, markup=False),
    )
    supervisor.run(_Answering(options.host, options.port), announce)
    return Exit.OK


def _work() -> Exit:
    code: Exit = import_module("maillage.config.worker").work(os.getppid())
    return code


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def prepare_all(_options: Namespace) -> Exit:
    """`maillage prepare`"""
    _prepare(look_closely=True)
    return Exit.OK


def _prepare(*, look_closely: bool) -> None:
    prepare.folders()
    if made := prepare.keys():
        out.print(f"keys made in {settings.KEYS}: {', '.join(made)}", markup=False)
    changed = prepare.tables()
    if changed:
        out.print("tables made")
    prepare.definitions(look_closely=look_closely or changed)
    if settings.DEMO and prepare.is_empty():  # production starts empty
        with progress("loading a synthetic département") as step:
            # By name: no later start needs what it loads.
            import_module("maillage.config.demo.loading").load(step)
        out.print("synthetic département loaded")
    if replayed := prepare.erasures():
        out.print(f"{replayed} files destroyed again: this database was older than the ledger beside the keys")
    if prepare.static():
        out.print("static files collected")


class _Answering:
    """Whether the web server answers, asked a few times a second."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"http://{host if host not in ('0.0.0.0', '::') else 'localhost'}:{port}/"  # noqa: S104
        self.next = 0.0

    def __call__(self) -> bool:
        if monotonic() < self.next:
            return False
        self.next = monotonic() + 0.2
        try:
            with urllib.request.urlopen(self.address, timeout=5):  # noqa: S310  # our own address
                return True
        except urllib.error.HTTPError:
            return True
        except (OSError, urllib.error.URLError):
            return False
