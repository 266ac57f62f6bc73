"""The naive endpoint in a web process of its own, on the house's database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection

from wfm.launcher.state import CHECKOUT
from wfm.launcher.valkey import free_port

SETTINGS = "tests.benchmarks.adherence_live.naive.settings"


@dataclass
class Naive:
    """Where it answers."""

    port: int
    pid: int


@contextmanager
def running_naive(stack) -> Iterator[Naive]:
    """Make its tables, start it as the product's pages are started, end it."""
    stack.run("tests.benchmarks.adherence_live.naive.tables", DJANGO_SETTINGS_MODULE=SETTINGS)
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1", "--no-ws", "--blocking-threads", "4"),
            "wfm.wsgi:application",
        ],
        env=stack.environment | {"DJANGO_SETTINGS_MODULE": SETTINGS},
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
                asked.request("GET", "/naive/events/")
                asked.getresponse()
                break
            time.sleep(0.2)
        yield Naive(port, process.pid)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(8)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
