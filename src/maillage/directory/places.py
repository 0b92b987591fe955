"""Hidden addresses: sealed in a table of their own, read through `reveal_place` alone, each reading journalled."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.audit.journal import By, record_once
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.directory.enums import PLACE_READ, AnswerState
from maillage.directory.models import PLACE, HiddenPlace, PlaceRequest, Service, Structure
from maillage.vault.models import KeyPurpose
from maillage.vault.sealing import Opened, Sealer, new_key

_NOWHERE = {name: None if name in ("latitude", "longitude") else "" for name in PLACE}
QUIET = timedelta(minutes=15)  # reading again within it is one reading


def hide(structure: Structure, service: Service | None, place: Mapping[str, Any]) -> None:
    """Seal a place, in the place of the one that was. Called inside a service."""
    kept = {name: value for name, value in place.items() if value not in ("", None)}
    row = HiddenPlace.objects.filter(structure=structure, service=service).select_related("data_key").first()
    if row is None:
        if not kept:
            return
        row = HiddenPlace(structure=structure, service=service)
        Sealer(new_key(KeyPurpose.PLACE)).seal(row, place=kept)
        row.save(force_insert=True)
        return
    Sealer(row.data_key).seal(row, place=kept)
    row.save(update_fields=["place"])


def bare(row: Structure | Service) -> dict[str, Any]:
    """The place written in a row, then wiped from it (not saved here)."""
    place = {name: getattr(row, name) for name in PLACE}
    for name in PLACE:
        setattr(row, name, _NOWHERE[name])
    return place


def may_read(by: Actor, structure: Structure) -> bool:
    """Its own people, the coordinator, and whoever was granted it for now."""
    if by.may(Ability.DIRECTORY_COORDINATE) or structure.organisation_id in by.organisation_ids:
        return True
    return PlaceRequest.objects.filter(
        Q(state=AnswerState.GRANTED), structure=structure, asked_by=by.user, until__gt=now()
    ).exists()


def reveal_place(by: Actor, structure: Structure) -> list[tuple[Service | None, dict[str, Any]]]:
    """The hidden places of a structure and of its services, for who may read them; [] for others. Journalled."""
    if not may_read(by, structure):
        return []
    rows = list(HiddenPlace.objects.filter(structure=structure).select_related("data_key", "service").order_by("pk"))
    if rows:
        record_once(PLACE_READ, by=by, wanted=[(structure.pk, {"structure": str(structure.pk)})], since=now() - QUIET)
    return [(row.service, _open(row)) for row in rows]


def hidden_again(by: By, structure: Structure, service: Service | None) -> dict[str, Any]:
    """The sealed place, to write it back into a row that is hidden no longer. Called inside a service alone."""
    row = HiddenPlace.objects.filter(structure=structure, service=service).select_related("data_key").first()
    return _open(row) if row is not None else {}


def _open(row: HiddenPlace) -> dict[str, Any]:
    """Every column, empty when nothing is known of it."""
    return _NOWHERE | (Opened(row.data_key, [Section.WHEREABOUTS]).value(row, "place") or {})
