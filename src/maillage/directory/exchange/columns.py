"""Columns of data.inclusion v1 beside ours, one to one. A test holds both lists to the package's models. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

STRUCTURE: Mapping[str, str] = {
    "source": "source", "id": "reference", "nom": "name", "date_maj": "updated_on", "description": "description",
    "lien_source": "source_link", "siret": "siret", "commune": "commune_name", "code_postal": "postcode",
    "code_insee": "commune", "adresse": "address", "complement_adresse": "address_more", "longitude": "longitude",
    "latitude": "latitude", "telephone": "phone", "courriel": "email", "site_web": "website",
    "horaires_accueil": "hours", "accessibilite_lieu": "accessibility_link", "reseaux_porteurs": "networks",
}  # fmt: skip
SERVICE: Mapping[str, str] = {
    "source": "source", "id": "reference", "structure_id": "structure_reference", "nom": "name",
    "description": "description", "lien_source": "source_link", "date_maj": "updated_on", "type": "type",
    "thematiques": "themes", "frais": "cost", "frais_precisions": "cost_note", "publics": "publics",
    "publics_precisions": "publics_note", "conditions_acces": "conditions", "commune": "commune_name",
    "code_postal": "postcode", "code_insee": "commune", "adresse": "address", "complement_adresse": "address_more",
    "longitude": "longitude", "latitude": "latitude", "telephone": "phone", "courriel": "email",
    "modes_accueil": "reception", "zone_eligibilite": "zones", "contact_nom_prenom": "contact_name",
    "lien_mobilisation": "contact_link", "modes_mobilisation": "contact_ways", "mobilisable_par": "contact_by",
    "mobilisation_precisions": "contact_note", "volume_horaire_hebdomadaire": "weekly_hours",
    "nombre_semaines": "weeks", "horaires_accueil": "hours",
}  # fmt: skip
# What the standard lacks, in lists of their own in our JSON files: « extension » of services, « extension_structures ».
EXTENSION_STRUCTURE: Mapping[str, str] = {"nature": "kind", "departement": "departement", "verifie_le": "verified_on"}
EXTENSION: Mapping[str, str] = {
    "besoins": "needs", "age_min": "age_from", "age_max": "age_to", "langues": "languages", "repond": "channels",
    "themes_propres": "themes", "verifie_le": "verified_on",
}  # fmt: skip
LISTS = frozenset({
    "thematiques", "publics", "modes_accueil", "zone_eligibilite", "modes_mobilisation", "mobilisable_par",
    "reseaux_porteurs",
})  # fmt: skip
NUMBERS: Mapping[str, type] = {
    "longitude": float, "latitude": float, "volume_horaire_hebdomadaire": float, "nombre_semaines": int,
}  # fmt: skip


def from_csv(row: Mapping[str, str]) -> dict[str, Any]:
    """A line of CSV as JSON would say it: lists in braces or JSON brackets, empty cells as null."""
    found: dict[str, Any] = {}
    for name, cell in row.items():
        text = (cell or "").strip()
        if name in LISTS:
            found[name] = _listed(text)
        elif not text:
            found[name] = None
        elif name in NUMBERS:
            found[name] = text.replace(",", ".")  # the schema makes it a number, or says why not
        else:
            found[name] = text.removeprefix("'") if _GUARDED.match(text) else text
    return found


def _listed(text: str) -> list[str] | None:
    bare = text.strip("{}[]")
    values = [part.strip().strip("\"'") for part in bare.replace(";", ",").split(",")]
    return [value for value in values if value] or None


def to_csv(record: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """A record as cells: lists as `a,b`, null as empty. Nothing that a spreadsheet would compute."""
    cells = []
    for name in columns:
        value = record.get(name)
        text = "" if value is None else ",".join(map(str, value)) if isinstance(value, list) else str(value)
        cells.append(inert(text))
    return cells


# What a spreadsheet would compute, behind none or some of our apostrophes; and the same behind one at least.
_COMPUTED = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def inert(text: str) -> str:
    """A cell that begins like a formula is put behind an apostrophe, unless it is a telephone or another number.

    `from_csv` takes the apostrophe off again; what already began so gets another, so that nothing is lost.
    """
    if _COMPUTED.match(text) and not text[1:].replace(" ", "").replace(".", "").isdigit():
        return f"'{text}"
    return text
