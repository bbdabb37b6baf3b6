"""Tables whose rows the database itself refuses to change or delete (promises 5 and 6). For migrations."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION lightbox_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
POSTGRES = "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION lightbox_append_only()"
# At once and without looking at rows: PostgreSQL's row triggers do not see it.
POSTGRES_TRUNCATE = "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION lightbox_append_only()"
VERBS = ("update", "delete")


def protect(connection: BaseDatabaseWrapper, *tables: str) -> None:
    """From now on the database refuses UPDATE, DELETE and TRUNCATE on `tables`."""
    statement = SQLITE if connection.vendor == "sqlite" else POSTGRES
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES_FUNCTION)
        for table in tables:
            for verb in VERBS:
                cursor.execute(statement.format(table=table, verb=verb))
            if connection.vendor == "postgresql":
                cursor.execute(POSTGRES_TRUNCATE.format(table=table))


def release(connection: BaseDatabaseWrapper, *tables: str) -> None:
    """Take the protection off again, for the way back of a migration."""
    with connection.cursor() as cursor:
        for table in tables:
            for verb in (*VERBS, "truncate"):
                suffix = "" if connection.vendor == "sqlite" else f" ON {table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{suffix}")


def protection(*tables: str) -> RunPython:
    """The migration operation that protects `tables`."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        protect(schema_editor.connection, *tables)

    def backwards(apps: Any, schema_editor: Any) -> None:
        release(schema_editor.connection, *tables)

    return RunPython(forwards, backwards)
