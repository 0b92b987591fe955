"""Every URL declares who may knock. A test walks the resolver: a view without a door fails it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast


@dataclass(frozen=True)
class Door:
    """`public`: no account needed. `roles`: role codes let in (empty: any signed-in professional)."""

    public: bool = False
    roles: frozenset[str] = field(default_factory=frozenset)


class WithDoor(Protocol):
    door: Door


View = TypeVar("View", bound=Callable[..., Any])


def door(*, public: bool = False, roles: frozenset[str] | set[str] = frozenset()) -> Callable[[View], View]:
    """Declare the door of a view. Anything else than `public` also asks for sign-in and second factor."""

    def declare(view: View) -> View:
        cast(WithDoor, view).door = Door(public=public, roles=frozenset(roles))
        if public:
            view.login_required = False  # type: ignore[attr-defined]  # read by LoginRequiredMiddleware
        return view

    return declare
