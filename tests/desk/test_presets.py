"""What the one-tap buttons of an outing mean."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import available_timezones

from hypothesis import given
from hypothesis import strategies as st

from maillage.common.localtime import local
from maillage.desk.presets import parse, presets
from maillage.episodes.enums import OutingKind
from maillage.episodes.outings import SHORTEST, Hours

PARIS = "Europe/Paris"
OVERSEAS = ["Indian/Reunion", "America/Cayenne", "Pacific/Noumea", PARIS]


def said(now: datetime, zone: str = PARIS) -> dict[str, str]:
    return {preset.kind: f"{local(preset.expected_at, zone):%d/%m %H:%M}" for preset in presets(now, zone)}


def test_in_the_morning_school_ends_today_and_the_visit_on_sunday() -> None:
    tuesday = datetime(2026, 11, 3, 7, tzinfo=UTC)
    assert said(tuesday) == {"school": "03/11 18:00", "permission": "03/11 21:00", "visit": "08/11 18:00"}


def test_an_hour_too_close_is_tomorrows_and_sunday_evening_is_next_sundays() -> None:
    sunday_evening = datetime(2026, 11, 8, 16, 45, tzinfo=UTC)  # 17 h 45 in Paris
    assert said(sunday_evening) == {"school": "09/11 18:00", "permission": "08/11 21:00", "visit": "15/11 18:00"}


def test_a_home_has_its_own_hours() -> None:
    tuesday = datetime(2026, 11, 3, 7, tzinfo=UTC)
    own = Hours(school=time(17, 15), permission=time(20), visit=time(16))
    found = {preset.kind: f"{local(preset.expected_at, PARIS):%d/%m %H:%M}" for preset in presets(tuesday, PARIS, own)}
    assert found == {"school": "03/11 17:15", "permission": "03/11 20:00", "visit": "08/11 16:00"}


def test_each_place_has_its_own_evening() -> None:
    instant = datetime(2026, 11, 3, 15, tzinfo=UTC)
    assert said(instant, "Indian/Reunion")["school"] == "04/11 18:00"
    assert said(instant, "America/Cayenne")["school"] == "03/11 18:00"


@given(
    st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(OVERSEAS),
)
def test_every_button_leads_ahead_and_sends_what_it_shows(now: datetime, zone: str) -> None:
    for preset in presets(now, zone):
        assert SHORTEST <= preset.expected_at - now <= timedelta(days=7, hours=2)
        assert parse(preset.value) == preset


def test_what_no_button_sends_is_refused() -> None:
    good = presets(datetime(2026, 11, 3, 7, tzinfo=UTC), PARIS)[0].value
    assert parse(good) is not None
    for value in ["", "school", "school tomorrow", "cinema 2026-11-03T17:00:00+00:00", "school 2026-11-03T17:00:00"]:
        assert parse(value) is None


def test_a_preset_has_a_short_label_for_each_kind() -> None:
    assert [preset.label for preset in presets(datetime(2026, 11, 3, 7, tzinfo=UTC), PARIS)] == [
        "École",
        "Permission",
        "Visite",
    ]
    assert OutingKind.ACTIVITY not in {preset.kind for preset in presets(datetime(2026, 11, 3, 7, tzinfo=UTC), PARIS)}
    assert PARIS in available_timezones()
