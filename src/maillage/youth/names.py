"""Finding a person by a name heard over the phone or badly typed. Pure: the index lives in memory only.

Distinct name parts in any order; a part is reached by its letters, by how it sounds in French, by its
beginning, or within a few typing slips (optimal string alignment). Those reached are ordered by Jaro-Winkler,
with a bonus for the birth year. What is compared are letters of names: the order says nothing else of anyone.
"""

import re
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from maillage.common.letters import fold

Key = TypeVar("Key", bound=Hashable)

_YEAR_BONUS = 0.10
_NEXT_YEAR_BONUS = 0.04
_SOUNDS_LIKE = 0.93  # of 1: how near a part is that only sounds the same
_BEGINS_LIKE = 0.88
_LEAST = 0.45  # of 1: one part of two found is still worth showing
_TWIN = 0.86


def parts(*names: str) -> frozenset[str]:
    """Folded parts of names, the hyphenated ones also in one word: « Lou-Anne » → lou, anne, louanne."""
    found: set[str] = set()
    for name in names:
        for word in name.split():
            pieces = fold(word).split()
            found.update(pieces)
            if 1 < len(pieces) < 4:
                found.add("".join(pieces))
    return frozenset(found)


# Spelling to sound, in order. Folded letters in; capitals and digits stand for sounds of several letters.
_SOUNDS: Sequence[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(mc|mac)(?=k)", "mak"),
        (r"y", "i"),
        (r"ph", "f"),
        (r"sch|sh|ch(?![rl])|tch", "X"),
        (r"[ck]h", "k"),
        (r"w", "v"),
        (r"h", ""),
        (r"dj", "j"),
        (r"qu|q|ck|cqu|c(?![ei])|k+", "k"),
        (r"sc(?=[ei])|c(?=[ei])", "s"),
        (r"x", "ks"),
        (r"ge(?=[ao])|g(?=[ei])", "j"),
        (r"gu(?=[ei])", "g"),
        (r"gn", "n"),
        (r"(?<=[aeiou])s(?=[aeiou])", "z"),
        (r"eau|au", "o"),
        (r"ou|oo", "U"),
        (r"(ain|ein|aim|in|im|un|um)(?![aeiouUnm])", "1"),
        (r"(an|am|en|em)(?![aeiouUnm])", "2"),
        (r"(on|om)(?![aeiouUnm])", "3"),
        (r"oi", "oa"),
        (r"ai|ei|ae", "e"),
        (r"(.)\1+", r"\1"),
        (r"(?<=.)[esz]+$", ""),
    )
]


@lru_cache(maxsize=100_000)
def sound(part: str) -> str:
    """The French phonetic key of a folded part: « keziah » and « quesia » share one."""
    for pattern, replacement in _SOUNDS:
        part = pattern.sub(replacement, part)
    return part


def _slips(part: str) -> int:
    """How many slips a part of that length allows."""
    return 0 if len(part) < 4 else 1 if len(part) < 6 else 2


@dataclass
class _Entry:
    parts: frozenset[str]
    born: date | None


@dataclass
class NameIndex(Generic[Key]):
    """Persons by key. Adding one again replaces it."""

    _entries: dict[Key, _Entry] = field(default_factory=dict)
    _holders: dict[str, set[Key]] = field(default_factory=dict)
    _by_sound: dict[str, set[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, key: Key, names: Iterable[str], born: date | None = None) -> None:
        self.remove(key)
        entry = _Entry(parts(*names), born)
        self._entries[key] = entry
        for part in entry.parts:
            self._holders.setdefault(part, set()).add(key)
            self._by_sound.setdefault(sound(part), set()).add(part)

    def remove(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        for part in entry.parts if entry else ():
            holders = self._holders[part]
            holders.discard(key)
            if not holders:
                del self._holders[part]
                alike = self._by_sound[sound(part)]
                alike.discard(part)
                if not alike:
                    del self._by_sound[sound(part)]

    def search(
        self,
        text: str,
        *,
        birth_year: int | None = None,
        among: Collection[Key] | None = None,
        limit: int = 10,
    ) -> list[Key]:
        """Keys of those whose names are near, nearest first; of `among` only, when given."""
        asked = _asked(text)
        if not asked:
            return []
        # For each word asked, the nearest part of each person.
        near: list[dict[Key, float]] = []
        for word in asked:
            best: dict[Key, float] = {}
            for part, likeness in self._reached(word).items():
                for key in self._holders[part]:
                    if (among is None or key in among) and likeness > best.get(key, 0):
                        best[key] = likeness
            near.append(best)
        ranked = []
        for key in set().union(*near):
            likeness = sum(best.get(key, 0) for best in near) / len(asked)
            if likeness >= _LEAST:
                ranked.append((-likeness - _year_bonus(self._entries[key].born, birth_year), str(key), key))
        ranked.sort(key=lambda found: found[:2])
        return [key for _near, _name, key in ranked[:limit]]

    def twins(self, names: Iterable[str], born: date | None, *, limit: int = 5) -> list[Key]:
        """Keys of those likely to be the same person: near names, and the same birth date (day and month swapped
        counts) or an unknown one with every part alike."""
        mine = parts(*names)
        return [
            key
            for key in self.search(" ".join(sorted(mine)), limit=10 * limit)
            if _likely_twins(mine, born, self._entries[key])
        ][:limit]

    def _reached(self, word: str) -> Mapping[str, float]:
        """Parts of the vocabulary near a word, each with how near (1 for the same letters)."""
        reached: dict[str, float] = {}
        slips = _slips(word)
        if slips:
            for part, _distance, _rank in process.extract(
                word, self._holders.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None
            ):
                reached[part] = JaroWinkler.similarity(word, part) * 0.97
        if len(word) >= 2:
            for part in self._holders:
                if part.startswith(word):
                    reached[part] = max(reached.get(part, 0), _BEGINS_LIKE)
        for part in self._by_sound.get(sound(word), ()):
            alike = max(_SOUNDS_LIKE, JaroWinkler.similarity(word, part) * 0.98)
            reached[part] = max(reached.get(part, 0), alike)
        if word in self._holders:
            reached[word] = 1
        return reached


def _asked(text: str) -> list[str]:
    """Distinct words asked for, in order: at most eight, a name has no more."""
    return list(dict.fromkeys(fold(text).split()))[:8]


def _year_bonus(born: date | None, asked: int | None) -> float:
    if born is None or asked is None:
        return 0
    return {0: _YEAR_BONUS, 1: _NEXT_YEAR_BONUS}.get(abs(born.year - asked), 0)


def _likely_twins(mine: frozenset[str], born: date | None, other: _Entry) -> bool:
    if born is not None and other.born is not None and born != other.born:
        swapped = (born.year, born.month, born.day) == (other.born.year, other.born.day, other.born.month)
        if not swapped:
            return False
    fewer, more = sorted((mine, other.parts), key=len)
    if not fewer:
        return False
    unsure = born is None or other.born is None
    alike = [max(_likeness(part, candidate) for candidate in more) for part in fewer]
    if unsure:
        return len(fewer) > 1 and all(likeness >= _SOUNDS_LIKE for likeness in alike)
    return sum(alike) / len(alike) >= _TWIN


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1
    heard = _SOUNDS_LIKE if sound(one) == sound(other) else 0
    return max(heard, float(JaroWinkler.similarity(one, other)))
