"""The content that comes with the product: real organisations and numbers, and the institutions of a département.

Every sheet says its source and date. Loading again changes nothing that somebody has edited since.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

import yaml

from maillage.audit.journal import SYSTEM, By
from maillage.directory.enums import Confidentiality, SheetState
from maillage.directory.models import Alias, Service, Structure
from maillage.directory.services import service_save, structure_save

SOURCE = "maillage"
_OF_STRUCTURE = ("name", "description", "phone", "email", "website", "commune", "departement", "hours", "kind")
_OF_SERVICE = (
    "name", "description", "phone", "email", "commune", "hours", "channels", "zones", "cost", "publics", "needs",
    "languages", "type", "contact_link", "contact_by", "age_from", "age_to",
)  # fmt: skip

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    structures: int
    services: int


def _read(name: str) -> Mapping[str, Any]:
    text = (files("maillage.directory") / "data" / name).read_text("utf-8")
    read: Mapping[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return read


def load_shipped(by: By = SYSTEM, progress: Progress = lambda done, total: None) -> Loaded:
    """What is named in the project's sources, and the national numbers; how many were new."""
    content = _read("content.yaml")
    listed, made, services = content["structures"], 0, 0
    for number, entry in enumerate(listed, 1):
        structure, fresh = _structure(by, entry, content["sources"])
        made += fresh
        for one in entry.get("services", ()):
            services += _service(by, structure, entry, one, content["sources"])
        progress(number, len(listed))
    return Loaded(made, services)


def _dated(entry: Mapping[str, Any], above: Mapping[str, Any], sources: Mapping[str, Any]) -> date:
    found: date = entry.get("date") or above.get("date") or sources[entry.get("source", above["source"])]["date"]
    return found


def _structure(by: By, entry: Mapping[str, Any], sources: Mapping[str, Any]) -> tuple[Structure, bool]:
    reference = f"{SOURCE}--{entry['id']}"
    known = Structure.objects.filter(reference=reference).first() or _renamed(reference)
    if known is not None:
        return known, False
    values = {name: entry[name] for name in _OF_STRUCTURE if name in entry}
    made = structure_save(
        by=by,
        reference=reference,
        source=SOURCE,
        confidentiality=entry.get("confidentiality", Confidentiality.PUBLIC),
        updated_on=_dated(entry, entry, sources),
        **values,
    )
    return made, True


def _renamed(reference: str) -> Structure | None:
    """The sheet it was merged into."""
    alias = Alias.objects.filter(reference=reference).select_related("structure").first()
    return alias.structure if alias else None


def _service(
    by: By, structure: Structure, entry: Mapping[str, Any], one: Mapping[str, Any], sources: Mapping[str, Any]
) -> bool:
    reference = f"{SOURCE}--{entry['id']}-{one['id']}"
    if Service.objects.filter(reference=reference).exists():
        return False
    values = {name: one[name] for name in _OF_SERVICE if name in one}
    origin = sources[one.get("source", entry["source"])]
    service_save(
        by=by,
        structure=structure,
        reference=reference,
        source=SOURCE,
        confidentiality=one.get("confidentiality", structure.confidentiality),
        updated_on=_dated(one, entry, sources),
        is_helpline="rank" in one,
        rank=one.get("rank", 0),
        contact_note=f"Source : {origin['name']}.",
        **values,
    )
    return True


def load_institutions(departement: str, by: By = SYSTEM) -> int:
    """The institutions of a département, to be filled by its coordinator; how many were new."""
    made = 0
    for entry in _read("institutions.yaml")["institutions"]:
        reference = f"{SOURCE}--{departement.lower()}-{entry['kind']}"
        if Structure.objects.filter(reference=reference).exists() or _renamed(reference):
            continue
        level = entry.get("confidentiality", Confidentiality.PUBLIC)
        structure = structure_save(
            by=by, reference=reference, source=SOURCE, name=entry["name"], kind=entry["kind"],
            description=entry["description"], departement=departement, state=SheetState.TO_FILL, confidentiality=level,
        )  # fmt: skip
        service_save(
            by=by, structure=structure, reference=f"{reference}-service", source=SOURCE, name=entry["name"],
            description=entry["description"], needs=entry.get("needs", []), publics=entry.get("publics", []),
            zones=[departement], contact_by=entry.get("contact_by", []), confidentiality=level,
        )  # fmt: skip
        made += 1
    return made
