"""Keeping the indexes true to the rows. Only the worker and commands write; web processes read.

The public index holds what `access.OPEN_TO_ALL` says a stranger may see, and nothing else.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any

from django.db.models import QuerySet

from maillage.directory import engine, vocabulary
from maillage.directory import hours as opening
from maillage.directory.access import OPEN_TO_ALL, visible_every_service, visible_services
from maillage.directory.engine import Audience
from maillage.directory.models import Pending, Service
from maillage.directory.quality import of_service
from maillage.directory.rows import Line, lines
from maillage.directory.sheets import departement_of, is_remote, placed_row, reception_of
from maillage.directory.terms import CELLS, ENOUGH_TO_REBUILD, EVERYTHING, EVERYWHERE

_BATCH = 2_000
_SIGNS = re.compile(r"(?<=\w)['’-](?=\w)")

Progress = Callable[[int, int], None]


def _rows(audience: Audience) -> QuerySet[Service]:
    return visible_services(None) if audience is Audience.PUBLIC else visible_every_service()


@lru_cache(maxsize=20_000)
def _themes(needs: Sequence[str], themes: Sequence[str]) -> Sequence[str]:
    """With their categories."""
    all_ = vocabulary.themes_for(needs, themes)
    return [*all_, *sorted({theme.split("--")[0] for theme in all_})]


@lru_cache(maxsize=20_000)
def _needs(needs: Sequence[str]) -> str:
    known = vocabulary.needs()
    return " ".join(known[code].label for code in needs if code in known)


@lru_cache(maxsize=20_000)
def _publics(publics: Sequence[str]) -> str:
    return " ".join(vocabulary.label("publics", public) for public in publics)


_zone_at = lru_cache(maxsize=200)(opening.zone_at)


def document(line: Line) -> Mapping[str, Any]:
    """What the index holds of a service: nothing that its row or its structure's does not."""
    structure, placed = line.structure, placed_row(line)
    remote = is_remote(line)
    departement = departement_of(placed)
    times = line.hours or structure.hours
    names = f"{line.name} {structure.name}"
    joined = _SIGNS.sub("", names)  # « Entr’actes » is also typed in one word
    labels, publics = _needs(line.needs), _publics(line.publics)
    text = f"{names} {placed.commune_name} {labels} {line.description} {publics} {line.publics_note}"
    values: dict[str, Any] = {
        "id": str(line.id),
        "need": list(line.needs),
        "theme": _themes(line.needs, line.themes),
        "public": list(line.publics),
        "language": list(line.languages),
        "channel": list(line.channels),
        "kind": [structure.kind],
        "source": [line.source],
        "network": list(structure.networks),
        "reception": list(reception_of(line)),
        "name": f"{names} {joined}",
        "body": text,
        "plain": f"{text} {joined}",
        "quality": round(100 * of_service(line)),
        "age_from": line.age_from if line.age_from is not None else 0,
        "age_to": line.age_to if line.age_to is not None else 999,
    }
    if line.cost:
        values["cost"] = [line.cost]
    if line.type:
        values["type"] = [line.type]
    if placed.commune:
        values["commune"] = [placed.commune]
    if departement:
        values["departement"] = [departement]
    if remote or not placed.commune:
        values["zone"] = list(line.zones) or ([EVERYWHERE] if remote else [])
    if remote:
        values["remote"] = ["1"]
    if times:
        values["hours"] = [f"{_zone_at(departement)}|{times}"]
    if placed.latitude is not None and placed.longitude is not None:
        values["lat"], values["lon"] = round(placed.latitude * 1e5), round(placed.longitude * 1e5)
        for zoom, size in CELLS.items():
            values[f"cell{zoom}"] = [f"{int(placed.latitude // size)}:{int(placed.longitude // size)}"]
    return values


def rebuild(progress: Progress = lambda done, total: None) -> dict[str, int]:
    """Both indexes, from the rows; how many documents each holds. What changes meanwhile is pending."""
    with engine.writing():
        seen = list(Pending.objects.order_by("at").values_list("pk", flat=True)[: 10 * ENOUGH_TO_REBUILD])
        every = visible_every_service()
        step = _counted(progress, every.count())
        made = engine.rebuild(_documents(every.filter(OPEN_TO_ALL), step), _documents(every.exclude(OPEN_TO_ALL), step))
        _forget(seen)
    return {audience.value: count for audience, count in made.items()}


def _documents(rows: QuerySet[Service], step: Callable[[], None]) -> engine.Documents:
    for line in lines(rows.order_by("reference"), _BATCH):
        yield document(line)
        step()


def _counted(progress: Progress, total: int) -> Callable[[], None]:
    numbers = count(1)

    def step() -> None:
        if (done := next(numbers)) % _BATCH == 0:
            progress(done, total)

    return step


def refresh(now: datetime | None = None) -> int:
    """Take up what changed: the worker's turn. How many services were looked at; everything when there is no index."""
    if not all(engine.ready(audience) for audience in Audience):
        return sum(rebuild().values())
    if not Pending.objects.exists():
        return 0
    if Pending.objects.count() > ENOUGH_TO_REBUILD or Pending.objects.filter(service_id=EVERYTHING).exists():
        return sum(rebuild().values())
    done = 0
    while waiting := list(Pending.objects.order_by("at", "pk").values_list("pk", "service_id")[:_BATCH]):
        ids = sorted({service_id for _pk, service_id in waiting})
        with engine.writing():
            for audience in Audience:
                rows = _rows(audience).filter(pk__in=ids).order_by("reference")
                engine.update(audience, [str(pk) for pk in ids], map(document, lines(rows, _BATCH)))
        _forget([pk for pk, _service in waiting])
        done += len(ids)
    return done


def check() -> bool:
    """Build again what another database left (a restore, a reset); whether that was needed. When the worker starts."""
    for audience in Audience:
        if not engine.ready(audience) or engine.Reader(audience).searcher.num_docs != _rows(audience).count():
            rebuild()
            return True
    return False


def _forget(pks: Iterable[uuid.UUID]) -> None:
    listed = list(pks)
    for start in range(0, len(listed), 500):
        Pending.objects.filter(pk__in=listed[start : start + 500]).delete()
