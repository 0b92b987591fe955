"""Every column has a class of data; what says who someone is, is sealed; foreign keys obey the floors."""

import pytest
from django.apps import apps
from django.db import models

from maillage.common.enums import DataClass
from maillage.common.models import BaseModel
from maillage.vault.fields import SealedField
from tests.architecture.source import PACKAGES

OURS = [model for model in apps.get_models() if model.__module__.startswith("maillage.")]
FLOORS = {
    "common": 0, "vault": 1, "reference": 1, "audit": 2, "accounts": 3, "tasks": 4, "youth": 5, "questionnaires": 5,
    "directory": 5,
    "casework": 6, "episodes": 7, "retention": 8, "desk": 9, "config": 10,
}  # fmt: skip
# Foreign keys to tables of the framework: sessions and second factors are nobody's floor.
FOREIGN = {"contenttypes", "auth", "sessions", "mfa", "account"}

# Rows that go with what they speak of, and why that loses nothing.
MAY_GO = {"accounts.Letter.user"}  # an e-mail about an account


def columns(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]


def classes(model: type[models.Model]) -> dict[DataClass, list[str]]:
    return {kind: list(names) for kind, names in getattr(model, "data_classes", {}).items()}


def test_there_are_tables_to_look_at() -> None:
    assert len(OURS) >= 25
    assert {model._meta.app_label for model in OURS} >= {"vault", "audit", "accounts", "tasks", "youth", "episodes"}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_column_has_exactly_one_class(model: type[models.Model]) -> None:
    listed = [name for names in classes(model).values() for name in names]
    expected = [name for name in columns(model) if not (name == "id" and issubclass(model, BaseModel))]
    assert sorted(listed) == sorted(expected)
    assert all(isinstance(kind, DataClass) for kind in classes(model))


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_identity_and_health_are_sealed_and_nothing_else_is(model: type[models.Model]) -> None:
    sealed = {field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)}
    closed = (DataClass.IDENTITY, DataClass.HEALTH, DataClass.SECRET)
    told = {name for kind in closed for name in classes(model).get(kind, [])}
    assert sealed == told


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_row_that_seals_names_its_key(model: type[models.Model]) -> None:
    if any(isinstance(field, SealedField) for field in model._meta.concrete_fields):
        key = model._meta.get_field("data_key")
        assert isinstance(key, models.ForeignKey)
        assert key.related_model._meta.label == "vault.DataKey"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_and_refuse_to_lose_rows(model: type[models.Model]) -> None:
    here = model._meta.app_label
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        there = field.related_model._meta.app_label
        if there in FOREIGN:
            continue
        assert there == here or FLOORS[there] < FLOORS[here], f"{field} points up to {there}"
        lost = field.remote_field.on_delete is not models.PROTECT
        assert not lost or str(field) in MAY_GO, f"{field} would lose rows"
        # A name for the way back would let a lower package reach up.
        if there != here:
            name = field.remote_field.related_name or ""
            assert there in ("accounts", "youth") or name == "+", f"{field} gives {there} a way up"


def test_every_package_is_on_a_floor() -> None:
    assert set(PACKAGES) == set(FLOORS)
