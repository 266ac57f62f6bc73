"""CPU time and memory of the engine on 500 queues, and CPU time of MSTL+AutoETS on the same shape.

`python -m tests.benchmarks.forecasting.speed engine|mstl QUEUES` prints one line of JSON; `measure`
runs that in a process of its own with one thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np

HISTORY_DAYS, HORIZON_DAYS, LABELS = 182, 56, 96
FIRST_DATE = date(2025, 1, 6)
CHECKOUT = Path(__file__).resolve().parents[3]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
MEGABYTE = 2**20


def volumes(queues: int) -> np.ndarray:
    """Poisson volumes with profile, weekdays and a slowly moving level (queue × date × label)."""
    rng = np.random.default_rng(1)
    profile = 8 * np.exp(-(((np.arange(LABELS) - 48) / 20) ** 2))
    weekday = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])[np.arange(HISTORY_DAYS) % 7]
    steps = rng.normal(0, 0.02, (queues, HISTORY_DAYS)).cumsum(axis=1)
    level = rng.uniform(0.2, 5, (queues, 1)) * np.exp(steps) * weekday
    return rng.poisson(level[:, :, None] * profile).astype(float)


def measure(method: str, queues: int) -> dict[str, float]:
    """CPU seconds and megabytes over the data, from a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.forecasting.speed", method, str(queues)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=CHECKOUT,
        env=os.environ | ONE_THREAD,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _engine(queues: int) -> dict[str, float]:
    from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast  # noqa: PLC0415

    def run(offered: np.ndarray) -> None:
        forecast(
            history=HistoryData(
                offered=offered,
                open_mask=np.ones(offered.shape, dtype=bool),
                first_date=FIRST_DATE,
                interval_minutes=1440 // LABELS,
            ),
            horizon=HorizonData(open_mask=np.ones((len(offered), HORIZON_DAYS, LABELS), bool)),
            params=ForecastParams(quantiles=(0.1, 0.5, 0.9)),
        )

    data = volumes(queues)
    run(data[:1])
    before = _memory_now()
    begun = process_time()
    run(data)
    return {"cpu_seconds": process_time() - begun, "megabytes": _memory_peak() - before}


def _mstl(queues: int) -> dict[str, float]:
    from statsforecast.models import MSTL  # noqa: PLC0415 - only in .venv-bench

    def run(values: np.ndarray) -> None:
        MSTL(season_length=[LABELS, 7 * LABELS]).forecast(
            y=values, h=HORIZON_DAYS * LABELS, level=[80]
        )

    data = volumes(queues)
    run(data[0, : 3 * 7].ravel())
    begun = process_time()
    for queue in range(queues):
        run(data[queue].ravel())
    return {"cpu_seconds": process_time() - begun}


def _memory_now() -> float:
    """Megabytes held now; the peak counts from here on."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _memory_peak() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise ValueError(f"/proc/self/status has no line {name}: memory is measured on Linux only.")


if __name__ == "__main__":
    print(json.dumps({"engine": _engine, "mstl": _mstl}[sys.argv[1]](int(sys.argv[2]))))  # noqa: T201
