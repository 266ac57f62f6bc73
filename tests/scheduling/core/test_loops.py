"""Compiled loops of the tours and the small moves do what their sources say.

An index out of bounds does not show in compiled code: it reads a neighbour's memory. So small cases go
through the same loops uncompiled, which also counts their lines.
"""

import os
import subprocess
import sys

import numpy as np

from tests.scheduling.core import loops


def test_the_loops_do_uncompiled_what_they_do_compiled(tmp_path):
    file = tmp_path / "uncompiled.npz"
    run = subprocess.run(
        [sys.executable, "-m", "tests.scheduling.core.loops", str(file)],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    compiled = loops.figures()
    uncompiled = np.load(file)
    assert set(compiled) == set(uncompiled.files)
    for name, figures in compiled.items():
        np.testing.assert_allclose(figures, uncompiled[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_the_cases_of_this_comparison_are_no_empty_ones():
    """Somebody takes breaks, splits a shift, has no tour and keeps a fixed shift."""
    found = loops.figures()
    assert found["nobody: value"][0] < -1e11
    assert found["fixed shift: shifts"][1].min() < 0
    assert (found["desks: breaks"] >= 0).any()
    assert found["placeless"].min() == -1
    assert found["placeless"].max() > 0
    assert len(found["desks: working"]) > 5
    assert (found["moves 1: adding"] != found["moves 1: dropping"]).any()
