"""A day's cells and deviations as JSON."""

import json

import numpy as np

from adherence.core.day_texts import matrix_texts, stretch_texts
from adherence.core.sweep import sweep
from tests.adherence.random_days import CODES, random_days

KEYS = ['wo"rk', "break", "lunch", "训练", ""]


def test_texts_hold_every_cell_and_stretch_of_random_days():
    data = random_days(seed=3, agents=24).data
    result = sweep(data)
    days = len(data.windows.agent)
    matrix = [json.loads(text) for text in matrix_texts(result.seconds, KEYS)]
    assert len(matrix) == days
    for row, cells in enumerate(matrix):
        told = {(code, group): n for code, cell in cells.items() for group, n in cell.items()}
        groups = ("AVAILABLE", "HANDLING", "BUSY", "AWAY", "OFFLINE", "UNKNOWN")
        assert told == {
            (KEYS[code], groups[group]): int(result.seconds[row, code, group])
            for code, group in np.argwhere(result.seconds[row])
        }
    stretches = [json.loads(t) for t in stretch_texts(result.deviations, KEYS, days=days)]
    assert len(stretches) == days
    assert sum(map(len, stretches)) == len(result.deviations.window)
    first = int(result.deviations.window[0])
    found = result.deviations
    assert stretches[first][0] == {
        "starts_at": f"{np.datetime64(int(found.starts_at[0]), 's')}+00:00",
        "seconds": int(found.ends_at[0] - found.starts_at[0]),
        "planned": KEYS[int(found.code[0])],
        "group": ("AVAILABLE", "HANDLING", "BUSY", "AWAY", "OFFLINE", "UNKNOWN")[
            int(found.first_group[0])
        ],
        "counts": bool(found.counts[0]),
    }


def test_days_without_cells_are_empty_objects():
    seconds = np.zeros((3, CODES.count + 1, 6), np.int64)
    assert matrix_texts(seconds, KEYS) == [b"{}"] * 3
    seconds[1, 0, 0] = 7
    assert [json.loads(text) for text in matrix_texts(seconds, KEYS)] == [
        {},
        {'wo"rk': {"AVAILABLE": 7}},
        {},
    ]
