"""The feed of changes under many writers: what is lost, doubled or out of order.

    python -m tests.benchmarks.change_feed --commits 1000000 --writers 8

Writers commit and roll back with random delays, some of them only after they have held a
transaction number for a while; readers follow the feed meanwhile. The truth is what each writer
knows to have committed, kept apart from the feed. Beside the feed two readers follow the same
table as is usually done: by the row's number and by its time stamp.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import psycopg2

KIND = "bench.done"
PAGE = 1000
IDLE_SECONDS = 0.02


@dataclass(frozen=True)
class Options:
    """How much is written, and how badly."""

    commits: int = 1_000_000
    writers: int = 8
    things: int = 2_000
    rollback_share: float = 0.05
    delay_share: float = 0.02
    delay_seconds: float = 0.02
    seed: int = 1


@dataclass(frozen=True)
class Outcome:
    """What one reader saw of what was committed."""

    reader: str
    seen: int
    lost: int
    doubled: int
    never_committed: int
    out_of_order: int


@dataclass(frozen=True)
class Result:
    """The figures of a run."""

    commits: int
    rollbacks: int
    seconds: float
    readers: list[Outcome]

    @property
    def lines(self) -> Iterator[str]:
        """The figures in words."""
        yield (
            f"{self.commits:,} commits and {self.rollbacks:,} rollbacks in {self.seconds:.0f} s"
            f" ({self.commits / self.seconds:,.0f} commits/s)"
        )
        for row in self.readers:
            yield (
                f"{row.reader:<18} lost {row.lost:>8,} ({row.lost / self.commits:.2%})  doubled"
                f" {row.doubled:,}  never committed {row.never_committed:,}  out of order"
                f" {row.out_of_order:,}"
            )


def run(options: Options) -> Result:
    """Write, read and count; the database is the one of DATABASE_URL."""
    _make_things(options)
    context = multiprocessing.get_context("spawn")
    stop, written, seen = context.Event(), context.SimpleQueue(), context.SimpleQueue()
    readers = [
        context.Process(target=reader, args=(options, stop, seen))
        for reader in (_read_feed, _read_by_number, _read_by_time)
    ]
    writers = [
        context.Process(target=_write, args=(options, number, written))
        for number in range(options.writers)
    ]
    for process in readers:
        process.start()
    began = time.monotonic()
    for process in writers:
        process.start()
    committed, last_versions, rollbacks = _gather(options, written)
    seconds = time.monotonic() - began
    stop.set()
    outcomes = [_judge(*seen.get(), committed=committed) for _reader in readers]
    for process in [*writers, *readers]:
        process.join()
    _check_table(int(committed.sum()), last_versions)
    outcomes.sort(key=lambda row: row.reader)
    return Result(int(committed.sum()), rollbacks, seconds, outcomes)


def _make_things(options: Options) -> None:
    """Make the rows that the writers change, as the owner; the application may not."""
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_thing")
            cursor.execute(
                "CREATE TABLE bench_thing (id int PRIMARY KEY, version bigint NOT NULL)"
                " WITH (fillfactor = 50)"
            )
            cursor.execute(
                "INSERT INTO bench_thing SELECT id, 0 FROM generate_series(1, %s) AS id",
                [options.things],
            )
            cursor.execute("GRANT SELECT, UPDATE ON bench_thing TO PUBLIC")


# -- writers --------------------------------------------------------------------------------------


def _share(options: Options, number: int) -> int:
    base, rest = divmod(options.commits, options.writers)
    return base + (number < rest)


def _write(options: Options, number: int, written: multiprocessing.SimpleQueue) -> None:
    """Commit one's share, each commit under the lock of a thing; tell which ones were."""
    rng = random.Random(options.seed * 1000 + number)
    committed = np.zeros(2 * _share(options, number) + 100, np.uint8)
    left, attempt, rollbacks = _share(options, number), 0, 0
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            while left:
                ends = "ROLLBACK" if rng.random() < options.rollback_share else "COMMIT"
                cursor.execute(_transaction(options, rng, number, attempt, ends))
                if ends == "COMMIT":
                    committed[attempt] = 1
                    left -= 1
                else:
                    rollbacks += 1
                attempt += 1
    written.put((number, committed, rollbacks))


def _transaction(options: Options, rng: random.Random, number: int, attempt: int, ends: str) -> str:
    """One transaction as one message: take a number and wait, change a thing, tell it, wait, end."""
    thing = rng.randint(1, options.things)
    before = after = ""
    if rng.random() < options.delay_share:
        before = f"SELECT pg_current_xact_id(); {_nap(options, rng)}"
    if rng.random() < options.delay_share:
        after = _nap(options, rng)
    # The statement of services.changes with the version that this transaction has just made.
    record = (
        "INSERT INTO integration_change (kind, key, payload, client_id)"
        f" SELECT '{KIND}', 'thing:{thing}', jsonb_build_array({number}, {attempt}, version), NULL"
        f" FROM bench_thing WHERE id = {thing};"
    )
    change = f"UPDATE bench_thing SET version = version + 1 WHERE id = {thing};"
    return f"BEGIN; {before} {change} {record} {after} {ends};"


def _nap(options: Options, rng: random.Random) -> str:
    return f"SELECT pg_sleep({rng.random() * options.delay_seconds:.4f});"


