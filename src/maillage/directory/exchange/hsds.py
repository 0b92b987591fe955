"""Rows as HSDS 3.0: an `organization` with its services and locations; and back. Pure but for the schema's file."""

import json
import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from maillage.directory import vocabulary
from maillage.directory.models import Service, Structure

_SPACE = uuid.UUID("6d0a4a8e-6a3e-5d6c-9a2e-7f1f4b1c9d10")  # ids of what we have no row for


def _id(*parts: object) -> str:
    return str(uuid.uuid5(_SPACE, ":".join(map(str, parts))))


@cache
def validator() -> Draft202012Validator:
    """Of one organization, from the published HSDS 3.0 schema."""
    return Draft202012Validator(json.loads(vocabulary.data("hsds_organization.json")))


def organization(row: Structure, services: Sequence[Service]) -> dict[str, Any]:
    """A structure and the services its reader may see."""
    location = _location(row)
    found = {
        "id": str(row.pk),
        "name": row.name,
        "alternate_name": row.reference,
        "description": row.description or row.name,
        "email": row.email,
        "website": row.website,
        "phones": _phones(row),
        "locations": [location] if location else None,
        "organization_identifiers": [
            {"id": _id(row.pk, "siret"), "identifier_type": "SIRET", "identifier_scheme": "FR-SIRET",
             "identifier": row.siret}
        ] if row.siret else None,
        "services": [service(one) for one in services],
    }  # fmt: skip
    return _told(found)


def service(row: Service) -> dict[str, Any]:
    location = _location(row)
    found = {
        "id": str(row.pk),
        "organization_id": str(row.structure_id),
        "name": row.name,
        "alternate_name": row.reference,
        "description": row.description,
        "url": row.contact_link,
        "email": row.email,
        "status": "active",
        "fees_description": row.cost_note or (vocabulary.label("frais", row.cost) if row.cost else ""),
        "eligibility_description": row.publics_note or row.conditions,
        "minimum_age": row.age_from,
        "maximum_age": row.age_to,
        "assured_date": row.verified_on.isoformat() if row.verified_on else None,
        "last_modified": f"{row.updated_on.isoformat()}T00:00:00Z",
        "phones": _phones(row),
        "schedules": [{"id": _id(row.pk, "hours"), "service_id": str(row.pk), "description": row.hours}]
        if row.hours else None,
        "service_areas": [
            {"id": _id(row.pk, "zone", code), "service_id": str(row.pk), "name": code} for code in sorted(row.zones)
        ],
        "service_at_locations": [
            {"id": _id(row.pk, "at"), "service_id": str(row.pk), "location_id": location["id"], "location": location}
        ] if location else None,
        "languages": [
            {"id": _id(row.pk, "language", code), "service_id": str(row.pk), "code": code,
             "name": vocabulary.language_label(code)}
            for code in row.languages
        ],
        "attributes": [
            {"id": _id(row.pk, "theme", code), "link_id": str(row.pk), "link_entity": "service",
             "taxonomy_term_id": _id("theme", code), "value": code}
            for code in vocabulary.themes_for(row.needs, row.themes)
        ],
    }  # fmt: skip
    return _told(found)


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: HSDS has no null."""
    return {name: value for name, value in found.items() if value not in ("", None, [])}


def _phones(row: Structure | Service) -> list[dict[str, str]] | None:
    return [{"id": _id(row.pk, "phone"), "number": row.phone, "type": "voice"}] if row.phone else None


def _location(row: Structure | Service) -> dict[str, Any] | None:
    if not (row.address or row.commune_name):
        return None
    place = _id(row.pk, "place")
    found = {
        "id": place,
        "location_type": "physical",
        "name": row.commune_name,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "external_identifier": row.commune,
        "external_identifier_type": "INSEE" if row.commune else "",
        "addresses": [
            {"id": _id(row.pk, "address"), "location_id": place, "address_1": row.address or row.commune_name,
             "city": row.commune_name or "-", "state_province": row.commune[:2] or "-",
             "postal_code": row.postcode or "-", "country": "FR", "address_type": "physical"}
        ],
    }  # fmt: skip
    return _told(found)


def to_records(one: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """A valid organization as a data.inclusion structure, its services, and what that standard lacks by service."""
    reference = _reference(one)
    structure = {
        "id": reference,
        "source": reference.split("--")[0],
        "nom": one["name"],
        "description": told if len(told := one.get("description") or "") >= 5 else None,
        "date_maj": _changed(one),
        "courriel": one.get("email"),
        "site_web": one.get("website"),
        "telephone": _phone(one),
        **_placed((one.get("locations") or [{}])[0]),
    }
    services, extension = [], {}
    for row in one.get("services") or []:
        of = _reference(row)
        at = (row.get("service_at_locations") or [{}])[0].get("location") or {}
        services.append(
            {
                "id": of,
                "structure_id": reference,
                "source": of.split("--")[0],
                "nom": row["name"],
                "description": row.get("description") or f"{row['name']} ({one['name']})",
                "date_maj": _changed(row),
                "courriel": row.get("email"),
                "lien_mobilisation": row.get("url"),
                "telephone": _phone(row),
                "publics_precisions": row.get("eligibility_description"),
                "horaires_accueil": next(
                    (plan["description"] for plan in row.get("schedules") or [] if plan.get("description")), None
                ),
                "zone_eligibilite": [area["name"] for area in row.get("service_areas") or [] if area.get("name")]
                or None,
                "thematiques": [
                    label["value"]
                    for label in row.get("attributes") or []
                    if label.get("value") in vocabulary.standard()["thematiques"]
                ]
                or None,
                **_placed(at),
            }
        )
        extension[of] = {
            "id": of,
            "age_min": _years(row.get("minimum_age")),
            "age_max": _years(row.get("maximum_age")),
            "langues": [language["code"] for language in row.get("languages") or [] if language.get("code")],
            "verifie_le": str(row["assured_date"])[:10] if row.get("assured_date") else None,
            "verifie_par": row.get("assurer_email"),
        }
    return structure, services, extension


def _reference(one: Mapping[str, Any]) -> str:
    told = str(one.get("alternate_name") or "")
    return told if "--" in told else f"hsds--{one['id']}"


def _changed(one: Mapping[str, Any]) -> str:
    """HSDS dates services, not organizations: theirs is that of the newest service."""
    dates = [str(row.get("last_modified", ""))[:10] for row in (one, *(one.get("services") or []))]
    return max(dates) or "2000-01-01"


def _years(told: Any) -> Any:
    """HSDS counts ages in numbers that may have a point."""
    return int(told) if isinstance(told, float) and told.is_integer() else told


def _phone(one: Mapping[str, Any]) -> str | None:
    return next((phone["number"] for phone in one.get("phones") or []), None)


def _placed(location: Mapping[str, Any]) -> dict[str, Any]:
    address = (location.get("addresses") or [{}])[0]
    postcode, code = str(address.get("postal_code", "")), location.get("external_identifier")
    return {
        "adresse": address.get("address_1"),
        "commune": address.get("city") if address.get("city") != "-" else None,
        "code_postal": postcode if postcode.isdigit() and len(postcode) == 5 else None,
        "code_insee": code if location.get("external_identifier_type") == "INSEE" else None,
        "latitude": location.get("latitude"),
        "longitude": location.get("longitude"),
    }
