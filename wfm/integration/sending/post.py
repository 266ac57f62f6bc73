"""Post one message: to the resolved address, with the name's certificate, no redirect followed."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wfm.integration.sending.addresses import Address, AllowList
from wfm.integration.sending.target import Target, UnsafeTarget, read_target, resolve

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
"""From the first connection attempt to the last byte; a trickle of bytes does not extend it."""
MAX_ANSWER_BYTES = 2_000


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or none and the fault as a sentence."""

    status: int | None
    error: str = ""
    retry_after_seconds: int | None = None
    is_refused: bool = False
    """Nothing was sent, because the address may not be reached."""

    @property
    def is_success(self) -> bool:
        """The endpoint has taken the message."""
        return self.status is not None and 200 <= self.status < 300


class _PinnedConnection(http.client.HTTPConnection):
    """A connection to addresses that are already known; the name serves Host and certificate."""

    def __init__(self, target: Target, addresses: list[Address], deadline: float) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self.target, self.addresses, self.deadline = target, addresses, deadline

    def connect(self) -> None:
        """Connect to the first address that answers."""
        self.sock = self._first_socket()
        if self.target.scheme == "https":
            context = ssl.create_default_context()
            # The handshake comes after the assignment, so that the deadline can cut it off too.
            tls = context.wrap_socket(
                self.sock, server_hostname=self.target.host, do_handshake_on_connect=False
            )
            self.sock = tls
            tls.settimeout(max(0.1, self.deadline - time.monotonic()))
            tls.do_handshake()
        self.sock.settimeout(max(0.1, self.deadline - time.monotonic()))

    def _first_socket(self) -> socket.socket:
        error: OSError = OSError("no address")
        for address in self.addresses:
            left = min(CONNECT_SECONDS, self.deadline - time.monotonic())
            if left <= 0:
                raise TimeoutError
            family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(left)
            try:
                sock.connect((str(address), self.target.port))
            except OSError as found:
                sock.close()
                error = found
            else:
                # Head and body go out in two writes; the second must not wait for an answer.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
        raise error


def post(url: str, *, body: bytes, headers: Mapping[str, str], allowed: AllowList) -> Answer:
    """Post the body; whatever goes wrong comes back as an answer, never as an exception."""
    try:
        target = read_target(url, allowed=allowed)
        addresses = resolve(target, allowed=allowed)
    except UnsafeTarget as error:
        return Answer(None, str(error), is_refused=True)
    except (OSError, UnicodeError):
        return Answer(None, _("The name of the host cannot be resolved."))
    connection = _PinnedConnection(target, addresses, time.monotonic() + WHOLE_SECONDS)
    watch = threading.Timer(WHOLE_SECONDS, _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        return _exchange(connection, target, body, headers)
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, _fault(error, connection.deadline))
    finally:
        watch.cancel()
        connection.close()


def _fault(error: Exception, deadline: float) -> str:
    if isinstance(error, ssl.SSLError) and not isinstance(error, TimeoutError):
        return _("TLS: %(why)s.") % {"why": error.reason or error}
    if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
        return _("It did not answer within %(seconds)d seconds.") % {"seconds": WHOLE_SECONDS}
    return _("No answer: %(why)s.") % {"why": str(error) or type(error).__name__}


def _exchange(
    connection: _PinnedConnection, target: Target, body: bytes, headers: Mapping[str, str]
) -> Answer:
    own = {"Host": target.host_header, "Connection": "close", "User-Agent": "wfm-webhooks/1"}
    connection.request("POST", target.path, body=body, headers={**headers, **own})
    response = connection.getresponse()
    with suppress(OSError, http.client.HTTPException):
        response.read(MAX_ANSWER_BYTES)
    status = response.status
    if 300 <= status < 400:
        return Answer(
            status,
            _("It answered with a redirect (%(status)d); none is followed.") % {"status": status},
        )
    if 200 <= status < 300:
        return Answer(status)
    return Answer(
        status,
        _("It answered %(status)d.") % {"status": status},
        retry_after_seconds=_seconds(response.getheader("Retry-After", "")),
    )


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _cut(connection: _PinnedConnection) -> None:
    """End the exchange at its deadline, also while bytes trickle in."""
    sock = connection.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
