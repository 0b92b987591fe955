"""Time zone of each département and overseas territory. Pure.

Polynesia has three zones: that of Tahiti, where nearly everybody lives, stands for it.
"""

from collections.abc import Mapping

PARIS = "Europe/Paris"
OVERSEAS: Mapping[str, str] = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
METROPOLE = frozenset({f"{number:02d}" for number in range(1, 96) if number != 20} | {"2A", "2B"})
DEPARTEMENTS = METROPOLE | OVERSEAS.keys()


def zone_of(departement: str) -> str:
    """IANA name of its zone. ValueError for what is no département or territory."""
    code = departement.strip().upper()
    if code in METROPOLE:
        return PARIS
    try:
        return OVERSEAS[code]
    except KeyError:
        raise ValueError(f"no such département: {departement!r}") from None


def exists(departement: str) -> bool:
    return departement.strip().upper() in DEPARTEMENTS
