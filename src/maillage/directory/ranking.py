"""Who comes first: who is near, then open now, then answers in the reader's language. Nobody is left out. Pure."""

from collections.abc import Sequence

# Km. Within a step, places are as near as each other: on foot, by bus, by train, in the next département…
STEPS = (5.0, 15.0, 30.0, 60.0, 120.0)
# Communes told apart within a step: more than there are within the largest radius.
PLACES = 4_096
FRENCH = "fr"


def step(far: float | None) -> int:
    """0 for the nearest; the last for what has no place near and answers from a distance."""
    return len(STEPS) + 1 if far is None else sum(far > end for end in STEPS)


def answers_in(languages: Sequence[str], language: str) -> bool:
    """Whether that language makes a difference there. One is answered in French everywhere, said or not."""
    return language not in ("", FRENCH) and language in languages


def weight(far: float | None = None, open_now: bool | None = False, speaks: bool = False, place: int = 0) -> int:
    """The rule: the more, the earlier. A step nearer outweighs being open, which outweighs not knowing, which outweighs
    the language, which outweighs the commune's `place` within the step (below PLACES, the nearest highest).

    A sum of parts, which an index adds up by itself; exact in its scores of 32 bits.
    """
    doors = {True: 2, None: 1, False: 0}[open_now]
    return ((len(STEPS) + 1 - step(far)) * 6 + doors * 2 + speaks) * PLACES + place
