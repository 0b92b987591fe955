"""What every service about a young person stands on: who may, what she may read, one write at a time."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.audit.journal import System
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.gathering import unwritten
from maillage.common.localtime import local
from maillage.vault import keyring
from maillage.vault.sealing import Opened, Sealer
from maillage.youth.access import may_here, reveal_open
from maillage.youth.models import YoungPerson

# A command (import, demonstration) writes as the system.
Doer = Actor | System
ALL_SECTIONS: tuple[str, ...] = tuple(Section.values)


def reference_digest(reference: str) -> bytes:
    """The keyed digest by which an external reference is found again."""
    return keyring.lookup("young-person", reference.strip().casefold())


def require(by: Doer, person: YoungPerson, ability: Ability) -> None:
    """NotAllowed unless the ability is held through a current mission for this very person."""
    if isinstance(by, Actor) and not may_here(by, person, ability):
        raise NotAllowed(_("Votre rôle ne permet pas cette action pour cette personne."))


def opened_for(by: Doer, person: YoungPerson, *sections: str) -> Opened:
    """Of those sections, what the author may read; everything for a command, which shows it to nobody."""
    return Opened(person.data_key, sections) if isinstance(by, System) else reveal_open(by, person, *sections)


def lock(person: YoungPerson) -> None:
    """Let one write at a time decide what she has once only: a place, a sheet, a photo (SQLite queues all writers)."""
    if unwritten(person):
        return
    YoungPerson.objects.select_for_update().filter(pk=person.pk).values_list("pk").get()


def known_only(columns: Mapping[str, Any], allowed: frozenset[str]) -> None:
    if unknown := set(columns) - allowed:
        raise TypeError(f"unknown fields: {sorted(unknown)}")


def not_after(day: date, zone: str, field: str) -> None:
    if day > local(now(), zone).date():
        raise RuleBroken(_("Cette date est dans l’avenir."), field=field)


def fill(row: Any, sealer: Sealer, values: Mapping[str, Any]) -> None:
    """Set the columns of a new row, sealed ones under the key."""
    sealed = {field: value for field, value in values.items() if field in _sealed_names(row)}
    for field, value in values.items():
        if field not in sealed:
            setattr(row, field, value)
    sealer.seal(row, **sealed)


def _sealed_names(row: Any) -> frozenset[str]:
    return frozenset(field.name for field in row._meta.concrete_fields if hasattr(field, "section"))
