"""Sends batches at a steady rate, as event sources do, and opens dashboards that read on."""

import http.client
import itertools
import json
import random
import selectors
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

LEAD_SECONDS = 0.2
"""All connections are ready before the first batch is due."""
CODES = ("work", "claims", "break", "wrap-up")
TURNS = itertools.count()
"""Each sender begins with another code than the one before, which left its agents in the others."""


@dataclass
class Sent:
    """What became of the batches."""

    seconds: list[float] = field(default_factory=list)
    accepted: int = 0
    errors: list[str] = field(default_factory=list)


class Sender:
    """Some connections that share one rate; each batch is of other agents than the one before."""

    def __init__(
        self,
        *,
        port: int,
        key: str,
        agents: list[str],
        batch: int,
        path: str = "/api/v1/adherence/events/",
    ) -> None:
        self.port, self.key, self.path, self.batch = port, key, path, batch
        shuffled = random.Random(1).sample(agents, len(agents))
        self._agents = itertools.cycle(shuffled)
        self._count, self._turn = len(agents), next(TURNS)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.sent = Sent()
        self.run_id = f"{time.time_ns():x}"

    def run(self, *, rate: float, seconds: float, connections: int) -> Sent:
        """Send for so many seconds; the batches of all connections together make the rate."""
        self.sent = Sent()
        every = self.batch * connections / rate
        began = time.monotonic() + LEAD_SECONDS
        threads = [
            threading.Thread(
                target=self._send,
                args=(began + every * index / connections, every, began + seconds),
            )
            for index in range(connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.sent

    def body(self) -> bytes:
        """A batch of events of this moment."""
        with self._lock:
            chosen = [(next(self._agents), next(self._numbers)) for _ in range(self.batch)]
        at = datetime.now(UTC).isoformat()
        events = [
            {
                "event_uid": f"{self.run_id}-{number}",
                "agent_key": agent,
                "occurred_at": at,
                "kind": "state",
                # another at each turn
                "code": CODES[(number + number // self._count + self._turn) % 4],
                "channel": "voice",
                "sequence": number,
            }
            for agent, number in chosen
        ]
        return json.dumps({"source": "bench", "events": events}).encode()

    def _send(self, first: float, every: float, until: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            self._send_by(connection, np.arange(first, until, every).tolist())

    def _send_by(self, connection: http.client.HTTPConnection, moments: Iterable[float]) -> None:
        """A batch at each moment; what comes late because of the one before counts as slow."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        for due in moments:
            time.sleep(max(0.0, due - time.monotonic()))
            body = self.body()
            try:
                connection.request("POST", self.path, body, headers)
                answer = connection.getresponse()
                text, status = answer.read(), answer.status
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                text, status = str(error).encode(), 0
            if status != 200:
                with self._lock:
                    self.sent.errors.append(f"{status} {text[:200]!r}")
                continue
            accepted = json.loads(text)["accepted"]
            with self._lock:
                self.sent.seconds.append(time.monotonic() - due)
                self.sent.accepted += accepted


class Dashboards:
    """Open streams, read by one thread; what comes is counted, not understood."""

    def __init__(self, *, port: int, cookies: list[str]) -> None:
        self.bytes_read = self.messages = 0
        self._selector = selectors.DefaultSelector()
        self._is_over = threading.Event()
        for cookie in cookies:
            stream = socket.create_connection(("127.0.0.1", port), timeout=30)
            head = f"GET /live/agents/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n"
            stream.sendall(head.encode())
            first = stream.recv(200)
            if b" 200 " not in first:
                raise SystemExit(f"A dashboard was not let in: {first[:100]!r}")
            stream.setblocking(False)
            self._selector.register(stream, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._is_over.is_set():
            for key, _events in self._selector.select(timeout=0.2):
                with suppress(BlockingIOError):
                    data = key.fileobj.recv(1 << 20)
                    self.bytes_read += len(data)
                    self.messages += data.count(b"event: rows")
            time.sleep(0.01)

    def close(self) -> None:
        """Leave."""
        self._is_over.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
