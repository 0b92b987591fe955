"""Départements and regions: code, name, slug. Read once per process."""

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Departement:
    code: str
    name: str
    slug: str
    region: str  # INSEE code
    region_name: str
    region_slug: str


@cache
def all_() -> dict[str, Departement]:
    """By code."""
    text = (files("maillage.reference") / "data" / "departements.csv").read_text("utf-8")
    return {row["code"]: Departement(**row) for row in csv.DictReader(io.StringIO(text))}


def of_region(code_or_slug: str) -> list[str]:
    """Codes of a region's départements; [] for no such region."""
    return [one.code for one in all_().values() if code_or_slug in (one.region, one.region_slug)]


def by_slug(slug: str) -> Departement | None:
    return next((one for one in all_().values() if one.slug == slug), None)
