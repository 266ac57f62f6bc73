"""Which people and days are freed together, and how many: sizes follow the time that they take."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.random import Generator

from scheduling.core.dayroster.data import BoolArray, IntArray, Roster, RosterData


class Kind(StrEnum):
    """Shapes of a neighborhood."""

    PEOPLE = "people"
    DAYS = "days"
    BLOCK = "block"


GROWTH, SHRINKAGE = 1.06, 0.88
LEAST_WORK, MOST_WORK = 0.4, 6.0
PATIENCE, HURRY = 1.02, 0.9
MEMORY = 0.97
"""What success and work of one step count for after the next."""
MOST_DAYS = 84
"""Freed at once for a few people."""
SWEEP_RATE = 0.4
"""How often windows go on where the last one ended."""


@dataclass(eq=False)
class Neighborhoods:
    """Draws what to free next."""

    data: RosterData
    rng: Generator
    target_work: float = 0.6
    """Seconds that one neighborhood may take. Grows while nothing better is found."""
    sizes: dict[Kind, float] = field(
        default_factory=lambda: {Kind.PEOPLE: 5.0, Kind.DAYS: 7.0, Kind.BLOCK: 14.0}
    )
    next_day: int = 0
    successes: dict[Kind, float] = field(default_factory=lambda: dict.fromkeys(Kind, 1.0))
    work: dict[Kind, float] = field(default_factory=lambda: dict.fromkeys(Kind, 1.0))

    def draw(self, roster: Roster) -> tuple[Kind, BoolArray]:
        """Return a kind and the employees x days to free."""
        kind = self._kind()
        people, days = roster.shape
        free = np.zeros((people, days), dtype=np.bool_)
        size = int(self.sizes[kind])
        if kind is Kind.PEOPLE:
            chosen = self._people(roster, min(people, size))
            first, end = self._window(roster, min(days, MOST_DAYS))
        else:
            some = people if kind is Kind.DAYS else max(3, people // 2)
            chosen = self.rng.permutation(people)[:some]
            first, end = self._window(roster, min(days, size))
        free[chosen, first:end] = True
        return kind, free

    def learn(self, kind: Kind, *, work: float, is_better: bool) -> None:
        """Remember what helps, and make the next one of this kind larger or smaller."""
        for each in Kind:
            self.successes[each] *= MEMORY
            self.work[each] *= MEMORY
        self.successes[kind] += is_better
        self.work[kind] += work
        most = self.data.days if kind is not Kind.PEOPLE else len(self.data.employees)
        factor = GROWTH if work < self.target_work else SHRINKAGE
        self.sizes[kind] = min(max(3.0, self.sizes[kind] * factor), float(most) + 0.5)
        self.target_work *= HURRY if is_better else PATIENCE
        self.target_work = min(max(LEAST_WORK, self.target_work), MOST_WORK)

    def _kind(self) -> Kind:
        """Draw a kind, more often one that found more per second."""
        rates = np.array([(self.successes[each] + 0.3) / (self.work[each] + 0.3) for each in Kind])
        shares = 0.5 * rates / rates.sum() + 0.5 / len(rates)
        return list(Kind)[int(self.rng.choice(len(rates), p=shares))]

    def _people(self, roster: Roster, size: int) -> IntArray:
        """Return people, half of the time those whose wishes cost most rather than anyone."""
        count = len(roster)
        if self.rng.random() < 0.5:
            return self.rng.permutation(count)[:size]
        cost = np.array([self.data.tour_cost(person, roster[person]) for person in range(count)])
        weight = (cost + 10 * self.rng.random(count)) * self.rng.random(count)
        return np.argsort(-weight)[:size]

    def _window(self, roster: Roster, size: int) -> tuple[int, int]:
        """Return days in a row, half of the time around a day that misses or wastes people."""
        last = self.data.days - size
        if self.rng.random() < SWEEP_RATE:
            first = min(self.next_day, last)
            self.next_day = first + max(1, size - 2) if first < last else 0
            return first, first + size
        first = int(self.rng.integers(0, last + 1))
        if self.rng.random() < 0.5:
            return first, first + size
        counts = self.data.counts(roster)
        cost = (
            np.maximum(self.data.required - counts, 0) * self.data.under_cost
            + np.maximum(counts - self.data.required, 0) * self.data.over_cost
        ).sum(axis=1)
        if not cost.sum():
            return first, first + size
        day = int(self.rng.choice(self.data.days, p=cost / cost.sum()))
        first = min(max(0, day - int(self.rng.integers(0, size))), last)
        return first, first + size
