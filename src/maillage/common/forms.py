"""The base of every form: a token that makes a repeat harmless, and the version an edit was made on.

A token is random and signed with its author's id, so that a form parked while a session expired is taken up
again by its author alone. `common.middleware` says who that is, once a request (`author`): forms need no
request.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from maillage.common.errors import NotAllowed, RuleBroken

Row = TypeVar("Row")

TOKEN = "form_token"  # noqa: S105  # a field's name
VERSION = "version"
_LENGTH = 22


@dataclass
class _Desk:
    """Whose forms these are, and those she sent, for the pages that show them back."""

    find_author: Callable[[], str]
    sent: "list[TokenForm]" = field(default_factory=list)


_desk: ContextVar[_Desk | None] = ContextVar("maillage_forms", default=None)


@contextmanager
def author(find: Callable[[], str]) -> Iterator[None]:
    """Within, new tokens belong to the user whose id `find` gives ("" for nobody); asked only when needed."""
    reset = _desk.set(_Desk(find))
    try:
        yield
    finally:
        _desk.reset(reset)


def _present_author() -> str:
    desk = _desk.get()
    return desk.find_author() if desk else ""


def _signature(nonce: str, user_id: str) -> str:
    return salted_hmac("maillage.form", f"{nonce}:{user_id}", algorithm="sha256").hexdigest()[:_LENGTH]


def new_token(user_id: object = None) -> str:
    """A fresh token (45 characters) of that user; None: of whoever is signed in."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_signature(nonce, _present_author() if user_id is None else str(user_id))}"


def token_is_of(token: str, user_id: object) -> bool:
    """Whether that user was given this token. Never true for a made-up one."""
    nonce, dot, signature = token.partition(".")
    return bool(dot) and len(nonce) == _LENGTH and constant_time_compare(signature, _signature(nonce, str(user_id)))


class TokenForm(forms.Form):
    """A form with `form_token` and, when it edits a row, `version`. Neither takes the form's prefix.

    Give `version=row.version` to a form that edits; read it back as `cleaned_data["version"]`.
    """

    form_token = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"id": False}))
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput(attrs={"id": False}))

    data: QueryDict

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault(TOKEN, new_token())
        if version is not None:
            self.initial[VERSION] = version
        if self.is_bound and (desk := _desk.get()):
            desk.sent.append(self)

    def add_prefix(self, field_name: str) -> str:
        return field_name if field_name in (TOKEN, VERSION) else super().add_prefix(field_name)

    def clean_form_token(self) -> str:
        token: str = self.cleaned_data[TOKEN]
        if token_is_of(token, _present_author()):
            return token
        # A page kept from another session: everything typed stays, under a token of the present author.
        self.data = self.data.copy()
        self.data[TOKEN] = new_token()
        raise forms.ValidationError(_("Ce formulaire avait expiré. Relisez-le, puis envoyez-le de nouveau."))


@dataclass(frozen=True)
class Typed:
    """One value of a form that could not be taken: to show (`shown`, under `label`) and to send again."""

    name: str
    value: str
    label: str = ""  # "" : nothing to show
    shown: str = ""


def _shown(known: forms.Field | None, value: str) -> str:
    """What she saw when she chose; rows of the database are not asked for, it may be what failed."""
    fixed = isinstance(known, forms.ChoiceField) and not isinstance(known, forms.ModelChoiceField)
    choices = getattr(known, "choices", ()) if fixed else ()
    return next((str(text) for code, text in choices if str(code) == value), value)


def typed(post: QueryDict, **replaced: object) -> list[Typed]:
    """Everything that was sent, in order, the token renewed and `replaced` in place; labels from the forms bound."""
    desk = _desk.get()
    bound = desk.sent if desk else []
    fields = {form.add_prefix(name): form.fields[name] for form in bound for name in form.fields}
    fresh = {name: str(value) for name, value in {TOKEN: new_token(), **replaced}.items()}
    kept = []
    for name, values in post.lists():
        if name == "csrfmiddlewaretoken":
            continue
        for value in [fresh[name]] if name in fresh else values:
            known = fields.get(name)
            label = "" if known is None or known.widget.is_hidden else str(known.label or name)
            kept.append(Typed(name, str(value), label, _shown(known, str(value))))
    return kept


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, be it nothing; None on a read (`request.POST or None` would take an
    empty form for a first visit)."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.Form, call: Callable[[], Row]) -> Row | None:
    """Run a service for a view: its row, or None with its refusal put beside the form's field (answer 422).

    NotAllowed becomes PermissionDenied (403). StaleEdit and TokenConflict go on to the middleware (409).
    """
    try:
        return call()
    except RuleBroken as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, refusal.message)
        return None
    except NotAllowed as refusal:
        raise PermissionDenied(refusal.message) from refusal
