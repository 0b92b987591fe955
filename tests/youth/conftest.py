"""The name index of this process knows nothing of the tests before."""

from collections.abc import Iterator

import pytest

from maillage.youth.search import NAMES


@pytest.fixture(autouse=True)
def no_name_remembered() -> Iterator[None]:
    NAMES.forget()
    yield
    NAMES.forget()
