"""Fixtures of the tests of episodes."""

import pytest

from tests.episodes import world as worlds


@pytest.fixture
def world(db: None) -> worlds.World:
    return worlds.build()
