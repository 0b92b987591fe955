"""Opaque addresses: choices, places and pages as letters and digits that say nothing over a shoulder. Pure."""

from dataclasses import dataclass

from maillage.portal.rules import LETTERS

_SIGNS = "0123456789AB"  # of codes of communes and départements (2A, 2B)
_TO = str.maketrans(_SIGNS, LETTERS)
_FROM = str.maketrans(LETTERS, _SIGNS)

CODE = f"[{LETTERS}]{{1,6}}"
PLACE = f"[{LETTERS}]{{5}}"
DEPARTEMENT = f"[{LETTERS}]{{2,3}}"
VIEW = "[0-7]"


def hidden(code: str) -> str:
    """An INSEE code as letters."""
    return code.translate(_TO)


def shown(letters: str) -> str:
    """The INSEE code of those letters."""
    return letters.translate(_FROM)


@dataclass(frozen=True)
class View:
    """How results are shown: as a map, only what is open, only what speaks the reader's language."""

    map: bool = False
    open: bool = False
    language: bool = False

    @property
    def code(self) -> int:
        return self.map + 2 * self.open + 4 * self.language

    @classmethod
    def of(cls, code: int) -> "View":
        return cls(bool(code & 1), bool(code & 2), bool(code & 4))
