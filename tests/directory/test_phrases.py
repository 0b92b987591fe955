"""What people write finds what helps them: sixty phrases, then two thousand misspellings of them.

The recall is published in docs/develop/directory.md.
"""

import random
from pathlib import Path

import pytest
import yaml

from maillage.directory import content, engine, indexing, searching, selectors
from maillage.directory.models import Service
from maillage.directory.queries import Query

PHRASES = [
    (str(text), [str(one) for one in expected])
    for text, expected in yaml.safe_load((Path(__file__).parent / "phrases.yaml").read_text())["phrases"]
]
MISSPELLINGS = 2_000
RECALL = 0.97  # of misspellings that still find one of their services on the first page
_NEAR = {
    "a": "qz", "e": "zr", "i": "uo", "o": "ip", "u": "yi", "s": "qd", "t": "ry", "r": "et", "n": "b", "m": "l",
    "l": "m", "p": "o", "c": "xv", "d": "sf",
}  # fmt: skip


def misspelt(text: str, chance: random.Random) -> str:
    """One slip in one of its longer words, as hands make them: a letter lost, doubled, swapped, wrong, or its sound."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word.strip("'")) >= 5]
    at = chance.choice(long or list(range(len(words))))
    word = words[at]
    spot = chance.randrange(1, len(word) - 1) if len(word) > 2 else 0
    slip = chance.randrange(6)
    if slip == 0:
        word = word[:spot] + word[spot + 1 :]
    elif slip == 1:
        word = word[:spot] + word[spot] + word[spot:]
    elif slip == 2 and spot + 1 < len(word):
        word = word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :]
    elif slip == 3:
        word = word[:spot] + chance.choice(_NEAR.get(word[spot], "e")) + word[spot + 1 :]
    elif slip == 4:
        word = word.translate(str.maketrans("éèêàçùôîï", "eeeacuoii"))
    else:
        word = word.replace("ph", "f").replace("nn", "n").replace("tt", "t").replace("ss", "s").replace("eau", "o")
    words[at] = word
    return " ".join(words)


@pytest.fixture
def shipped(db: None) -> dict[str, str]:
    """What ships, indexed: the identifier of each service by its row."""
    content.load_shipped()
    indexing.rebuild()
    return {str(pk): reference for pk, reference in Service.objects.order_by("pk").values_list("pk", "reference")}


def found(shipped: dict[str, str], text: str) -> set[str]:
    """The first page of a stranger, from the index alone."""
    reader = engine.Reader(engine.Audience.PUBLIC)
    return {shipped[pk] for pk in searching.find(reader, Query(text=text), facets=False).ids}


def test_sixty_phrases_find_their_services(shipped: dict[str, str]) -> None:
    assert len(PHRASES) == 60
    assert {one for _text, expected in PHRASES for one in expected} <= set(shipped.values())
    lost = [text for text, expected in PHRASES if not found(shipped, text) & set(expected)]
    assert lost == []


def test_two_thousand_misspellings_still_do(shipped: dict[str, str]) -> None:
    chance = random.Random(2026)
    cases = [chance.choice(PHRASES) for _number in range(MISSPELLINGS)]
    slips = [(misspelt(text, chance), expected) for text, expected in cases]
    kept = sum(bool(found(shipped, text) & set(expected)) for text, expected in slips)
    assert kept / MISSPELLINGS >= RECALL, kept / MISSPELLINGS


def test_an_answer_never_repeats_the_words_of_the_question(shipped: dict[str, str]) -> None:
    page = selectors.search(Query(text="mon mac me force à michetonner"))
    assert page.understood.labels == ("Exploitation, prostitution",)
