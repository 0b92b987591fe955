"""A door inside the door: what is sensitive asks again who is there."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from allauth.account.decorators import reauthentication_required

View = TypeVar("View", bound=Callable[..., Any])


def confirmed(view: View) -> View:
    """The view asks for the password, a code or a key, unless one was given less than five minutes ago.

    Reading is let through; a POST is held back (sealed, in the session), then carried out as it was sent, without
    its files. Put it under `@door(...)`.
    """
    return cast(View, reauthentication_required(view, allow_get=True, app="maillage"))


def confirmed_to_read(view: View) -> View:
    """The same for a page that is sensitive to read: nothing can be held back, so GET asks too."""
    return cast(View, reauthentication_required(view, app="maillage"))
