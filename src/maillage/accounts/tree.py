"""Organisations as a tree: who stands above, who below. Read around a few of them, never whole."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from maillage.accounts.models import Organisation

# Row by row through the index of parents: a département has thousands of organisations, and each page asks this.
# UNION, not UNION ALL: a loop ends.
_WALK = (
    "{name}(id, parent_id) AS (SELECT id, parent_id FROM accounts_organisation WHERE id IN ({marks}) "
    "UNION SELECT one.id, one.parent_id FROM {name} JOIN accounts_organisation one ON {step})"
)
_STEPS = {"above": "one.id = above.parent_id", "below": "one.parent_id = below.id"}


@dataclass(frozen=True)
class Tree:
    """Some organisations, each with the one above it."""

    parents: Mapping[uuid.UUID, uuid.UUID | None]

    @cached_property
    def _children(self) -> dict[uuid.UUID | None, list[uuid.UUID]]:
        found: dict[uuid.UUID | None, list[uuid.UUID]] = {}
        for pk, above in self.parents.items():
            found.setdefault(above, []).append(pk)
        return found

    def line(self, organisation_id: uuid.UUID) -> list[uuid.UUID]:
        """An organisation, then its parents, nearest first."""
        line: list[uuid.UUID] = []
        current: uuid.UUID | None = organisation_id
        while current is not None and current not in line:
            line.append(current)
            current = self.parents.get(current)
        return line

    def below(self, ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
        """Those organisations and all below them."""
        found: set[uuid.UUID] = set()
        ahead = list(ids)
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += self._children.get(one, [])
        return frozenset(found)


def tree_around(ids: Iterable[uuid.UUID], *steps: str) -> Tree:
    """Those organisations with all « above » and « below » them (or one of both), in one query."""
    wanted = sorted(set(ids))
    if not wanted:
        return Tree({})
    named = steps or tuple(_STEPS)
    marks = ", ".join(["%s"] * len(wanted))
    walks = ", ".join(_WALK.format(name=name, marks=marks, step=_STEPS[name]) for name in named)
    union = " UNION ".join(f"SELECT id, parent_id FROM {name}" for name in named)  # noqa: S608  # names of ours
    return Tree(dict(_rows(f"WITH RECURSIVE {walks} {union}", wanted, len(named))))


def _rows(sql: str, ids: Sequence[uuid.UUID], times: int) -> list[tuple[uuid.UUID, uuid.UUID | None]]:
    key = Organisation._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(sql, [key.get_db_prep_value(one, connection) for one in ids] * times)
        return [(key.to_python(pk), key.to_python(above)) for pk, above in cursor.fetchall()]
