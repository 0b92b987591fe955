"""Synthetic services, as a data.inclusion file: towns as uneven as towns are, everything made up."""

import json
import random
from pathlib import Path
from typing import Any

from maillage.directory import vocabulary
from maillage.reference import communes, points

SEED = 20_261_101
_WORDS = (
    "accueil", "écoute", "atelier", "permanence", "consultation", "accompagnement", "entraide", "relais", "espace",
    "point", "maison", "service", "jeunes", "parents", "familles", "nuit", "jour", "santé", "droits", "soutien",
    "parcours", "insertion", "logement", "culture", "sport", "numérique", "parole", "rencontre", "médiation",
    "quartier", "collège", "lycée", "gare", "centre", "mobile", "groupe", "individuel", "gratuit", "anonyme",
)  # fmt: skip
_HOURS = ("Mo-Fr 09:00-18:00; PH off", "24/7", "Mo-Sa 10:00-19:00", "Tu-Th 14:00-17:30", None)


def _all_codes() -> list[str]:
    return sorted(communes._list()[0])


def write(size: int, path: Path) -> None:
    """A file of as many structures, each with one service."""
    chance = random.Random(SEED)
    codes = [code for code in _all_codes() if points.of(code)]
    chance.shuffle(codes)
    # Frequent towns, and Lille among the most frequent: the searches are made around it.
    codes = ["59350", "69123", "13055", "75118", *codes]
    weights = [1 / (rank + 15) for rank in range(len(codes))]
    structures, services, extension = [], [], []
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
        structures.append({"id": f"banc--{number}", "nom": f"{name} {number % 977}", **shared})
        services.append(
            {
                "id": f"banc--s{number}", "structure_id": f"banc--{number}", "nom": name, **shared,
                "description": " ".join(chance.choices(_WORDS, k=40)), "thematiques": chance.sample(themes, 2),
                "publics": chance.sample(publics, 2), "modes_accueil": ["en-presentiel"],
                "horaires_accueil": chance.choice(_HOURS),
            }
        )  # fmt: skip
        extension.append(
            {"id": f"banc--s{number}", "besoins": [chance.choice(needs)], "langues": ["fr"], "repond": ["on_site"]}
        )
    content = {"structures": structures, "services": services, "extension": extension}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
