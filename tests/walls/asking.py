"""Asking for pages, and reading answers without what is new on each."""

import re
import time
from typing import Any

from django.http import HttpResponse
from django.test import Client

from maillage.accounts.models import User
from tests.accounts.people import signed_in

_NEW = re.compile(r'(name="(?:csrfmiddlewaretoken|form_token)" value="|href="/releve/)[^"]+')

# Whoever asks: refused before anybody is looked at. One of them asks, for all.
WRONG_METHOD = 405


def at_work(user: User) -> Client:
    """Signed in with both factors, and proved who she is a moment ago."""
    client = signed_in(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return client


def text_of(answer: HttpResponse) -> str:
    """A page without what is new on each: the mask of the CSRF token, fresh form tokens, sealed addresses."""
    return _NEW.sub(r"\1", answer.content.decode("utf-8", "replace"))


def lines(faults: list[Any]) -> str:
    return "\n".join(map(str, faults))
