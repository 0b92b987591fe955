"""The tables of an empty database, all at once.

Migrations lead a database that holds something from one shape to the next; each of them draws every model it touches
again, seconds in all. An empty one gets the last shape, as the migrations themselves describe it, and their triggers.
`tests/config/test_schema.py` compares both ways, on both engines.
"""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import RunPython
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation, ModelOperation

# Said by the last shape itself; rows to be rewritten there are none.
_PASSED = (ModelOperation, FieldOperation, IndexOperation, RunPython)


def create_if_empty(connection: BaseDatabaseWrapper) -> bool:
    """Create every table and trigger, and note every migration as applied; whether the database was empty."""
    if connection.introspection.table_names():
        return False
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    last = executor.loader.project_state()
    with connection.schema_editor() as editor:
        for model in last.apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        for migration, _backwards in plan:
            for operation in migration.operations:
                if not isinstance(operation, _PASSED):
                    operation.database_forwards(migration.app_label, editor, last, last)
        executor.recorder.ensure_schema()
        for migration, _backwards in plan:
            executor.recorder.record_applied(migration.app_label, migration.name)
    return True
