"""Compiled loops do what their sources say.

An index out of bounds does not show in compiled code: it reads a neighbour's memory. So small days go
through the same loops uncompiled, which also counts their lines.
"""

import os
import subprocess
import sys

import numpy as np

from tests.staffing.core import loops


def test_the_loops_do_uncompiled_what_they_do_compiled(tmp_path):
    file = tmp_path / "uncompiled.npz"
    run = subprocess.run(
        [sys.executable, "-m", "tests.staffing.core.loops", str(file)],
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
        np.testing.assert_allclose(figures, uncompiled[name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_the_days_of_this_comparison_are_no_empty_ones():
    """Somebody waits, hangs up, calls back, is late, is pushed aside: else nothing is compared."""
    found = loops.figures()
    assert found["pool_interrupted_deferred"].sum() > 0
    assert not np.array_equal(found["pool_interrupted_trace"], found["pool_kept_trace"])
    assert found["office_due_items"].sum() > found["office_in_time_items"].sum() > 0
    assert found["drawn_due_items"].sum() > found["drawn_on_time_items"].sum() > 0
    assert found["walk_blended_items"].min() > 0.2
