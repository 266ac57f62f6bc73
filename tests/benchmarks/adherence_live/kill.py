"""kill -9 of one process after the other of a whole house while events come in.

The client keeps the uid of every event that was acknowledged, and sends a batch that was not
acknowledged again. At the end each acknowledged event must be there once. After each kill the house
is waited for: a new event must be taken, and seen in a stream that is opened again by itself.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg2

from tests.benchmarks.adherence import frame
from tests.benchmarks.adherence_live.stack import load_line, say
from wfm.launcher.state import CHECKOUT
from wfm.launcher.valkey import free_port

VICTIMS = {
    "web": "--interface wsgi",
    "live": "--interface asgi",
    "keeper": "keep_live",
    "worker": "worker -Q default",
    "beat": "worker -Q control",
    "Redis": "valkey.conf",
    "PostgreSQL": "postgres -D",
}
START_SECONDS = 600
BACK_SECONDS = 120


@dataclass
class House:
    """A launcher with a state folder and ports of its own."""

    folder: Path
    web_port: int
    live_port: int
    process: subprocess.Popen
    environment: dict[str, str]
    seed: dict = field(default_factory=dict)

    def said(self) -> str:
        """What the launcher has printed."""
        return (self.folder / "output").read_text()

    def pids(self, mark: str) -> list[int]:
        """Children of the launcher whose command line holds the mark."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with suppress(OSError, IndexError):
                parent = (entry / "stat").read_text().rpartition(") ")[2].split()[1]
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if parent == str(self.process.pid) and mark in line:
                    found.append(int(entry.name))
        return found


@dataclass
class Client:
    """Sends batches on and on; one that fails is sent again as it was."""

    house: House
    batch: int
    acknowledged: set[str] = field(default_factory=set)
    sent_again: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self, name: str) -> None:
        """Until it is over."""
        agents, number = self.house.seed["agents"], 0
        while not self.is_over.is_set():
            number += 1
            uids = [f"{name}-{number}-{place}" for place in range(self.batch)]
            body = batch_body(uids, [random.choice(agents[1:]) for _ in uids])
            while not self.is_over.is_set():
                answer = post(self.house, body)
                if answer is not None:
                    self.acknowledged.update(uids)
                    break
                self.sent_again += 1
                time.sleep(0.1)


def batch_body(uids: list[str], agents: list[str]) -> bytes:
    """A batch of this moment."""
    at = datetime.now(UTC).isoformat()
    events = [
        {
            "event_uid": uid,
            "agent_key": agent,
            "occurred_at": at,
            "code": random.choice(("work", "break", "claims")),
        }
        for uid, agent in zip(uids, agents, strict=True)
    ]
    return json.dumps({"source": "bench", "events": events}).encode()


def post(house: House, body: bytes) -> dict | None:
    """Send; None when it was not acknowledged."""
    headers = {"Authorization": f"Bearer {house.seed['key']}", "Content-Type": "application/json"}
    with (
        suppress(OSError, http.client.HTTPException, ValueError),
        closing(http.client.HTTPConnection("127.0.0.1", house.web_port, timeout=20)) as connection,
    ):
        connection.request("POST", "/api/v1/adherence/events/", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 200:
            return json.loads(text)
    return None


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Kill, wait, count; return what was lost and doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--victims", nargs="*", default=list(VICTIMS), choices=list(VICTIMS))
    options = parser.parse_args(arguments)
    random.seed(options.seed)
    house = _start()
    try:
        _open(house, options)
        return _run(house, options)
    finally:
        house.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            house.process.wait(120)
        shutil.rmtree(house.folder, ignore_errors=True)


def run(options: frame.Options) -> list[frame.Row]:
    """The bar of kill -9."""
    runs = options.pick(smoke=3, full=100)
    found = main(["--runs", str(runs)])
    return [
        frame.Row(
            f"kill -9 of web, live, keeper, worker, beat, Redis, PostgreSQL at random, {runs} times",
            f"{found['acknowledged']:,} events acknowledged, {found['lost']} lost, "
            f"{found['doubled']} doubled; seen again in a stream within {found['slowest']:.0f} s",
            wanted="0 lost, 0 doubled",
            is_met=found["lost"] == found["doubled"] == 0,
        )
    ]


def _start() -> House:
    folder = Path(tempfile.mkdtemp(prefix="wfm-kill-"))
    web_port, live_port = free_port(), free_port()
    foreign = ("DATABASE_", "REDIS_URL", "WFM_", "DJANGO_SETTINGS", "LIVE_")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(foreign)}
    own = {
        "WFM_PORT": str(web_port),
        "LIVE_PORT": str(live_port),
        "WFM_STATE_DIR": str(folder / "state"),
    }
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "wfm.launcher", "run"],
            stdout=output, stderr=subprocess.STDOUT, env=kept | own, cwd=CHECKOUT,
        )  # fmt: skip
    return House(folder, web_port, live_port, process, {})


