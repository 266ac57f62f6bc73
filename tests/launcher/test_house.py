"""The real launcher as a process: first start, kill -9, next start, Ctrl-C."""

import http.client
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import psycopg2
import pytest
import redis

from tests.launcher.processes import wait_until
from wfm.launcher import spawn
from wfm.launcher.leftovers import find_leftovers
from wfm.launcher.postgres import create_cluster
from wfm.launcher.postgres_roles import APP_ROLE, OWNER_ROLE
from wfm.launcher.spawn import Identity
from wfm.launcher.state import CHECKOUT
from wfm.launcher.valkey import free_port, new_broker, start_broker, stop_broker

pytestmark = pytest.mark.slow

START_SECONDS = 180


class Launcher:
    """One `python -m wfm.launcher run` on ports and a folder of its own."""

    def __init__(self, *, folder: Path, become: Callable[[], None] | None) -> None:
        self.folder = folder
        self.state_folder = folder / "state"
        self.port, self.live_port = free_port(), free_port()
        self.become = become
        self.extra: dict[str, str] = {}
        self.process: subprocess.Popen | None = None
        self.output_path = folder / "output"

    def environment(self) -> dict[str, str]:
        """Return a person's environment: nothing of the test run's own servers."""
        foreign = ("DATABASE_", "REDIS_URL", "WFM_", "DJANGO_SETTINGS", "LIVE_")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(foreign)}
        return kept | {
            "HOME": str(self.folder),
            "LIVE_PORT": str(self.live_port),
            "WFM_PORT": str(self.port),
            "WFM_STATE_DIR": str(self.state_folder),
            **self.extra,
        }

    def start(self, *arguments: str) -> None:
        with self.output_path.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "wfm.launcher", *(arguments or ["run"])],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment(),
                cwd=CHECKOUT,
                preexec_fn=self._prepare,  # noqa: PLW1509 - the only way to another user
            )

    def _prepare(self) -> None:
        if self.become is not None:
            self.become()
        spawn.die_with_parent(signal.SIGINT)  # a killed test run leaves no launcher

    def wait_until_started(self) -> float:
        began_at = time.monotonic()
        wait_until(
            lambda: " answers (" in self.said or self.process.poll() is not None,
            seconds=START_SECONDS,
        )
        assert self.process.poll() is None, self.said
        return time.monotonic() - began_at

    @property
    def said(self) -> str:
        return self.output_path.read_text()

    def status(self, path: str) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def variables(self) -> dict[str, str]:
        return json.loads((self.state_folder / "environment.json").read_text())

    def sql(self, statement: str) -> list:
        with (
            closing(psycopg2.connect(self.variables()["DATABASE_OWNER_URL"])) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def broker(self) -> redis.Redis:
        return redis.Redis.from_url(self.variables()["REDIS_URL"], decode_responses=True)

    def left(self) -> list:
        state_folder = self.state_folder
        return find_leftovers(
            state_folder=state_folder,
            server_folders=[state_folder / "postgres" / "data", state_folder / "valkey"],
        )

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(90)


@contextmanager
def ordinary_user() -> Iterator[Callable[[], None]]:
    """Yield what turns a forked root into an ordinary user, each time the same one.

    A process that waits holds one user namespace open, in which root's files are that user's own.
    """
    account = spawn._ordinary_account()
    holder = spawn.start(spawn.Child(argv=["/bin/sleep", "600"], identity=Identity.NAMESPACE))
    with Path(f"/proc/{holder.pid}/ns/user").open() as namespace:

        def become() -> None:
            assert spawn._LIBC.setns(namespace.fileno(), spawn._CLONE_NEWUSER) == 0
            os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
            os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)

        yield become
    holder.kill()
    holder.wait()


@pytest.fixture
def launcher(request) -> Iterator[Launcher]:
    is_ordinary = getattr(request, "param", None) == "ordinary user"
    if is_ordinary and spawn.server_identity() is not Identity.NAMESPACE:
        pytest.skip("Only root on a machine with user namespaces can play an ordinary user.")
    folder = Path(tempfile.mkdtemp(prefix="wfm-house-"))
    with ordinary_user() if is_ordinary else nullcontext() as become:
        made = Launcher(folder=folder, become=become)
        yield made
        made.end()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("launcher", ["this user", "ordinary user"], indirect=True)
