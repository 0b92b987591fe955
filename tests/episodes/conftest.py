"""Fixtures of the tests of episodes."""

from tests.episodes import world as worlds
from tests.kept import kept

world = kept(worlds.build)
