"""Where a rota has nobody, and where it has two. Pure; intervals are half-open: [starts_at, ends_at)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Span:
    starts_at: datetime
    ends_at: datetime


def covered(spans: Iterable[Span], start: datetime, end: datetime, times: range) -> list[Span]:
    """The parts of [start, end) during which a number of spans in `times` run, joined, in order.

    `range(1)`: nobody; `range(2, 99)`: at least two.
    """
    within = [Span(max(one.starts_at, start), min(one.ends_at, end)) for one in spans]
    steps = [(one.starts_at, 1) for one in within if one.starts_at < one.ends_at]
    steps += [(one.ends_at, -1) for one in within if one.starts_at < one.ends_at]
    found: list[Span] = []
    running, since = 0, start
    for at, change in [*sorted(steps), (end, 0)]:
        if running in times and since < at:
            if found and found[-1].ends_at == since:
                since = found.pop().starts_at
            found.append(Span(since, at))
        running, since = running + change, at
    return found


def gaps(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """When nobody is written down."""
    return covered(spans, start, end, range(1))


def doubles(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """When two people or more are."""
    return covered(spans, start, end, range(2, 1000))
