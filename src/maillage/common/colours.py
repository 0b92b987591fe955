"""The colours of whoever runs Maillage, made into the look's own: readable on every ground, or refused.

WCAG 2.2, success criterion 1.4.3: 4.5 to 1 between a text and its ground. Colours are « #rrggbb ».
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

READABLE = 4.5
_COLOUR = re.compile(r"#[0-9a-f]{6}")


class Ground(NamedTuple):
    """What a theme of `tokens.css` writes on, and with; a test keeps them equal."""

    paper: str
    surface: str
    ink: str
    ink_soft: str
    # Where a colour goes to be read better, and what is written on it.
    away: str
    on_bright: str


LIGHT = Ground("#f5f6f4", "#ffffff", "#1a2225", "#48545a", "#000000", "#1a2225")
DARK = Ground("#10171a", "#182125", "#e8eeee", "#b3bfc2", "#ffffff", "#06222b")


@dataclass(frozen=True)
class Accent:
    """The four colours a theme takes from one: `strong` under the pointer, `on` for a text on it, `soft` behind one."""

    accent: str
    strong: str
    on: str
    soft: str


def colour(text: str) -> str | None:
    """« #1d5566 » from what somebody typed; None when it is no colour."""
    found = text.strip().lower()
    found = found if found.startswith("#") else f"#{found}"
    if re.fullmatch(r"#[0-9a-f]{3}", found):
        found = "#" + "".join(letter * 2 for letter in found[1:])
    return found if _COLOUR.fullmatch(found) else None


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white).

    >>> contrast("#ffffff", "#000000")
    21.0
    """
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _parts(hexa: str) -> tuple[int, int, int]:
    return int(hexa[1:3], 16), int(hexa[3:5], 16), int(hexa[5:7], 16)


def _luminance(hexa: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(hexa))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mixed(one: str, other: str, share: float) -> str:
    """`one` with that share (0 to 1) of `other`."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in pairs)


def accent_of(chosen: str, ground: Ground) -> Accent:
    strong = mixed(chosen, ground.away, 0.3)
    on = max(("#ffffff", ground.on_bright), key=lambda ink: min(contrast(ink, chosen), contrast(ink, strong)))
    return Accent(chosen, strong, on, mixed(ground.surface, chosen, 0.12))


def least(chosen: str, ground: Ground) -> float:
    """The worst contrast of all that would be written with this colour, on it or beside it."""
    made = accent_of(chosen, ground)
    return min(
        contrast(made.accent, ground.paper),
        contrast(made.accent, ground.surface),
        contrast(made.accent, made.soft),
        contrast(made.on, made.accent),
        contrast(made.on, made.strong),
        contrast(ground.ink, made.soft),
        contrast(ground.ink_soft, made.soft),
    )


def nearest(chosen: str, ground: Ground) -> str:
    """The first colour that can be read, on the way from this one to black (on light) or white (on dark)."""
    return next(one for one in _towards(chosen, ground) if least(one, ground) >= READABLE)


def _towards(chosen: str, ground: Ground) -> Iterator[str]:
    for step in range(101):
        yield mixed(chosen, ground.away, step / 100)
