"""What a manager's figures count: pure rows, no database."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from maillage.episodes.coverage import Figure, Month, Period, Row, broken_down, chosen, count, lately

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LILA, NOE, HOME, OTHER = (uuid.UUID(int=n) for n in range(1, 5))


def row(person: uuid.UUID = LILA, *, days_ago: int = 10, **values: object) -> Row:
    noticed = NOW - timedelta(days=days_ago)
    return replace(
        Row(uuid.uuid4(), person, HOME, noticed, Month(noticed.year, noticed.month)),
        **values,  # type: ignore[arg-type]
    )


def back(person: uuid.UUID = LILA, *, hours: float = 5, **values: object) -> Row:
    """Back `hours` after the notice, the talk due three days later."""
    found = row(person, **values)
    returned = found.noticed_at + timedelta(hours=hours)
    return replace(found, returned_at=returned, deadline=returned + timedelta(hours=72))


def test_one_person_absent_twice_is_one_person_and_two_episodes() -> None:
    found = count(Figure.EPISODES, [row(days_ago=3), row(days_ago=9), row(NOE)], NOW)
    assert (found.number, found.people, found.among) == (3, 2, None)


def test_a_talk_is_in_time_by_its_own_deadline_and_a_running_delay_counts_nowhere() -> None:
    kept, late, running, never = back(), back(), back(days_ago=1), back(days_ago=9)
    assert kept.deadline
    assert late.deadline
    rows = [
        replace(kept, held_at=kept.deadline, offers=(kept.deadline,)),
        replace(late, held_at=late.deadline + timedelta(minutes=1), offers=(late.deadline,)),
        running,
        never,
        row(),  # not back yet
    ]
    in_time = count(Figure.IN_TIME, rows, NOW)
    assert (in_time.number, in_time.among) == (1, 3)
    assert (count(Figure.HELD, rows, NOW).number, count(Figure.HELD, rows, NOW).among) == (2, 4)
    assert count(Figure.NOT_OFFERED, rows, NOW).number == 2
    assert chosen(Figure.NOT_OFFERED, rows, NOW) == [running, never]  # by date, the latest first


def test_medians_are_of_the_episodes_that_have_both_instants() -> None:
    rows = [back(hours=2), back(hours=4), back(hours=30), row()]
    found = count(Figure.RETURNED, rows, NOW)
    assert (found.number, found.among, found.typical, found.lasted) == (3, 4, timedelta(hours=4), 3)
    assert count(Figure.SHEET, rows, NOW).typical is None
    sent = [
        replace(one, sheet_at=one.noticed_at + timedelta(minutes=m)) for one, m in zip(rows, (10, 50), strict=False)
    ]
    assert count(Figure.SHEET, sent, NOW).typical == timedelta(minutes=30)


def test_a_refusal_counts_even_when_a_talk_was_held_later() -> None:
    one = back()
    found = replace(one, refused=True, held_at=one.deadline, offers=(NOW,))
    assert count(Figure.REFUSED, [found], NOW).number == count(Figure.IN_TIME, [found], NOW).number == 1


def test_hand_overs_are_counted_as_such() -> None:
    rows = [row(relays=3, acknowledged=2), row(NOE, relays=1), row()]
    assert (count(Figure.RELAYS, rows, NOW).number, count(Figure.RELAYS, rows, NOW).people) == (4, 2)
    taken = count(Figure.ACKNOWLEDGED, rows, NOW)
    assert (taken.number, taken.among, taken.people) == (2, 4, 1)


def test_a_breakdown_goes_with_the_latest_episode_before_it_in_that_home() -> None:
    first, second, elsewhere = (uuid.UUID(int=n) for n in (10, 11, 12))
    episodes = [
        (first, LILA, HOME, date(2026, 5, 1), date(2026, 5, 3)),
        (second, LILA, HOME, date(2026, 5, 20), date(2026, 5, 21)),
        (elsewhere, NOE, OTHER, date(2026, 5, 1), None),
    ]
    assert broken_down(episodes, [(LILA, HOME, date(2026, 5, 25))]) == {second}
    assert broken_down(episodes, [(LILA, HOME, date(2026, 5, 10))]) == {first}
    assert broken_down(episodes, [(LILA, HOME, date(2026, 6, 20))]) == {second}  # thirty days, the last one included
    for end in [(LILA, HOME, date(2026, 6, 21)), (LILA, HOME, date(2026, 4, 30)), (NOE, HOME, date(2026, 5, 2))]:
        assert broken_down(episodes, [end]) == frozenset()
    assert broken_down(episodes, [(NOE, OTHER, date(2026, 9, 1))]) == {elsewhere}  # still away


def test_periods_are_whole_months() -> None:
    assert lately(date(2026, 2, 3), 3) == Period(Month(2025, 12), Month(2026, 2))
    assert Period(Month(2025, 11), Month(2026, 1)).months == (Month(2025, 11), Month(2025, 12), Month(2026, 1))
    for first, last in [((2026, 2), (2026, 1)), ((2024, 1), (2026, 1))]:
        with pytest.raises(ValueError, match=r"Month"):
            Period(Month(*first), Month(*last))
