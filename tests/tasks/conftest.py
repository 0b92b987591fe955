"""Fixtures of the tests of tasks."""

import pytest

from tests.tasks import world as worlds


@pytest.fixture
def world(db: None) -> worlds.World:
    return worlds.build()
