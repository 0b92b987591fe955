"""Sessions: sealed at rest, named by a digest, ended by idleness, age, or a change of rights.

The store is Django's database store with two differences. Its content is sealed under the system's key and
bound to its cookie, because a session may hold a form waiting for a password, or a second factor being set up.
Its row is named by a digest of the cookie, so that a copy of the database opens no session.
"""

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.http import HttpRequest
from django.utils import timezone

from maillage.accounts import sealed
from maillage.accounts.models import User

_COLUMN = 40  # length of django_session.session_key


class SessionStore(db.SessionStore):
    @staticmethod
    def _name(session_key: str) -> str:
        return hashlib.sha256(session_key.encode()).hexdigest()[:_COLUMN]

    def encode(self, session_dict: dict[str, Any]) -> str:
        return sealed.seal(f"maillage.session:{self.session_key}", json.dumps(session_dict).encode())

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        clear = sealed.unseal(f"maillage.session:{self.session_key}", str(session_data))
        content: dict[str, Any] = {} if clear is None else json.loads(clear)
        return content

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        name = self._name(self.session_key or "")
        found = self.model.objects.filter(session_key=name, expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(self._name(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session = super().create_model_instance(data)
        session.session_key = self._name(session.session_key)
        return session

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(self._name(key))


class Over(StrEnum):
    """Why a session ended."""

    IDLE = "idle"
    AGE = "age"
    RIGHTS = "rights"


STARTED, SEEN = "started", "seen"
_SEEN_EVERY = 60  # seconds


def begin(session: SessionBase, at: datetime) -> None:
    """A session of someone signed in starts, or starts anew after she changed her own access."""
    session[STARTED] = session[SEEN] = at.timestamp()


def over(session: SessionBase, user: User, at: datetime) -> Over | None:
    """Why the session must end now, if it must."""
    if STARTED not in session:
        return None
    if user.access_changed_at is not None and session[STARTED] < user.access_changed_at.timestamp():
        return Over.RIGHTS
    if at.timestamp() - session[STARTED] >= settings.SESSION_LIMIT.total_seconds():
        return Over.AGE
    if at.timestamp() - session[SEEN] >= settings.SESSION_IDLE.total_seconds():
        return Over.IDLE
    return None


def just_begun(session: SessionBase, at: datetime) -> bool:
    """Whether she proved who she is a moment ago, by signing in."""
    return bool(at.timestamp() - session.get(STARTED, 0) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def refreshes_itself(request: HttpRequest) -> bool:
    """Whether no hand asked for this: a page that keeps itself up to date, its reload without scripts, its pictures."""
    return (
        request.headers.get("X-Maillage-Refresh") == "1"
        or request.GET.get("suite") == "1"
        or request.headers.get("Sec-Fetch-Dest") == "image"
    )


def touch(request: HttpRequest, user: User, at: datetime) -> None:
    """She is here: noted at most once a minute, in the session and on her account, never for a page's own refresh."""
    if STARTED not in request.session:
        begin(request.session, at)
    elif refreshes_itself(request) or at.timestamp() - request.session[SEEN] < _SEEN_EVERY:
        return
    request.session[SEEN] = at.timestamp()
    User.objects.filter(pk=user.pk).update(last_seen_at=at)
