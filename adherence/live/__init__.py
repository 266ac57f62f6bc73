"""Live pages: a small ASGI application that sends changes as server-sent events.

One Redis subscription and one database connection per process serve all viewers.
"""

from adherence.live.app import LiveApplication

__all__ = ["LiveApplication"]
