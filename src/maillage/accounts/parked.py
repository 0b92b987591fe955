"""A form sent after its session had ended: sealed inside the sign-in page, given back to its author alone.

It waits in a hidden field until the password, then in the session until the second factor. Its form token is
signed with its author's id: nobody else gets anything back. Files are not kept.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from maillage.accounts import sealed
from maillage.accounts.http import TOKEN
from maillage.accounts.models import User
from maillage.common.clock import now
from maillage.common.forms import token_is_of

PURPOSE = "maillage.parked"
FIELD = "parked"  # of the sign-in page
_SESSION, _SENT = "parked", "parked_token"
KEPT = timedelta(hours=2)
LONGEST = 1_000_000  # characters: sealed and encoded, it must pass in the sign-in form
_MACHINE = re.compile(r"[\w.:+-]*\Z")  # codes, ids, dates: nothing anyone would have to type again at length


@dataclass(frozen=True)
class Parked:
    """What was typed, and where it was going. `fields`: (name, value) in order, the form token among them."""

    path: str
    fields: tuple[tuple[str, str], ...]
    files: bool

    @property
    def token(self) -> str:
        return next((value for name, value in self.fields if name == TOKEN), "")

    @property
    def texts(self) -> list[str]:
        """The values a person wrote in words, to show."""
        return [value for name, value in self.fields if name != TOKEN and not _MACHINE.match(value)]

    @property
    def others(self) -> int:
        """How many other answers are kept besides: choices, dates, numbers."""
        return sum(1 for name, value in self.fields if name != TOKEN and value and _MACHINE.match(value))


def park(request: HttpRequest) -> str | None:
    """The form of this POST, sealed; None when it is not one of ours, or too long to be kept."""
    if not request.POST.get(TOKEN):
        return None
    fields = [
        (name, str(value))
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", FIELD)
    ]
    until = (now() + KEPT).timestamp()
    content = {"path": request.get_full_path(), "fields": fields, "files": bool(request.FILES), "until": until}
    text = json.dumps(content)
    return sealed.seal(PURPOSE, text.encode()) if len(text) <= LONGEST else None


def _open(blob: str, at: datetime) -> Parked | None:
    clear = sealed.unseal(PURPOSE, blob)
    if clear is None:
        return None
    content = json.loads(clear)
    if at.timestamp() >= content["until"]:
        return None
    return Parked(content["path"], tuple((name, value) for name, value in content["fields"]), content["files"])


def keep(session: SessionBase, blob: str) -> None:
    """Carry a sealed form through sign-in. Anything that is not one is dropped."""
    found = _open(blob, now())
    if found is not None:
        session[_SESSION] = blob
        session[_SENT] = _mark(found.token)


def waiting(session: SessionBase, user: User) -> Parked | None:
    """The form this very user had typed, if one waits."""
    found = _open(session.get(_SESSION, ""), now())
    return found if found is not None and token_is_of(found.token, user.pk) else None


def forget(session: SessionBase) -> None:
    session.pop(_SESSION, None)
    session.pop(_SENT, None)


def forget_if_sent(request: HttpRequest) -> None:
    """The form is on its way again: nothing waits any more."""
    if _SENT in request.session and request.session[_SENT] == _mark(request.POST.get(TOKEN, "")):
        forget(request.session)


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
