"""The ASGI application of `/live/`: one stream per viewer, nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from adherence.live.hub import END, Hub, Subscription, watching
from adherence.live.viewer import find_viewer, session_key_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

STREAM_PATH = "/live/agents/"
HEALTH_PATH = "/live/health/"
RETRY_MS = 2000
FULL_RETRY_SECONDS = 60


class LiveApplication:
    """Streams of changed live rows for people with the permission adherence.view."""

    def __init__(self) -> None:
        self.hub = Hub()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            return
        elif scope["path"] == HEALTH_PATH:
            await _answer(send, 200, f'{{"viewers": {self.hub.viewers}}}')
        elif scope["path"] != STREAM_PATH or scope["method"] != "GET":
            await _answer(send, 404, '{"error": "not_found"}')
        else:
            await self._stream(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                self.hub.close()
                return

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        origin = headers.get("origin", "")
        if origin and not _is_ours(origin, headers.get("host", "")):
            await _answer(send, 403, '{"error": "foreign_origin"}')
            return
        if self.hub.viewers >= settings.LIVE_MAX_VIEWERS:
            retry = [(b"retry-after", str(FULL_RETRY_SECONDS).encode())]
            await _answer(send, 503, '{"error": "full"}', [*_cors(origin), *retry])
            return
        viewer = await self.hub.in_thread(find_viewer, session_key_of(headers.get("cookie", "")))
        if viewer is None:
            await _answer(send, 403, '{"error": "not_allowed"}', _cors(origin))
            return
        with watching(self.hub, viewer) as subscription:
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [
                        (b"content-type", b"text/event-stream; charset=utf-8"),
                        (b"cache-control", b"no-store"),
                        (b"x-accel-buffering", b"no"),
                        *_cors(origin),
                    ],
                }
            )
            # What changes from here on is sent; the page asks for what has changed before.
            await self.hub.listening()
            await _write(send, f"retry: {RETRY_MS}\nevent: hello\ndata: {{}}\n\n".encode())
            await _pump(subscription, receive, send)


async def _pump(subscription: Subscription, receive: Receive, send: Send) -> None:
    """Send what comes until the viewer leaves or nothing more is to come."""
    gone = asyncio.create_task(_end_when_gone(receive, subscription))
    try:
        while message := await subscription.next():
            await _write(send, message)
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except OSError:
        return
    finally:
        gone.cancel()


async def _end_when_gone(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.put(END)


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _answer(
    send: Send, status: int, body: str, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    start = [(b"content-type", b"application/json"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body.encode()})


def _is_ours(origin: str, host: str) -> bool:
    """A page of the same host (its port may differ), or a trusted origin of the settings."""
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return urlsplit(origin).hostname == urlsplit(f"//{host}").hostname


def _cors(origin: str) -> list[tuple[bytes, bytes]]:
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]
