"""Traps and fixtures of the whole suite."""

import gc
import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from maillage.vault import keyring

pytest_plugins = ["tests.flush", "tests.stack", "tests.kept", "tests.tasks.crash", "tests.traps"]


class TwoBrowsers(LoadScopeScheduling):
    """Each test goes to whoever is free, but those of the browser go to two processes, each with a site of its own:
    one looks at every screen, the other does all the rest. As one they were the last to end, by minutes.

    The groups of pytest-xdist 3.8 are lost on pytest 9.2, which no longer reads the name it writes them in.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/e2e/test_screens.py"):
            return "e2e: screens"
        return "e2e" if nodeid.startswith("tests/e2e/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return TwoBrowsers(config, log)


# They start programs of their own on the engine under test.
_ON_EACH_ENGINE = ("tests/config/",)
# One copies the file of a database, which the other engine has not; one reads the plans of an engine that does not know
# how many rows a value has.
_SQLITE_ALONE = ("tests/retention/test_one_file.py", "tests/directory/test_plans.py")
# What a screen says and how it behaves: the same on each engine, once its queries are right. Those have tests of their
# own below the screen, and the walls open each page and send each form on both engines.
_SCREENS = re.compile(r"_screens/|/test_(?:\w+_)?(?:screens?|pages?|views)\.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--engine-only`, the second engine runs what depends on it: pure code has no engine, nor has a screen."""
    if not config.getoption("engine_only"):
        return
    kept: list[pytest.Item] = []
    pure: list[pytest.Item] = []
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        asks = item.get_closest_marker("django_db") or names & {"db", "transactional_db"}
        on_engine = asks or item.nodeid.startswith(_ON_EACH_ENGINE)
        screen = _SCREENS.search(item.nodeid.partition("::")[0])
        elsewhere = screen or item.nodeid.startswith(_SQLITE_ALONE)
        (kept if on_engine and not elsewhere else pure).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=pure)


def pytest_collection_finish() -> None:
    """What was imported by now stays: a tenth of the processor's time went to walking it in search of rubbish."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine-only", action="store_true", help="leave out what is the same on every engine")


@pytest.fixture(scope="session", autouse=True)
def keys() -> None:
    """Every run has its own keysets, in a folder of the run."""
    keyring.create_missing()