def test_life_of_an_installation(launcher):
    launcher.start()
    launcher.wait_until_started()
    assert launcher.status("/login/") == 200
    launcher.sql("CREATE TABLE kept (id int)")
    launcher.sql("INSERT INTO kept VALUES (7)")
    with launcher.broker() as broker:
        broker.set("kept", "7")
        broker.execute_command("WAITAOF", 1, 0, 5000)
    environment_mode = (launcher.state_folder / "environment.json").stat().st_mode
    assert stat.S_IMODE(environment_mode) == 0o600

    refuses_a_second_launcher(launcher)
    runs_management_commands_on_its_database(launcher)
    restarts_a_killed_web_process(launcher)
    keys = {name: launcher.variables()[name] for name in ("WFM_SECRET_KEY", "WFM_CONTACT_KEY")}
    assert len(set(keys.values())) == 2
    launcher.process.kill()
    launcher.process.wait()

    launcher.start()
    seconds = launcher.wait_until_started()
    assert seconds < 90
    assert launcher.status("/login/") == 200
    assert launcher.sql("SELECT id FROM kept") == [(7,)]
    assert {name: launcher.variables()[name] for name in keys} == keys
    with launcher.broker() as broker:
        assert broker.get("kept") == "7"

    launcher.process.send_signal(signal.SIGINT)
    assert launcher.process.wait(60) == 0
    assert "Stopping" in launcher.said
    assert launcher.left() == []
    assert not (launcher.state_folder / "postgres" / "data" / "postmaster.pid").exists()
    assert not (launcher.state_folder / "environment.json").exists()


def refuses_a_second_launcher(launcher):
    done = subprocess.run(
        [sys.executable, "-m", "wfm.launcher", "run"],
        check=False,
        capture_output=True,
        text=True,
        env=launcher.environment(),
        cwd=CHECKOUT,
        preexec_fn=launcher.become,
    )

    assert done.returncode == 1
    address = f"http://127.0.0.1:{launcher.port}"
    assert re.search(rf"already runs with .*: process \d+, {address}\. Stop it", done.stderr)


def restarts_a_killed_web_process(launcher):
    name = f"--port {launcher.port} "
    pids = [process.pid for process in launcher.left() if name in command_line(process.pid)]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: "web ended (signal SIGKILL)" in launcher.said)
    wait_until(lambda: answers(launcher), seconds=60)


def runs_management_commands_on_its_database(launcher):
    done = subprocess.run(
        [sys.executable, "-m", "wfm.launcher", "manage", "showmigrations", "--list", "sessions"],
        check=False,
        capture_output=True,
        text=True,
        env=launcher.environment(),
        cwd=CHECKOUT,
        preexec_fn=launcher.become,
    )

    assert done.returncode == 0, done.stderr
    assert "[X] 0001_initial" in done.stdout


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def answers(launcher) -> bool:
    try:
        return launcher.status("/login/") == 200
    except OSError:
        return False


def test_a_killed_database_recovers_and_the_pages_come_back(launcher):
    launcher.start()
    launcher.wait_until_started()
    launcher.sql("CREATE TABLE kept (id int)")
    launcher.sql("INSERT INTO kept VALUES (7)")
    postmaster = launcher.state_folder / "postgres" / "data" / "postmaster.pid"
    first = postmaster.read_text().split()[0]

    os.kill(int(first), signal.SIGKILL)

    wait_until(lambda: "PostgreSQL ended (signal SIGKILL)" in launcher.said, seconds=30)
    wait_until(
        lambda: postmaster.exists() and postmaster.read_text().split()[0] != first, seconds=60
    )
    wait_until(lambda: answers(launcher), seconds=60)
    assert launcher.sql("SELECT id FROM kept") == [(7,)]
    assert launcher.process.poll() is None


def test_interrupt_while_starting_leaves_nothing(launcher):
    launcher.start()
    wait_until(lambda: "Creating the PostgreSQL data folder" in launcher.said, seconds=30)

    launcher.process.send_signal(signal.SIGINT)

    assert launcher.process.wait(60) == 0
    assert launcher.left() == []


def test_own_servers_are_used_instead(launcher, make_cluster, start_postgres, tmp_path):
    """Nothing embedded is started, and Ctrl-C leaves the servers of others alone."""
    cluster = make_cluster()
    create_cluster(cluster)
    postgres = start_postgres(cluster)
    broker = new_broker(tmp_path / "valkey", keeps_data=False)
    redis_server = start_broker(broker, log_path=tmp_path / "valkey.log")
    launcher.extra = {
        "DATABASE_URL": cluster.url(role=APP_ROLE),
        "DATABASE_OWNER_URL": cluster.url(role=OWNER_ROLE),
        "REDIS_URL": broker.url(),
    }
    try:
        launcher.start()
        launcher.wait_until_started()
        assert launcher.status("/login/") == 200
        assert (
            "Using the PostgreSQL of DATABASE_URL.\nUsing the Redis of REDIS_URL." in launcher.said
        )
        assert not (launcher.state_folder / "postgres").exists()
        assert not (launcher.state_folder / "valkey").exists()

        launcher.process.send_signal(signal.SIGINT)
        assert launcher.process.wait(60) == 0
        assert postgres.poll() is None
        assert redis_server.poll() is None
    finally:
        stop_broker(redis_server)


def test_management_command_needs_a_running_launcher(launcher):
    launcher.start("manage", "check")

    assert launcher.process.wait(60) == 1
    assert "Start `make run` or `make demo` first" in launcher.said
