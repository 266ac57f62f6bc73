"""Seconds by step."""

import numpy as np

from adherence.core.trend import seconds_by_step


def test_stretches_are_cut_at_the_steps():
    found = seconds_by_step(
        owner=np.array([0, 0, 1]),
        starts_at=np.array([-50, 100, 250]),
        ends_at=np.array([30, 260, 900]),
        column=np.array([1, 0, 1]),
        edges=np.array([0, 100, 200, 300]),
        shape=(2, 2),
    )
    assert found[0].tolist() == [[0, 100, 60], [30, 0, 0]]
    assert found[1].tolist() == [[0, 0, 0], [0, 0, 50]]
