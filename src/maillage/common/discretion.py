"""Logs that say which route answered what, and never an address, a body, a token or an exception's message."""

import logging
import traceback
from types import TracebackType
from typing import Any


class Discreet(logging.Formatter):
    """One line a record. A record about a request is its method, its route's name and its status."""

    def format(self, record: logging.LogRecord) -> str:
        request: Any = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            route = match.view_name if match and match.view_name else "-"
            record = logging.makeLogRecord(record.__dict__)
            record.msg = f"{getattr(request, 'method', '-')} {route} {getattr(record, 'status_code', '-')}"
            record.args = None
            record.exc_text = None
        return super().format(record)

    def formatException(
        self, ei: "tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]"
    ) -> str:
        """Where it happened and its class: a message may quote a value."""
        kind, _error, where = ei
        lines = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(where)]
        return "\n".join([*lines, f"  {kind.__name__ if kind else '-'}"])
