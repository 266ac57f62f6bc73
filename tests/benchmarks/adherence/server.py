"""The database server's process behind Django's connection."""

from django.db import connection


def backend_pid() -> int:
    """The process that serves this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
