"""One embedded Redis-protocol server (Valkey) on a free port of 127.0.0.1, with a password."""

import secrets
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from wfm.launcher.binaries import redis_server_program
from wfm.launcher.errors import LauncherError
from wfm.launcher.spawn import Child, start

READY_SECONDS = 20.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The server's folder, port and password."""

    folder: Path
    port: int
    password: str
    keeps_data: bool

    @property
    def config_path(self) -> Path:
        """The file that holds the password, so that no process list shows it."""
        return self.folder / "valkey.conf"

    def url(self, *, database: int = 0) -> str:
        """Return the URL of one of the numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"


def new_broker(folder: Path, *, keeps_data: bool) -> Broker:
    """Return a broker on a port that is free now, with a new password."""
    return Broker(
        folder=folder,
        port=free_port(),
        password=secrets.token_urlsafe(32),
        keeps_data=keeps_data,
    )


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_broker(
    broker: Broker, *, log_path: Path, death_signal: signal.Signals = signal.SIGTERM
) -> "subprocess.Popen[bytes]":
    """Start the server and return when it answers with its own process id."""
    broker.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_config(broker)
    server = start(
        Child(
            argv=[str(redis_server_program()), str(broker.config_path)],
            log_path=log_path,
            death_signal=death_signal,
            cwd=broker.folder,
        )
    )
    try:
        _wait_until_ready(broker, server=server, log_path=log_path)
    except BaseException:
        stop_broker(server)
        raise
    return server


def stop_broker(server: "subprocess.Popen[bytes]") -> None:
    """End the server; it writes what is left of its append-only file first."""
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(STOP_SECONDS)


def _write_config(broker: Broker) -> None:
    lines = [
        "bind 127.0.0.1",
        f"port {broker.port}",
        f"requirepass {broker.password}",
        f'dir "{broker.folder}"',
        "databases 64",
        "maxmemory-policy noeviction",
        'save ""',
        f"appendonly {'yes' if broker.keeps_data else 'no'}",
        "appendfsync everysec",
    ]
    broker.config_path.touch(mode=0o600)
    broker.config_path.chmod(0o600)
    broker.config_path.write_text("\n".join(lines) + "\n")


def _wait_until_ready(broker: Broker, *, server: "subprocess.Popen[bytes]", log_path: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with redis.Redis.from_url(broker.url()) as client:
        while True:
            if server.poll() is not None:
                msg = f"The Redis server ended while starting; see {log_path}."
                raise LauncherError(msg)
            try:
                answered = client.info("server")
            except redis.RedisError as error:
                if time.monotonic() > deadline:
                    msg = f"The Redis server does not answer: {error}. See {log_path}."
                    raise LauncherError(msg) from error
            else:
                if answered["process_id"] == server.pid:
                    return
                msg = f"Another Redis server answers on port {broker.port}. Start again."
                raise LauncherError(msg)
            time.sleep(0.02)
