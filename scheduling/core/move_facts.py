"""A whole roster as arrays for the compiled small moves: rules of each class, everyone's shifts, what cover costs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.int8]

OFF, FIXED = -1, -2
"""In the shapes of a state: no shift that day; a shift that stays as it is."""


class ClassRules(NamedTuple):
    """What binds the agents of each class; rows of shorter classes are filled up."""

    starts: Ints
    """[class, day, place] slot."""
    legal: Flags
    """[class, day, shape, place]"""
    bonus: Floats
    """[class, day, shape, place] money on top of the worth of the slots; empty for none."""
    lengths: Ints
    """[class, shape] slots."""
    gaps: Ints
    """[class, shape, gap, (offset, length)]; -1 for none."""
    breaks: Ints
    """[class, shape, break, (earliest, latest, length)]; -1 for none."""
    kinds: Ints
    """[class, shape] kind of day."""
    paid: Ints
    """[class, shape] minutes."""
    fixed_kinds: Ints
    """[class, day] kind of the fixed shift; -1 for none."""
    steps: Ints
    """[class, kind, state] state of the week's automaton after such a day; -1 where it may not be."""
    of_mask: Floats
    """[class, week, set of days] minus what it costs."""
    of_state: Floats
    """[class, week, state] likewise at the end of a week."""
    limits: Ints
    """[class, (band, rest, first run, first history, most in a row, most weekends, least, most minutes)]."""
    weekend: Ints
    """1 for sets of days with work at the weekend."""


BAND, REST, FIRST_RUN, FIRST_HISTORY, MOST_IN_ROW, MOST_WEEKENDS, LEAST_PAID, MOST_PAID = range(8)


class People(NamedTuple):
    """Who may be moved."""

    movable: Ints
    """Agents."""
    classes: Ints
    """Class of each agent."""
    masks: Ints
    """Number of each agent's skill set."""


class Shifts(NamedTuple):
    """Everyone's shifts."""

    shapes: Ints
    """[agent, day]; `OFF`, `FIXED`."""
    places: Ints
    """[agent, day] where the shift starts."""
    offsets: Ints
    """[agent, day, break] from the start of the shift."""
    rule_costs: Floats
    """Per agent: minus what the sets of days and their paid time cost."""


class Cover(NamedTuple):
    """What one more and one fewer person costs, and what that follows from."""

    adding: Floats
    """[skill set, slot] change of the cost by one more person."""
    dropping: Floats
    """[skill set, slot] change of the cost by one fewer."""
    counted: Flags
    """Slots that cost anything."""
    over_cost: float
    masks: Ints
    """Skills of each skill set as bits."""
    linked_of: Ints
    """Linked skills that each skill set serves; -1 for none."""
    subsets: Ints
    """Bits of each subset of linked skills, one group of linked skills after the other."""
    first_subset: Ints
    """Where the subsets of each group begin; one more entry ends the last."""
    staffed: Floats
    """[subset, slot] people with a skill of the subset."""
    left: Floats
    """[row, slot] units outside each subset, for each class of units of each group."""
    first_left: Ints
    """Where the rows of each group begin; one more entry ends the last."""
    values: Floats
    """[class of units, slot] what a unit is worth above the next class, one group after the other."""
    first_value: Ints
    """Where the classes of each group begin; one more entry ends the last."""
    present: Floats
    """[skill set, slot] people on position."""
    target: Floats
    """[skill set, slot] people whom the programme has there."""
    worth: Floats
    """[skill set, slot] what a person is worth there at the programme's prices."""
    bend: Floats
    """What the square of the distance from the target costs, and the share of the prices."""


class Scratch(NamedTuple):
    """Room to work in."""

    marks: Bytes
    """Per slot, zero between moves."""
    slots: Ints
    """Slots that a move changes."""
    signs: Ints
    """Whether it adds (1) or takes away (-1) a person there."""
    offsets: Ints
    """[shift of the move, break]"""
    random: NDArray[np.uint64]
    """State of the random numbers."""
    totals: Floats
    """People and units by subset."""


class Game(NamedTuple):
    """All of it."""

    rules: ClassRules
    people: People
    shifts: Shifts
    cover: Cover
    scratch: Scratch


class Mover(NamedTuple):
    """Whose shifts a move changes."""

    agent: int
    group: int
    """Class."""
    number: int
    """Skill set."""
