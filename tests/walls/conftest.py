"""The place every wall is tried on."""

import logging
from collections.abc import Iterator

import pytest

from tests.walls import places


@pytest.fixture
def place(db: None) -> places.Place:
    return places.build()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """A refusal is logged; thousands of them are not read."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
