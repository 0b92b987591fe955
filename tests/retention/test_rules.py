"""Durations: pure."""

from datetime import UTC, datetime

from maillage.retention.rules import CLASSES, course, defaults, earlier, later

LAST = datetime(2026, 1, 31, 10, tzinfo=UTC)


def test_months_are_of_the_calendar() -> None:
    assert later(LAST, months=1) == datetime(2026, 2, 28, 10, tzinfo=UTC)
    assert later(LAST, months=23) == datetime(2027, 12, 31, 10, tzinfo=UTC)
    assert earlier(datetime(2026, 3, 31, tzinfo=UTC), months=13) == datetime(2025, 2, 28, tzinfo=UTC)


def test_no_clock_runs_while_something_does() -> None:
    assert course(LAST, True, defaults()).archive_on is None
    free = course(LAST, False, defaults())
    assert (free.archive_on, free.visa_from) == (later(LAST, months=24), later(LAST, months=144))


def test_every_default_says_its_source_and_what_the_law_leaves_open() -> None:
    for one in CLASSES.values():
        assert one.least <= one.default <= one.most
        assert one.source
        assert (one.status == "choice") == ("valider par le DPO" in one.source)
    # Not beyond two years: nobody can choose more.
    assert CLASSES["active_months"].most == 24
