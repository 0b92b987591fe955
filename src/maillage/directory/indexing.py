"""Keeping the indexes true to the rows. Only the worker and commands write; web processes read.

The public index is built from `access.visible_services(None)` and nothing else.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from maillage.directory import engine, vocabulary
from maillage.directory import hours as opening
from maillage.directory.access import visible_every_service, visible_services
from maillage.directory.engine import Audience
from maillage.directory.models import Pending, Service
from maillage.directory.quality import of_service
from maillage.directory.sheets import REMOTE_STANDARD, departement_of, is_remote, placed_row
from maillage.directory.terms import CELLS, EVERYWHERE

ENOUGH_TO_REBUILD = 20_000
_BATCH = 2_000
_SIGNS = re.compile(r"(?<=\w)['’-](?=\w)")

Progress = Callable[[int, int], None]


def _rows(audience: Audience) -> QuerySet[Service]:
    return visible_services(None) if audience is Audience.PUBLIC else visible_every_service()


def document(service: Service) -> Mapping[str, Any]:
    """What the index holds of a service: nothing that its row or its structure's does not."""
    structure = service.structure
    placed = placed_row(service)
    remote = is_remote(service)
    departement = departement_of(placed)
    times = service.hours or structure.hours
    needs = vocabulary.needs()
    themes = vocabulary.themes_for(service.needs, service.themes)
    labels = " ".join(needs[code].label for code in service.needs if code in needs)
    publics = " ".join(vocabulary.label("publics", public) for public in service.publics)
    names = f"{service.name} {structure.name}"
    text = " ".join([names, placed.commune_name, labels, service.description, publics, service.publics_note])
    values: dict[str, Any] = {
        "id": str(service.pk),
        "need": list(service.needs),
        "theme": [*themes, *sorted({theme.split("--")[0] for theme in themes})],
        "public": list(service.publics),
        "language": list(service.languages),
        "channel": list(service.channels),
        "kind": [structure.kind],
        "source": [service.source],
        "network": list(structure.networks),
        "reception": list(service.reception),
        # « Entr’actes » is also typed in one word.
        "name": f"{names} {_SIGNS.sub('', names)}",
        "body": text,
        "plain": f"{text} {_SIGNS.sub('', names)}",
        "quality": round(100 * of_service(service)),
    }
    if service.cost:
        values["cost"] = [service.cost]
    if service.type:
        values["type"] = [service.type]
    if placed.commune:
        values["commune"] = [placed.commune]
    if departement:
        values["departement"] = [departement]
    if remote or not placed.commune:
        values["zone"] = list(service.zones) or ([EVERYWHERE] if remote else [])
    if remote or REMOTE_STANDARD in service.reception:
        values["remote"] = ["1"]
    if times:
        values["hours"] = [f"{opening.zone_at(departement)}|{times}"]
    values["age_from"] = service.age_from if service.age_from is not None else 0
    values["age_to"] = service.age_to if service.age_to is not None else 999
    if placed.latitude is not None and placed.longitude is not None:
        values["lat"], values["lon"] = round(placed.latitude * 1e5), round(placed.longitude * 1e5)
        for zoom, size in CELLS.items():
            values[f"cell{zoom}"] = [f"{int(placed.latitude // size)}:{int(placed.longitude // size)}"]
    return values


def _documents(rows: QuerySet[Service], progress: Progress, total: int) -> Iterator[Mapping[str, Any]]:
    for done, service in enumerate(rows.order_by("reference").iterator(chunk_size=_BATCH), 1):
        yield document(service)
        if done % _BATCH == 0:
            progress(done, total)


def rebuild(progress: Progress = lambda done, total: None) -> dict[str, int]:
    """Both indexes, from the rows; how many documents each holds."""
    made = {}
    with engine.writing():
        seen = list(Pending.objects.order_by("at").values_list("pk", flat=True)[: 10 * ENOUGH_TO_REBUILD])
        for audience in Audience:
            rows = _rows(audience)
            made[audience.value] = engine.rebuild(audience, _documents(rows, progress, rows.count()))
        _forget(seen)
    return made


def refresh(now: datetime | None = None) -> int:
    """Take up what changed: the worker's turn. How many services were looked at; everything when there is no index."""
    if not all(engine.ready(audience) for audience in Audience):
        return sum(rebuild().values())
    if not Pending.objects.exists():
        return 0
    if Pending.objects.count() > ENOUGH_TO_REBUILD:
        return sum(rebuild().values())
    done = 0
    while waiting := list(Pending.objects.order_by("at", "pk").values_list("pk", "service_id")[:_BATCH]):
        ids = sorted({service_id for _pk, service_id in waiting})
        with engine.writing():
            for audience in Audience:
                rows = _rows(audience).filter(pk__in=ids).order_by("reference")
                engine.update(audience, [str(pk) for pk in ids], [document(row) for row in rows])
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
