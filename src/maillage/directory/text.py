"""Understanding a free French text: its words, corrected; the needs it speaks of. Pure.

Nothing here is kept: a text lives as long as the search it belongs to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from maillage.common.letters import fold
from maillage.directory import vocabulary

# Words that say nothing of what is needed.
STOP = frozenset(vocabulary.data("stop_words.txt").split())
_SHORT = 4  # letters: shorter words are not corrected
Words = Mapping[int, Sequence[str]]  # words to correct with, by their number of letters


@cache
def analyzer() -> TextAnalyzer:
    """Words to stems; the index uses the same."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stemmer("french"))
        .build()
    )


@cache
def plain_analyzer() -> TextAnalyzer:
    """Words as they are, without accents."""
    return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.ascii_fold()).build()


def stem(word: str) -> str:
    """« fuguée », « fugues » and « fugué » come to the same."""
    found = analyzer().analyze(word)
    root: str = found[0] if found else word
    return root.rstrip("e") or root


@dataclass(frozen=True)
class Phrase:
    """One way of saying a need. `stems`: all must be heard."""

    need: str
    stems: frozenset[str]


@cache
def phrases() -> Sequence[Phrase]:
    """Of all needs, a phrase made of stop words alone kept whole."""
    found = []
    for need in vocabulary.needs().values():
        for said in (*need.phrases, need.label):
            words = fold(said).split()
            telling = [word for word in words if word not in STOP] or words
            found.append(Phrase(need.code, frozenset(stem(word) for word in telling)))
    return tuple(found)


@cache
def _by_stem() -> Mapping[str, Sequence[Phrase]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases():
        for one in phrase.stems:
            found.setdefault(one, []).append(phrase)
    return found


@cache
def own_words() -> frozenset[str]:
    """Folded words of the needs' phrases and labels."""
    return frozenset(
        word
        for need in vocabulary.needs().values()
        for said in (*need.phrases, need.label)
        for word in fold(said).split()
    )


@dataclass(frozen=True)
class Heard:
    """`needs`: codes, the most telling first, with a weight (number of words that say it). `words`: the telling words,
    corrected. `others`: those no need explains. `corrected`: (typed, read as)."""

    needs: Sequence[tuple[str, int]]
    words: Sequence[str]
    others: Sequence[str]
    corrected: Sequence[tuple[str, str]]


def hear(text: str, known: Callable[[str], bool] = lambda word: False, vocabulary_: Words | None = None) -> Heard:
    """What a text asks for. `known` says whether a folded word exists in the index, `vocabulary_` lists such words."""
    words, corrected = [], []
    for word in fold(text).split()[:40]:
        right = _correct(word, known, vocabulary_ or {})
        if right != word:
            corrected.append((word, right))
        words.extend(right.split())
    heard = {stem(word): word for word in words}
    weights: dict[str, int] = {}
    totals: dict[str, int] = {}
    explained: set[str] = set()
    for phrase in {phrase for one in heard for phrase in _by_stem().get(one, ())}:
        if phrase.stems <= heard.keys():
            weights[phrase.need] = max(weights.get(phrase.need, 0), len(phrase.stems))
            totals[phrase.need] = totals.get(phrase.need, 0) + 1
            explained |= phrase.stems
    ordered = sorted(weights, key=lambda need: (-weights[need], -totals[need], list(vocabulary.needs()).index(need)))
    telling = [word for word in words if word not in STOP]
    return Heard(
        needs=tuple((need, weights[need]) for need in ordered),
        words=tuple(telling),
        others=tuple(word for word in telling if stem(word) not in explained),
        corrected=tuple(corrected),
    )


def _correct(word: str, known: Callable[[str], bool], words: Words) -> str:
    """The word itself when it exists, is short or a number; else the nearest one of ours, else of the index."""
    if len(word) < _SHORT or word.isdigit() or word in STOP or word in own_words() or known(word):
        return word
    if stem(word) in _by_stem():
        return word
    allowed = 1 if len(word) < 7 else 2
    for among in (_ours(), words):
        # The first letter is rarely wrong: of two words as near, the one that shares it.
        near = (among.get(len(word) + more, ()) for more in range(-allowed, allowed + 1))
        found = process.extract(word, list(chain(*near)), scorer=OSA.distance, score_cutoff=allowed, limit=12)
        if found:
            return min((far, known[:1] != word[:1], abs(len(known) - len(word)), known) for known, far, _at in found)[
                -1
            ]
    return _split(word) or word


@cache
def _ours() -> Words:
    return by_length(own_words() | STOP)


def by_length(words: Iterable[str]) -> Words:
    """Those long enough to correct others with: of two words, as many letters more or less are as many mistakes."""
    found: dict[int, list[str]] = {}
    for word in sorted(words):
        if len(word) >= _SHORT:
            found.setdefault(len(word), []).append(word)
    return found


def _split(word: str) -> str:
    """Two words run together: « jaifugué », « dormirdehors »."""
    for at in range(1, len(word)):
        first, second = word[:at], word[at:]
        if (first in own_words() or first in STOP) and len(second) >= _SHORT and second in own_words():
            return f"{first} {second}"
    return ""
