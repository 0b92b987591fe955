"""Telephone numbers as France dials them, overseas included, kept in one international form. Pure."""

from collections.abc import Mapping

import phonenumbers

REGIONS: Mapping[str, str] = {
    "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT",
    "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
_DIALLED_LIKE_FRANCE = ("FR", "GP", "MQ", "GF", "RE", "YT")


def normalise(text: str, departement: str = "") -> str:
    """E.164 (« +33639980011 »). ValueError for what cannot be a number dialled from that département."""
    home = REGIONS.get(departement)
    regions = [home] if home else []
    regions += [region for region in _DIALLED_LIKE_FRANCE if region != home]
    possible = ""
    for region in regions:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(number):
            return written
        if phonenumbers.is_possible_number(number):
            possible = possible or written
    if not possible:
        raise ValueError(f"not a telephone number: {text!r}")
    return possible
