"""Every URL declares who may knock. A test walks the resolver: a view without a door fails it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from django.db import connection

from maillage.common.middleware import refuse_writes


@dataclass(frozen=True)
class Door:
    """`public`: no account needed. `roles`: role codes let in (empty: any signed-in professional).

    `stateless`: its POST changes nothing (it is guarded as a read is), so it asks for no cookie.
    """

    public: bool = False
    roles: frozenset[str] = field(default_factory=frozenset)
    stateless: bool = False


class WithDoor(Protocol):
    door: Door


View = TypeVar("View", bound=Callable[..., Any])


def door(
    *, public: bool = False, roles: frozenset[str] | set[str] = frozenset(), stateless: bool = False
) -> Callable[[View], View]:
    """Declare the door of a view. Anything else than `public` also asks for sign-in and second factor.

    `stateless`, for public pages without any cookie: a form there only asks. A forged one would ask the same, and
    a write during it is refused.
    """

    def declare(view: View) -> View:
        cast(WithDoor, view).door = Door(public=public, roles=frozenset(roles), stateless=stateless)
        if public:
            view.login_required = False  # type: ignore[attr-defined]  # read by LoginRequiredMiddleware
        if not stateless:
            return view
        only_asks = _guarded(view)
        only_asks.csrf_exempt = True  # type: ignore[attr-defined]  # read by Django's CsrfViewMiddleware
        return only_asks

    return declare


def _guarded(view: View) -> View:
    """Whatever its method, it writes nothing."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> Any:
        with connection.execute_wrapper(refuse_writes):
            return view(*args, **kwargs)

    return cast(View, asked)
