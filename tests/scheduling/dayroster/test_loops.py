"""Compiled loops do what their sources say, and their lines are counted."""

import os
import subprocess
import sys

import numpy as np

from tests.scheduling.dayroster import loops


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
