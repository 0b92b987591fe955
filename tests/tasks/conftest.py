"""Fixtures of the tests of tasks."""

from tests.kept import kept
from tests.tasks import world as worlds

world = kept(worlds.build)
