"""The département of the episodes' tests, some years later."""

from pathlib import Path
from typing import Any

import pytest

from maillage.vault import keyring
from tests.episodes import world as worlds


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Any) -> worlds.World:
    """Its keys are its own: the ledger is kept beside them."""
    settings.KEYS = tmp_path / "keys"
    keyring.create_missing()
    return worlds.build()
