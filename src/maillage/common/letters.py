"""Comparing French text: « L’Haÿ-les-Roses » and « L HAY LES ROSES » fold to the same letters. Pure."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i"})
_OTHER = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower-case ASCII words, one space apart: no accent, hyphen, apostrophe or other sign. "" for none."""
    bare = text.casefold()
    if not bare.isascii():
        decomposed = unicodedata.normalize("NFKD", bare.translate(_LIGATURES))
        bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _OTHER.sub(" ", bare).strip()
