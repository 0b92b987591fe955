"""`migrate`, which gives an empty database its tables at once (`common.schema`)."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from maillage.common import schema

_PART = ("app_label", "migration_name", "plan", "check_unapplied", "fake", "fake_initial", "prune")


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if not any(options.get(name) for name in _PART):
            schema.create_if_empty(connections[options["database"]])
        super().handle(*args, **options)
