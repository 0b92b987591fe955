"""The two search indexes, as files: one for strangers, one for professionals. No database here.

`Reader(Audience.PUBLIC)` opens the folder of public documents and no other: what is not public is not there. Each
index is a series of generations; `current` names the one in use, so that a rebuilt one takes over at once.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import tantivy
from django.conf import settings

from maillage.directory.text import Words, analyzer, by_length, plain_analyzer

FORMAT = "6"  # another one: the index is built again
WRITER_MEMORY = 48_000_000  # bytes

# Exact values, counted in facets. `hours` is « zone|hours ».
EXACT = (
    "need", "theme", "public", "language", "channel", "kind", "source", "cost", "reception", "type", "commune",
    "departement", "zone", "hours", "remote", "network", "cell5", "cell7", "cell9", "cell11", "cell13",
)  # fmt: skip
NUMBERS = ("age_from", "age_to", "lat", "lon", "quality")


class Audience(StrEnum):
    PUBLIC = "public"
    PROFESSIONALS = "professionals"


@lru_cache(maxsize=1)
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for name in EXACT:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_text_field("name", tokenizer_name="stems", index_option="freq")
    builder.add_text_field("body", tokenizer_name="stems", index_option="freq")
    builder.add_text_field("plain", tokenizer_name="words", index_option="basic")
    return builder.build()


def _prepared(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer("stems", analyzer())
    index.register_tokenizer("words", plain_analyzer())
    return index


def folder(audience: Audience) -> Path:
    return Path(settings.DATA) / "index" / audience


def _pointer(audience: Audience) -> Path:
    return folder(audience) / "current"


def _generation(audience: Audience) -> str:
    """The name of the one in use, "" before the first."""
    try:
        name, made_with = _pointer(audience).read_text().split()
    except (OSError, ValueError):
        return ""
    return name if made_with == FORMAT and (folder(audience) / name / "meta.json").exists() else ""


def ready(audience: Audience) -> bool:
    return bool(_generation(audience))


@contextmanager
def writing() -> Iterator[None]:
    """One writer on this machine: the worker, or a command. Others wait."""
    base = Path(settings.DATA) / "index"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


Documents = Iterable[Mapping[str, Any]]


def rebuild(public: Documents, professionals: Documents) -> dict[Audience, int]:
    """Build a new generation of each index beside the present one, then use it; how many documents in each.

    `professionals`: what only they see. Their index begins with the files of the public one, which never change: what
    everybody sees is written once. Call within `writing()`.
    """
    first = _Generation(Audience.PUBLIC)
    first.write(public)
    second = _Generation(Audience.PROFESSIONALS, begun_as=first)
    second.write(professionals)
    return {made.audience: made.take_over() for made in (first, second)}


class _Generation:
    """A folder of documents being written, that nobody reads yet."""

    def __init__(self, audience: Audience, begun_as: "_Generation | None" = None) -> None:
        self.audience = audience
        self.count: int = begun_as.count if begun_as else 0
        self.base = folder(audience)
        self.base.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.before = {path.name for path in self.base.iterdir() if path.is_dir()}
        self.number = 1 + max((int(name) for name in self.before if name.isdigit()), default=0)
        self.place = self.base / str(self.number)
        if begun_as is None:
            self.place.mkdir(mode=0o700)
        else:
            shutil.copytree(begun_as.place, self.place, copy_function=_linked, ignore=shutil.ignore_patterns("*.lock"))

    def write(self, documents: Documents) -> None:
        writer = _prepared(tantivy.Index(schema(), path=str(self.place))).writer(WRITER_MEMORY, 1)
        for fields in documents:
            writer.add_document(tantivy.Document.from_dict(dict(fields), schema()))
            self.count += 1
        writer.commit()
        writer.wait_merging_threads()

    def take_over(self) -> int:
        fresh = self.base / "current.new"
        fresh.write_text(f"{self.number} {FORMAT}")
        os.replace(fresh, _pointer(self.audience))
        for name in self.before:
            # Whoever still reads it keeps its open files.
            shutil.rmtree(self.base / name, ignore_errors=True)
        return self.count


def _linked(source: str, target: str) -> None:
    """The same file under another name: the engine replaces and removes files, it never writes into one."""
    try:
        os.link(source, target)
    except OSError:  # this disk has no links
        shutil.copy2(source, target)


def update(audience: Audience, ids: Sequence[str], documents: Documents) -> None:
    """Put documents in the place of those ids (an id without a document is gone). Call within `writing()`."""
    index = _open(audience, _generation(audience))
    writer = index.writer(WRITER_MEMORY, 1)
    for one in ids:
        writer.delete_documents_by_term("id", one)
    for document in documents:
        writer.add_document(tantivy.Document.from_dict(dict(document), schema()))
    writer.commit()
    writer.wait_merging_threads()


def _open(audience: Audience, generation: str) -> tantivy.Index:
    return _prepared(tantivy.Index.open(str(folder(audience) / generation)))


@dataclass
class _Held:
    generation: str
    stamp: int
    index: tantivy.Index
    words: Words | None = None
    hours: tuple[str, ...] | None = None


_held: dict[tuple[str, Audience], _Held] = {}


class NotReady(Exception):
    """The index was not built yet."""


class Reader:
    """A look at one index as it is now. Made anew for each request: two `stat` calls."""

    def __init__(self, audience: Audience) -> None:
        base = folder(audience)
        try:
            generation = _generation(audience)
            stamp = (base / generation / "meta.json").stat().st_mtime_ns if generation else 0
        except OSError:  # taken over between the two
            generation = _generation(audience)
            stamp = 0
        if not generation:
            raise NotReady(audience)
        key = (str(base), audience)
        held = _held.get(key)
        if held is None or held.generation != generation:
            held = _held[key] = _Held(generation, stamp, _open(audience, generation))
        elif held.stamp != stamp:
            held.index.reload()
            held.stamp, held.words, held.hours = stamp, None, None
        self._held = held
        self.searcher = held.index.searcher()

    def knows(self, word: str) -> bool:
        """Whether a folded word is in some document."""
        return bool(self.searcher.doc_freq("plain", word))

    def words(self) -> Words:
        """Folded words of documents, four letters and more, to correct against: by their number of letters."""
        if self._held.words is None:
            terms = self.searcher.terms_with_prefix("plain", "", limit=60_000)
            self._held.words = by_length(word for word, _count in terms if word.isalpha())
        return self._held.words

    def hours(self) -> Sequence[str]:
        """Every distinct « zone|hours »."""
        if self._held.hours is None:
            self._held.hours = tuple(word for word, _count in self.searcher.terms_with_prefix("hours", ""))
        return self._held.hours

    def ids(self, hits: Iterable[Any]) -> list[str]:
        """By score; equals by id, the first written first: in which file each lies is chance."""
        found = [(-score, str(self.searcher.doc(address)["id"][0])) for score, address in hits]
        return [pk for _score, pk in sorted(found)]

    def counts(self, query: tantivy.Query, fields: Mapping[str, int]) -> tuple[dict[str, dict[str, int]], int]:
        """How many documents have each value of those fields (field → most values wanted), and how many there are."""
        asked: dict[str, Any] = {
            name: {"terms": {"field": name, "size": size, "segment_size": size * 2}} for name, size in fields.items()
        }
        asked["documents"] = {"value_count": {"field": "quality"}}  # each has one
        found = self.searcher.aggregate(query, asked)
        counts = {name: {row["key"]: int(row["doc_count"]) for row in found[name]["buckets"]} for name in fields}
        return counts, int(found["documents"]["value"])


def summary(audience: Audience) -> str:
    """For a report: the generation and its documents."""
    return json.dumps({"audience": audience, "documents": Reader(audience).searcher.num_docs})
