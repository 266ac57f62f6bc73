"""The bench of the feed of changes, small: nothing lost, doubled or out of order."""

import os
from contextlib import closing

import psycopg2
import pytest

from tests.benchmarks import change_feed

COMMITS = int(os.environ.get("BENCH_COMMITS", "3000"))


@pytest.fixture
def without_things(transactional_db):
    yield
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_thing")


def test_the_feed_loses_and_doubles_nothing_under_eight_writers(without_things):
    result = change_feed.run(
        change_feed.Options(commits=COMMITS, things=200, delay_share=0.05, delay_seconds=0.05)
    )
    for line in result.lines:
        print(line)  # noqa: T201 - `make bench` shows the figures
    feed = next(row for row in result.readers if row.reader == "feed")
    assert (feed.seen, result.commits) == (COMMITS, COMMITS)
    assert (feed.lost, feed.doubled, feed.never_committed, feed.out_of_order) == (0, 0, 0, 0)
    # The same rows followed as is usually done: the run is hard enough to lose some.
    assert sum(row.lost for row in result.readers) > 0
