"""What a service may refuse, and what the screen needs to say it.

Services raise these; views turn them into a 4xx beside the field, with everything typed kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class DomainError(Exception):
    """Base of refusals. `message` is French, translated, ready to show."""

    status = 422

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class RuleBroken(DomainError):
    """Input that breaks a rule of the field: 422, shown beside `field` (None: above the form)."""


class NotAllowed(DomainError):
    """A visible object, an ability that is missing: 403. Strangers get 404 instead."""

    status = 403


class TokenConflict(DomainError):
    """The same form token came back with another body: 409."""

    status = 409


@dataclass(frozen=True)
class Difference:
    """One field two people changed: its label, the text now stored, the text just typed."""

    label: str
    stored: str
    typed: str


class StaleEdit(DomainError):
    """An edit made on an older version: 409, with both texts side by side."""

    status = 409

    def __init__(self, message: str, *, differences: Sequence[Difference], current_version: int) -> None:
        super().__init__(message)
        self.differences = list(differences)
        self.current_version = current_version
