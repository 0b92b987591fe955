"""The one console entry, `maillage` (also `python -m maillage`)."""

import argparse
import os
import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maillage")
    commands = parser.add_subparsers(dest="command", required=True)
    manage = commands.add_parser("manage", help="Django's own commands", add_help=False)
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings.embedded")
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["manage"]:
        execute_from_command_line(["maillage manage", *words[1:]])
        return 0
    _parser().parse_args(words)
    return 2
