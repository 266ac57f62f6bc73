"""The two roles: the owner changes tables, the application reads and writes rows.

`wfm_app` is neither superuser nor owner, cannot bypass row-level security and cannot TRUNCATE.
"""

from collections.abc import Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower case

OWNER_ROLE = "wfm_owner"
APP_ROLE = "wfm_app"
DATABASE = "wfm"


def create_roles(
    cursor: Cursor, *, owner_password: str, app_password: str, owner_creates_databases: bool
) -> None:
    """Create both roles and the database, as superuser, outside a transaction."""
    createdb = sql.SQL("CREATEDB" if owner_creates_databases else "NOCREATEDB")
    limits = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION")
    for role, password, extra in (
        (OWNER_ROLE, owner_password, createdb),
        (APP_ROLE, app_password, sql.SQL("NOCREATEDB")),
    ):
        cursor.execute(
            sql.SQL("CREATE ROLE {} {} {} PASSWORD {}").format(
                sql.Identifier(role), limits, extra, sql.Literal(password)
            )
        )
    cursor.execute(
        sql.SQL("CREATE DATABASE {} OWNER {}").format(
            sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)
        )
    )


def grant_statements(*, app_role: str = APP_ROLE) -> Sequence[sql.Composed]:
    """Return what the owner runs once in each database, before the first migration."""
    role = sql.Identifier(app_role)
    by_default = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
    return [
        sql.SQL(statement).format(role)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            f"{by_default} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {{}}",
            f"{by_default} USAGE, SELECT ON SEQUENCES TO {{}}",
            f"{by_default} EXECUTE ON FUNCTIONS TO {{}}",
        )
    ]
