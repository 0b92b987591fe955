"""`maillage directory …`"""

from argparse import Namespace

from maillage.config.commands.screen import err, out, progress
from maillage.config.exits import Exit
from maillage.directory import content, indexing
from maillage.directory.exchange import export as writing
from maillage.directory.exchange import intake


def import_(options: Namespace) -> Exit:
    """PROBLEM when rows were left out, USAGE when the file cannot be read."""
    try:
        with progress("reading") as step:
            report = intake.run(options.file, apply=not options.check, progress=step)
    except (intake.Unreadable, OSError) as error:
        err.print(str(error), markup=False)
        return Exit.USAGE
    if not options.check:
        index(options)
    text = "\n".join(report.lines())
    out.print(text, markup=False, soft_wrap=True)
    if options.report:
        options.report.write_text(text + "\n", encoding="utf-8")
    return Exit.PROBLEM if report.refused else Exit.OK


def export(options: Namespace) -> Exit:
    try:
        with progress("writing") as step:
            made = writing.write(options.file, options.format, departement=options.departement, progress=step)
    except OSError as error:
        err.print(str(error), markup=False)
        return Exit.USAGE
    out.print(f"{made.structures} structures, {made.services} services", markup=False)
    return Exit.OK


def index(options: Namespace) -> Exit:
    with progress("indexing") as step:
        made = indexing.rebuild(step)
    out.print(", ".join(f"{name}: {count}" for name, count in made.items()), markup=False)
    return Exit.OK


def load(options: Namespace) -> Exit:
    """What comes with the product; with a département, its institutions to fill."""
    with progress("loading") as step:
        made = content.load_shipped(progress=step)
    institutions = content.load_institutions(options.departement) if options.departement else 0
    out.print(
        f"{made.structures} structures, {made.services} services, {institutions} institutions to fill", markup=False
    )
    return index(options)
