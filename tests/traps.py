"""What no test may do unnoticed. Each trap is sprung once in `tests/architecture/test_traps.py`.

Warnings, naive datetimes among them, are errors by pytest's own setting; writes during a GET are refused by the
product itself (`common.middleware.read_only`).
"""

import ipaddress
import re
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db.models.expressions import OrderBy
from django.db.models.sql.compiler import SQLCompiler
from django.http import HttpRequest, HttpResponse
from django.template import Engine, engines


class UndefinedVariable(Exception):
    """A template asked for something its context does not have."""


class _Invalid:
    """Django asks `"%s" in invalid`, then computes `invalid % name`."""

    def __contains__(self, text: str) -> bool:
        return text == "%s"

    def __mod__(self, name: object) -> str:
        raise UndefinedVariable(str(name))


class InlineCode(AssertionError):
    """A page holds what its content security policy forbids."""


class _Page(HTMLParser):
    DATA = frozenset({"application/json", "application/ld+json"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in values and values.get("type") not in self.DATA):
            self.found.append(f"inline <{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(f"<{tag} {name}=…>")
            resource = name == "src" or (tag == "link" and name == "href" and values.get("rel") != "canonical")
            if resource and (value or "").startswith(("http:", "https:", "//")):
                self.found.append(f"<{tag} {name}={value}>")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"<{tag} {name}={value}>")


# What may be a fault, wherever it stands: only then is the page read word for word.
_SUSPECT = re.compile(
    r"""<style | <script(?![^>]*\ssrc\s*=) | [\s/"'](?:style|on\w+)\s*= | javascript
      | [\s/"'](?:src|href)\s*=\s*["']?\s*(?:http|//|&)""",
    re.IGNORECASE | re.VERBOSE,
)


def inline_code(html: str) -> list[str]:
    if not _SUSPECT.search(html):
        return []
    page = _Page()
    page.feed(html)
    return page.found


class OutsideWorld(Exception):
    """A test reached for the network."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    if address[0] == "localhost":
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return False


_combining: ContextVar[bool] = ContextVar("combining", default=False)


def _unordered(compiler: SQLCompiler) -> bool:
    """Whether rows of this query may come back in any order, and its author can be shown another one."""
    query = compiler.query
    return not (
        type(compiler) is not compiler.connection.ops.compiler("SQLCompiler")
        or query.subquery
        or query.combinator
        or query.distinct
        or query.group_by is not None
        or _combining.get()
        or any(getattr(one, "contains_aggregate", False) for one in query.annotations.values())
        or query.model is None
    )


@pytest.fixture(scope="session", autouse=True)
def traps() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        engine_init = Engine.__init__

        def strict(self: Engine, *args: Any, **kwargs: Any) -> None:
            engine_init(self, *args, **kwargs)
            if self.context_processors:  # ours; the one that draws form fields asks for what is not there
                self.string_if_invalid = _Invalid()

        # Settings changed in a test make a new engine: the trap is in its making.
        patch.setattr(Engine, "__init__", strict)
        engines["django"].engine.string_if_invalid = _Invalid()

        connect = socket.socket.connect

        def guarded(self: socket.socket, address: Any) -> None:
            if not _is_local(address):
                raise OutsideWorld(str(address))
            connect(self, address)

        patch.setattr(socket.socket, "connect", guarded)

        order_by_pairs, combinator = SQLCompiler._order_by_pairs, SQLCompiler.get_combinator_sql

        def ordered(self: SQLCompiler) -> Iterator[tuple[OrderBy, bool]]:
            """Without an order of its own: newest identifiers first, the opposite of what engines happen to give."""
            given = list(order_by_pairs(self))
            if not given and _unordered(self):
                column = self.query.model._meta.pk.get_col(self.query.get_initial_alias())
                given = [(OrderBy(column, descending=True), False)]
            yield from given

        def combined(self: SQLCompiler, *args: Any) -> Any:
            reset = _combining.set(True)
            try:
                return combinator(self, *args)
            finally:
                _combining.reset(reset)

        patch.setattr(SQLCompiler, "_order_by_pairs", ordered)
        patch.setattr(SQLCompiler, "get_combinator_sql", combined)

        get_response = BaseHandler.get_response

        def inspected(self: BaseHandler, request: HttpRequest) -> HttpResponse:
            response = get_response(self, request)
            if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
                found = inline_code(response.content.decode(response.charset))
                if found:
                    raise InlineCode(f"{request.path}: {found}")
            return response

        patch.setattr(BaseHandler, "get_response", inspected)
        yield
