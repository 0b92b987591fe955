"""Fixtures of the tests of the directory."""

import pytest

from tests.directory import world as worlds


@pytest.fixture
def network(db: None) -> worlds.Network:
    return worlds.build()
