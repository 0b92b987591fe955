"""A colour somebody chose is made readable everywhere it is used, or refused with the nearest that is."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.common import colours
from maillage.common.colours import DARK, LIGHT, READABLE, Ground, accent_of, colour, contrast, least, nearest

TOKENS = Path(colours.__file__).parent / "static" / "maillage" / "css" / "tokens.css"
hexa = st.tuples(*[st.integers(0, 255)] * 3).map(lambda parts: "#{:02x}{:02x}{:02x}".format(*parts))


@pytest.mark.parametrize(("theme", "ground"), [("light", LIGHT), ("dark", DARK)])
def test_the_grounds_are_those_of_the_look(theme: str, ground: Ground) -> None:
    block = re.search(rf'\[data-bs-theme="{theme}"\] \{{(.*?)\}}', TOKENS.read_text(), re.DOTALL)
    assert block
    token = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))
    assert ground[:4] == (token["paper"], token["surface"], token["ink"], token["ink-soft"])
    assert least(token["accent"], ground) >= READABLE


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("#1d5566", "#1d5566"),
        (" 1D5566 ", "#1d5566"),
        ("#abc", "#aabbcc"),
        ("rouge", None),
        ("", None),
        ("#12345g", None),
    ],
)
def test_colours_are_read_as_people_write_them(typed: str, read: str | None) -> None:
    assert colour(typed) == read


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # the known grey that just fails


@given(chosen=hexa)
@pytest.mark.parametrize("ground", [LIGHT, DARK])
def test_there_is_always_a_nearest_that_can_be_read(ground: Ground, chosen: str) -> None:
    found = nearest(chosen, ground)
    made = accent_of(found, ground)
    assert min(contrast(made.accent, made.soft), contrast(made.on, made.accent), contrast(made.on, made.strong)) >= 4.5
    assert min(contrast(found, ground.paper), contrast(found, ground.surface)) >= 4.5
    if least(chosen, ground) >= READABLE:
        assert found == chosen
