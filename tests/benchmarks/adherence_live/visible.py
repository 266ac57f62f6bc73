"""From before the POST of an event to the arrival of its agent's row in an open stream.

Some agents are watched: their events go in batches of their own beside the load of all others. The
second half is measured while an old transaction is open elsewhere in the database.
"""

import argparse
import http.client
import json
import socket
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import psycopg2

from tests.benchmarks.adherence import frame
from tests.benchmarks.adherence_live.load import Sender
from tests.benchmarks.adherence_live.stack import Stack, load_line, percentile, running_stack, say

CODES = ("work", "break")


class Watcher:
    """A planner's open stream; notes when a watched agent's row comes with its new state."""

    def __init__(self, *, port: int, cookie: str) -> None:
        self.waiting: dict[tuple[str, str], float] = {}
        self.delays: list[float] = []
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.sendall(
            f"GET /live/agents/ HTTP/1.0\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def expect(self, agent: str, code: str) -> None:
        """From now on the row of this agent with this state is awaited."""
        self.waiting[agent, code] = time.monotonic()

    def _read(self) -> None:
        with self.socket.makefile("rb", buffering=1 << 20) as lines:
            for line in lines:
                arrived = time.monotonic()
                if not line.startswith(b"data: ") or not self.waiting:
                    continue
                for row in json.loads(line[6:]).get("rows", ()):
                    key = (row["employee_number"], row["state"]["key"] if row["state"] else "")
                    begun = self.waiting.pop(key, None)
                    if begun is not None:
                        self.delays.append(arrived - begun)

    def close(self) -> None:
        """Leave."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()


SMOKE = "--agents 60 --rate 100 --batch 10 --seconds 4 --probes 5"


def main(arguments: list[str] | None = None) -> dict[str, float]:
    """Measure and say; return the figures."""
    options = parsed(arguments)
    with running_stack(agents=options.agents, viewers=1, busy_days=options.days) as stack:
        return figures_of(stack, options)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The options of a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=5000)
    parser.add_argument("--days", type=int, default=1, help="days of events that are there before")
    parser.add_argument("--rate", type=float, default=1000, help="events a second")
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=30, help="of each half")
    parser.add_argument("--probes", type=float, default=20, help="watched events a second")
    return parser.parse_args(arguments)


def figures_of(stack: Stack, options: argparse.Namespace) -> dict[str, float]:
    """First calm, then while a transaction is held open."""
    figures: dict[str, float] = {}
    for name, holder in (("calm", _nothing), ("beside an open transaction", _old_transaction)):
        with holder(stack):
            delays, unseen = _measure(stack, options)
        shares = {share: 1000 * percentile(delays, share / 100) for share in (50, 95, 99)}
        figures |= {f"{name} p{share}_ms": value for share, value in shares.items()}
        figures[f"{name} unseen"] = unseen
        say(
            f"event → visible, {name}: {len(delays)} watched events at {options.rate:.0f} a "
            f"second over {options.agents} agents: p50 {shares[50]:.0f}, p95 {shares[95]:.0f}, "
            f"p99 {shares[99]:.0f} ms; {load_line()}"
        )
    say(f"as the status page tells it: {json.dumps(_status(stack)['delays'])}")
    return figures


def run(options: frame.Options) -> list[frame.Row]:
    """The bars of event → visible."""
    return rows(main(options.pick(smoke=SMOKE, full="").split()), options)


def rows(figures: dict[str, float], options: frame.Options) -> list[frame.Row]:
    """The figures beside their bars; in small only what must be exact counts."""
    limits = {50: 100, 95: 250, 99: 500}
    return [
        frame.Row(
            f"event → visible in an open stream, 1,000 events/s, 5,000 agents, {name}",
            ", ".join(f"p{share} {figures[f'{name} p{share}_ms']:.0f}" for share in limits)
            + f" ms ({figures[f'{name} unseen']:.0f} not seen)",
            wanted="p50 ≤ 100, p95 ≤ 250, p99 ≤ 500 ms",
            is_met=figures[f"{name} unseen"] == 0
            and (
                options.is_smoke
                or all(figures[f"{name} p{share}_ms"] <= most for share, most in limits.items())
            ),
        )
        for name in ("calm", "beside an open transaction")
    ]


def _measure(stack: Stack, options: argparse.Namespace) -> tuple[list[float], int]:
    watched, others = stack.seed["agents"][:40], stack.seed["agents"][40:]
    watcher = Watcher(port=stack.live_port, cookie=stack.seed["planner"])
    sender = Sender(port=stack.web_port, key=stack.seed["key"], agents=others, batch=options.batch)
    load = threading.Thread(
        target=sender.run,
        kwargs={"rate": options.rate, "seconds": options.seconds + 2, "connections": 4},
    )
    load.start()
    time.sleep(2)
    _probe(stack, watcher, watched, options)
    load.join()
    time.sleep(2)
    watcher.close()
    lost = len(watcher.waiting)
    if lost or sender.sent.errors:
        say(f"  {lost} watched events were not seen, errors: {sender.sent.errors[:2]}")
    return watcher.delays, lost


def _probe(stack: Stack, watcher: Watcher, watched: list[str], options: argparse.Namespace) -> None:
    headers = {
        "Authorization": f"Bearer {stack.seed['key']}",
        "Content-Type": "application/json",
    }
    with closing(_web(stack)) as connection:
        _send_probes(connection, headers, watcher, watched, options)


def _web(stack: Stack) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", stack.web_port, timeout=30)


def _send_probes(
    connection: http.client.HTTPConnection,
    headers: dict[str, str],
    watcher: Watcher,
    watched: list[str],
    options: argparse.Namespace,
) -> None:
    _post(connection, headers, [(agent, "claims") for agent in watched])  # each probe is a change
    time.sleep(1)
    begun, number = time.monotonic(), 0
    while time.monotonic() < begun + options.seconds:
        time.sleep(max(0.0, begun + number / options.probes - time.monotonic()))
        agent, code = watched[number % len(watched)], CODES[number // len(watched) % 2]
        watcher.expect(agent, code)
        _post(connection, headers, [(agent, code)])
        number += 1


def _post(
    connection: http.client.HTTPConnection, headers: dict[str, str], states: list[tuple[str, str]]
) -> None:
    at = datetime.now(UTC).isoformat()
    events = [
        {
            "event_uid": f"watched-{time.time_ns()}-{agent}",
            "agent_key": agent,
            "occurred_at": at,
            "code": code,
        }
        for agent, code in states
    ]
    body = json.dumps({"source": "bench", "events": events})
    connection.request("POST", "/api/v1/adherence/events/", body, headers)
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"A watched event was not taken: {answer.status} {answer.read()[:300]!r}")
    answer.read()


@contextmanager
def _nothing(_stack: Stack):
    yield


@contextmanager
def _old_transaction(stack: Stack):
    """A snapshot that is held: nothing that is deleted from now on can be swept away."""
    with closing(psycopg2.connect(stack.environment["DATABASE_URL"])) as connection:
        connection.set_session(isolation_level="REPEATABLE READ")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM adherence_agentlive")
            cursor.execute("CREATE TEMPORARY TABLE held AS SELECT 1")
            yield


def _status(stack: Stack) -> dict:
    with closing(_web(stack)) as connection:
        headers = {"Cookie": stack.seed["planner"]}
        connection.request("GET", "/api/v1/adherence/status/", headers=headers)
        return json.loads(connection.getresponse().read())


if __name__ == "__main__":
    main()
