"""One embedded PostgreSQL: initialise, start, wait until it answers, stop.

It listens on a Unix socket in a private folder only, and asks for a password there as well.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2's spelling

from wfm.launcher.binaries import postgres_program
from wfm.launcher.errors import LauncherError
from wfm.launcher.postgres_roles import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    create_roles,
    grant_statements,
)
from wfm.launcher.spawn import Child, Identity, nobody, start

SUPERUSER = "postgres"
READY_SECONDS = 180.0  # after a crash it first replays its log
STOP_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Passwords:
    """Made once with the cluster and kept beside it, readable by its user alone."""

    superuser: str
    owner: str
    app: str

    @classmethod
    def generate(cls) -> "Passwords":
        """Return three new random passwords."""
        return cls(
            superuser=secrets.token_urlsafe(32),
            owner=secrets.token_urlsafe(32),
            app=secrets.token_urlsafe(32),
        )


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A data folder with its passwords, and how its server runs."""

    folder: Path
    socket_folder: Path
    identity: Identity
    is_for_tests: bool = False

    @property
    def data_folder(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "data"

    @property
    def passwords(self) -> Passwords:
        """The passwords that were stored when the cluster was made."""
        return Passwords(**json.loads((self.folder / "passwords.json").read_text()))

    def url(self, *, role: str, database: str = DATABASE) -> str:
        """Return the URL with which this role reaches this database."""
        password = {
            SUPERUSER: self.passwords.superuser,
            OWNER_ROLE: self.passwords.owner,
            APP_ROLE: self.passwords.app,
        }[role]
        socket_folder = quote(str(self.socket_folder), safe="/")
        return f"postgresql://{role}:{password}@/{database}?host={socket_folder}"

    def connect(
        self, *, role: str = SUPERUSER, database: str = "postgres", timeout_seconds: int = 5
    ) -> Connection:
        """Return a connection in autocommit."""
        made = psycopg2.connect(
            self.url(role=role, database=database), connect_timeout=timeout_seconds
        )
        made.autocommit = True
        return made


def create_cluster(cluster: Cluster) -> None:
    """Make the cluster with roles and database in a side folder, then move it into place.

    A crash in the middle leaves the side folder only, which the next start replaces.
    """
    side = Cluster(
        folder=cluster.folder.with_name(cluster.folder.name + ".new"),
        socket_folder=cluster.socket_folder,
        identity=cluster.identity,
        is_for_tests=cluster.is_for_tests,
    )
    shutil.rmtree(side.folder, ignore_errors=True)
    make_private_folder(side.folder, identity=side.identity)
    _write_passwords(side)
    _run_initdb(side)
    server = start_server(side, log_path=side.folder / "first-start.log")
    try:
        _create_contents(side)
    finally:
        stop_server(server)
    side.folder.rename(cluster.folder)


def make_private_folder(folder: Path, *, identity: Identity) -> None:
    """Create the folder for the server's user alone; refuse one that somebody else made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owners = {os.geteuid()}
    if identity is Identity.NOBODY:
        owners.add(nobody().pw_uid)
    if folder.is_symlink() or folder.stat().st_uid not in owners:
        msg = f"{folder} belongs to another user."
        raise PermissionError(msg)
    folder.chmod(0o700)
    _give_to_server(folder, identity=identity)


def start_server(
    cluster: Cluster, *, log_path: Path, death_signal: signal.Signals = signal.SIGINT
) -> "subprocess.Popen[bytes]":
    """Start the server and return when it answers a real connection.

    If the launcher dies, the server gets `death_signal`; SIGINT is PostgreSQL's fast shutdown.
    """
    server = start(
        Child(
            argv=[str(postgres_program("postgres")), *_server_options(cluster)],
            env=_clean_environment(),
            log_path=log_path,
            identity=cluster.identity,
            death_signal=death_signal,
            cwd=Path("/"),
        )
    )
    try:
        wait_until_ready(cluster, server=server, log_path=log_path)
    except BaseException:
        stop_server(server)
        raise
    return server


def wait_until_ready(
    cluster: Cluster, *, server: "subprocess.Popen[bytes] | None", log_path: Path
) -> None:
    """Return when a query is answered; raise when the server ended or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        if server is not None and server.poll() is not None:
            msg = f"PostgreSQL ended while starting.\n{last_lines(log_path)}"
            raise LauncherError(msg)
        try:
            with closing(cluster.connect()) as connection, connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                return
        except psycopg2.OperationalError as error:
            if time.monotonic() > deadline:
                msg = f"PostgreSQL does not answer: {error}\n{last_lines(log_path)}"
                raise LauncherError(msg) from error
        time.sleep(0.02)


def stop_server(server: "subprocess.Popen[bytes]") -> None:
    """Fast shutdown: ends sessions, writes a checkpoint, exits."""
    if server.poll() is not None:
        return
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)  # recovers from its log at the next start
        server.wait(STOP_SECONDS)


def last_lines(path: Path, count: int = 20) -> str:
    """Return the end of a log for an error message."""
    if not path.exists():
        return f"({path} is empty)"
    lines = path.read_text(errors="replace").splitlines()[-count:]
    return "\n".join([f"The end of {path}:", *lines])


def _write_passwords(cluster: Cluster) -> None:
    path = cluster.folder / "passwords.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(Passwords.generate())))


def _run_initdb(cluster: Cluster) -> None:
    password_path = cluster.folder / "initdb-password"
    password_path.touch(mode=0o600)
    password_path.write_text(cluster.passwords.superuser)
    _give_to_server(password_path, identity=cluster.identity)
    log_path = cluster.folder / "initdb.log"
    argv = [
        str(postgres_program("initdb")),
        f"--pgdata={cluster.data_folder}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_path}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        *(["--no-sync"] if cluster.is_for_tests else []),
    ]
    code = start(
        Child(
            argv=argv,
            env=_clean_environment(),
            log_path=log_path,
            identity=cluster.identity,
            death_signal=signal.SIGKILL,
            cwd=Path("/"),
        )
    ).wait()
    password_path.unlink()
    if code != 0:
        msg = f"PostgreSQL's initdb failed with code {code}.\n{last_lines(log_path)}"
        raise LauncherError(msg)


def _create_contents(cluster: Cluster) -> None:
    with closing(cluster.connect()) as connection, connection.cursor() as cursor:
        create_roles(
            cursor,
            owner_password=cluster.passwords.owner,
            app_password=cluster.passwords.app,
            owner_creates_databases=cluster.is_for_tests,
        )
    with (
        closing(cluster.connect(role=OWNER_ROLE, database=DATABASE)) as connection,
        connection.cursor() as cursor,
    ):
        for statement in grant_statements():
            cursor.execute(statement)


def _server_options(cluster: Cluster) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(cluster.socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",
    }
    if cluster.is_for_tests:
        settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    return ["-D", str(cluster.data_folder)] + [
        part for name, value in settings.items() for part in ("-c", f"{name}={value}")
    ]


def _clean_environment() -> dict[str, str]:
    """Return the environment without PG… variables and with messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _give_to_server(path: Path, *, identity: Identity) -> None:
    if identity is Identity.NOBODY:
        account = nobody()
        os.chown(path, account.pw_uid, account.pw_gid)
