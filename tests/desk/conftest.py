"""The département of the episodes' tests, seen from the desk."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.accounts.people import signed_in
from tests.episodes import world as worlds
from tests.kept import kept

world = kept(worlds.build)


@pytest.fixture
def browse(world: worlds.World) -> Callable[[str], Client]:
    """A browser signed in as one of the world's professionals, by name."""
    return lambda who: signed_in(getattr(world, who))
