"""Writing the journal: `@action` for named writes, `record` for reads.

A service is one action: a transaction, the form's token checked and spent, one journal row with it. The
same token again returns the first result; the same token with another body is a TokenConflict.
"""

import json
import uuid
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from maillage.audit.models import JournalEntry
from maillage.audit.verbs import Verb
from maillage.common.clock import now
from maillage.common.errors import TokenConflict
from maillage.common.gathering import add, under_way
from maillage.common.prepared import prepared
from maillage.vault import keyring


class By(Protocol):
    """Who acts: `accounts.actors.Actor`, or SYSTEM. Token and digest come from the form, when there is one."""

    @property
    def user_id(self) -> uuid.UUID | None: ...
    @property
    def token(self) -> str | None: ...
    @property
    def digest(self) -> str: ...


@dataclass(frozen=True)
class System:
    """The worker, a command: acts under no account."""

    user_id: uuid.UUID | None = None
    token: str | None = None
    digest: str = ""


SYSTEM = System()


@dataclass
class _Notes:
    subject: uuid.UUID | None = None
    payload: dict[str, Any] = field(default_factory=dict)


_stack: ContextVar[tuple[_Notes, ...]] = ContextVar("maillage_actions", default=())

P = ParamSpec("P")
R = TypeVar("R", bound=models.Model)


def note(*, subject: uuid.UUID | None = None, **payload: Any) -> None:
    """Say more about the action under way: its subject, the payload its verb allows."""
    current = _stack.get()[-1]
    current.subject = subject or current.subject
    current.payload.update(payload)


def action(verb: Verb) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a service a named write: atomic, `by=` required, journalled, safe to repeat. It returns its row."""

    def decorate(service: Callable[P, R]) -> Callable[P, R]:
        @wraps(service)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by = kwargs.get("by")
            if by is None:
                raise TypeError(f"{service.__name__}() needs by=")
            outermost = not _stack.get()
            token = getattr(by, "token", None) if outermost else None
            try:
                # Within a gathering, the row under way has its own savepoint: one for each of its services costs more
                # than what they write.
                with transaction.atomic(savepoint=not under_way()):
                    if token is not None:
                        earlier = _earlier(by, token)
                        if earlier is not None:
                            return cast(R, earlier)
                    notes = _Notes()
                    reset = _stack.set((*_stack.get(), notes))
                    try:
                        result = service(*args, **kwargs)
                    finally:
                        _stack.reset(reset)
                    record(
                        verb,
                        by=by,  # type: ignore[arg-type]
                        subject=notes.subject,
                        obj=result,
                        token=token,
                        payload=notes.payload,
                    )
                    return result
            except IntegrityError:
                # Two copies of one form at the same time: the second finds the first's row.
                if token is not None and (earlier := _earlier(by, token)) is not None:
                    return cast(R, earlier)
                raise

        return run

    return decorate


def _earlier(by: Any, token: str) -> models.Model | None:
    entry = JournalEntry.objects.filter(by=by.user_id, token=token).first()
    if entry is None:
        return None
    if entry.digest != by.digest:
        raise TokenConflict(_("Ce formulaire a déjà été envoyé avec un autre contenu."))
    model = apps.get_model(entry.object_type)
    found: models.Model = model._base_manager.get(pk=entry.object_id)
    return found


def record(
    verb: Verb,
    *,
    by: By,
    subject: uuid.UUID | None = None,
    obj: models.Model | None = None,
    token: str | None = None,
    payload: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> JournalEntry:
    """Append one row, with its MAC. ValueError when the payload has a key the verb does not allow."""
    entry = _entry(verb, by=by, subject=subject, obj=obj, token=token, payload=payload or {}, at=at or now())
    add(entry)
    return entry


def record_once(verb: Verb, *, by: By, wanted: Iterable[tuple[uuid.UUID, dict[str, Any]]], since: datetime) -> int:
    """Append a row per (subject, payload) that this author has not recorded since then; how many were new.

    Two queries whatever the number of rows: how reads of many files are journalled.
    """
    pairs = list(wanted)
    seen = {
        (subject, json.dumps(payload, sort_keys=True))
        for subject, payload in _recorded(
            by.user_id, verb.code, since, frozenset(subject for subject, _payload in pairs)
        )
    }
    instant = now()
    rows = []
    for subject, payload in pairs:
        key = (subject, json.dumps(payload, sort_keys=True, default=str))
        if key not in seen:
            seen.add(key)
            rows.append(_entry(verb, by=by, subject=subject, obj=None, token=None, payload=payload, at=instant))
    if rows:
        JournalEntry.objects.bulk_create(rows)
    return len(rows)


@prepared
def _recorded(
    user_id: uuid.UUID | None, verb: str, since: datetime, subjects: frozenset[uuid.UUID]
) -> "QuerySet[Any, Any]":
    rows = JournalEntry.objects.filter(by=user_id, verb=verb, at__gte=since, subject__in=subjects)
    return rows.values_list("subject", "payload")


def _entry(
    verb: Verb,
    *,
    by: By,
    subject: uuid.UUID | None,
    obj: models.Model | None,
    token: str | None,
    payload: dict[str, Any],
    at: datetime,
) -> JournalEntry:
    for key, value in payload.items():
        allowed = verb.payload.get(key)
        if allowed is None or not (value is None or isinstance(value, allowed)):
            raise ValueError(f"{verb.code}: payload {key}={value!r} is not declared")
    entry = JournalEntry(
        at=at,
        by=by.user_id,
        verb=verb.code,
        subject=subject,
        object_type=obj._meta.label if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        payload=json.loads(json.dumps(payload, default=str)),
        token=token,
        digest=by.digest if token is not None else "",
    )
    entry.mac = keyring.journal_mac().compute_mac(canonical(entry))
    return entry


def canonical(entry: JournalEntry) -> bytes:
    """The bytes a row's MAC covers: every column but id and mac, the same on both engines."""
    parts = [
        str(entry.nonce),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(entry.by or ""),
        entry.verb,
        str(entry.subject or ""),
        entry.object_type,
        entry.object_id,
        json.dumps(entry.payload, sort_keys=True, ensure_ascii=True, separators=(",", ":")),
        entry.token or "",
        entry.digest,
    ]
    return json.dumps(parts).encode()
