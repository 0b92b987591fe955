"""Erasers, the one thing a package registers: what it removes of a young person once her key is destroyed.

Sealed words need no eraser: without the key nobody reads them again. An eraser takes away what is in clear and says
something of her (who followed her, her status, a digest, which domain was observed), and her sealed files; rows that
never change too, whose triggers let them go once the key is destroyed. What stays (episodes, events, talks, steps,
placements: instants, homes, kinds) has no name any more: figures are counted from it.
"""

import uuid
from collections.abc import Callable

Eraser = Callable[[uuid.UUID], None]
_registry: dict[str, Eraser] = {}


def eraser(package: str) -> Callable[[Eraser], Eraser]:
    """Register the eraser of a package: called with the person's id, in a transaction, as often as asked."""

    def register(function: Eraser) -> Eraser:
        if package in _registry:
            raise ValueError(f"{package} has two erasers")
        _registry[package] = function
        return function

    return register


def erase_rows(person_id: uuid.UUID) -> None:
    """Everything registered, upper packages first: their rows point at those below."""
    for package in sorted(_registry, key=ORDER.index):
        _registry[package](person_id)


# From the top down.
ORDER = ("retention", "episodes", "casework", "tasks", "youth")
