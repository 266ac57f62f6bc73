"""The compose file's services as processes: its commands and variables, without containers.

PostgreSQL and Redis are started on their own, listening on TCP, as the compose file's images do;
the roles are made by the same script; the migration, the pages and two workers run the commands of
their services with the variables of their services.
"""

import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.deploy import compose
from wfm.launcher.binaries import postgres_program
from wfm.launcher.postgres import make_private_folder, stop_server
from wfm.launcher.spawn import Child, Identity, server_identity, start
from wfm.launcher.state import CHECKOUT
from wfm.launcher.valkey import Broker, free_port, start_broker, stop_broker

pytestmark = pytest.mark.slow

READY_SECONDS = 90
BIN = Path(sys.prefix) / "bin"


class Stack:
    """The services of docker-compose.yml with their addresses on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("postgres", "redis", "web", "live")}
        self.secrets = {
            name: secrets.token_urlsafe(24)
            for name in (
                "POSTGRES_SUPERUSER_PASSWORD",
                "REDIS_PASSWORD",
                "WFM_APP_PASSWORD",
                "WFM_OWNER_PASSWORD",
                "WFM_SECRET_KEY",
                "WFM_CONTACT_KEY",
            )
        }
        self.services = compose.load(self.secrets)["services"]
        self.started: list[subprocess.Popen] = []

    def environment(self, name: str) -> dict[str, str]:
        """Return a service's variables, and of this machine only what any container has."""
        addresses = {
            "@postgres:5432/": f"@127.0.0.1:{self.ports['postgres']}/",
            "@redis:6379/": f"@127.0.0.1:{self.ports['redis']}/",
        }
        found = {
            "DJANGO_SETTINGS_MODULE": "wfm.settings",  # the three that the image sets
            "PATH": f"{BIN}:/usr/bin:/bin",
            "WFM_STATE_DIR": str(self.folder / "state"),
        }
        for variable, value in self.services[name]["environment"].items():
            for inside, outside in addresses.items():
                value = value.replace(inside, outside)  # noqa: PLW2901 - one address after the other
            found[variable] = value
        return found | self.coverage()

    def coverage(self) -> dict[str, str]:
        """Let the processes count towards the coverage of this test run, where it measures."""
        return {name: text for name, text in os.environ.items() if name.startswith("COVERAGE_")}

    def argv(self, name: str) -> list[str]:
        found = compose.command(self.services[name])
        replaced = {
            "0.0.0.0": "127.0.0.1",
            "8000": str(self.ports["web"]),
            "python": sys.executable,
        }
        return [replaced.get(part, part) for part in found]

    def run(self, *argv: str, service: str) -> str:
        done = subprocess.run(
            argv,
            check=False,
            capture_output=True,
            text=True,
            cwd=CHECKOUT,
            env=self.environment(service),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, name: str) -> subprocess.Popen:
        argv = self.argv(name)
        child = Child(
            argv=[str(BIN / argv[0]), *argv[1:]],
            env=self.environment(name),
            log_path=self.folder / f"{name}.log",
            cwd=CHECKOUT,
        )
        self.started.append(start(child))
        return self.started[-1]

    def stop(self) -> None:
        for process in self.started:
            process.send_signal(signal.SIGTERM)
        for process in self.started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def stack(folder) -> Iterator[Stack]:
    made = Stack(folder)
    (folder / "state").mkdir()
    postgres = start_tcp_postgres(made)
    broker = Broker(
        folder=folder / "valkey",
        port=made.ports["redis"],
        password=made.secrets["REDIS_PASSWORD"],
        keeps_data=True,
    )
    redis_server = start_broker(broker, log_path=folder / "valkey.log")
    yield made
    made.stop()
    stop_broker(redis_server)
    stop_server(postgres)


@pytest.fixture
def folder(tmp_path_factory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("stack")
    yield made
    shutil.rmtree(made, ignore_errors=True)


def start_tcp_postgres(stack: Stack) -> subprocess.Popen:
    """Start a server as the postgres image would: superuser by password, TCP only."""
    identity = server_identity()
    if identity is Identity.NOBODY:
        pytest.skip("PostgreSQL cannot run in root's temporary folder on this machine.")
    data_folder = stack.folder / "postgres"
    make_private_folder(data_folder, identity=identity)
    password_path = stack.folder / "superuser-password"
    password_path.write_text(stack.secrets["POSTGRES_SUPERUSER_PASSWORD"])
    log_path = stack.folder / "postgres.log"
    initdb = Child(
        argv=[
            str(postgres_program("initdb")),
            *("-D", str(data_folder), "-U", "postgres", "--pwfile", str(password_path)),
            *("--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C"),
        ],
        identity=identity,
        log_path=log_path,
    )
    assert start(initdb).wait() == 0, log_path.read_text()
    server = start(
        Child(
            argv=[
                str(postgres_program("postgres")),
                *("-D", str(data_folder), "-p", str(stack.ports["postgres"])),
                *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                *("-c", "fsync=off"),
            ],
            identity=identity,
            log_path=log_path,
            death_signal=signal.SIGQUIT,
        )
    )
    wait_for(lambda: "ready to accept connections" in log_path.read_text(), what="PostgreSQL")
    return server


def wait_for(condition, *, what: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} was not ready in time."
        time.sleep(0.1)


def create_roles(stack: Stack) -> None:
    """Run the script that the compose file mounts into the postgres image."""
    mounted = stack.services["postgres"]["volumes"][1].split(":")[0]
    psql_folder = postgres_program("psql").parent
    subprocess.run(
        [str(CHECKOUT / mounted)],
        check=True,
        env=stack.services["postgres"]["environment"]
        | {
            "PATH": f"{psql_folder}:/usr/bin:/bin",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(stack.ports["postgres"]),
            "PGPASSWORD": stack.secrets["POSTGRES_SUPERUSER_PASSWORD"],
        },
    )


def page_status(stack: Stack, path: str) -> int | None:
    with closing(http.client.HTTPConnection("127.0.0.1", stack.ports["web"], timeout=5)) as http_:
        try:
            http_.request("GET", path, headers={"Host": "localhost"})
            return http_.getresponse().status
        except OSError:
            return None


def test_pages_and_two_workers_on_separate_servers(stack):
    create_roles(stack)
    stack.run(*stack.argv("migrate"), service="migrate")
    stack.run(sys.executable, "manage.py", "collectstatic", "--noinput", service="web")
    web = stack.start("web")
    workers = [stack.start("worker-forecasts"), stack.start("worker-default")]

    done = json.loads(stack.run(sys.executable, "-m", "tests.deploy.work", service="web"))

    assert done["forecast"]["status"] == "SUCCEEDED", done
    assert done["forecast"]["rows"] == 7 * 48
    assert done["report"]["status"] == "SUCCEEDED", done
    assert done["forecast"]["owner"] != done["report"]["owner"]
    wait_for(lambda: page_status(stack, "/login/") == 200, what="The login page")
    assert all(process.poll() is None for process in (web, *workers))


def test_application_role_alone_cannot_prepare_the_database(stack):
    """Without the owner's URL the migration is refused, not done with the wrong role."""
    create_roles(stack)

    done = subprocess.run(
        stack.argv("migrate"),
        check=False,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env=stack.environment("web"),
    )

    assert done.returncode != 0
    assert "permission denied for schema public" in done.stderr
