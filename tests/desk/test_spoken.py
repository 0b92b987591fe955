"""How times are said. Examples are the specification."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.common import spoken

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 3, 20, 30, tzinfo=UTC)  # a Tuesday, 21 h 30 in Paris
NARROW = "\u00a0"


def plain(text: str) -> str:
    return text.replace(NARROW, " ")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 min"), (12, "12 min"), (60, "1 h"), (130, "2 h 10"), (121, "2 h 01"), (1440, "1 j"), (4000, "2 j")],
)
def test_a_length_of_time_has_at_most_two_units(minutes: int, said: str) -> None:
    assert plain(spoken.span(timedelta(minutes=minutes))) == said


@pytest.mark.parametrize(
    ("left", "state", "words"),
    [
        (timedelta(minutes=40), "calm", "dans 40 min"),
        (timedelta(minutes=30), "soon", "dans 30 min"),
        (timedelta(seconds=59), "soon", "maintenant"),
        (timedelta(0), "soon", "maintenant"),
        (timedelta(seconds=-59), "late", "maintenant"),
        (timedelta(minutes=-12), "late", "en retard de 12 min"),
        (timedelta(days=-3), "late", "en retard de 3 j"),
    ],
)
def test_a_clock_says_how_long_and_which_way(left: timedelta, state: str, words: str) -> None:
    reading = spoken.read(NOW + left, NOW)
    assert (reading.state, plain(reading.words)) == (state, words)


@given(st.integers(min_value=-(10**7), max_value=10**7))
def test_a_clock_is_late_exactly_when_its_time_has_passed(seconds: int) -> None:
    assert (spoken.read(NOW + timedelta(seconds=seconds), NOW).state == "late") == (seconds < 0)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 3, 20, 42, tzinfo=UTC), "21 h 42"),
        (datetime(2026, 11, 3, 17, 0, tzinfo=UTC), "18 h"),
        (datetime(2026, 11, 2, 20, 5, tzinfo=UTC), "hier 21 h 05"),
        (datetime(2026, 11, 3, 23, 30, tzinfo=UTC), "demain 0 h 30"),
        (datetime(2026, 11, 8, 17, 0, tzinfo=UTC), "dimanche 18 h"),
        (datetime(2026, 10, 30, 17, 0, tzinfo=UTC), "30 octobre, 18 h"),
        (datetime(2026, 10, 1, 17, 0, tzinfo=UTC), "1er octobre, 19 h"),
        (datetime(2025, 11, 30, 17, 0, tzinfo=UTC), "30 novembre 2025, 18 h"),
    ],
)
def test_a_moment_carries_its_day_only_when_it_needs_one(at: datetime, said: str) -> None:
    assert plain(spoken.moment(at, NOW, PARIS)) == said


def test_a_date_breaks_before_its_hour_and_nowhere_else() -> None:
    said = spoken.moment(datetime(2026, 9, 29, 15, 30, tzinfo=UTC), NOW, PARIS)
    assert said.split(" ") == ["29\N{NO-BREAK SPACE}septembre,", "17\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30"]


def test_midnight_belongs_to_the_place_not_to_the_server() -> None:
    late = datetime(2026, 11, 3, 20, 30, tzinfo=UTC)  # half past midnight on the 4th in La Réunion
    assert plain(spoken.moment(late, NOW, ZoneInfo("Indian/Reunion"))) == "0 h 30"
    assert spoken.day(datetime(2026, 11, 3, 12, tzinfo=UTC), NOW, ZoneInfo("Indian/Reunion")) == "hier"


def test_days_have_names_when_near_and_dates_when_far() -> None:
    days = {n: spoken.day(NOW + timedelta(days=n), NOW, PARIS) for n in (0, -1, 1, -9, -2, 60)}
    assert days == {
        0: "aujourd’hui",
        -1: "hier",
        1: "demain",
        -9: "dimanche 25 octobre",
        -2: "dimanche 1er novembre",
        60: "samedi 2 janvier 2027",
    }


def test_the_browser_gets_the_same_words_with_holes() -> None:
    holes = {name: plain(words) for name, words in spoken.patterns().items()}
    assert holes["in"].replace("{span}", holes["both"]).replace("{hours}", "2").replace("{minutes}", "10") == plain(
        spoken.read(NOW + timedelta(minutes=130), NOW).words
    )
    assert holes["late"].replace("{span}", holes["minutes"]).replace("{n}", "12") == plain(
        spoken.read(NOW - timedelta(minutes=12), NOW).words
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("+33199001234", "01 99 00 12 34"),
        ("01.99.00.12.34", "01 99 00 12 34"),
        ("17", "17"),
        ("3018", "3018"),
        ("116000", "116 000"),
        ("+3226399800", "+3226399800"),
        ("", ""),
    ],
)
def test_a_number_is_said_by_pairs(written: str, said: str):
    assert plain(spoken.number(written)) == said
