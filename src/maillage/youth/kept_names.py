"""The names that were read, kept sealed for the next process: opening each file anew takes a second for three thousand.

One row, sealed in one piece: it says of nobody that she is in it, nor who shares a name. It is under a key of its own,
destroyed with the first file that is: a name that was erased cannot be read here either. What changed since it was
written is read from the files themselves.
"""

import gc
import hashlib
import logging
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from tink import TinkError

from maillage.common import letters
from maillage.common.enums import Section
from maillage.vault.models import DataKey, KeyPurpose
from maillage.vault.sealing import Opened, destroy, new_key, seal, system_key
from maillage.youth import names
from maillage.youth.lookup_models import KeptNames
from maillage.youth.models import IdentityRevision
from maillage.youth.names import NameIndex

logger = logging.getLogger(__name__)


def _made_by() -> str:
    """Which code took the names apart: another one reads them anew."""
    code = b"".join(Path(file).read_bytes() for file in (names.__file__, letters.__file__, __file__))
    return hashlib.sha256(code + unicodedata.unidata_version.encode()).hexdigest()[:16]


MADE_BY = _made_by()


# Numbers are given before they are committed: those this close to the newest are looked at again.
_OVERLAP = 1000


@dataclass(frozen=True)
class Kept:
    """An index, and the last changes it holds (`latest`): their numbers and whom they are about."""

    index: NameIndex[uuid.UUID]
    newest: int
    recent: Mapping[int, uuid.UUID]


def kept() -> Kept | None:
    """What was kept last, None when there is nothing, or nothing that this code can use."""
    row = KeptNames.objects.select_related("data_key").order_by("-newest").first()
    if row is None or row.made_by != MADE_BY or row.data_key.wrapped is None:
        return None
    try:
        said = Opened(row.data_key, [Section.IDENTITY]).value(row, "names")
    except TinkError:
        logger.warning("the names that were kept do not open: each file is read")
        return None
    recent = {int(number): uuid.UUID(person) for number, person in said["recent"].items()}
    collects = gc.isenabled()
    gc.disable()  # all that is made now stays: looking for garbage in it takes as long as making it
    try:
        return Kept(_index(said), row.newest, recent)
    finally:
        if collects:
            gc.enable()


def is_current() -> bool:
    """Whether what is kept holds the last change, and can be used."""
    return KeptNames.objects.filter(newest=newest_change(), made_by=MADE_BY).exists()


def keep(read: Kept, at: datetime) -> int:
    """Write them in place of what was kept; of how many. Nothing, and 0, when somebody was changed meanwhile."""
    said = {"recent": {str(number): person.hex for number, person in read.recent.items()}} | _columns(read.index)
    row = KeptNames.objects.select_related("data_key").order_by("-newest").first()
    first = row is None
    if row is None:
        row = KeptNames(data_key=new_key(KeyPurpose.NAMES))
    row.newest, row.made_by, row.at = read.newest, MADE_BY, at
    seal(row, row.data_key, names=said)  # a second at times, in which everybody may write
    with transaction.atomic():
        _alone()
        # A lower number may be committed after a higher one: the newest alone does not tell.
        if latest(read.newest) == read.recent:
            row.save()
            return len(read.index)
        if first:
            row.data_key.delete()  # it sealed nothing
    return 0


def _columns(index: NameIndex[uuid.UUID]) -> dict[str, Any]:
    """Columns, each word once: rows read back would leave twice the memory of the index behind them, and words that lie
    side by side stay shared between forked processes, whoever searches."""
    places: dict[str, int] = {}
    keys: list[str] = []
    births: list[int] = []
    named: list[int] = []
    marked: list[int] = []
    marks: list[str] = []
    for person, words, born, hers in index.rows():
        keys.append(person.hex)
        births.append(born.toordinal() if born else 0)
        named += [len(words), *(places.setdefault(word, len(places)) for word in words)]
        marked.append(len(hers))
        marks += hers
    return {
        "keys": "".join(keys),
        "births": births,
        "named": named,
        "marked": marked,
        "marks": marks,
        "words": list(places),
    }


def _index(said: Mapping[str, Any]) -> NameIndex[uuid.UUID]:
    index: NameIndex[uuid.UUID] = NameIndex()
    keys, words = said["keys"], said["words"]
    named, marks = iter(said["named"]), iter(said["marks"])
    for number, (born, hers) in enumerate(zip(said["births"], said["marked"], strict=True)):
        index.put(
            uuid.UUID(keys[32 * number : 32 * number + 32]),
            [words[place] for place in islice(named, next(named))],
            date.fromordinal(born) if born else None,
            islice(marks, hers),
        )
    return index


def forget() -> None:
    """In the transaction that destroys a file: what is kept can never be read again."""
    _alone()
    keys = DataKey.objects.filter(pk__in=list(KeptNames.objects.values_list("data_key_id", flat=True)))
    KeptNames.objects.all().delete()
    for key in keys:
        destroy(key)


def latest(newest: int) -> dict[int, uuid.UUID]:
    """Changes by number, from a little before that one: whom each is about."""
    rows = IdentityRevision.objects.filter(pk__gt=newest - _OVERLAP)
    return dict(rows.order_by("pk").values_list("pk", "person_id"))


def still_near(changes: Mapping[int, uuid.UUID], newest: int) -> dict[int, uuid.UUID]:
    """Those that `latest` would give of that number."""
    return {number: person for number, person in changes.items() if number > newest - _OVERLAP}


def newest_change() -> int:
    return IdentityRevision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _alone() -> None:
    """Until the end of the transaction nobody else keeps or forgets: what is kept while a file is destroyed would
    outlive it. Rows that only point at the key do not wait."""
    list(DataKey.objects.select_for_update(no_key=True).filter(pk=system_key().pk).values_list("pk"))
