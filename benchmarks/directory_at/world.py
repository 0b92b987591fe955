"""Synthetic services, as a data.inclusion file: towns as uneven as towns are, everything made up."""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from maillage.common.bulk import insert
from maillage.common.clock import now
from maillage.common.ids import new_id
from maillage.directory import vocabulary
from maillage.directory.exchange.columns import SERVICE, STRUCTURE
from maillage.directory.exchange.records import columns_of
from maillage.directory.models import Service, Structure
from maillage.reference import communes, points

SEED = 20_261_101
_BATCH = 5_000
_WORDS = (
    "accueil", "écoute", "atelier", "permanence", "consultation", "accompagnement", "entraide", "relais", "espace",
    "point", "maison", "service", "jeunes", "parents", "familles", "nuit", "jour", "santé", "droits", "soutien",
    "parcours", "insertion", "logement", "culture", "sport", "numérique", "parole", "rencontre", "médiation",
    "quartier", "collège", "lycée", "gare", "centre", "mobile", "groupe", "individuel", "gratuit", "anonyme",
)  # fmt: skip
_HOURS = ("Mo-Fr 09:00-18:00; PH off", "24/7", "Mo-Sa 10:00-19:00", "Tu-Th 14:00-17:30", None)


def _all_codes() -> list[str]:
    return sorted(communes._list()[0])


def records(size: int) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """As many structures, each with one service and what the standard lacks of it."""
    chance = random.Random(SEED)
    codes = [code for code in _all_codes() if points.of(code)]
    chance.shuffle(codes)
    # Frequent towns, and Lille among the most frequent: the searches are made around it.
    codes = ["59350", "69123", "13055", "75118", *codes]
    weights = [1 / (rank + 15) for rank in range(len(codes))]
    themes, needs = list(vocabulary.standard()["thematiques"]), list(vocabulary.needs())
    publics = [public for public in vocabulary.standard()["publics"] if public != "tous-publics"]
    for number, code in enumerate(chance.choices(codes, weights, k=size)):
        commune, point = communes.find(code), points.of(code)
        assert commune is not None
        assert point is not None
        name = " ".join(chance.sample(_WORDS, 3)).capitalize()
        shared: dict[str, Any] = {
            "source": "banc", "date_maj": "2026-10-01", "telephone": f"01990{number % 100000:05d}",
            "commune": commune.name, "code_insee": code, "code_postal": (commune.postcodes or ("00000",))[0],
            "adresse": f"{chance.randrange(1, 99)} rue du Parapluie",
            "latitude": round(point.latitude + chance.gauss(0, 0.01), 5),
            "longitude": round(point.longitude + chance.gauss(0, 0.01), 5),
        }  # fmt: skip
        service = {
            "id": f"banc--s{number}", "structure_id": f"banc--{number}", "nom": name, **shared,
            "description": " ".join(chance.choices(_WORDS, k=40)), "thematiques": chance.sample(themes, 2),
            "publics": chance.sample(publics, 2), "modes_accueil": ["en-presentiel"],
            "horaires_accueil": chance.choice(_HOURS),
        }  # fmt: skip
        more = {"id": f"banc--s{number}", "besoins": [chance.choice(needs)], "langues": ["fr"], "repond": ["on_site"]}
        yield {"id": f"banc--{number}", "nom": f"{name} {number % 977}", **shared}, service, more


def write(size: int, path: Path) -> None:
    """The file of them."""
    structures, services, extension = zip(*records(size), strict=True)
    content = {"structures": structures, "services": services, "extension": extension}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def fill(size: int) -> None:
    """The same rows as an import of the file would write, in batches, without the file."""
    known = iter(records(size))
    while batch := list(islice(known, _BATCH)):
        at = now()
        with transaction.atomic():
            homes = {structure["id"]: new_id() for structure, _service, _more in batch}
            insert(
                Structure,
                ({"id": homes[one["id"]], "kind": "other", **_row(one, STRUCTURE, at)} for one, _its, _more in batch),
            )
            insert(
                Service,
                (
                    {"structure_id": homes[one["structure_id"]], **_row(one, SERVICE, at), "needs": more["besoins"],
                     "languages": more["langues"], "channels": more["repond"]}
                    for _home, one, more in batch
                ),
            )  # fmt: skip


def _row(record: dict[str, Any], pairs: Mapping[str, str], at: datetime) -> dict[str, Any]:
    columns = columns_of({**dict.fromkeys(pairs), **record}, pairs)
    return {
        **columns,
        "updated_on": date.fromisoformat(record["date_maj"]),
        "confidentiality": "public",
        "changed_at": at,
    }
