"""A house without workers for a benchmark: PostgreSQL and Redis of its own, web, live, keeper.

Everything is as in a real installation (fsync on); its folder goes with it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import psycopg2

from wfm.launcher.postgres import Cluster, create_cluster, start_server, stop_server
from wfm.launcher.postgres_roles import APP_ROLE, OWNER_ROLE
from wfm.launcher.services import Service, keeper_service, manage, web_services
from wfm.launcher.spawn import server_identity, start
from wfm.launcher.state import CHECKOUT, State
from wfm.launcher.supervisor import kill_session
from wfm.launcher.valkey import free_port, new_broker, start_broker, stop_broker

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 180


@dataclass
class Stack:
    """What runs, and where."""

    folder: Path
    environment: dict[str, str]
    web_port: int
    live_port: int
    seed: dict
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    def cpu_seconds(self) -> dict[str, float]:
        """CPU used so far by each process and its children, ended ones included."""
        return {name: tree_cpu(process.pid) for name, process in self.processes.items()}

    def run(self, *arguments: str, **environment: str) -> str:
        """Run a module of the checkout in this house; return what it says."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            env=self.environment | environment,
            cwd=CHECKOUT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


@contextmanager
def running_stack(*, agents: int, viewers: int, busy_days: int = 0, **more: str) -> Iterator[Stack]:
    """Start everything, seed it with agents that are all planned to work now, and end it."""
    folder = Path(tempfile.mkdtemp(prefix="wfm-bench-"))
    state = State(folder=folder)
    state.logs_folder.mkdir()
    identity = server_identity()
    cluster = Cluster(
        folder=folder / "postgres", socket_folder=folder / "socket", identity=identity
    )
    cluster.socket_folder.mkdir(mode=0o700)
    create_cluster(cluster)
    postgres = start_server(cluster, log_path=folder / "logs" / "postgres.log")
    broker = new_broker(folder / "valkey", keeps_data=True)
    redis_server = start_broker(broker, log_path=folder / "logs" / "valkey.log")
    web_port, live_port = free_port(), free_port()
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("WFM_")},
        "DJANGO_SETTINGS_MODULE": "wfm.settings",
        "DATABASE_URL": cluster.url(role=APP_ROLE),
        "DATABASE_OWNER_URL": cluster.url(role=OWNER_ROLE),
        "REDIS_URL": broker.url(),
        "LIVE_PORT": str(live_port),
        "LIVE_MAX_VIEWERS": "2000",
        "WFM_STATE_DIR": str(folder),
        "WFM_SECRET_KEY": "bench" * 12,
        "WFM_CONTACT_KEY": "bench" * 12,
        "WFM_LOG_LEVEL": "WARNING",
        **more,
    }
    stack = Stack(folder, environment, web_port, live_port, {})
    try:
        subprocess.run(
            manage("prepare_database"), env=environment, cwd=CHECKOUT, check=True,
            capture_output=True,
        )  # fmt: skip
        subprocess.run(
            manage("collectstatic", "--noinput"), env=environment, cwd=CHECKOUT, check=True,
            capture_output=True,
        )  # fmt: skip
        options = ("--agents", str(agents), "--viewers", str(viewers), "--days", str(busy_days))
        stack.seed = json.loads(stack.run("tests.benchmarks.adherence_live.seed", *options))
        stack.processes = {"postgres": postgres, "redis": redis_server}
        services: list[Service] = [
            *web_services(state, environment=environment, web_port=web_port, live_port=live_port),
            keeper_service(state, environment=environment | {"WFM_LOG_LEVEL": "INFO"}),
        ]
        for service in services:
            stack.processes[service.name] = start(service.child)
        for port, path in ((web_port, "/api/v1/adherence/live/"), (live_port, "/live/health/")):
            _wait_for(port, path)
        _settle(stack)
        yield stack
    finally:
        for name, process in stack.processes.items():
            if name not in {"postgres", "redis"}:
                process.send_signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(8)
                kill_session(process)
        stop_broker(redis_server)
        stop_server(postgres)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return
        time.sleep(0.1)
    raise SystemExit(f"{path} on port {port} does not answer.")


def _settle(stack: Stack) -> None:
    """Wait until the keeper has looked at everyone and rests."""
    agents = len(stack.seed["agents"])
    with closing(psycopg2.connect(stack.environment["DATABASE_OWNER_URL"])) as connection:
        connection.autocommit = True
        deadline, before = time.monotonic() + START_SECONDS, -1.0
        while time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM adherence_agentlive")
                rows = cursor.fetchone()[0]
            now = stack.cpu_seconds()["keeper"]
            if rows >= agents and now - before < 0.15:
                return
            before = now
            time.sleep(1)
    raise SystemExit(f"The keeper does not come to rest: {rows} of {agents} agents have a row.")


def tree_cpu(pid: int) -> float:
    """CPU of a process, its children, and its children that have ended."""
    parents: dict[int, list[int]] = {}
    stats: dict[int, list[str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
                stats[int(entry.name)] = fields
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    total, waiting = 0, [pid]
    while waiting:
        found = waiting.pop()
        waiting += parents.get(found, [])
        if found in stats:
            total += sum(int(ticks) for ticks in stats[found][11:15])
    return total / TICKS


def cpu_between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds by process, and their sum."""
    used = {name: round(after[name] - before[name], 2) for name in after}
    return used | {"all": round(sum(used.values()), 2)}


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def load_line() -> str:
    """How busy the machine is, to be told beside every figure."""
    return f"load {' '.join(Path('/proc/loadavg').read_text().split()[:3])}, {os.cpu_count()} cores"


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
