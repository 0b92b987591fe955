"""A demonstration as `maillage` makes it, then stolen whole but for its keys: nothing of anyone can be read.

`tests/config/test_demo.py` does the same inside the suite, with `pg_dump` on PostgreSQL. Here a folder is made by the
command itself, and every file of it is searched, in every shape a value may take.
"""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Run with the settings of the demonstration: what was sealed, opened with its keys; and what the site says openly.
_OPEN = """
import json, os
import django
django.setup()
from django.apps import apps
from maillage.accounts.models import Organisation, User
from maillage.common.enums import Section
from maillage.episodes.models import ProtocolVersion
from maillage.questionnaires.models import Questionnaire
from maillage.vault.fields import SealedField
from maillage.vault.models import DataKey
from maillage.vault.sealing import Opened
from tests.walls.test_dump import strings
sealed = set()
for model in apps.get_models():
    names = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
    for row in model._base_manager.exclude(data_key=None).order_by("pk") if names else []:
        opened = Opened(DataKey.objects.get(pk=row.data_key_id), Section.values)
        for name in names:
            sealed.update(strings(opened.value(row, name)))
public = [text for model in (Organisation, User, ProtocolVersion, Questionnaire)
          for values in model._base_manager.values() for text in strings(values)]
print(json.dumps({"sealed": sorted(sealed), "public": public}))
"""

# What the worker would send: somebody's password, and notices of what is late.
_LETTERS = """
from maillage.accounts.models import Letter, User
from maillage.accounts.services import post_letter
from maillage.common.clock import now
from maillage.tasks import outbox, sweeper
from maillage.accounts import letters
post_letter(User.objects.order_by("pk").first(), "password")
sweeper.sweep(now())
outbox.deliver(now())
letters.deliver(now())
"""

# Printable text long enough to be text and not ciphertext: random bytes spell any three letters sooner or later.
TEXT = re.compile(rb"[\x20-\x7e\xc2-\xf4\x80-\xbf]{12,}")
SHORT = 6  # bytes: below, looked for as whole words of text only


def strings(value: Any) -> Iterator[str]:
    """Every text within, dates as they are written."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value
    elif hasattr(value, "isoformat"):
        yield value.isoformat()


def shapes(value: str) -> Iterator[tuple[str, bytes]]:
    """How a value might be written by someone who did not seal it."""
    raw = value.encode()
    yield "utf-8", raw
    yield "escaped", json.dumps(value)[1:-1].encode()
    yield "utf-16", value.encode("utf-16-le")
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    if len(raw) >= 2 * SHORT:
        for lead in range(3):  # its three positions in a longer base64 text, without the edges neighbours change
            coded = base64.b64encode(b"\0" * lead + raw)
            yield "base64", coded[4 if lead else 0 : -4]


def found(value: str, content: bytes, texts: bytes) -> str:
    """In which shape the value is there; "" when it is not."""
    raw = value.encode()
    if len(raw) < SHORT:
        word = rb"(?<![\w\xc3\x80-\xbf-])" + re.escape(raw) + rb"(?![\w\xc3\x80-\xbf-])"
        return "word" if re.search(word, texts) else ""
    return next((shape for shape, wanted in shapes(value) if wanted in content), "")


def looked_for(sealed: list[str], public: list[str]) -> set[str]:
    """What must not be found. Left out: codes of choices (`mother`, `on_call_manager`: nobody's words), texts of one or
    two signs, and what the site says openly: a professional's or a home's name, a sentence of a protocol."""
    openly = "\n".join(public)
    return {
        value for value in sealed if len(value) > 2 and not re.fullmatch(r"[a-z_0-9]+", value) and value not in openly
    }


@pytest.mark.parametrize("shape", ["utf-8", "escaped", "utf-16", "hex", "HEX", "base64", "word"])
def test_the_search_finds_what_is_there(shape: str) -> None:
    """So that finding nothing means something."""
    value = "Ève" if shape == "word" else "Théodora Réverbère"
    wanted = value.encode() if shape == "word" else next(text for name, text in shapes(value) if name == shape)
    content = b"\x00\xff" + b"quelques mots, " + wanted + b", et la suite\x00"
    assert found(value, content, b"\n".join(TEXT.findall(content)))
    assert not found("Personne d’Autre", content, content)


def test_a_stolen_demonstration_says_nothing_of_anyone(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLAGE", "DATABASE"))}
    environment |= {
        "MAILLAGE_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "maillage.config.settings.embedded",
        "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}",
    }

    def run(*words: str) -> str:
        done = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    run("-m", "maillage", "demo", "load")
    run("-m", "maillage", "manage", "shell", "-c", _LETTERS)
    opened = json.loads(run("-c", _OPEN).splitlines()[-1])
    values = looked_for(opened["sealed"], opened["public"])
    assert len(values) > 80
    assert {"Parasol", "Réverbère", "Rosalie Parasol", "+33639980031", "DEMO-LINA"} <= values
    assert {"1 rue de la Bobine", "2 chemin de la Bouilloire"} <= values
    stolen = [
        path
        for path in (tmp_path / "data").rglob("*")
        if path.is_file() and "keys" not in path.parts and "static" not in path.parts and path.name != "secret"
    ]
    kinds = {path.name.split(".")[-1] for path in stolen} | {path.parent.parent.name for path in stolen}
    assert {"sqlite3", "files"} <= kinds, kinds
    assert any(path.parent.name == "mail" for path in stolen)
    faults = []
    for path in stolen:
        content = path.read_bytes()
        texts = b"\n".join(TEXT.findall(content))
        if path.suffix == ".sqlite3":
            assert b"Maison des Tilleuls" in content  # what is not sealed is there: the search sees
        faults += [(path.name, shape, value) for value in sorted(values) if (shape := found(value, content, texts))]
        faults += [(path.name, "magic", kind) for kind in (b"JFIF", b"%PDF-") if kind in content]
    assert not faults, "\n".join(map(str, faults))
