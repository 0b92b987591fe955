"""`maillage erasures …`"""

from argparse import Namespace

from maillage.config.commands.screen import err, out
from maillage.config.exits import Exit
from maillage.retention import services


def replay(_options: Namespace) -> Exit:
    """PROBLEM when the ledger holds a line that we did not sign: nothing after it is read."""
    try:
        done = services.replay()
    except ValueError as fault:
        err.print(str(fault), style="red")
        return Exit.PROBLEM
    out.print(f"{done} files destroyed again")
    return Exit.OK
