"""Every French text has its English one, and the compiled catalogue is the one of the text."""

import re
from pathlib import Path

import allauth
import django
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


def test_french_signs_are_never_cut_from_their_word() -> None:
    """A no-break space before « : ; ? ! » and inside the guillemets: a sign alone at the start of a line is a fault."""
    cut = re.compile(r"(?<=[^\s|]) [:;?!»](?![\w=/])|« ")
    assert [entry.msgid for entry in entries() if cut.search(entry.msgid)] == []


def test_no_french_text_is_translated_by_a_library() -> None:
    """A word of ours that Django or allauth also say comes back as they translate it: « Note », « Remarque »."""
    ours = {messages.key(entry) for entry in entries()}
    libraries = [Path(module.__file__).parent for module in (django, allauth)]
    catalogues = [path for one in libraries for path in one.rglob("locale/fr/LC_MESSAGES/django.mo")]
    assert len(catalogues) > 5
    found = {
        (entry.msgid, text)
        for path in catalogues
        for entry in polib.mofile(str(path))
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if messages.key(entry) in ours and text not in ("", entry.msgid, entry.msgid_plural)
    }
    assert found == set()
