"""A small synthetic département, and everyone in it at work."""

import pytest
from django.test import Client

from tests.accounts.people import signed_in
from tests.episodes import world as worlds
from tests.kept import kept

world = kept(worlds.build)


@pytest.fixture
def at(world: worlds.World):  # type: ignore[no-untyped-def]
    """Signed in as the one so named in the world."""

    def enter(name: str) -> Client:
        return signed_in(getattr(world, name))

    return enter
