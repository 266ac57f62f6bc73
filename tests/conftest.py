"""Fixtures of the real PostgreSQL and Redis; the list is at the top of services_plugin.py."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest
import redis
from django.test import Client
from hypothesis import HealthCheck, settings
from playwright.sync_api import expect

from tests.services import databases

CHECKOUT = Path(__file__).resolve().parent.parent
# A busy machine is no failure; in CI every run draws the same examples.
_calm = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", **_calm)
settings.register_profile("ci", derandomize=True, **_calm)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# Two cores may be busy with other tests; what never comes still fails.
expect.set_options(timeout=30_000)

WORKER_START_SECONDS = 120


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Generator[None]:
    """Make this worker's database from the migrated template; the owner migrates, not the app."""
    with django_db_blocker.unblock():
        databases.make_worker_database()
    databases.flush_as_owner()
    yield
    with django_db_blocker.unblock():
        databases.drop_worker_database()


@pytest.fixture
def owner_connection(transactional_db) -> Iterator[psycopg2.extensions.connection]:
    """The owner's connection to this test's database, in autocommit."""
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        connection.autocommit = True
        yield connection


@pytest.fixture
def redis_client() -> Iterator[redis.Redis]:
    """This worker's Redis database, empty at the beginning and at the end."""
    with redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def planner(client: Client) -> Client:
    """A browser in which a planner of all clients is logged in."""
    from tests.factories.org import make_user  # noqa: PLC0415 - models want Django's settings
    from wfm.org.tenancy import system_tenant  # noqa: PLC0415 - as above

    with system_tenant():
        client.force_login(make_user("planner"))
    return client


@pytest.fixture
def celery_worker_process(
    transactional_db, redis_client, tmp_path
) -> Iterator[Callable[..., subprocess.Popen]]:
    """Return a function that starts a real Celery worker process on the test's database.

    `start(queues="solves", concurrency=1, pool="prefork", include="tests.…", beat=False, env={…})` returns its Popen when the
    worker says that it is ready. `os.killpg(process.pid, signal.SIGKILL)` kills it with its pool.
    All workers end with the test.
    """
    started: list[subprocess.Popen] = []

    def start(
        *,
        queues: str = "default",
        concurrency: int = 1,
        pool: str = "prefork",
        include: str = "",
        beat: bool = False,
        env=None,
    ) -> subprocess.Popen:
        log_path = tmp_path / f"celery-{len(started)}.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "wfm", "worker"),
                    *("-Q", queues, "-c", str(concurrency), f"--pool={pool}"),
                    *("-n", f"test{len(started)}@%h", "--loglevel=INFO", "--without-mingle"),
                    *(("-I", include) if include else ()),
                    *(("-B", "-s", str(tmp_path / "beat")) if beat else ()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | (env or {}),
                cwd=CHECKOUT,
                start_new_session=True,
            )
        started.append(process)
        databases.wait_for_line(
            log_path, " ready.", process=process, timeout_seconds=WORKER_START_SECONDS
        )
        return process

    yield start
    for process in started:
        _end_group(process)


def _end_group(process: subprocess.Popen) -> None:
    """Cold shutdown of the worker, then the end of whatever is left of its session."""
    if process.poll() is None:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
