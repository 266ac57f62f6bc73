"""Row-level security as migration operations, one function per rule."""

from django.db.migrations.operations.special import RunSQL

FUNCTIONS_SQL = """
CREATE FUNCTION wfm_sees_all_clients() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('wfm.clients', true), '') = '*' $$;
CREATE FUNCTION wfm_client_ids() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN coalesce(current_setting('wfm.clients', true), '') IN ('', '*')
   THEN '{}'::bigint[]
   ELSE string_to_array(current_setting('wfm.clients', true), ',')::bigint[] END $$;
CREATE FUNCTION wfm_is_internal() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('wfm.internal', true), '') = 'on' $$;
"""
FUNCTIONS_REVERSE_SQL = """
DROP FUNCTION wfm_is_internal();
DROP FUNCTION wfm_client_ids();
DROP FUNCTION wfm_sees_all_clients();
"""


def functions() -> RunSQL:
    """Create the functions that read the tenant."""
    return RunSQL(FUNCTIONS_SQL, FUNCTIONS_REVERSE_SQL)


def by_client(table: str, column: str = "client_id") -> RunSQL:
    """Rows of the tenant's clients."""
    return _policy(
        table,
        f"(SELECT wfm_sees_all_clients()) OR {column} = ANY ((SELECT wfm_client_ids())::bigint[])",
    )


def by_queue(table: str, column: str = "queue_id") -> RunSQL:
    """Rows of queues that the tenant sees."""
    return _through(table, column, "org_queue")


def by_queues(table: str, *columns: str) -> RunSQL:
    """Rows of which the tenant sees every queue."""
    # Names come from our own migrations, never from outside.
    seen = " AND ".join(f"{column} IN (SELECT id FROM org_queue)" for column in columns)  # noqa: S608 - see above
    return _policy(table, f"(SELECT wfm_sees_all_clients()) OR ({seen})")


def by_parent(table: str, column: str, parent: str) -> RunSQL:
    """Rows whose parent row the tenant sees."""
    return _through(table, column, parent)


def internal_only(table: str) -> RunSQL:
    """Rows for our own people, never for a client."""
    return _policy(table, "(SELECT wfm_is_internal())")


def internal_where(table: str, condition: str) -> RunSQL:
    """Rows for our own people that a condition on the row lets through."""
    return _policy(table, f"(SELECT wfm_is_internal()) AND ({condition})")


def internal_by_queue(table: str, column: str = "queue_id") -> RunSQL:
    """Narrow an `internal_only` table: rows of a queue only to those who see it; others to all."""
    internal = "(SELECT wfm_is_internal())"
    # Names come from our own migrations, never from outside.
    seen = f"{column} IN (SELECT id FROM org_queue)"  # noqa: S608 - see above
    narrow = f"{internal} AND ({column} IS NULL OR (SELECT wfm_sees_all_clients()) OR {seen})"
    change = "ALTER POLICY tenant ON {0} USING ({1}) WITH CHECK ({1});"
    return RunSQL(change.format(table, narrow), change.format(table, internal))


def internal_audit(table: str) -> RunSQL:
    """Audit rows: anyone's change is recorded, only our own people read them."""
    sql = (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY tenant_reads ON {table} FOR SELECT USING ((SELECT wfm_is_internal()));"
        f"CREATE POLICY anyone_records ON {table} FOR INSERT WITH CHECK (true);"
    )
    reverse = (
        f"DROP POLICY anyone_records ON {table}; DROP POLICY tenant_reads ON {table};"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
    )
    return RunSQL(sql, reverse)


def _through(table: str, column: str, parent: str) -> RunSQL:
    return _policy(
        table,
        # Names come from our own migrations, never from outside.
        f"(SELECT wfm_sees_all_clients()) OR {column} IN (SELECT id FROM {parent})",  # noqa: S608 - see above
    )


def _policy(table: str, expression: str) -> RunSQL:
    sql = (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY tenant ON {table} USING ({expression}) WITH CHECK ({expression});"
    )
    reverse = f"DROP POLICY tenant ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
    return RunSQL(sql, reverse)
