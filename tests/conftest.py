"""Traps and fixtures of the whole suite."""

import pytest

from maillage.vault import keyring

pytest_plugins = ["tests.flush", "tests.traps"]


@pytest.fixture(scope="session", autouse=True)
def keys() -> None:
    """Every run has its own keysets, in a folder of the run."""
    keyring.create_missing()
