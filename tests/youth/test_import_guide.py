"""The guide of imports names every column, and no other."""

import re
from pathlib import Path

from maillage.youth.drafts import FIELDS

GUIDE = Path(__file__).parents[2] / "docs" / "operate" / "import-young-people.md"


def test_every_column_is_in_the_guide_and_every_column_of_the_guide_exists():
    rows = [line for line in GUIDE.read_text("utf-8").splitlines() if line.startswith("| `")]
    named: set[str] = set()
    for row in rows:
        first = row.split("|")[1]
        names = re.findall(r"`(\w+)`", first)
        named |= {f"parent1{name}" if name.startswith("_") else name for name in names}
    columns = {re.sub(r"parent\d_", "parent1_", column) for column in FIELDS}
    assert {re.sub(r"parent\d_", "parent1_", name) for name in named} == columns
