"""Rows built once for all the tests that begin with them: what `setUpTestData` does for a class, for fixtures.

    @kept
    def home():
        return organisation()

    @kept
    def lina(home):  # of other kept fixtures only
        return resident(home)

    world = kept(worlds.build)

The rows are written inside a transaction of their own, before anything of the test itself: neither its clock nor its
settings reach them. Each test works in a savepoint and takes copies of the objects, so none sees what another did.
As soon as a test comes that asks for other rows, or for none, the transaction is rolled back; tests are put in an
order in which that is rare. A test that commits (`transactional_db`) has them built again in its own database.

For rows alone: a fixture that patches, sets a clock or writes files stays a fixture of its test.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from pytest_django import DjangoDbBlocker

Built = dict[str, Any]


def kept(build: Callable[..., Any]) -> Any:
    """Make a fixture of `build`, whose arguments are kept fixtures too."""

    def fixture(request: pytest.FixtureRequest, _kept_rows: Callable[[str, Callable[..., Any]], Any]) -> Any:
        return _kept_rows(request.fixturename or "", build)

    fixture.__doc__ = build.__doc__
    fixture.builds = build  # type: ignore[attr-defined]
    return pytest.fixture(fixture)


def _arguments(build: Callable[..., Any]) -> Iterable[str]:
    return inspect.signature(build).parameters


def _asked(item: pytest.Item) -> dict[str, Callable[..., Any]]:
    """What this test is to find, by name; the first is needed by the next."""
    names = getattr(item, "fixturenames", ())
    if {"transactional_db", "live_server"} & set(names) or _commits(item):
        return {}
    found: dict[str, Callable[..., Any]] = {}

    def add(name: str) -> None:
        given = item._fixtureinfo.name2fixturedefs.get(name)  # type: ignore[attr-defined]
        build = getattr(given[-1].func, "builds", None) if given else None
        if build is not None and name not in found:
            for needed in _arguments(build):
                add(needed)
            found[name] = build

    # In one order for all the tests of a file: what most of them begin with stays.
    for name in sorted(names):
        add(name)
    return found


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and (marker.kwargs.get("transaction") or marker.args[:1] == (True,)))


class Standing:
    """The rows that stand now, one transaction or savepoint for each name."""

    def __init__(self) -> None:
        self.blocker: DjangoDbBlocker | None = None
        self.levels: list[tuple[str, Callable[..., Any], transaction.Atomic]] = []
        self.built: Built = {}
        self.begun: pytest.Item | None = None

    def shrink(self, asked: dict[str, Callable[..., Any]]) -> None:
        """Roll back what that test does not begin with."""
        shared = 0
        for (name, build, _block), wanted in zip(self.levels, asked.items(), strict=False):
            if (name, build) != wanted:
                break
            shared += 1
        while len(self.levels) > shared:
            name, _build, block = self.levels.pop()
            del self.built[name]
            assert self.blocker is not None
            with self.blocker.unblock():
                transaction.set_rollback(True)
                block.__exit__(None, None, None)

    def grow(self, asked: dict[str, Callable[..., Any]]) -> None:
        if self.blocker is None:
            return
        with self.blocker.unblock():
            for name, build in list(asked.items())[len(self.levels) :]:
                block = transaction.atomic()
                block._from_testcase = True  # type: ignore[attr-defined]  # what is durable is so inside of it
                block.__enter__()
                letters = list(getattr(mail, "outbox", ()))
                try:
                    self.built[name] = build(**{needed: self.built[needed] for needed in _arguments(build)})
                except BaseException:
                    transaction.set_rollback(True)
                    block.__exit__(None, None, None)
                    raise
                self.levels.append((name, build, block))
                if hasattr(mail, "outbox"):
                    mail.outbox[:] = letters


_standing = Standing()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _standing.begun = None
    _standing.shrink(_asked(item))


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Before the first fixture of the test itself; the database, of the session, is there by then."""
    if fixturedef.scope == "function" and _standing.begun is not request.node:
        _standing.begun = request.node
        _standing.grow(_asked(request.node))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that begin with the same rows follow one another, where the first of them was."""
    places: dict[Any, int] = {}
    keys: dict[pytest.Item, tuple[int, ...]] = {}
    for place, item in enumerate(items):
        path: tuple[Any, ...] = ()
        keys[item] = ()
        for step in _asked(item).items():
            path = (*path, step)
            keys[item] += (places.setdefault(path, place),)
        keys[item] = keys[item] or (place,)
    items.sort(key=keys.__getitem__)


@pytest.fixture(scope="session")
def _ground(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    _standing.blocker = django_db_blocker
    yield
    _standing.shrink({})
    _standing.blocker = None


@pytest.fixture
def _kept_rows(request: pytest.FixtureRequest, _ground: None, db: None) -> Callable[[str, Callable[..., Any]], Any]:
    copies: Built = deepcopy(_standing.built)

    def rows(name: str, build: Callable[..., Any]) -> Any:
        if name not in copies:  # a test that commits, or one that asked while it ran
            copies[name] = build(**{needed: request.getfixturevalue(needed) for needed in _arguments(build)})
        return copies[name]

    return rows
