"""The demonstration's settings, with one more page: the floor (`benchmarks.floor`)."""

from maillage.config.settings.embedded import *  # noqa: F403

ROOT_URLCONF = "benchmarks.floor"
