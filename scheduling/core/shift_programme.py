"""A linear programme of shifts, not tours: quick good prices and a staffing profile for everybody.

Classes that share skills, contract and zone are merged: their days, paid time and open days are added up. Start
bands and rest are left out. Shifts are generated where the duals promise most, with the breaks that cost least.
The prices are then certified exactly, class by class, by the dynamic programme; what was left out here can cost
some sharpness, never correctness.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from scheduling.core.cover import Cover
from scheduling.core.pricing import AgentClass, Pricer
from scheduling.core.shapes import NEVER, best_breaks, start_values
from scheduling.core.tours import TourModel

PARTS_PER_DAY = 3
ENOUGH = 1e-3
PROGRESS = 2e-5


@dataclass(kw_only=True, eq=False)
class _Merged:
    """Agents with the same skills, contract and zone."""

    skills: tuple[str, ...]
    mask: int
    model: TourModel
    days: list[int] = field(default_factory=lambda: [0, 0])
    minutes: list[int] = field(default_factory=lambda: [0, 0])
    open_agents: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    legal: list[list[NDArray[np.bool_]]] = field(default_factory=list)
    """Per day and shape: start slots that somebody may use."""


def _merge(classes: list[AgentClass], masks: list[int], slots: int) -> list[_Merged]:
    merged: dict[tuple[object, ...], _Merged] = {}
    for group, mask in zip(classes, masks, strict=True):
        model, count = group.model, len(group.members)
        key = (group.skills, model.contract.name, model.agent.zone)
        item = merged.get(key)
        if item is None:
            days = model.horizon.days
            item = merged[key] = _Merged(
                skills=group.skills,
                mask=mask,
                model=model,
                open_agents=np.zeros(days, dtype=np.int64),
                legal=[
                    [np.zeros(slots + 1, dtype=bool) for _ in model.shapes] for _ in range(days)
                ],
            )
        fixed_days = len(model.fixed)
        fixed_minutes = sum(shift.paid_minutes for shift in model.fixed.values())
        for end in (0, 1):
            item.days[end] += count * max(0, model.days_range[end] - fixed_days)
            paid = model.paid_range[end] * model.paid_step
            item.minutes[end] += count * max(0, paid - fixed_minutes)
        for day in range(model.horizon.days):
            item.open_agents[day] += count * bool(model.legal[:, day].any())
            for number in range(len(model.shapes)):
                starts = model.start_table[day][model.legal[number, day]]
                item.legal[day][number][starts] = True
    return list(merged.values())


class ShiftProgramme(Cover):
    """How many of each merged class work each generated shift."""

    def __init__(
        self,
        pricer: Pricer,
        classes: list[AgentClass],
        masks: list[int],
        *,
        solve_seconds: float | None,
    ) -> None:
        """Write the rows of days, hours and open days."""
        super().__init__(pricer, masks, solve_seconds=solve_seconds)
        self.merged = _merge(classes, masks, len(pricer.counted))
        self.known: set[tuple[int, int, int, int, tuple[int, ...]]] = set()
        self.work_days = [self.solver.Constraint(*map(float, m.days)) for m in self.merged]
        self.paid = [self.solver.Constraint(*map(float, m.minutes)) for m in self.merged]
        self.open = [
            [self.solver.Constraint(0.0, float(agents)) for agents in m.open_agents]
            for m in self.merged
        ]
        self.rents: list[tuple[list[float], float]] = []
        self.staffing: dict[int, NDArray[np.float64]] = {}
        self.last_value = np.inf
        self._allow_violation()

    def _allow_violation(self) -> None:
        """Ensures that the programme has a solution before enough shifts are known."""
        dear = float(self.pricer.highest.max(initial=1.0)) * 100
        for row in self.work_days:
            missing = self._variable(dear)
            row.SetCoefficient(missing, 1)
        for row in self.paid:
            missing = self._variable(dear / 60)
            row.SetCoefficient(missing, 1)

    def generate(
        self, prices: NDArray[np.float64], *, rounds: int, stop: Callable[[], bool]
    ) -> NDArray[np.float64] | None:
        """Alternate between pricing and solving; the last duals, None where there are none."""
        found: NDArray[np.float64] | None = None
        self._price(prices, first=True)
        before = np.inf
        for _ in range(rounds):
            if not self.solve():
                return found
            # GLOP forgets the solution as soon as a column is added: read it whole first.
            found, value = self.prices(), self.value()
            self.last_value = value
            self.staffing = self.profile()
            self.rents = self._read_rents()
            if stop() or not self._price(found, first=False):
                return found
            if before - value < PROGRESS * abs(value) and before < np.inf:
                return found
            before = value
        return found

    def _price(self, prices: NDArray[np.float64], *, first: bool) -> int:
        """Add the most promising shifts; returns how many were new."""
        added = 0
        for number, merged in enumerate(self.merged):
            worth = self.pricer.worth(prices, merged.skills)
            cumulative = np.concatenate([[0.0], np.cumsum(worth)])
            for shape_number, shape in enumerate(merged.model.shapes):
                values = start_values(shape, cumulative)
                for day in range(merged.model.horizon.days):
                    rent = 0.0 if first else self._rent(number, day, shape.paid_minutes)
                    row = np.where(merged.legal[day][shape_number], values, NEVER)
                    for start in _promising(row, NEVER / 2 if first else rent + ENOUGH):
                        breaks = best_breaks(shape, cumulative, start=start)
                        added += self._add(number, day, shape_number, start, breaks)
        return added

    def _read_rents(self) -> list[tuple[list[float], float]]:
        """What a shift must earn at least to enter: per class the rent of each day and of a minute."""
        return [
            (
                [-float(days.dual_value() + row.dual_value()) for row in self.open[number]],
                -float(self.paid[number].dual_value()),
            )
            for number, days in enumerate(self.work_days)
        ]

    def _rent(self, number: int, day: int, paid_minutes: int) -> float:
        by_day, by_minute = self.rents[number]
        return by_day[day] + paid_minutes * by_minute

    def _add(
        self, number: int, day: int, shape_number: int, start: int, breaks: tuple[int, ...]
    ) -> bool:
        key = (number, day, shape_number, start, breaks)
        if key in self.known:
            return False
        self.known.add(key)
        merged = self.merged[number]
        shape = merged.model.shapes[shape_number]
        variable: pywraplp.Variable = self.column(
            merged.mask, shape.working_slots(start=start, breaks=breaks)
        )
        self.work_days[number].SetCoefficient(variable, 1)
        self.paid[number].SetCoefficient(variable, shape.paid_minutes)
        self.open[number][day].SetCoefficient(variable, 1)
        return True


def _promising(row: NDArray[np.float64], least: float) -> list[int]:
    """The best start of each third of the day's starts, where it earns more than `least`."""
    starts = np.flatnonzero(row > least)
    return [
        int(part[np.argmax(row[part])])
        for part in np.array_split(starts, PARTS_PER_DAY)
        if len(part)
    ]
