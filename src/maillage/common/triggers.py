"""Rows the database itself refuses to change: a migration operation, the same on SQLite and PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Whose destruction lets a row go: `Immutable(…, erased=…)`.
OF_THE_ROW = "OLD.data_key_id"
OF_THE_PERSON = "(SELECT data_key_id FROM youth_youngperson WHERE id = OLD.person_id)"


class Immutable(Operation):
    """Refuse UPDATE (of `columns`, or of any) and, unless `deletable`, DELETE of a table's rows.

    `unless` is an SQL condition over OLD that lets a change pass: `"OLD.published_at IS NULL"`.
    `erased`, the data key of the row in SQL over OLD (`OF_THE_ROW`, `OF_THE_PERSON`): DELETE passes once it is
    destroyed, and not before. The trigger reads other tables then: see `common.sqlite` for what that asks of SQLite.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self, table: str, columns: Sequence[str] = (), *, deletable: bool = False, unless: str = "", erased: str = ""
    ) -> None:
        self.table = table
        self.columns = tuple(columns)
        self.deletable = deletable
        self.unless = unless
        self.erased = erased

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"table": self.table, "columns": self.columns}
        more = {"deletable": self.deletable, "unless": self.unless, "erased": self.erased}
        return self.__class__.__name__, [], {**kwargs, **more}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are not part of Django's state."""

    def _events(self) -> list[tuple[str, str]]:
        of = f" OF {', '.join(self.columns)}" if self.columns else ""
        return [("update", f"UPDATE{of}"), *([] if self.deletable else [("delete", "DELETE")])]

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        when = f"WHEN (NOT ({self.unless}))" if self.unless else ""
        refusal = f"{self.table}: rows are immutable"
        # A subquery may stand in the body of a trigger on both engines, in its WHEN on SQLite alone.
        destroyed = f"SELECT 1 FROM vault_datakey WHERE id = {self.erased} AND destroyed_at IS NOT NULL"  # noqa: S608
        alive = f"NOT EXISTS ({destroyed})"
        postgres = schema_editor.connection.vendor == "postgresql"
        if postgres:
            raised = f"RAISE EXCEPTION '{refusal}';"
            body = f"IF TG_OP = 'UPDATE' OR {alive} THEN {raised} END IF; RETURN OLD;" if self.erased else raised
            schema_editor.execute(
                f"CREATE FUNCTION {self.table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$",
                params=None,
            )
        for name, event in self._events():
            where = f" WHERE {alive}" if self.erased and name == "delete" else ""
            body = (
                f"EXECUTE FUNCTION {self.table}_refuse()"
                if postgres
                else f"BEGIN SELECT RAISE(ABORT, '{refusal}'){where}; END"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {self.table}_no_{name} BEFORE {event} ON {self.table} FOR EACH ROW {when} {body}",
                params=None,
            )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        postgres = schema_editor.connection.vendor == "postgresql"
        for name, _event in self._events():
            on = f" ON {self.table}" if postgres else ""
            schema_editor.execute(f"DROP TRIGGER {self.table}_no_{name}{on}", params=None)
        if postgres:
            schema_editor.execute(f"DROP FUNCTION {self.table}_refuse()", params=None)

    def describe(self) -> str:
        return f"Rows of {self.table} are immutable"


class Mutable(Immutable):
    """Let rows change again: before a change of the table, which SQLite makes by copying it without its triggers.

    Same arguments as the `Immutable` it lifts, which the same migration then puts back.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Rows of {self.table} may change while the table does"
