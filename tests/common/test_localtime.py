from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.common.localtime import end_of, instant, is_night, local

PARIS, REUNION, GUADELOUPE = "Europe/Paris", "Indian/Reunion", "America/Guadeloupe"
NIGHT = time(22), time(7)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        (utc(2026, 1, 10, 20, 59), PARIS, False),  # 21.59
        (utc(2026, 1, 10, 21, 0), PARIS, True),  # 22.00
        (utc(2026, 1, 11, 5, 59), PARIS, True),  # 6.59
        (utc(2026, 1, 11, 6, 0), PARIS, False),  # 7.00
        (utc(2026, 7, 10, 20, 0), PARIS, True),  # summer: 22.00
        (utc(2026, 1, 10, 18, 0), REUNION, True),  # 22.00 there, 19.00 in Paris
        (utc(2026, 1, 10, 21, 0), GUADELOUPE, False),  # 17.00 there
        (utc(2026, 10, 25, 0, 30), PARIS, True),  # 2.30, first time
        (utc(2026, 10, 25, 1, 30), PARIS, True),  # 2.30, second time
        (utc(2026, 3, 29, 1, 0), PARIS, True),  # the clock jumps to 3.00
    ],
)
def test_night_is_read_on_the_clock_of_the_place(at: datetime, zone: str, expected: bool) -> None:
    assert is_night(at, zone, *NIGHT) is expected


@pytest.mark.parametrize("zone", [PARIS, REUNION, GUADELOUPE, "Pacific/Auckland"])
def test_a_year_typed_wrong_is_an_instant_that_every_zone_can_show(zone: str) -> None:
    for day, clock in ((date.min, time.min), (date.min, time(23, 59)), (date.max, time.min), (date.max, time(23, 59))):
        for at in (instant(day, clock, zone), end_of(day, zone)):
            assert at.tzinfo == UTC
            assert abs(local(at, GUADELOUPE).year - day.year) <= 1
            local(at, "Pacific/Auckland")
    assert end_of(date(2026, 7, 1), PARIS) == utc(2026, 7, 1, 22)


def test_a_night_that_does_not_pass_midnight_and_one_of_no_length() -> None:
    assert is_night(utc(2026, 1, 10, 1), PARIS, time(1), time(5))
    assert not is_night(utc(2026, 1, 10, 23), PARIS, time(1), time(5))
    assert not is_night(utc(2026, 1, 10, 23), PARIS, time(5), time(5))


def test_an_hour_that_does_not_happen_is_moved_past_the_jump() -> None:
    assert local(instant(date(2026, 3, 29), time(2, 30), PARIS), PARIS).time() == time(3, 30)


def test_an_hour_that_happens_twice_means_the_first() -> None:
    assert instant(date(2026, 10, 25), time(2, 30), PARIS) == utc(2026, 10, 25, 0, 30)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        local(datetime(2026, 1, 1), PARIS)  # noqa: DTZ001


@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from([PARIS, REUNION, GUADELOUPE, "Pacific/Noumea", "America/Miquelon"]),
)
def test_the_wall_clock_of_an_instant_leads_back_to_it_or_to_its_twin(at: datetime, zone: str) -> None:
    wall = local(at, zone)
    back = instant(wall.date(), wall.time(), zone)
    assert at - back in (timedelta(0), timedelta(hours=1) if wall.fold else timedelta(0))
