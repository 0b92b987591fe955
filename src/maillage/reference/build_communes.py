"""Make `data/communes.csv.gz` from the `communes.json` of npm `@etalab/decoupage-administratif`.

    python -m maillage.reference.build_communes communes.json

Keeps present communes and municipal arrondissements: code, name, département, postcodes. The output is the same
byte for byte for the same input.
"""

import csv
import gzip
import io
import json
import sys
from pathlib import Path

OUT = Path(__file__).parent / "data" / "communes.csv.gz"
_KEPT = ("commune-actuelle", "arrondissement-municipal")


def build(source: Path) -> bytes:
    """The compressed list."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["code", "name", "departement", "postcodes"])
    for commune in sorted(json.loads(source.read_text("utf-8")), key=lambda row: row["code"]):
        if commune["type"] in _KEPT:
            postcodes = " ".join(commune.get("codesPostaux", []))
            rows.writerow([commune["code"], commune["nom"], commune["departement"], postcodes])
    return gzip.compress(text.getvalue().encode(), mtime=0)


if __name__ == "__main__":
    OUT.write_bytes(build(Path(sys.argv[1])))
