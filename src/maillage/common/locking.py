"""Taking rows from a queue that several processes share."""

from typing import TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def skip_locked(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those rows, locked until the transaction ends, but for the ones another process holds.

    On SQLite a writing transaction is alone already (BEGIN IMMEDIATE): nothing to lock, nothing to skip.
    """
    features = connections[rows.db].features
    return rows.select_for_update(skip_locked=True, of=("self",)) if features.has_select_for_update else rows
