"""`maillage keys …`"""

from argparse import Namespace

from maillage.config.commands.screen import out, progress
from maillage.config.exits import Exit
from maillage.vault import rotation


def rotate(_options: Namespace) -> Exit:
    with progress("wrapping keys") as step:
        done = rotation.rotate(step)
    out.print(f"{done.rewrapped} keys wrapped under a new master key, {done.retired} old master keys dropped")
    return Exit.OK
