"""Fixtures of the tests of questionnaires."""

from datetime import UTC, datetime

import pytest

from tests.kept import kept
from tests.questionnaires import world as worlds


@pytest.fixture
def time_now() -> datetime:
    return datetime(2026, 11, 21, 22, 40, tzinfo=UTC)


world = kept(worlds.build)
