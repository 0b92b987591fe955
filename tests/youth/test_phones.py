"""Numbers as people write them."""

import pytest

from maillage.youth.phones import normalise


@pytest.mark.parametrize(
    ("text", "departement", "expected"),
    [
        ("06 39 98 00 41", "", "+33639980041"),
        ("01.99.00.12.34", "75", "+33199001234"),
        ("+33 6 39 98 00 41", "974", "+33639980041"),
        ("0692 12 34 56", "974", "+262692123456"),
        ("0692123456", "75", "+262692123456"),
        ("0690 12 34 56", "971", "+590690123456"),
        ("75 12 34", "988", "+687751234"),
    ],
)
def test_one_international_form(text, departement, expected):
    assert normalise(text, departement) == expected


@pytest.mark.parametrize("text", ["", "abc", "12", "06 39", "0" * 40])
def test_what_is_no_number(text):
    with pytest.raises(ValueError, match="telephone"):
        normalise(text)
