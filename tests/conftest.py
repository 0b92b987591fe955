"""Traps and fixtures of the whole suite."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from maillage.vault import keyring

pytest_plugins = ["tests.flush", "tests.traps"]


class OneBrowser(LoadScopeScheduling):
    """Each test goes to whoever is free, but those of the browser go to one process: they share one running site.

    The groups of pytest-xdist 3.8 are lost on pytest 9.2, which no longer reads the name it writes them in.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "e2e" if nodeid.startswith("tests/e2e/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return OneBrowser(config, log)


@pytest.fixture(scope="session", autouse=True)
def keys() -> None:
    """Every run has its own keysets, in a folder of the run."""
    keyring.create_missing()
