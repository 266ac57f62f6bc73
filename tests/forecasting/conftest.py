"""Jobs of these tests run in the test's own process; the command is run as a user runs it."""

import csv
import gzip

import pytest
from django.core.management import call_command

from tests.forecasting.files import HEADER


@pytest.fixture(autouse=True)
def unrung(request, monkeypatch):
    """Let no worker be rung: tests run the handler themselves."""
    if "django_db" in request.keywords:
        monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)


@pytest.fixture
def command(tmp_path, capsys):
    """Write the rows, run the command, return the rows of its output."""

    def run(rows, *, header=HEADER, name="history.csv", encoding="utf-8", zone="UTC",
            interval=60, origin=("2026-02-16T00:00",), days=7, **options):  # fmt: skip
        source, out = tmp_path / name, tmp_path / "forecast.csv"
        data = ("\n".join([header, *rows]) + "\n").encode(encoding)
        source.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        repeated = [part for text in origin for part in ("--origin", text)]
        repeated += [part for name in options.pop("series", []) for part in ("--series", name)]
        call_command(
            "forecast_file", str(source), *repeated, interval=interval, timezone=zone, days=days,
            out=out, **options,
        )  # fmt: skip
        printed = capsys.readouterr()
        run.stderr, run.stdout = printed.err, printed.out
        run.bytes = out.read_bytes()
        return list(csv.DictReader(out.read_text().splitlines()))

    return run
