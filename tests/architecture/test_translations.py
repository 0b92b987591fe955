"""Every French text has its English one, and the compiled catalogue is the one of the text."""

import re

import polib

from tests import messages

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")


def test_the_english_catalogue_is_complete() -> None:
    assert messages.faults() == []


def entries() -> list[polib.POEntry]:
    return list(polib.pofile(str(messages.CATALOGUE))) if messages.CATALOGUE.exists() else []


def test_translations_keep_every_placeholder() -> None:
    for entry in entries():
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        wanted = set(PLACEHOLDER.findall(entry.msgid)) | set(PLACEHOLDER.findall(entry.msgid_plural))
        for text in texts:
            assert set(PLACEHOLDER.findall(text)) <= wanted, entry.msgid
        assert set(PLACEHOLDER.findall(texts[-1])) >= set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)), (
            entry.msgid
        )


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    assert messages.COMPILED.read_bytes() == messages.compiled(), "make messages"


def test_french_is_typed_as_printers_do() -> None:
    """Curly apostrophes in what people read; a straight one betrays a text nobody reread."""
    straight = [
        entry.msgid for entry in entries() if re.search(r"\w'\w", re.sub(r"%\(\w+\)s|<[^>]*>", "", entry.msgid))
    ]
    assert straight == []
