"""Which clock each département lives by."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from maillage.reference import zones


@pytest.mark.parametrize(
    ("departement", "hour"),
    [("75", 12), ("2A", 12), ("2b", 12), ("971", 7), ("972", 7), ("973", 8), ("974", 15), ("975", 8), ("976", 14),
     ("977", 7), ("978", 7), ("986", 23), ("987", 1), ("988", 22)],
)  # fmt: skip
def test_noon_in_winter_universal_eleven(departement, hour):
    instant = datetime(2026, 1, 15, 11, tzinfo=UTC)
    assert instant.astimezone(ZoneInfo(zones.zone_of(departement))).hour == hour


@pytest.mark.parametrize("departement", ["", "20", "96", "99", "970", "Paris"])
def test_what_is_no_departement_has_no_clock(departement):
    assert not zones.exists(departement)
    with pytest.raises(ValueError, match="département"):
        zones.zone_of(departement)


def test_there_are_96_departements_in_metropole_and_11_overseas():
    assert (len(zones.METROPOLE), len(zones.OVERSEAS)) == (96, 11)
