"""What is stored, whole: to see that nothing changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core import mail
from django.db import connection

# A request may journal that it read, keep its session, count in the cache.
SILENT = frozenset({"audit_journalentry", "django_session", "maillage_cache"})
# Written at most once a minute, by being here.
_LAST_SEEN = ("accounts_user", "last_seen_at")


def stored(*, besides: frozenset[str] = SILENT) -> dict[str, str]:
    """Table (and sealed files, and letters) → what it holds, as a digest of every row with every column."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - besides):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # the names come from the database itself
            columns = [column[0] for column in cursor.description]
            kept = [at for at, name in enumerate(columns) if (table, name) != _LAST_SEEN]
            rows = sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in map(row.__getitem__, kept)])
                          for row in cursor.fetchall())  # fmt: skip
            found[table] = f"{len(rows)} {hashlib.sha256(''.join(rows).encode()).hexdigest()[:16]}"
    files = sorted(path.name for path in Path(settings.FILES).rglob("*") if path.is_file())
    found["(files)"] = f"{len(files)} {hashlib.sha256(''.join(files).encode()).hexdigest()[:16]}"
    found["(mail)"] = str(len(getattr(mail, "outbox", ())))
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
