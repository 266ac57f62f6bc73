"""The real web, live and keeper processes on the test's database, and a reader of event streams."""

import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, parse_headers
from pathlib import Path
from queue import Empty, Queue
from typing import Self

from wfm.launcher.services import keeper_service, web_services
from wfm.launcher.spawn import start
from wfm.launcher.state import State
from wfm.launcher.supervisor import kill_session

START_SECONDS = 60


@dataclass(frozen=True)
class Pages:
    """Where the processes answer."""

    web_port: int
    live_port: int
    live_pid: int
    pids: dict[str, int]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"


@contextmanager
def running_pages(folder: Path, **environment: str) -> Iterator[Pages]:
    """Start web, live and keeper; end them with the block."""
    (folder / "logs").mkdir(exist_ok=True)
    web_port, live_port = free_port(), free_port()
    own = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    own |= {
        "DJANGO_SETTINGS_MODULE": "wfm.settings_test",
        "LIVE_PORT": str(live_port),
        "WFM_STATE_DIR": str(folder),
        "PYTHONUNBUFFERED": "1",
    } | environment
    state = State(folder=folder)
    services = [
        *web_services(state, environment=own, web_port=web_port, live_port=live_port),
        keeper_service(state, environment=own),
    ]
    started = {service.name: start(service.child) for service in services}
    try:
        _wait_for_line(started["keeper"], "is at work", folder / "logs" / "keeper.log")
        for name, port, path in (
            ("web", web_port, "/login/"),
            ("live", live_port, "/live/health/"),
        ):
            _wait_for(started[name], port, path, folder / "logs" / f"{name}.log")
        pids = {name: process.pid for name, process in started.items()}
        yield Pages(web_port, live_port, started["live"].pid, pids)
    finally:
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        for process in started.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            kill_session(process)


def _wait_for_line(process: subprocess.Popen, text: str, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not log_path.exists() or text not in log_path.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"The log does not say {text!r}:\n{log_path.read_text()[-4000:]}")
        time.sleep(0.05)


def _wait_for(process: subprocess.Popen, port: int, path: str, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with (
            suppress(OSError),
            closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection,
        ):
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            msg = f"{path} on port {port} does not answer:\n{log_path.read_text()[-4000:]}"
            raise AssertionError(msg)
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stream:
    """An open event stream; a thread reads it so that arrival times are true."""

    def __init__(self, port: int, *, cookie="", origin="", path="/live/agents/") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        lines = [f"GET {path} HTTP/1.0", "Host: 127.0.0.1", f"Cookie: {cookie}"]
        lines += [f"Origin: {origin}"] if origin else []
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = parse_headers(self.file)
        self.events: Queue[tuple[float, str, dict]] = Queue()
        self.thread = threading.Thread(target=self._read, daemon=True)
        if self.status == 200:
            self.thread.start()

    def _read(self) -> None:
        name = ""
        with suppress(OSError, ValueError):
            while line := self.file.readline():
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    name = text.removeprefix("event: ")
                elif text.startswith("data: "):
                    data = json.loads(text.removeprefix("data: "))
                    self.events.put((time.monotonic(), name, data))

    def next(self, name: str, *, seconds: float = 10) -> tuple[float, dict]:
        """Return arrival and data of the next event of that name."""
        deadline = time.monotonic() + seconds
        while True:
            with suppress(Empty):
                arrived, found, data = self.events.get(
                    timeout=max(deadline - time.monotonic(), 0.01)
                )
                if found == name:
                    return arrived, data
            if time.monotonic() > deadline:
                raise AssertionError(f"No event {name!r} within {seconds} s.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        if self.thread.ident is not None:
            self.thread.join(5)
        self.file.close()
        self.socket.close()
