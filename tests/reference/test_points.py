"""Every commune with a point is somewhere, and found from next door."""

from itertools import pairwise

from maillage.reference import communes, points


def test_every_point_is_a_place_in_order_from_south_to_north() -> None:
    known = points._places()
    assert len(known.numbers) == len(known.codes) > 34_000
    assert all(-90 < north < 90 for north in known.latitudes)
    assert all(-180 < east < 180 for east in known.longitudes)
    assert all(south <= north for south, north in pairwise(known.latitudes))


def test_communes_whose_town_hall_is_not_known_are_found_around_them() -> None:
    for code in ("42084", "56098"):
        point = points.of(code)
        assert point is not None
        assert communes.exists(code)
        assert points.around(point, 10.0)[0] == (code, 0.0)
        assert len(points.around(point, 20.0)) > 5


def test_a_commune_is_where_its_town_hall_is_and_in_its_epci() -> None:
    lille = points.of("59350")
    assert lille is not None
    assert (round(lille.latitude, 1), round(lille.longitude, 1)) == (50.6, 3.1)
    assert points.nearest(lille) == "59350"
    assert points.epci_of("59350") == "200093201"
    assert 3 < points.distance(lille, points.Point(50.69, 3.17)) < 12
    assert points.of("00000") is None
    assert points.epci_of("00000") == ""
