"""Starts real PostgreSQL and Redis for the tests, before Django reads its settings.

Named in pyproject's addopts, because a conftest.py is loaded too late for that. Run the tests as
`python -m pytest` from the checkout. The servers live in a private temporary folder and end with
the test run, even when it is killed.

Own servers instead: set DATABASE_URL (application role), DATABASE_OWNER_URL (owner; it must own
the database and have CREATEDB) and REDIS_URL. All three, or none. A Redis that already holds keys
is refused, because the tests empty it.

Each pytest-xdist worker has a database and a Redis number of its own. The migrated database is
made once as a template and kept in .pytest_cache, under a hash of everything that shapes it;
`--create-db` makes it anew.

Fixtures (in tests/conftest.py):
    db, transactional_db        pytest-django's own; tests connect as wfm_app, which is not the
                                owner, obeys row-level security and cannot TRUNCATE
    owner_connection            psycopg2 connection of the owner to this test's database
                                (autocommit; it does not see what a rolled-back test wrote)
    redis_client                redis.Redis of this worker's database, emptied before and after
    celery_worker_process       factory: start a real `celery -A wfm worker` on the test database
"""

import os
import secrets
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from tests.services.servers import Services
from tests.services.urls import with_database

_SERVER_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
_SERVICES = pytest.StashKey[Services]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Have servers running and this process's URLs set before pytest-django looks."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright runs an event loop
    if "WFM_TEST_FOLDER" not in os.environ:
        _begin(early_config)
    _point_at_own_databases()
    try:
        return (yield)
    except BaseException:  # pytest never comes to unconfigure then
        pytest_unconfigure(early_config)
        raise


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started; keep a newly made template for the next run."""
    services = config.stash.get(_SERVICES, None)
    if services is not None:
        services.stop()
        os.environ.pop("WFM_TEST_FOLDER", None)


def pytest_report_header() -> str:
    """Say which servers the tests use."""
    database, broker = (urlsplit(os.environ[name]) for name in ("DATABASE_URL", "REDIS_URL"))
    source = "own" if os.environ["WFM_TEST_EMBEDDED"] == "0" else "embedded"
    return (
        f"services ({source}): PostgreSQL {database.hostname or database.query}{database.path}, "
        f"Redis {broker.hostname}:{broker.port}{broker.path}"
    )


def _begin(config: pytest.Config) -> None:
    given = [name for name in _SERVER_VARIABLES if os.environ.get(name)]
    if given and len(given) < len(_SERVER_VARIABLES):
        missing = ", ".join(sorted(set(_SERVER_VARIABLES) - set(given)))
        msg = f"{', '.join(given)} set but not {missing}. Set all three, or none for embedded ones."
        raise pytest.UsageError(msg)
    services = Services()
    config.stash[_SERVICES] = services
    os.environ["WFM_TEST_EMBEDDED"] = "0" if given else "1"
    if given:
        _refuse_redis_in_use(os.environ["REDIS_URL"])
    else:
        services.start(use_cache=not config.known_args_namespace.create_db)
    os.environ["WFM_TEST_FOLDER"] = str(services.folder)
    os.environ["WFM_TEST_RUN"] = "" if not given else secrets.token_hex(3)
    for name in _SERVER_VARIABLES:  # each worker derives its own from these
        os.environ[f"WFM_TEST_{name}"] = os.environ[name]


def _refuse_redis_in_use(url: str) -> None:
    """Tests empty their Redis databases; one that holds keys may be somebody's installation."""
    with redis.Redis.from_url(url) as client:
        filled = sorted(client.info("keyspace"))
    if filled:
        host = urlsplit(url).hostname
        msg = (
            f"REDIS_URL names a Redis on {host} that holds keys ({', '.join(filled)}). The tests "
            "would empty it. Give them a Redis of their own, or unset all three variables."
        )
        raise pytest.UsageError(msg)


def _point_at_own_databases() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    run = os.environ["WFM_TEST_RUN"]
    name = f"wfm_test_{run}_{worker}" if run else f"wfm_test_{worker}"
    number = 0 if worker == "main" else int(worker.removeprefix("gw")) + 1
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ[variable] = with_database(os.environ[f"WFM_TEST_{variable}"], name)
    os.environ["REDIS_URL"] = with_database(os.environ["WFM_TEST_REDIS_URL"], str(number))
    os.environ["WFM_STATE_DIR"] = str(Path(os.environ["WFM_TEST_FOLDER"]) / f"state-{worker}")
    Path(os.environ["WFM_STATE_DIR"]).mkdir(exist_ok=True)
