"""Rows written in bulk are what the same rows written one by one would be."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from maillage.common.bulk import insert
from maillage.common.clock import now
from maillage.common.ids import new_id
from maillage.directory.models import Service, Structure

pytestmark = pytest.mark.django_db


def structure(**values: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "source": "essai", "reference": "essai--1", "name": "Maison", "updated_on": date(2026, 1, 2),
        "confidentiality": "public", "changed_at": now(), **values,
    }  # fmt: skip


def told(row: Structure | Service) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname != "id"}


def test_a_row_is_what_saving_it_would_make_of_it() -> None:
    values = structure(networks=["ase", "pjj"], latitude=50.5, name="Écoute « d’ici »")
    assert insert(Structure, [values]) == 1
    made = Structure.objects.get()
    other = Structure.objects.create(**{**values, "id": new_id(), "reference": "essai--2"})
    other.refresh_from_db()
    assert told(made) | {"reference": "essai--2"} == told(other)
    insert(Service, [{**structure(), "structure_id": made.pk, "needs": ["care"], "age_from": 12}])
    service = Service.objects.get()
    assert (service.structure, service.needs, service.age_from, service.languages) == (made, ["care"], 12, [])


def test_the_database_still_refuses_what_must_never_be() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Structure, [structure(confidentiality="on_request", commune="59350")])
    with pytest.raises(KeyError):
        insert(Structure, [{"reference": "essai--3"}])
    assert not Structure.objects.exists()
