"""Whoever the benchmarks act as, already signed in."""

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from benchmarks.site import Browser
from maillage.accounts import sessions
from maillage.accounts.middleware import PROVED
from maillage.accounts.models import User
from maillage.common.clock import now


def cookie_of(user: User) -> str:
    """The cookie of a session that passed password and second factor."""
    session = sessions.SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[PROVED] = True
    sessions.begin(session, now())
    session.save()
    return str(session.session_key)


def browser_of(email: str, port: int) -> Browser:
    return Browser(port, {"s": cookie_of(User.objects.get(email=email))})
