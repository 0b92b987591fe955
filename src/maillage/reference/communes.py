"""The official list of communes: code INSEE, name, département, postcodes. Read once per process, about 35,000 rows."""

import csv
import gzip
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from sys import intern

from maillage.common.letters import fold

_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ARTICLES = frozenset({"l", "la", "le", "les"})
_CEDEX = re.compile(r"\bcedex(\s+\d+)?\b")
_ORDINAL = re.compile(r"\b(\d+)\s*(?:er|e|eme|ere|nd|nde)\b")
_INVERTED = re.compile(r"^(.*?)\s*\(\s*(l['’]|la|le|les)\s*\)\s*$", re.IGNORECASE)
_POSTCODE = re.compile(r"\b\d{5}\b")


@dataclass(frozen=True, slots=True)
class Commune:
    """`code`: INSEE, five characters. `postcodes` may be empty (uninhabited)."""

    code: str
    name: str
    departement: str
    postcodes: tuple[str, ...]


def find(code: str) -> Commune | None:
    """The commune of that INSEE code, in force."""
    return _list()[0].get(code.strip().upper())


def exists(code: str) -> bool:
    return find(code) is not None


def by_name(text: str, postcode: str | None = None) -> list[Commune]:
    """Communes of that name, by code: several when homonyms. Tolerates case, accents, hyphens, « St », CEDEX,
    « Rochelle (La) », « Paris 12e », and a postcode written with the name.

    A postcode keeps those it serves; a CEDEX one, which no list knows, those of its département.
    """
    written = _POSTCODE.search(text)
    postcode = postcode or (written.group() if written else None)
    key = _key(_POSTCODE.sub(" ", text))
    if not key:
        return []
    _codes, exact, bare = _list()
    found = exact.get(key) or _but_for_articles(_without_article(key), exact, bare)
    if postcode is None:
        return list(found)
    postcode = postcode.strip()
    served = [commune for commune in found if postcode in commune.postcodes]
    return served or [commune for commune in found if _same_departement(commune, postcode)]


def by_postcode(postcode: str) -> list[Commune]:
    """Communes that a postcode serves, by code; none when it is not five digits."""
    postcode = postcode.strip()
    if not re.fullmatch(r"\d{5}", postcode):
        return []
    return [commune for commune in _list()[0].values() if postcode in commune.postcodes]


def _same_departement(commune: Commune, postcode: str) -> bool:
    if commune.departement in ("2A", "2B"):
        return postcode.startswith("20")
    return postcode.startswith(commune.departement)


def _key(text: str) -> str:
    if inverted := _INVERTED.match(text):
        text = f"{inverted.group(2)} {inverted.group(1)}"
    text = re.sub(r"s/s\b|s/", "sur ", text.casefold()) if "/" in text else text
    folded = _ORDINAL.sub(r"\1", _CEDEX.sub(" ", fold(text)))
    words = [_SHORT.get(word, word) for word in folded.split() if word != "arrondissement"]
    return " ".join(words)


def _without_article(key: str) -> str:
    first, _space, rest = key.partition(" ")
    return rest if first in _ARTICLES and rest else key


Index = dict[str, tuple[Commune, ...]]


def _but_for_articles(short: str, exact: Index, bare: Index) -> tuple[Commune, ...]:
    return tuple(sorted((*exact.get(short, ()), *bare.get(short, ())), key=lambda commune: commune.code))


@cache
def _list() -> tuple[dict[str, Commune], Index, Index]:
    """Communes by code, by name, and by name less its article for those that have one. Each process that looks one up
    holds it: one object a text."""
    packed = (files("maillage.reference") / "data" / "communes.csv.gz").read_bytes()
    codes: dict[str, Commune] = {}
    exact: Index = {}
    bare: Index = {}
    for row in csv.DictReader(io.StringIO(gzip.decompress(packed).decode())):
        postcodes = tuple(intern(postcode) for postcode in row["postcodes"].split())
        commune = Commune(intern(row["code"]), row["name"], intern(row["departement"]), postcodes)
        codes[commune.code] = commune
        key = _key(commune.name)
        exact[key] = (*exact.get(key, ()), commune)
        short = _without_article(key)
        if short != key:
            bare[short] = (*bare.get(short, ()), commune)
    return codes, exact, bare
