"""Room on the stack, so that calls do not ask the system for memory again and again.

CPython 3.11 keeps the frames of a thread in pieces of 16 kB. Where the calls of a test happen to go up and down over
the end of a piece, each of them maps and unmaps the next one: a seventh of the processor's time, measured. A frame
that asks for much brings a piece as large, in which all that it calls finds its place.
"""

from collections.abc import Callable
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

_SLOTS = 80_000  # of 8 bytes: the piece is the next power of two, 1 MB, and the rest of it is for the calls


def _within(call: Callable[[], Any]) -> Any:
    return call()


_within.__code__ = _within.__code__.replace(co_stacksize=_SLOTS)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _within(lambda: runtestprotocol(item, nextitem=nextitem))
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
