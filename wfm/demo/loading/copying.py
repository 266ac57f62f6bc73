"""Bulk loading: COPY into a staging table, then INSERT … SELECT.

COPY straight into a table with row-level security is refused by PostgreSQL.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, models
from psycopg2 import sql


def _cell(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def copy_to_staging(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Fill the temporary table demo_staging, which lives until the end of the transaction.

    Values hold no tabs, line breaks or backslashes: they come from the demo's generators.
    """
    text = io.StringIO()
    for row in rows:
        text.write("\t".join(map(_cell, row)) + "\n")
    text.seek(0)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS demo_staging")
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE demo_staging ON COMMIT DROP AS"
                " SELECT {names} FROM {table} WHERE false"
            ).format(names=names, table=_table(model))
        )
        cursor.copy_expert(
            sql.SQL("COPY demo_staging ({names}) FROM STDIN").format(names=names), text
        )


def copy_new_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    """Insert the rows that do not exist yet; existing ones stay as they are. Return how many came."""
    copy_to_staging(model, columns, rows)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "INSERT INTO {table} ({names}) SELECT {names} FROM demo_staging"
                " ON CONFLICT DO NOTHING"
            ).format(names=names, table=_table(model))
        )
        return int(cursor.rowcount)


def _table(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)  # noqa: SLF001 - Django's documented model API
