"""Sets of days, and the rules of a tour as arrays: what the compiled loops and those who only read tours share."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = -1e12
POSSIBLE = NEVER / 2
MASKS = 128
FREE = -1
"""In a tour: no shift that day."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def _mask_facts() -> tuple[Ints, Ints, Ints, Ints]:
    head, tail, longest, count = (np.zeros(MASKS, dtype=np.int64) for _ in range(4))
    for mask in range(MASKS):
        bits = f"{mask:07b}"[::-1]
        head[mask] = len(bits) - len(bits.lstrip("1"))
        tail[mask] = len(bits) - len(bits.rstrip("1"))
        longest[mask] = max(len(run) for run in bits.split("0"))
        count[mask] = bits.count("1")
    return head, tail, longest, count


HEAD, TAIL, LONGEST, DAYS_OF = _mask_facts()
"""Per set of days: worked days at its start, at its end, in its longest run, and in all."""
_bits = [[mask >> day & 1 for day in range(7)] for mask in range(MASKS)]
FIRST_DAY = np.array([row.index(1) if 1 in row else 7 for row in _bits], dtype=np.int64)
"""First worked day of each set of days."""


class Shapes(NamedTuple):
    """The shapes of a contract; -1 fills the rows of those with fewer gaps or breaks."""

    lengths: Ints
    """Slots of each shape."""
    gaps: Ints
    """[shape, gap, (offset, length)] of unpaid gaps."""
    breaks: Ints
    """[shape, break, (earliest, latest, length)], offsets from the start of the shift."""
    kinds: Ints
    """Kind of day of each shape."""


class Places(NamedTuple):
    """Where shifts may start."""

    starts: Ints
    """[day, place] slot."""
    legal: Flags
    """[day, shape, place]"""
    bonus: Floats
    """[day, shape, place] on top of the worth of the slots; empty for none."""
    fixed_kinds: Ints
    """Kind of the fixed shift of each day; -1 for none."""
    earliest: Ints
    """Per day the first slot at which a shift may start."""
    latest_end: Ints
    """Per day the last slot at which it may end."""


class Weeks(NamedTuple):
    """What a week may hold."""

    steps: Ints
    """[kind, state] state after such a day, -1 where it may not be; a week begins in state 0."""
    of_mask: Floats
    """[week, set of days] minus what it costs, `NEVER` where it is not allowed."""
    of_state: Floats
    """[week, state] likewise at the end of a week."""
    most_days: Ints
    """Days of the fullest set of each week."""
    weekend: Ints
    """1 for sets of days with work at the weekend."""


class Limits(NamedTuple):
    """What joins the days and weeks of a tour."""

    band: int
    """Places between the first and the last start of a week."""
    first_run: int
    """Days in a row worked just before."""
    first_history: int
    """Bits of the last three weekends, the latest lowest."""
    most_in_row: int
    most_weekends: int
    """In four weeks running; 4 or more binds nothing."""


class Desks(NamedTuple):
    """Where no desk is left."""

    blocked: Ints
    """0 and the running count of slots without a desk; empty where none is missing."""
    days: Flags
    """Days on which a shift needs a desk."""
