"""The département of the episodes' tests, some years later."""

from pathlib import Path
from typing import Any

import pytest

from maillage.accounts.enums import OrganisationKind, Role
from maillage.vault import keyring
from tests.episodes import world as worlds


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Any) -> worlds.World:
    """Its keys are its own: the ledger is kept beside them."""
    settings.KEYS = tmp_path / "keys"
    keyring.create_missing()
    found = worlds.build()
    departement = worlds.organisation("Département des Parasols", OrganisationKind.DEPARTEMENT)
    found.archivist = worlds.member("Blanche Rayon", (Role.ARCHIVIST, departement))  # type: ignore[attr-defined]
    return found
