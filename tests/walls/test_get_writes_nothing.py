"""Reading: everyone gets the pages that are hers, the same twice, and nothing is written but that she read."""

import pytest
import time_machine
from django.urls import reverse

from maillage.common.clock import now
from tests.walls.addresses import ABOUT_A_FILE, ALL, EVERYONE, OF_ONESELF, expected
from tests.walls.asking import WRONG_METHOD, at_work, lines, text_of
from tests.walls.places import Place
from tests.walls.rows import changed, stored

# Pages that hold a secret or a challenge made for that page alone; and one that is long to print.
ONCE = {"mfa_activate_totp", "mfa_add_webauthn", "episodes:paper"}


@pytest.mark.parametrize("letters", ["EFM", "CAHDXOVN"])
def test_reading_ones_own_pages_changes_nothing(place: Place, letters: str, pytestconfig: pytest.Config) -> None:
    # Every page opens on both engines; what it says, and to whom it says the same as to another, is seen on the first.
    twice = not pytestconfig.getoption("engine_only")
    again: set[str] = set()
    faults: list[object] = []
    for letter in letters if twice else letters.translate(dict.fromkeys(map(ord, "FMOVN"))):
        client = at_work(place.here[letter])
        pages = [(name, reverse(name), reads or f"405:{ALL}") for name, (reads, _outside) in OF_ONESELF.items()]
        if letter != "N":
            pages += [
                (
                    str(address), address.url(place.ids),
                    (f"405:{ALL}" + (f" 403:{address.first}" if address.name.startswith("accounts:") else ""))
                    if address.reads is None
                    else address.reads,
                )
                for address in ABOUT_A_FILE
            ]  # fmt: skip
        before = stored()
        with time_machine.travel(now(), tick=False):
            for name, url, reads in pages:
                wanted = expected(reads)[letter]
                if wanted == WRONG_METHOD and letter != letters[0]:
                    continue  # refused before anybody is looked at
                first = client.get(url)
                if first.status_code != wanted:
                    faults.append((name, letter, first.status_code, wanted))
                if twice and first.status_code == 200 and name not in ONCE | again:
                    again.add(name)
                    if text_of(first) != text_of(client.get(url)):
                        faults.append((name, letter, "not the same twice"))
        faults += [(letter, "changed", table) for table in sorted(changed(before, stored()))]
    assert not faults, lines(faults)


def test_the_table_names_everyone_once_for_each_page() -> None:
    for address in ABOUT_A_FILE:
        if address.reads is not None:
            named = "".join(part[4:] for part in address.reads.split())
            assert sorted(named.replace("N", "")) == sorted(EVERYONE), address
    for name, (reads, _outside) in OF_ONESELF.items():
        assert reads is None or sorted(expected(reads)) == sorted(ALL), name
