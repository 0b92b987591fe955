"""Finding a misspelt name among 50,000: how often, how fast, and what the index costs. All names are made up."""

import gc
import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.claims import Claim
from maillage.youth.names import Born, NameIndex

PEOPLE, ASKED, SEED = 50_000, 5_000, 20_260_101
_START = ("b", "br", "c", "ch", "cl", "d", "dj", "f", "fl", "g", "gr", "j", "k", "kh", "l", "m", "n", "p", "ph", "pl",
          "qu", "r", "s", "t", "th", "tr", "v", "y", "z", "")  # fmt: skip
_MIDDLE = ("a", "a", "e", "i", "o", "u", "ai", "au", "eau", "ei", "ou", "oi", "an", "en", "on", "in", "é", "è", "ï")
_CLOSE = ("", "", "", "", "l", "n", "r", "s", "t", "ne", "lle", "tte", "sse", "x", "d")
# A sound written otherwise, as one hears it on the telephone.
_HEARD = (
    ("ph", "f"), ("f", "ph"), ("qu", "k"), ("k", "qu"), ("c", "k"), ("k", "c"), ("eau", "o"), ("au", "o"), ("o", "au"),
    ("th", "t"), ("t", "th"), ("y", "i"), ("i", "y"), ("z", "s"), ("an", "en"), ("en", "an"), ("in", "ain"),
    ("ai", "é"), ("é", "ai"), ("ll", "l"), ("l", "ll"), ("nn", "n"), ("n", "nn"), ("ss", "s"), ("tt", "t"), ("dj", "j"),
    ("kh", "k"), ("h", ""), ("ei", "è"), ("x", "ks"), ("é", "e"), ("è", "e"), ("ï", "i"),
)  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    given: str
    family: str
    born: date


def _word(chance: random.Random, lengths: Sequence[int]) -> str:
    parts = [chance.choice(_START) + chance.choice(_MIDDLE) for _ in range(chance.choice(lengths))]
    return ("".join(parts) + chance.choice(_CLOSE)).capitalize()


def _words(chance: random.Random, count: int, lengths: Sequence[int]) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        word = _word(chance, lengths)
        if len(word) > 2:
            found[word] = None
    return list(found)


def crowd(count: int, chance: random.Random) -> list[Somebody]:
    """Made-up people whose names repeat as names do: some are very frequent, most are rare."""
    given, family = _words(chance, 3_000, (1, 2, 2, 3)), _words(chance, 18_000, (2, 2, 3))
    often = [1 / (rank + 5) for rank in range(len(given))]
    seldom = [1 / (rank + 50) for rank in range(len(family))]
    givens, families = chance.choices(given, often, k=count), chance.choices(family, seldom, k=count)
    found = []
    for first, last in zip(givens, families, strict=True):
        if chance.random() < 0.06:
            first = f"{first}-{chance.choice(given)}"
        if chance.random() < 0.06:
            last = f"{last} {chance.choice(family)}"
        found.append(
            Somebody(first, last, date(chance.randint(2005, 2024), chance.randint(1, 12), chance.randint(1, 28)))
        )
    return found


def _slip(word: str, chance: random.Random) -> str:
    """A finger too few, too many, beside, or two letters swapped."""
    at = chance.randrange(len(word))
    letter = chance.choice("abcdefghijlmnoprstuvyz")
    return chance.choice(
        (
            lambda: word[:at] + word[at + 1 :],
            lambda: word[:at] + letter + word[at:],
            lambda: word[:at] + letter + word[at + 1 :],
            lambda: word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
        )
    )()


def _heard(word: str, chance: random.Random) -> str:
    possible = [(old, new) for old, new in _HEARD if old in word.lower()]
    if not possible:
        return _slip(word, chance)
    old, new = chance.choice(possible)
    return word.lower().replace(old, new, 1)


def misspelt(person: Somebody, chance: random.Random) -> str:
    """Her name as someone types it: always wrong somewhere, one time in three in both names."""
    names = [person.given, person.family]
    wrong = {chance.randrange(2)} | ({0, 1} if chance.random() < 1 / 3 else set())
    for place in wrong:
        change: Callable[[str, random.Random], str] = chance.choice((_slip, _heard))
        names[place] = change(names[place], chance)
    if chance.random() < 0.3:
        names.reverse()
    if chance.random() < 0.3:
        names = [name.replace("-", " ").upper() for name in names]
    return " ".join(names)


def _percentile(values: list[float], part: float) -> float:
    return sorted(values)[int(len(values) * part)]


def measured(people: int) -> dict[str, float]:
    """Seconds to build, MB held, recall@10 with and without the year, and milliseconds of a look-up."""
    chance = random.Random(SEED)  # made-up names, the same at each run
    everyone = crowd(people, chance)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    index: NameIndex[int] = NameIndex()
    for key, person in enumerate(everyone):
        index.add(key, [person.given, person.family], person.born)
    built = time.perf_counter() - start
    held = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    found = {True: 0, False: 0}
    took = []
    for key in chance.sample(range(people), ASKED):
        person = everyone[key]
        text = misspelt(person, chance)
        start = time.perf_counter()
        answer = index.search(text, born=Born.in_year(person.born.year), limit=10)
        took.append((time.perf_counter() - start) * 1000)
        found[True] += key in answer
        found[False] += key in index.search(text, limit=10)
    return {
        "build": built,
        "held": held,
        "recall": found[True] / ASKED,
        "names alone": found[False] / ASKED,
        "p50": _percentile(took, 0.5),
        "p95": _percentile(took, 0.95),
    }


def measure() -> list[Claim]:
    """At the size of the largest département, then at four times that, to see what grows."""
    return _claims(PEOPLE, 20, 2, 60) + _claims(4 * PEOPLE, 30, 8, 240)


def _claims(people: int, look_up: float, build: float, memory: float) -> list[Claim]:
    found = measured(people)
    said = f"{people:,} people, {ASKED:,} asked"
    return [
        Claim(
            f"misspelt names found among the first ten with the birth year, {said}",
            found["recall"] * 100, 97, "%", more=True,
        ),
        Claim(f"the same without the birth year, {said}", found["names alone"] * 100, 90, "%", more=True),
        Claim(f"look-up of a misspelt name among {people:,}, p95", found["p95"], look_up, "ms"),
        Claim(f"look-up of a misspelt name among {people:,}, median", found["p50"], look_up, "ms"),
        Claim(f"name index of {people:,} people, from their names", found["build"], build, "s"),
        Claim(f"name index of {people:,} people, memory", found["held"], memory, "MB"),
    ]  # fmt: skip
