"""The web server: the application is loaded once, then forked into processes that share what was loaded.

Loading takes most of a start and most of the memory: each process doing it alone cost twice of both.
"""

import gc
import multiprocessing
import os
import signal
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from maillage.config import prepare
from maillage.config.exits import Exit
from maillage.config.supervisor import alone, together

WORKERS, THREADS = 2, 4  # synchronous views on a few threads in a few processes
_LAST_WORD = 5  # seconds a request has to end when the server stops


def serve(host: str, port: int, workers: int = WORKERS, threads: int = THREADS) -> None:
    """Until SIGTERM. ImproperlyConfigured when production settings are not safe."""
    gc.disable()  # nothing of what is loaded now is garbage
    # By name: importing it loads every view, once the settings are known.
    application = import_module("maillage.config.wsgi").application
    gc.enable()
    prepare.names()
    alone()
    if multiprocessing.get_start_method(allow_none=True) != "fork":
        multiprocessing.set_start_method("fork", force=True)
    parent = os.getpid()

    def load(_target: str) -> Callable[..., Any]:
        """In each process: what was loaded before the fork."""
        # Killed, not asked: until it serves, it still has the server's own answer to being asked.
        together(parent, signal.SIGKILL)
        loaded: Callable[..., Any] = application
        return loaded

    server = Server(
        "maillage.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=_LAST_WORD,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=load)


def main(options: Namespace) -> Exit:
    """`maillage web`"""
    serve(options.host, options.port, options.workers, options.threads)
    return Exit.OK
