"""The change feed waits for every older transaction of the server; other tests' are none of its affair.

Two workers test on one server, each in a database of its own, and transaction numbers are the
server's. What another test holds open is waited for before the feed is read.
"""

import os
import time
from contextlib import closing

import psycopg2
import pytest

from wfm.integration.queries import change_feed

LONGEST_TEST_SECONDS = 180
ELSEWHERE_SQL = """
SELECT transactionid::text FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted
    AND datname <> current_database()
"""


@pytest.fixture(autouse=True)
def transactions_of_other_tests(monkeypatch) -> None:
    """Read the feed only when the transactions that ran elsewhere have ended."""
    look = change_feed._snapshot

    def snapshot():
        _wait_for_other_databases()
        return look()

    monkeypatch.setattr(change_feed, "_snapshot", snapshot)


def _wait_for_other_databases() -> None:
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        connection.autocommit = True
        before = _elsewhere(connection)
        deadline = time.monotonic() + LONGEST_TEST_SECONDS
        while before & _elsewhere(connection):
            if time.monotonic() > deadline:
                raise AssertionError("A transaction in another database does not end.")
            time.sleep(0.05)


def _elsewhere(connection) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(ELSEWHERE_SQL)
        return {number for (number,) in cursor.fetchall()}
