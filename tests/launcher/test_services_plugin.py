"""The test run's own servers, seen from outside: a second pytest in a process of its own."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import redis

from tests.launcher.processes import is_alive, wait_until
from tests.services.servers import FOLDER_PREFIX
from wfm.launcher.postgres import create_cluster
from wfm.launcher.postgres_roles import APP_ROLE, OWNER_ROLE
from wfm.launcher.state import CHECKOUT
from wfm.launcher.valkey import new_broker, start_broker, stop_broker

pytestmark = pytest.mark.slow

INNER_TEST = "tests/launcher/test_test_database.py"


def inner_pytest(*arguments, environment):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", INNER_TEST, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=CHECKOUT,
    )


@pytest.fixture
def plain_environment():
    """A person's environment: without what the outer test run put there."""
    foreign = ("DATABASE_", "REDIS_URL", "WFM_", "PYTEST_", "COV_")
    return {name: text for name, text in os.environ.items() if not name.startswith(foreign)}


@pytest.fixture
def own_servers(make_cluster, start_postgres, folder):
    """PostgreSQL and Redis that somebody else started."""
    cluster = make_cluster()
    create_cluster(cluster)
    start_postgres(cluster)
    broker = new_broker(folder / "valkey", keeps_data=False)
    server = start_broker(broker, log_path=folder / "valkey.log")
    yield {
        "DATABASE_URL": cluster.url(role=APP_ROLE),
        "DATABASE_OWNER_URL": cluster.url(role=OWNER_ROLE),
        "REDIS_URL": broker.url(),
    }
    stop_broker(server)


def test_own_servers_are_used_and_left_as_they_were(plain_environment, own_servers):
    done = inner_pytest("-n", "2", environment=plain_environment | own_servers)

    assert done.returncode == 0, done.stdout + done.stderr
    with (
        closing(psycopg2.connect(own_servers["DATABASE_OWNER_URL"])) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'wfm_test%'")
        assert cursor.fetchall() == []


def test_redis_that_holds_keys_is_refused(plain_environment, own_servers):
    with redis.Redis.from_url(own_servers["REDIS_URL"]) as client:
        client.set("somebody's", "session")

        done = inner_pytest(environment=plain_environment | own_servers)

        assert done.returncode != 0
        assert "holds keys (db0)" in done.stdout + done.stderr
        assert client.get("somebody's") == b"session"


@pytest.mark.parametrize("missing", ["DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"])
def test_half_given_servers_are_refused(plain_environment, missing):
    given = {"DATABASE_URL": "x", "DATABASE_OWNER_URL": "x", "REDIS_URL": "x"}
    del given[missing]

    done = inner_pytest(environment=plain_environment | given)

    assert done.returncode != 0
    assert f"but not {missing}" in done.stdout + done.stderr


def test_servers_of_a_killed_run_end_and_its_folder_goes(plain_environment, folder):
    environment = plain_environment | {"TMPDIR": str(folder)}
    code = (
        "import os, time\n"
        "from tests.services.servers import Services\n"
        "services = Services()\n"
        "services.start(use_cache=True)\n"
        "print(services.folder, flush=True)\n"
        "time.sleep(600)\n"
    )
    killed = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=CHECKOUT,
    )
    run_folder = Path(killed.stdout.readline().strip())
    killed.stdout.close()
    postmaster_path = run_folder / "postgres" / "data" / "postmaster.pid"
    postmaster_pid = int(postmaster_path.read_text().split()[0])
    assert run_folder.name.startswith(FOLDER_PREFIX)

    killed.send_signal(signal.SIGKILL)
    killed.wait()
    wait_until(lambda: not is_alive(postmaster_pid))
    done = inner_pytest("--collect-only", environment=environment)

    assert done.returncode == 0, done.stdout + done.stderr
    assert not run_folder.exists()
