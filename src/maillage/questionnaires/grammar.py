"""XPath 1.0's grammar with ODK's function names, as elementpath reads it. Loaded when the first condition is read.

The library builds its tables for every version of XPath: half a second that no start has to wait for.
"""

from collections.abc import Mapping
from typing import Any

from elementpath import ElementPathError
from elementpath.tdop import Parser
from elementpath.xpath1 import XPath1Parser


class _Grammar(XPath1Parser):
    """`parse` does not evaluate anything."""

    def parse(self, source: str) -> Any:
        return Parser.parse(self, source)


def prepare(functions: Mapping[str, tuple[int, int]]) -> None:
    """Know these functions: name → (fewest, most) arguments."""
    for name, (fewest, most) in functions.items():
        if name not in _Grammar.symbol_table:
            _Grammar.function(name, nargs=fewest if fewest == most else (fewest, most))
    _Grammar.build()


def tree(source: str) -> Any:
    """The tree of a condition. SyntaxError when it is none."""
    try:
        return _Grammar().parse(source)
    except (ElementPathError, ValueError, TypeError, RecursionError, RuntimeError) as error:
        raise SyntaxError(str(error)) from error