def _open(house: House, options: argparse.Namespace) -> None:
    process, folder = house.process, house.folder
    _until(lambda: " answers (" in house.said() or process.poll() is not None, START_SECONDS)
    if process.poll() is not None:
        raise SystemExit(house.said())
    house.environment = json.loads((folder / "state" / "environment.json").read_text())
    told = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.adherence_live.seed",
         "--agents", str(options.agents), "--viewers", "1"],
        env=house.environment | {"WFM_LOG_LEVEL": "WARNING"}, cwd=CHECKOUT, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    house.seed = json.loads(told.stdout)


def _run(house: House, options: argparse.Namespace) -> dict[str, float]:
    clients = [Client(house, options.batch) for _ in range(options.clients)]
    threads = [
        threading.Thread(target=client.run, args=(f"c{index}",))
        for index, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    backs: dict[str, list[float]] = {}
    try:
        _seen(house)
        for run in range(options.runs):
            victim = random.choice(options.victims)
            time.sleep(random.uniform(0.2, 1.5))
            for pid in house.pids(VICTIMS[victim])[:1]:
                os.kill(pid, signal.SIGKILL)
            backs.setdefault(victim, []).append(_seen(house))
            if run % 10 == 9:
                say(
                    f"  {run + 1} runs, {sum(len(client.acknowledged) for client in clients):,} events",
                )
    finally:
        for client in clients:
            client.is_over.set()
        for thread in threads:
            thread.join()
    found = _count(house, set().union(*(client.acknowledged for client in clients)))
    again = sum(client.sent_again for client in clients)
    waits = {
        name: f"{len(seconds)}x, slowest back in {max(seconds):.1f} s"
        for name, seconds in backs.items()
    }
    say(
        f"kill -9: {options.runs} runs {waits}; {found['acknowledged']:,} events acknowledged, "
        f"{again} batches sent again; {found['lost']} lost, {found['doubled']} doubled; {load_line()}"
    )
    slowest = max(seconds for waited in backs.values() for seconds in waited)
    return {**found, "slowest": slowest}


def _seen(house: House) -> float:
    """Seconds until a new event of the first agent is taken and seen in a stream."""
    begun = time.monotonic()
    agent = house.seed["agents"][0]
    while time.monotonic() < begun + BACK_SECONDS:
        with suppress(OSError, ValueError):
            if _sees_an_event(house, agent):
                return time.monotonic() - begun
        if house.process.poll() is not None:
            raise SystemExit(house.said())
        time.sleep(0.2)
    raise SystemExit(f"The live pages do not come back:\n{house.said()[-3000:]}")


def _sees_an_event(house: House, agent: str) -> bool:
    with closing(socket.create_connection(("127.0.0.1", house.live_port), timeout=4)) as stream:
        head = f"GET /live/agents/ HTTP/1.0\r\nHost: 127.0.0.1\r\nCookie: {house.seed['planner']}\r\n\r\n"
        stream.sendall(head.encode())
        lines = stream.makefile("rb")
        if b" 200 " not in lines.readline():
            return False
        for line in lines:
            if line.startswith(b"event: hello"):
                break
        for code in ("work", "break"):  # one of them is a change
            uid = f"probe-{time.time_ns()}"
            event = {
                "event_uid": uid,
                "agent_key": agent,
                "occurred_at": datetime.now(UTC).isoformat(),
                "code": code,
            }
            if post(house, json.dumps({"source": "bench", "events": [event]}).encode()) is None:
                return False
            time.sleep(0.02)
        mark = f'"employee_number":"{agent}"'.encode()
        return any(mark in line for line in lines)


def _count(house: House, acknowledged: set[str]) -> dict[str, int]:
    with (
        closing(psycopg2.connect(house.environment["DATABASE_OWNER_URL"])) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT event_uid, count(*) FROM adherence_activityevent"
            " WHERE source = 'bench' GROUP BY event_uid"
        )
        stored = dict(cursor.fetchall())
    return {
        "acknowledged": len(acknowledged),
        "lost": sum(uid not in stored for uid in acknowledged),
        "doubled": sum(count > 1 for count in stored.values()),
    }


def _until(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("It did not happen in time.")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
