"""The live path's benchmarks in small, on the test's database: they run, nothing is lost."""

import json
import os
from contextlib import closing
from dataclasses import dataclass

import psycopg2
import pytest

from tests.adherence.live.processes import running_pages
from tests.benchmarks.adherence import frame
from tests.benchmarks.adherence_live import dashboard, intake, visible
from tests.benchmarks.adherence_live.stack import Stack

MODULES = (intake, visible, dashboard)
NAIVE_TABLES = ("naive_naiveevent", "naive_naivelive")


@dataclass
class Process:
    """What a stack needs to know of one."""

    pid: int


@pytest.fixture
def stack(transactional_db, redis_client, tmp_path):
    environment = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "wfm.settings_test"}
    with running_pages(tmp_path) as pages:
        found = Stack(tmp_path, environment, pages.web_port, pages.live_port, {})
        options = ("--agents", "60", "--viewers", "3")
        found.seed = json.loads(found.run("tests.benchmarks.adherence_live.seed", *options))
        own = Process(os.getpid())  # the servers are not this test's; any process has CPU
        found.processes = {"postgres": own, "redis": own}
        found.processes |= {name: Process(pid) for name, pid in pages.pids.items()}
        yield found
    with (
        closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(NAIVE_TABLES)}")


def test_modules_run_in_small(stack):
    options = frame.Options(is_smoke=True)
    for module in MODULES:
        figures = module.figures_of(stack, module.parsed(module.SMOKE.split()))
        rows = module.rows(figures, options)
        print(frame.table(rows))  # noqa: T201 - `make bench` shows the figures
        assert [row for row in rows if row.is_met is False] == []
