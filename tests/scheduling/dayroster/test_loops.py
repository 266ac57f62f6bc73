"""Compiled loops do what their sources say, and their lines are counted."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.scheduling.dayroster import loops

CHECKOUT = Path(__file__).resolve().parents[3]
WARM_AND_TELL = """
import runpy
from pathlib import Path
runpy.run_path("tools/warm.py", run_name="__main__")
from scheduling.core import at_work_loops, move_cover, move_legal, move_loops, tour_loops
from scheduling.core.dayroster import kernels, sweeping
from wfm.compiled import config
kept = [path.name for path in Path(config.CACHE_DIR).rglob("*.nbi")]
for module in (kernels, sweeping, tour_loops, at_work_loops, move_cover, move_legal, move_loops):
    stem = Path(module.__file__).stem
    for name, loop in vars(module).items():
        if hasattr(loop, "signatures") and loop.__module__ == module.__name__:
            print(name, sum(file.startswith(f"{stem}.{name}-") for file in kept))
"""


def test_the_loops_do_uncompiled_what_they_do_compiled(tmp_path):
    file = tmp_path / "uncompiled.npz"
    run = subprocess.run(
        [sys.executable, "-m", "tests.scheduling.dayroster.loops", str(file)],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    compiled, uncompiled = loops.figures(), np.load(file)
    assert set(compiled) == set(uncompiled.files)
    for name, figures in compiled.items():
        np.testing.assert_allclose(figures, uncompiled[name], rtol=1e-12, err_msg=name)


def test_the_problems_of_this_comparison_have_tours():
    found = loops.figures()
    assert sum(np.isfinite(found[f"whole_{seed}_bound"]) for seed in loops.SEEDS) >= 8
    assert sum(f"part_{seed}_0" in found for seed in loops.SEEDS) >= 8


def test_set_up_compiles_every_loop():
    """What set-up leaves is compiled in the first solve's time."""
    run = subprocess.run(
        [sys.executable, "-c", WARM_AND_TELL],
        cwd=CHECKOUT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    versions = dict(line.split() for line in run.stdout.splitlines())
    assert len(versions) >= 40
    assert {name for name, count in versions.items() if count == "0"} == set()
