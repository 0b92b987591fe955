"""Comparing French text."""

import pytest

from maillage.common.letters import fold


@pytest.mark.parametrize(
    ("text", "expected"),
    [("L’Haÿ-les-Roses", "l hay les roses"), ("CŒUR", "coeur"), ("Straße", "strasse"), ("  É  È ", "e e"), ("—", "")],
)
def test_folding_keeps_letters_and_digits_only(text, expected):
    assert fold(text) == expected


def test_folding_twice_is_folding_once():
    assert fold(fold("Ça, c’est l’été 2026 !")) == fold("Ça, c’est l’été 2026 !") == "ca c est l ete 2026"
