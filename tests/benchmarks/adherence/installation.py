"""A database and a Redis of the benchmark's own, for runs outside of pytest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.services.servers import Services
from tests.services.urls import with_database


@contextmanager
def installation(*, is_durable: bool) -> Iterator[None]:
    """Start servers, make the migrated database and set Django up; all of it ends with the block."""
    services = Services()
    try:
        services.start(use_cache=True, is_durable=is_durable)
        os.environ |= {
            "WFM_TEST_EMBEDDED": "1",
            "WFM_TEST_FOLDER": str(services.folder),
            "WFM_TEST_RUN": "",
            "WFM_STATE_DIR": str(services.folder / "state"),
            "DJANGO_SETTINGS_MODULE": "wfm.settings_test",
        }
        Path(os.environ["WFM_STATE_DIR"]).mkdir()
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            os.environ[f"WFM_TEST_{name}"] = os.environ[name]
            os.environ[name] = with_database(os.environ[name], "wfm_test_bench")
        _make_database()
        yield
    finally:
        services.stop()


def _make_database() -> None:
    import django  # noqa: PLC0415 - reads the environment set above

    django.setup()
    from tests.services import databases  # noqa: PLC0415 - wants Django's settings

    databases.make_worker_database()


def empty() -> None:
    """Take away whatever a module has written."""
    from tests.services import databases  # noqa: PLC0415 - wants Django's settings

    databases.empty_database()
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
