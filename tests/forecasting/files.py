"""Rows of history files for the command `forecast_file`, and what its output says."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from django.core.management import CommandError

HEADER = "series,timestamp,volume"


def stamps(first="2026-01-05T00:00", days=42, minutes=60):
    start = datetime.fromisoformat(first)
    return [start + timedelta(minutes=minutes * n) for n in range(days * 1440 // minutes)]


def lines(
    *, series="calls", seed=1, mean=20.0, first="2026-01-05T00:00", days=42, minutes=60, aht=None
):
    rng = np.random.default_rng(seed)
    rows = []
    for at in stamps(first, days, minutes):
        volume = rng.poisson(mean * (0.5 if at.weekday() > 4 else 1))
        rows.append(f"{series},{at:%Y-%m-%dT%H:%M},{volume}" + (f",{aht}" if aht else ""))
    return rows


def numbers(rows, column="mean"):
    return [float(row[column]) for row in rows]


def refusal(command, rows, **options):
    with pytest.raises(CommandError) as caught:
        command(rows, **options)
    assert caught.value.returncode == 2
    return str(caught.value)
