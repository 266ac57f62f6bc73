"""The whole house on the test database: pages, live events, workers, beat; and a browser."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, connections
from playwright.sync_api import Browser, sync_playwright

from wfm.launcher.services import Service, keeper_service, web_services, worker_services
from wfm.launcher.spawn import start
from wfm.launcher.state import State
from wfm.launcher.supervisor import kill_session

CHECKOUT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 90
READY = {"web": "Started worker", "live": "Started worker", "keeper": "is at work"}


@dataclass(frozen=True)
class Stack:
    """A running house; `url` is where its pages answer."""

    url: str
    folder: Path
    services: dict[str, subprocess.Popen]

    def log(self, name: str) -> str:
        """Return the last lines of a process's log, for the message of a failing test."""
        return "\n".join((self.folder / "logs" / f"{name}.log").read_text().splitlines()[-40:])


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Start every process of a real installation on this test's database, and end them all."""
    (folder / "logs").mkdir()
    web_port, live_port = _free_port(), _free_port()
    environment = {
        name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"
    }
    environment |= {
        "DJANGO_SETTINGS_MODULE": "wfm.settings_test",
        "LIVE_PORT": str(live_port),
        "WFM_PORT": str(web_port),
        "WFM_STATE_DIR": str(folder),
        "PYTHONUNBUFFERED": "1",
    }
    state = State(folder=folder)
    found: list[Service] = [
        *web_services(state, environment=environment, web_port=web_port, live_port=live_port),
        *worker_services(state, environment=environment),
        keeper_service(state, environment=environment),
    ]
    started = {service.name: start(service.child) for service in found}
    stack = Stack(f"http://127.0.0.1:{web_port}", folder, started)
    try:
        for service in found:
            _wait_until_ready(stack, service.name)
        _wait_for_page(stack, web_port)
        yield stack
    finally:
        _stop(started)


def _wait_until_ready(stack: Stack, name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    text = READY.get(name, " ready.")
    while text not in (stack.folder / "logs" / f"{name}.log").read_text():
        if stack.services[name].poll() is not None or time.monotonic() > deadline:
            msg = f"{name} did not start:\n{stack.log(name)}"
            raise AssertionError(msg)
        time.sleep(0.1)


def _wait_for_page(stack: Stack, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with (
            closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as asked,
            suppress(OSError),
        ):
            asked.request("GET", "/")
            if asked.getresponse().status < 500:
                return
        if time.monotonic() > deadline:
            msg = f"The pages do not answer:\n{stack.log('web')}"
            raise AssertionError(msg)
        time.sleep(0.2)


def _stop(started: dict[str, subprocess.Popen]) -> None:
    for process in started.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 5
    for process in started.values():
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(deadline - time.monotonic(), 0.1))
        kill_session(process)
    _wait_for_the_end_of_their_connections()


def _wait_for_the_end_of_their_connections() -> None:
    """PostgreSQL notices the end of a killed client a moment later; until then it holds the database."""
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND usename = current_user AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        # Playwright's event loop makes Django keep connections of its own while it runs.
        connections.close_all()
        browser.close()
