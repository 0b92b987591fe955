"""Six languages, each complete; French typed as printers do; nothing said that tells."""

import re

import pytest

from maillage.directory.vocabulary import needs
from maillage.portal.near import NEEDS
from maillage.portal.reading import law, load, noticing, resources
from maillage.portal.rules import shipped
from maillage.portal.words import LANGUAGES, flat, preferred, words
from maillage.portal.words import load as load_words
from maillage.reference.definitions import DefinitionInvalid

FRENCH = words("fr")
OTHERS = [code for code in LANGUAGES if code != "fr"]
# Signs that a no-break space ties to their word in French.
_LOOSE = re.compile(r" [:;?!»]|« |\w'\w")


def test_six_languages() -> None:
    assert list(LANGUAGES) == ["fr", "en", "es", "ro", "ar", "pt"]
    assert [code for code, one in LANGUAGES.items() if one.right_to_left] == ["ar"]


@pytest.mark.parametrize("code", OTHERS)
def test_a_language_is_complete_and_its_own(code: str) -> None:
    texts = words(code)
    assert texts.keys() == FRENCH.keys()
    same = [key for key, text in texts.items() if text == FRENCH[key] and not key.startswith("ui.website")]
    assert len(same) <= 3, same  # « Site », a proper name


def test_arabic_is_written_in_arabic() -> None:
    bare = [key for key, text in words("ar").items() if not re.search(r"[\u0600-\u06ff]", text)]
    assert bare == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_numbers_are_not_lost_in_translation(code: str) -> None:
    """A text that names 119 in French names it everywhere."""
    lost = [
        key
        for key, text in FRENCH.items()
        if set(re.findall(r"\d+", text.replace(" ", " "))) - set(re.findall(r"\d+", words(code)[key]))
    ]
    assert lost == []


def test_french_is_typed_as_printers_do() -> None:
    texts = [
        *FRENCH.values(),
        *(text for page in (law(), noticing(), resources()) for _path, text in flat(page.model_dump())),
    ]
    assert [text for text in texts if _LOOSE.search(text)] == []


def test_words_stay_plain() -> None:
    """No sentence of the French public pages is longer than 30 words."""
    sentences = [part for text in FRENCH.values() for part in re.split(r"[.?!…]\s", text)]
    assert [one for one in sentences if len(one.split()) > 30] == []


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda text: text.replace("  exit: ", "  exits: "), "il manque « ui.exit »"),
        (lambda text: text.replace("  exit: ", "  exits: "), "mot inconnu « ui.exits »"),
        (lambda text: text.replace("{number}", "number", 1), "n’a pas les mêmes {…}"),
        (lambda text: text.replace("Leave quickly", "", 1).replace("exit: ", 'exit: ""', 1), "est vide"),
    ],
)
def test_an_incomplete_language_is_refused(change: object, cause: str) -> None:
    text = change(shipped("words/en.yaml"))  # type: ignore[operator]
    with pytest.raises(DefinitionInvalid, match=re.escape(cause)):
        load_words(text, "en.yaml", FRENCH)


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "fr"),
        ("ro-RO,ro;q=0.9,en;q=0.5", "ro"),
        ("de,pl;q=0.9", "fr"),
        ("de;q=1,ar;q=0.4,pt-BR;q=0.6", "pt"),
        ("en;q=0,es;q=0.1", "es"),
        ("*;q=x,EN", "en"),
        ("," * 5000 + "ar", "fr"),
    ],
)
def test_the_browsers_language_is_understood(accepted: str, code: str) -> None:
    assert preferred(accepted).code == code


def test_needs_looked_for_are_known_to_the_directory() -> None:
    assert {code for codes in NEEDS.values() for code in codes} <= set(needs())


def test_what_professionals_read_says_source_date_and_status() -> None:
    for page in (law(), noticing(), resources()):
        for chapter in page.parts:
            for rule in chapter.rules:
                assert rule.source
                assert rule.seen
                # No jurist has read them yet: none is shown as the law.
                assert rule.reviewed is None
    text = shipped("law.yaml")
    for old, new in (
        ("status: read", "status: '?'"),
        ('seen: "2015"', 'seen: "jadis"'),
        ("status: practice", "statut: practice"),
    ):
        assert old in text
        with pytest.raises(DefinitionInvalid):
            load(text.replace(old, new, 1), "law.yaml")
