"""How long a new database takes, with Django's usual migrations and with ours; is it the same one?

    python -m tests.benchmarks.migrations

Each way in a process of its own on a new database of a server of its own; then both are written
out by pg_dump and compared. CPU is told, since it does not depend on what else runs.
"""

import os
import resource
import subprocess
import sys

import psycopg2

from tests.services.servers import Services
from tests.services.urls import with_database
from wfm.launcher.binaries import postgres_program

SCRIPT = """
import django
django.setup()
from contextlib import nullcontext
from django.core.management import call_command
from wfm.org.light_migrations import light_migrations
with {way}():
    call_command("migrate", database="owner", interactive=False, verbosity=0)
"""
WAYS = {"usual": "nullcontext", "light": "light_migrations"}


def main() -> int:
    """Measure, compare, say; 1 where the two differ."""
    services = Services()
    services.start(use_cache=False)
    try:
        os.environ["DJANGO_SETTINGS_MODULE"] = "wfm.settings_test"
        found = {name: _migrated(name, way) for name, way in WAYS.items()}
    finally:
        services.stop()
    for name, (seconds, schema) in found.items():
        print(f"{name}: {seconds:.1f} s of CPU, {len(schema):,} lines of schema")  # noqa: T201
    (usual, one), (light, other) = found.values()
    print(f"{usual / light:.1f} times as long; {'the same' if one == other else 'DIFFERENT'}")  # noqa: T201
    return int(one != other)


def _migrated(name: str, way: str) -> tuple[float, list[str]]:
    """CPU seconds of Python, and the schema line by line."""
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE bench_{name}")
    connection.close()
    urls = {
        key: with_database(os.environ[key], f"bench_{name}")
        for key in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    script = SCRIPT.format(way=way)
    subprocess.run([sys.executable, "-c", script], env=os.environ | urls, check=True)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    told = subprocess.run(
        [postgres_program("pg_dump"), "--schema-only", urls["DATABASE_OWNER_URL"]],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    # The dump's own key differs each time.
    return seconds, [line for line in told.splitlines() if "restrict" not in line]


if __name__ == "__main__":
    sys.exit(main())
