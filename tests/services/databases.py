"""The worker's test database: made from a migrated template, emptied by its owner."""

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import psycopg2.errors
from django.core.management import call_command, get_commands
from django.db import connections
from django.test import TransactionTestCase
from psycopg2 import sql

from tests.services.servers import template_key
from tests.services.urls import TEMPLATE_DATABASE, with_database
from wfm.launcher.postgres_roles import grant_statements

REFERENCE_SCHEMA = "wfm_reference"
LOCK_SECONDS = 20
DEADLOCK_RETRIES = 4


def make_worker_database() -> None:
    """Create this worker's database from the template, which the first worker migrates."""
    with _maintenance() as cursor:
        with _only_one_worker():
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_template_name()])
            if cursor.fetchone() is None:
                _make_template(cursor)
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(_worker_name()), sql.Identifier(_template_name())
            )
        )


def drop_worker_database() -> None:
    """Remove this worker's database from a server of one's own; the last one takes the template.

    An embedded server goes as a whole.
    """
    for connection in connections.all():
        connection.close()
    if os.environ["WFM_TEST_EMBEDDED"] == "1":
        return
    with _maintenance() as cursor:
        # Without FORCE: the owner may not end the application's connections, but PostgreSQL waits
        # five seconds for those of processes that a test has just stopped.
        cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(_worker_name())))
        with _only_one_worker():
            cursor.execute(
                "SELECT count(*) FROM pg_database WHERE datname LIKE %s",
                [f"wfm_test_{os.environ['WFM_TEST_RUN']}_%"],
            )
            if cursor.fetchone() == (1,):
                cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(_template_name())))


def flush_as_owner() -> None:
    """Let transactional tests end with the owner's TRUNCATE: the app's role has no such right."""

    def _fixture_teardown(self) -> None:
        for connection in connections.all(initialized_only=True):
            connection.close()
        empty_database()

    TransactionTestCase._fixture_teardown = _fixture_teardown


def empty_database() -> None:
    """Truncate every table that holds rows and put the migrations' own rows back.

    A request that a closed page left behind may still read: PostgreSQL then ends one of the two.
    """
    for _ in range(DEADLOCK_RETRIES):
        with suppress(psycopg2.errors.DeadlockDetected):
            _empty_database()
            return
    _empty_database()


def _empty_database() -> None:
    with (
        closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        _see_every_row(cursor)
        filled = [table for table in _tables(cursor, "public") if _has_rows(cursor, table)]
        if not filled:
            return
        _truncate(cursor, filled)
        _restore(cursor, _tables(cursor, REFERENCE_SCHEMA))


def wait_for_line(
    log_path: Path, text: str, *, process: subprocess.Popen, timeout_seconds: float
) -> None:
    """Return when the log holds the text; fail with the log when the process ends first."""
    deadline = time.monotonic() + timeout_seconds
    while text not in log_path.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            state = (
                "ended" if process.poll() is not None else f"said nothing in {timeout_seconds} s"
            )
            msg = f"The process {state}:\n{log_path.read_text(errors='replace')[-4000:]}"
            raise AssertionError(msg)
        time.sleep(0.05)


def _make_template(cursor) -> None:
    name = _template_name()
    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        _grant(name)
        _migrate(name)
        _remember_reference_rows(name)
    except BaseException:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        raise
    folder = Path(os.environ["WFM_TEST_FOLDER"])
    (folder / "template-made").write_text(template_key())


def _grant(name: str) -> None:
    app_role = urlsplit(os.environ["DATABASE_URL"]).username
    with _maintenance(name) as cursor:
        for statement in grant_statements(app_role=app_role):
            cursor.execute(statement)


def _migrate(name: str) -> None:
    """Run what a real start runs, with every alias on the template."""
    previous = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    try:
        for alias in connections:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        if "prepare_database" in get_commands():
            call_command("prepare_database", verbosity=0)
        else:
            call_command("migrate", database="owner", interactive=False, verbosity=0)
    finally:
        for alias in connections:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = previous[alias]


def _remember_reference_rows(name: str) -> None:
    """Copy what the migrations wrote into a schema of its own, for after each TRUNCATE."""
    with _maintenance(name) as cursor:
        cursor.execute("BEGIN")
        _see_every_row(cursor)
        cursor.execute(f"CREATE SCHEMA {REFERENCE_SCHEMA}")
        for table in _tables(cursor, "public"):
            if _has_rows(cursor, table):
                cursor.execute(
                    sql.SQL("CREATE TABLE {} AS TABLE {}").format(
                        sql.Identifier(REFERENCE_SCHEMA, table), sql.Identifier("public", table)
                    )
                )
        cursor.execute("COMMIT")


def _restore(cursor, tables: list[str]) -> None:
    """Put the remembered rows back, without a history of rows that nobody changed."""
    _switch_triggers(cursor, tables, "DISABLE")
    for table in tables:
        columns = sql.SQL(", ").join(map(sql.Identifier, _plain_columns(cursor, table)))
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}").format(
                sql.Identifier("public", table),
                columns,
                columns,
                sql.Identifier(REFERENCE_SCHEMA, table),
            )
        )
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER TABLE refuses pending checks
    _switch_triggers(cursor, tables, "ENABLE")


def _switch_triggers(cursor, tables: list[str], action: str) -> None:
    for table in tables:
        cursor.execute(
            sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(
                sql.Identifier("public", table), sql.SQL(action)
            )
        )


def _plain_columns(cursor, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [f'public."{table}"'],
    )
    return [name for (name,) in cursor.fetchall()]


def _see_every_row(cursor) -> None:
    cursor.execute(
        "SELECT set_config('wfm.clients', '*', true), set_config('wfm.internal', 'on', true)"
    )


def _tables(cursor, schema: str) -> list[str]:
    """Return the tables that can be emptied; a partitioned table stands for its partitions."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s)"
        " AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'django_migrations'"
        " ORDER BY relname",
        [schema],
    )
    return [name for (name,) in cursor.fetchall()]


def _has_rows(cursor, table: str) -> bool:
    cursor.execute(
        sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier("public", table))
    )
    return cursor.fetchone() == (True,)


def _truncate(cursor, tables: list[str]) -> None:
    names = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
    cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))


@contextmanager
def _maintenance(database: str | None = None) -> Iterator[psycopg2.extensions.cursor]:
    """Yield the owner's cursor on the given database, or on the one the run began with."""
    url = os.environ["WFM_TEST_DATABASE_OWNER_URL"]
    url = with_database(url, database) if database else url
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


@contextmanager
def _only_one_worker() -> Iterator[None]:
    with (Path(os.environ["WFM_TEST_FOLDER"]) / "template-lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _worker_name() -> str:
    return urlsplit(os.environ["DATABASE_OWNER_URL"]).path.lstrip("/")


def _template_name() -> str:
    run = os.environ["WFM_TEST_RUN"]
    return f"wfm_test_{run}_template" if run else TEMPLATE_DATABASE