def _gather(options: Options, written: multiprocessing.SimpleQueue) -> tuple[np.ndarray, int, int]:
    """Put together what the writers know; the sum of all versions is a second count."""
    rows = [written.get() for _number in range(options.writers)]
    committed = np.zeros((options.writers, max(row.size for _n, row, _r in rows)), np.uint8)
    for number, row, _rollbacks in rows:
        committed[number, : row.size] = row
    with (
        closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT sum(version) FROM bench_thing")
        (versions,) = cursor.fetchone()
    return committed, int(versions), sum(rollbacks for _n, _r, rollbacks in rows)


def _check_table(commits: int, versions: int) -> None:
    """The writers' own count and the database's must agree, or the run proves nothing."""
    if commits != versions:
        msg = f"The writers committed {commits} changes, the things were changed {versions} times."
        raise AssertionError(msg)


# -- readers --------------------------------------------------------------------------------------


class _Seen:
    """How often each change was seen, and the last version of each thing."""

    def __init__(self, options: Options) -> None:
        share = _share(options, 0)
        self.counts = np.zeros((options.writers, 2 * share + 100), np.uint8)
        self.versions = np.zeros(options.things + 1, np.int64)
        self.out_of_order = 0

    def add(self, key: str, payload: list[int]) -> None:
        writer, attempt, version = payload
        self.counts[writer, attempt] += 1
        thing = int(key.partition(":")[2])
        self.out_of_order += int(version <= self.versions[thing])
        self.versions[thing] = max(version, self.versions[thing])


def _judge(reader: str, counts: np.ndarray, out_of_order: int, *, committed: np.ndarray) -> Outcome:
    width = max(counts.shape[1], committed.shape[1])
    seen, true = (
        np.pad(array, ((0, 0), (0, width - array.shape[1]))) for array in (counts, committed)
    )
    return Outcome(
        reader=reader,
        seen=int((seen > 0).sum()),
        lost=int(((true > 0) & (seen == 0)).sum()),
        doubled=int((seen > 1).sum()),
        never_committed=int(((true == 0) & (seen > 0)).sum()),
        out_of_order=out_of_order,
    )


def _read_feed(options: Options, stop, seen: multiprocessing.SimpleQueue) -> None:
    """Follow the feed by its cursor, through the product's own query."""
    _set_up_django()
    from wfm.integration.models import Change  # noqa: PLC0415 - Django is ready only here
    from wfm.integration.queries.change_feed import (  # noqa: PLC0415 - as above
        FeedCursor,
        read_changes,
    )
    from wfm.org.tenancy import system_tenant  # noqa: PLC0415 - as above

    found, text = _Seen(options), FeedCursor().as_text()
    while True:
        is_last = stop.is_set()
        with system_tenant():
            page = read_changes(
                changes=Change.objects.all(),
                after=FeedCursor.from_text(text),
                limit=PAGE,
                kinds=[KIND],
            )
        text = page.cursor.as_text()
        for change in page.changes:
            found.add(change.key, change.payload)
        if is_last and not page.has_more:
            break
        if not page.has_more:
            time.sleep(IDLE_SECONDS)
    seen.put(("feed", found.counts, found.out_of_order))


def _read_by_number(options: Options, stop, seen: multiprocessing.SimpleQueue) -> None:
    """Follow the table by the row's number."""
    counts = _follow(options, stop, column="id", start=0)
    seen.put(("by number (peer)", counts.counts, counts.out_of_order))


def _read_by_time(options: Options, stop, seen: multiprocessing.SimpleQueue) -> None:
    """Follow the table by the row's time stamp."""
    counts = _follow(options, stop, column="at", start="2000-01-01")
    seen.put(("by time (peer)", counts.counts, counts.out_of_order))


def _follow(options: Options, stop, *, column: str, start: object) -> _Seen:
    found, last = _Seen(options), start
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            while True:
                is_last = stop.is_set()
                cursor.execute(
                    f"SELECT key, payload, {column} FROM integration_change"
                    f" WHERE {column} > %s AND kind = %s ORDER BY {column} LIMIT %s",
                    [last, KIND, PAGE],
                )
                rows = cursor.fetchall()
                for key, payload, _place in rows:
                    found.add(key, payload)
                last = rows[-1][2] if rows else last
                if is_last and len(rows) < PAGE:
                    return found
                if len(rows) < PAGE:
                    time.sleep(IDLE_SECONDS)


def _set_up_django() -> None:
    import django  # noqa: PLC0415 - only readers of the feed need it

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfm.settings_test")
    django.setup()


# -- from the command line ------------------------------------------------------------------------


@contextmanager
def own_database() -> Iterator[None]:
    """Run on servers of one's own, as the tests do."""
    from tests import services_plugin  # noqa: PLC0415 - starts nothing unless asked
    from tests.services.servers import Services  # noqa: PLC0415 - as above

    services = Services()
    services.start(use_cache=True)
    try:
        os.environ |= {
            "WFM_TEST_EMBEDDED": "1",
            "WFM_TEST_FOLDER": str(services.folder),
            "WFM_TEST_RUN": "",
        }
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
            os.environ[f"WFM_TEST_{name}"] = os.environ[name]
        services_plugin._point_at_own_databases()
        _set_up_django()
        from tests.services import databases  # noqa: PLC0415 - needs Django's settings

        databases.make_worker_database()
        index_times()
        yield
    finally:
        services.stop()


def index_times() -> None:
    """Give the peer by time the index that it would have."""
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX IF NOT EXISTS bench_change_at ON integration_change (at)")


def main() -> None:
    """Read the options, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for field in fields(Options):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default
        )
    parser.add_argument("--json", help="write the figures to this file")
    given = vars(parser.parse_args())
    path = given.pop("json")
    with own_database():
        result = run(Options(**given))
    for line in result.lines:
        print(line)  # noqa: T201 - the figures are what the command is for
    if path:
        Path(path).write_text(json.dumps(asdict(result), indent=2))


if __name__ == "__main__":
    main()
