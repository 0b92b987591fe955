"""The place every wall is tried on."""

import logging
from collections.abc import Iterator

import pytest

from tests.kept import kept
from tests.walls import places

place = kept(places.build)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """A refusal is logged; thousands of them are not read."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
