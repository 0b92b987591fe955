"""Every commune with a point is somewhere, and found from next door."""

from itertools import pairwise

from maillage.reference import communes, points


def test_every_point_is_a_place_in_order_from_south_to_north() -> None:
    by_code, latitudes, _ordered = points._places()
    assert len(by_code) > 34_000
    assert all(-90 < point.latitude < 90 and -180 < point.longitude < 180 for point, _epci in by_code.values())
    assert all(south <= north for south, north in pairwise(latitudes))


def test_communes_whose_town_hall_is_not_known_are_found_around_them() -> None:
    for code in ("42084", "56098"):
        point = points.of(code)
        assert point is not None
        assert communes.exists(code)
        assert points.around(point, 10.0)[0] == (code, 0.0)
        assert len(points.around(point, 20.0)) > 5
