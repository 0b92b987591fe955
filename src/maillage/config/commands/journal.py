"""`maillage journal …`"""

from argparse import Namespace

from maillage.audit.verify import verify as verify_journal
from maillage.config.commands.screen import err, out, progress
from maillage.config.exits import Exit


def verify(_options: Namespace) -> Exit:
    """PROBLEM when a row, a batch or the mark does not fit."""
    with progress("reading the journal") as step:
        report = verify_journal(step)
    out.print(f"{report.rows} rows, {report.batches} sealed batches, {report.unsealed} rows not sealed yet")
    for fault in report.faults:
        err.print(f"row {fault.row}: {fault.cause}" if fault.row is not None else fault.cause, style="red")
    if report.sound:
        out.print("the journal is whole")
        return Exit.OK
    return Exit.PROBLEM
