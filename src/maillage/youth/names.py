"""Finding a person by a name heard over the phone or badly typed. Pure: the index lives in memory only.

Distinct name parts in any order; a part is reached by its letters, by how it sounds in French, by its
beginning, or within a few typing slips (optimal string alignment). Those reached are ordered by Jaro-Winkler,
with a bonus for the birth year. What is compared are letters of names: the order says nothing else of anyone.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from heapq import nsmallest
from itertools import islice, takewhile
from sys import intern
from typing import Generic, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from maillage.common.letters import fold

Key = TypeVar("Key", bound=Hashable)

_BIRTH_BONUS = 0.12  # the whole of it for the same day of birth
_YEAR = 0.8
_YEAR_BESIDE = 0.3
_SOUNDS_LIKE = 0.93  # of 1: how near a part is that only sounds the same
_BEGINS_LIKE = 0.88
_LEAST = 0.45  # of 1: one part of two found is still worth showing
_TWIN = 0.86
_FEW = 200  # compared one by one, rather than searched among


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


@dataclass(frozen=True)
class Born:
    """What is known of a birth: a day, or the years it may lie in (both included)."""

    first: int
    last: int
    day: date | None = None

    @classmethod
    def on(cls, day: date) -> "Born":
        return cls(day.year, day.year, day)

    @classmethod
    def in_year(cls, year: int) -> "Born":
        return cls(year, year)

    @classmethod
    def aged(cls, age: int, today: date, give: int = 0) -> "Born":
        """Of that age today, give or take so many years."""
        return cls(today.year - age - 1 - give, today.year - age + give)

    def near(self, day: date | None) -> float:
        """1 for the same day (day and month swapped too), less for the same year, for a year beside it, 0 else."""
        if day is None:
            return 0
        if self.day is not None and same_day(self.day, day):
            return 1
        if self.first <= day.year <= self.last:
            return _YEAR
        return _YEAR_BESIDE if self.first - 1 <= day.year <= self.last + 1 else 0

    def excludes(self, day: date) -> bool:
        """Whether someone born that day is surely another person."""
        return not (same_day(self.day, day) if self.day else self.first <= day.year <= self.last)


def same_day(one: date, other: date) -> bool:
    """The same date, or one whose day and month were swapped."""
    return one == other or (one.year, one.month, one.day) == (other.year, other.day, other.month)


@dataclass(slots=True)
class _Entry:
    """Tuples, of texts that are one object however many bear them: each process holds tens of thousands of entries."""

    parts: tuple[str, ...]
    born: date | None
    marks: tuple[str, ...] = ()


@dataclass
class NameIndex(Generic[Key]):
    """Persons by key. Adding one again replaces it."""

    _entries: dict[Key, _Entry] = field(default_factory=dict)
    _holders: dict[str, set[Key]] = field(default_factory=dict)
    _by_sound: dict[str, set[str]] = field(default_factory=dict)
    _by_length: dict[int, dict[str, None]] = field(default_factory=dict)
    _sorted: list[str] = field(default_factory=list)
    _marked: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    _by_day: dict[date | None, set[Key]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, key: Key, names: Iterable[str], born: date | None = None, marks: Iterable[str] = ()) -> None:
        """`marks`: what is found exactly or not at all (`phone_mark`, `reference_mark`)."""
        self.put(key, parts(*names), born, dict.fromkeys(marks))

    def put(self, key: Key, named: Iterable[str], born: date | None, marks: Iterable[str]) -> None:
        """The same, of names already taken apart: what `rows` gives."""
        if key in self._entries:
            self.remove(key)
        entry = self._entries[key] = _Entry(tuple(map(intern, named)), born, tuple(marks))
        self._by_day.setdefault(born, set()).add(key)
        for mark in entry.marks:
            self._marked[mark] = (*self._marked.get(mark, ()), key)
        for part in entry.parts:
            holders = self._holders.get(part)
            if holders is None:
                holders = self._holders[part] = set()
                self._by_sound.setdefault(sound(part), set()).add(part)
                self._by_length.setdefault(len(part), {})[part] = None
                insort(self._sorted, part)
            holders.add(key)

    def rows(self) -> Iterator[tuple[Key, tuple[str, ...], date | None, tuple[str, ...]]]:
        """Everyone, as `put` takes them."""
        return ((key, entry.parts, entry.born, entry.marks) for key, entry in self._entries.items())

    def remove(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            alike_born = self._by_day[entry.born]
            alike_born.discard(key)
            if not alike_born:
                del self._by_day[entry.born]
        for mark in entry.marks if entry else ():
            others = tuple(other for other in self._marked.pop(mark) if other != key)
            if others:
                self._marked[mark] = others
        for part in entry.parts if entry else ():
            holders = self._holders[part]
            holders.discard(key)
            if not holders:
                del self._holders[part]
                alike = self._by_sound[sound(part)]
                alike.discard(part)
                if not alike:
                    del self._by_sound[sound(part)]
                del self._by_length[len(part)][part]
                del self._sorted[bisect_left(self._sorted, part)]

    def search(
        self,
        text: str,
        *,
        born: Born | None = None,
        among: Collection[Key] | None = None,
        limit: int = 10,
    ) -> list[Key]:
        """Keys of those meant, nearest first; of `among` only, when given.

        By a telephone number or a reference; else by names, near ones too; else, of `among`, by the day of birth.
        """
        marked = {key for mark in marks_in(text) for key in self._marked.get(mark, ()) if among is None or key in among}
        if marked:
            return sorted(marked, key=str)[:limit]
        asked = _asked(text)
        if among is not None and not among:
            return []
        if not asked:
            return self._born(born, among)[:limit] if not text.strip() else []
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
                bonus = _BIRTH_BONUS * born.near(self._entries[key].born) if born else 0
                ranked.append((-likeness - bonus, str(key), key))
        return [key for _near, _name, key in nsmallest(limit, ranked, key=lambda found: found[:2])]

    def born_between(self, first: date, last: date) -> dict[Key, date]:
        """Everyone born in those days, both included."""
        return {
            key: entry.born
            for key, entry in self._entries.items()
            if entry.born is not None and first <= entry.born <= last
        }

    def _born(self, born: Born | None, among: Collection[Key] | None) -> list[Key]:
        if born is None or born.day is None or among is None:
            return []
        found = [key for key in among if key in self._entries and born.near(self._entries[key].born) == 1]
        return sorted(found, key=str)

    def twins(
        self,
        names: Iterable[str],
        born: Born | date | None,
        *,
        among: Collection[Key] | None = None,
        marks: Iterable[str] = (),
        limit: int = 5,
    ) -> list[Key]:
        """Keys of those likely to be the same person: near names, and a birth that agrees (day and month swapped
        count) or an unknown one with every part alike; or the same telephone or reference."""
        mine = parts(*names)
        known = Born.on(born) if isinstance(born, date) else born
        marked = {key for mark in marks for key in self._marked.get(mark, ()) if among is None or key in among}
        if known is not None and known.day is not None:
            # Those born another day are surely others: the few who are left are compared without a search.
            left = self._on(known.day) | self._by_day.get(None, set())
            among = left if among is None else left & set(among)
            if len(among) <= _FEW:
                among = {key for key in among if _likely_twins(mine, known, self._entries[key])}
        alike = [
            key
            for key in self.search(" ".join(sorted(mine)), born=known, among=among, limit=10 * limit)
            if key not in marked and _likely_twins(mine, known, self._entries[key])
        ]
        return [*sorted(marked, key=str), *alike][:limit]

    def _on(self, day: date) -> set[Key]:
        """Those born that day, or the day it would be with day and month swapped."""
        found = set(self._by_day.get(day, ()))
        if day.day <= 12:
            found |= self._by_day.get(date(day.year, day.day, day.month), set())
        return found

    def entry_marks(self, key: Key) -> frozenset[str]:
        return frozenset(self._entries[key].marks) if key in self._entries else frozenset()

    def _reached(self, word: str) -> Mapping[str, float]:
        """Parts of the vocabulary near a word, each with how near (1 for the same letters)."""
        reached: dict[str, float] = {}
        slips = _slips(word)
        for length in range(len(word) - slips, len(word) + slips + 1) if slips else ():
            near = self._by_length.get(length)
            if near:
                for part, _distance, _rank in process.extract(
                    word, near.keys(), scorer=OSA.distance, score_cutoff=slips, limit=None
                ):
                    reached[part] = JaroWinkler.similarity(word, part) * 0.97
        if len(word) >= 2:
            start = bisect_left(self._sorted, word)
            for part in takewhile(lambda part: part.startswith(word), islice(self._sorted, start, None)):
                reached[part] = max(reached.get(part, 0), _BEGINS_LIKE)
        for part in self._by_sound.get(sound(word), ()):
            alike = max(_SOUNDS_LIKE, JaroWinkler.similarity(word, part) * 0.98)
            reached[part] = max(reached.get(part, 0), alike)
        if word in self._holders:
            reached[word] = 1
        return reached


def phone_mark(number: str) -> str:
    """A number by its last nine digits: the same dialled from here, from overseas or with its prefix."""
    return f"tel:{re.sub(r'[^0-9]', '', number)[-9:]}"


def reference_mark(reference: str) -> str:
    return f"ref:{reference.strip().casefold()}"


def marks_in(text: str) -> list[str]:
    """The marks that a text typed in a search may be."""
    found = [reference_mark(text)] if any(sign.isdigit() for sign in text) else []
    if re.fullmatch(r"[-+()./\s\d]+", text) and len(re.sub(r"[^0-9]", "", text)) >= 9:
        found.append(phone_mark(text))
    return found


def covers(searched: str, names: Iterable[str]) -> bool:
    """Whether a search was made under one of these names, or nearly."""
    mine = parts(*names)
    return any(_likeness(word, part) >= _TWIN or part.startswith(word) for word in _asked(searched) for part in mine)


def _asked(text: str) -> list[str]:
    """Distinct words asked for, in order: at most eight, a name has no more."""
    return list(dict.fromkeys(fold(text).split()))[:8]


def _likely_twins(mine: Collection[str], born: Born | None, other: _Entry) -> bool:
    if born is not None and other.born is not None and born.excludes(other.born):
        return False
    fewer, more = sorted((tuple(mine), other.parts), key=len)
    if not fewer:
        return False
    unsure = born is None or born.day is None or other.born is None
    alike = [max(_likeness(part, candidate) for candidate in more) for part in fewer]
    if unsure:
        return len(fewer) > 1 and all(likeness >= _SOUNDS_LIKE for likeness in alike)
    return sum(alike) / len(alike) >= _TWIN


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1
    heard = _SOUNDS_LIKE if sound(one) == sound(other) else 0
    return max(heard, float(JaroWinkler.similarity(one, other)))
