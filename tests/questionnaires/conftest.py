"""Fixtures of the tests of questionnaires."""

import pytest

from maillage.questionnaires.definition import Definition
from tests.questionnaires import world as worlds


@pytest.fixture(scope="session")
def definition() -> Definition:
    return worlds.definition()


@pytest.fixture
def world(db: None) -> worlds.World:
    return worlds.build()
