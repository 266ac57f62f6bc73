"""How much of their time people were busy or handling, step by step."""

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints


def seconds_by_step(
    *,
    owner: Ints,
    starts_at: Ints,
    ends_at: Ints,
    column: Ints,
    edges: Ints,
    shape: tuple[int, int],
) -> NDArray[np.int64]:
    """Seconds of stretches by owner, column and step: `shape` is (owners, columns).

    The stretches may reach over several steps and beyond the edges.
    """  # fmt: skip
    owners, columns = shape
    steps = edges.size - 1
    found = np.zeros((owners, columns, steps), dtype=np.int64)
    for step in range(steps):
        inside = np.minimum(ends_at, edges[step + 1]) - np.maximum(starts_at, edges[step])
        rows = np.flatnonzero(inside > 0)
        np.add.at(found[:, :, step], (owner[rows], column[rows]), inside[rows])
    return found
