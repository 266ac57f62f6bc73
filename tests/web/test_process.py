"""What a process that serves pages and the API holds in memory."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SERVE = "import sys, wfm.wsgi, wfm.urls; print(*sys.modules)"
ROOMS = ("forecasting", "staffing", "scheduling", "adherence", "reporting")
ENGINES = re.compile(
    r"\w+\.computations\b.*|forecasting\.core\.(engine|fitting|bands|intraday|drivers|driver_fit)"
    r"|scheduling\.core\.(tour_loops|programme_rows|interior_point|week_programme|day_programme|dive|bound)|(scipy|ortools|clarabel|pandas)\b.*"
)


@pytest.fixture(scope="module")
def modules():
    """Modules of a fresh process that has read every address of the product."""
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        cwd=CHECKOUT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "wfm.settings_test"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("room", ROOMS)
def test_a_web_process_knows_every_room(modules, room):
    assert {f"{room}.urls", f"{room}.api.urls", f"{room}.views"} <= modules


def test_a_web_process_never_loads_an_engine(modules):
    assert sorted(filter(ENGINES.fullmatch, modules)) == []
