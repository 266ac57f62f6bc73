"""Small problems through every compiled loop of day rosters: the same tours, compiled or not.

`python -m tests.scheduling.dayroster.loops FILE.npz` writes them; the test runs it with the compiler off.
"""

import sys

import numpy as np

from scheduling.core.dayroster.programme import EmployeeProgramme
from scheduling.core.dayroster.reading import read_roster
from tests.scheduling.dayroster.cases import drawn_text

SEEDS = range(12)


def figures():
    """Return arrays by name."""
    found = {}
    for seed in SEEDS:
        data = read_roster(drawn_text(seed, days=14, people=1, shifts=3))
        person, rng = EmployeeProgramme(data, 0), np.random.default_rng(seed)
        cost = rng.integers(-30, 10, size=(data.days, 3)) + rng.random((data.days, 3))
        whole = person.run(cost, most=4)
        found |= _named(f"whole_{seed}", whole)
        found |= _named(f"priced_{seed}", person.run(cost, most_cells=0))
        if whole.tours:
            free = rng.random(data.days) < 0.5
            fixed = whole.tours[-1]
            found |= _named(f"part_{seed}", person.run(cost, free=free, fixed=fixed))
        found[f"quick_{seed}"] = np.array(person.relaxed_bound(cost, step=1.0)[0])
    return found


def _named(name, found):
    tours = {f"{name}_{number}": tour for number, tour in enumerate(found.tours)}
    return {f"{name}_bound": np.array(found.bound)} | tours


if __name__ == "__main__":
    np.savez(sys.argv[1], **figures())
