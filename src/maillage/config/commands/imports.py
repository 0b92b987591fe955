"""`maillage import …`"""

from argparse import Namespace

from maillage.accounts.actors import actor_of
from maillage.accounts.models import User
from maillage.audit.journal import SYSTEM, By
from maillage.config.commands.screen import err, out, progress
from maillage.config.exits import Exit
from maillage.youth.imports import run
from maillage.youth.tables import Unreadable


def young_people(options: Namespace) -> Exit:
    """PROBLEM when a line was refused, USAGE when the file or the mapping cannot be read."""
    by: By = SYSTEM
    if options.by:
        user = User.objects.filter(email__iexact=options.by, is_active=True).first()
        if user is None:
            err.print(f"no account has the address {options.by}", markup=False)
            return Exit.USAGE
        by = actor_of(user)
    try:
        with progress("reading lines") as step:
            report = run(options.file, options.mapping, apply=options.apply, by=by, progress=step)
    except (Unreadable, OSError) as error:
        err.print(str(error), markup=False)
        return Exit.USAGE
    text = "\n".join(report.lines())
    out.print(text, markup=False, soft_wrap=True)
    if options.report:
        options.report.write_text(text + "\n", encoding="utf-8")
    return Exit.PROBLEM if report.refused else Exit.OK
