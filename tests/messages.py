"""The English catalogue: gathered from the code, compiled, checked. `make messages` runs this file.

The compiled catalogue is committed, so that `make run` needs no gettext.
"""

import os
import shutil
import tempfile
from contextlib import chdir
from io import StringIO
from pathlib import Path

import django
import polib
from django.core.management import call_command
from django.core.management.commands.makemessages import Command

SRC = Path(__file__).resolve().parents[1] / "src" / "maillage"
CATALOGUE = SRC / "locale" / "en" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
_SOURCES = {".py", ".html", ".txt"}


class Gathering(Command):
    """Django's own, which also knows the short names the code gives to gettext."""

    xgettext_options = [*Command.xgettext_options, *(f"--keyword={name}" for name in ("N_", "__", "_l"))]


def gather(root: Path) -> None:
    """Write into `root`/locale what the code below `root` says; needs gettext."""
    (root / "locale").mkdir(exist_ok=True)
    with chdir(root):
        call_command(
            Gathering(), locale=["en"], extensions=["html", "txt", "py"], ignore_patterns=["*/static/*"],
            add_location="file", no_wrap=True, no_obsolete=True, keep_pot=False, stdout=StringIO(), verbosity=0,
        )  # fmt: skip


def faults() -> list[str]:
    """What the catalogue lacks: texts without translation, doubtful ones, those nobody says any more."""
    if not CATALOGUE.exists():
        return ["there is no English catalogue"]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "maillage"
        for source in SRC.rglob("*"):
            if source.suffix in _SOURCES and "static" not in source.parts:
                target = copy / source.relative_to(SRC)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        target = copy / CATALOGUE.relative_to(SRC)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CATALOGUE, target)
        gather(copy)
        said = {key(entry) for entry in polib.pofile(str(target)) if not entry.obsolete}
    kept = [entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete]
    found = [
        f"not in the catalogue: {message!r} (make messages)" for _, message in sorted(said - {key(one) for one in kept})
    ]
    found += [f"said nowhere: {one.msgid!r}" for one in kept if key(one) not in said]
    found += [f"doubtful: {one.msgid!r}" for one in kept if one.fuzzy]
    found += [f"not translated: {one.msgid!r}" for one in kept if not one.translated() and not one.fuzzy]
    return found


def key(entry: polib.POEntry) -> tuple[str, str]:
    return entry.msgctxt or "", entry.msgid


def compiled() -> bytes:
    return polib.pofile(str(CATALOGUE)).to_binary()


def main() -> None:
    gather(SRC)
    COMPILED.write_bytes(compiled())
    for fault in faults():
        print(fault)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings.test")
    django.setup()
    main()
