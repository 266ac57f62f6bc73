"""Simulated annealing by millions of small moves: several chains side by side, each on its own copy of the roster.

A chain begins hot, so that it forgets where it began, and cools down; at the end only moves that cost nothing or
less are kept. Two guides of the weekly programme help where cost alone says little, because someone idles wherever
they are: `bend`, what the square of the distance from the programme's cover costs, and `tilt`, the share of the
programme's prices in what a person is worth. Both fade with the heat.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.core.move_facts import FIXED, OFF, ClassRules, Game, People, Scratch, Shifts
from scheduling.core.move_tables import Guide, class_rules, cover_of
from scheduling.core.roster import Roster
from scheduling.core.tours import Tour, TourModel

MOVES_AT_ONCE, FEWEST_AT_ONCE = 50_000, 500
"""Moves between two looks at the clock; fewer where many skills make each kept move dear."""
CELLS = 64
"""Subsets and classes of units times skill sets up to which a slot is reckoned anew in no time."""
MOVES_PER_WORK = 2_000
"""Moves that take as long as one best tour."""
COLD = 0.04
"""Heat, as a part of what a short slot costs, at which nothing dearer is kept any more."""
COLD_SHARE = 0.95
"""Part of a run after which it is cold and unguided."""
WARM_SHARE = 0.4
"""Part of a run in which it is too hot to look at its tours."""
SLICES_BETWEEN = 40
LITTLE = 1e-9
SLOTS_BEYOND = 400
"""Room for shifts that reach beyond the horizon, and slots of a longest shift."""
SHIFTS_PER_MOVE = 7


@dataclass(frozen=True, kw_only=True)
class Cooling:
    """How a run cools down; heat and bend are parts of what a short slot costs."""

    heat: tuple[float, float]
    bend: tuple[float, float] = (0.0, 0.0)
    tilt: float = 0.0


PLAIN = Cooling(heat=(0.36, 0.08))
BENT = Cooling(heat=(0.22, 0.04), bend=(0.09, 0.009))
GUIDED = Cooling(heat=(0.16, 0.05), bend=(0.03, 0.01), tilt=0.4)
TILTED = Cooling(heat=(0.075, 0.03), tilt=0.5)
"""Stays near the schedule that it begins with."""


class Chain:
    """One run of moves on a copy of a roster's shifts."""

    def __init__(
        self,
        roster: Roster,
        rules: ClassRules,
        cooling: Cooling,
        *,
        target: Guide,
        worth: Guide,
        seed: int,
    ) -> None:
        """Copy the shifts of everyone who has a tour and needs no desk."""
        self.roster, self.cooling, self.loops = roster, cooling, _loops()
        data = roster.data
        self.unit = data.over_cost + float(np.mean(list(data.under_cost.values())))
        agents, days = len(roster.tours), data.horizon.days
        breaks = max(1, rules.breaks.shape[2])
        cover = cover_of(roster, target=target, worth=worth)
        self.game = Game(
            rules=rules,
            people=self._people(),
            shifts=Shifts(
                shapes=np.full((agents, days), OFF),
                places=np.zeros((agents, days), dtype=np.int64),
                offsets=np.zeros((agents, days, breaks), dtype=np.int64),
                rule_costs=np.zeros(agents),
            ),
            cover=cover,
            scratch=Scratch(
                marks=np.zeros(data.horizon.slots + SLOTS_BEYOND, dtype=np.int8),
                slots=np.zeros(SHIFTS_PER_MOVE * 2 * SLOTS_BEYOND, dtype=np.int64),
                signs=np.zeros(SHIFTS_PER_MOVE * 2 * SLOTS_BEYOND, dtype=np.int64),
                offsets=np.zeros((SHIFTS_PER_MOVE, breaks), dtype=np.int64),
                random=np.random.default_rng(seed).integers(1, 1 << 62, 1, dtype=np.uint64),
                totals=np.zeros(int(np.diff(cover.first_left).max())),
            ),
        )
        for agent in self.game.people.movable.tolist():
            self._read(agent)

    def _people(self) -> People:
        roster = self.roster
        class_of = {id(group): number for number, group in enumerate(roster.classes)}
        number_of = {mask: number for number, mask in enumerate(sorted(set(roster.masks)))}
        movable = [agent for agent in roster.placed() if not roster.needs_seat[agent]]
        return People(
            movable=np.array(movable, dtype=np.int64),
            classes=np.array([class_of[id(group)] for group in roster.class_of], dtype=np.int64),
            masks=np.array([number_of[mask] for mask in roster.masks], dtype=np.int64),
        )

    def _read(self, agent: int) -> None:
        tour, model = self.roster.tours[agent], self.roster.class_of[agent].model
        assert tour is not None
        shifts = self.game.shifts
        for row, day in enumerate(tour.days):
            shape = tour.shape_numbers[row]
            shifts.shapes[agent, day] = shape if shape >= 0 else FIXED
            if shape >= 0:
                at = np.flatnonzero(model.start_table[day] == tour.starts[row])
                shifts.places[agent, day] = at[0]
                offsets = tour.offsets[row]
                shifts.offsets[agent, day, : len(offsets)] = np.maximum(offsets, 0)
        group = self.game.people.classes[agent]
        shifts.rule_costs[agent] = self.loops.first_rule_cost(self.game.rules, shifts, agent, group)

    def run(self, share: float, moves: int) -> None:
        """Try so many moves at the heat of this share of the run."""
        if not len(self.game.people.movable):
            return
        cooling = self.cooling
        cold = share >= COLD_SHARE
        bend = 0.0 if cold else _between(cooling.bend, share) * self.unit
        tilt = 0.0 if cold else cooling.tilt * (1.0 - share)
        heat = COLD if cold else _between(cooling.heat, share)
        guides = self.game.cover.bend
        if (guides[0], guides[1]) != (bend, tilt) or not share:
            guides[0], guides[1] = bend, tilt
            self.loops.reckon_all(self.game.cover, self.game.scratch.totals)
        self.loops.many_moves(self.game, heat * self.unit, moves)

    def tours(self) -> list[Tour | None]:
        """Everyone's tour."""
        found = self.roster.tour_list()
        for agent in self.game.people.movable.tolist():
            found[agent] = self._tour(agent, self.roster.class_of[agent].model)
        return found

    def _tour(self, agent: int, model: TourModel) -> Tour:
        shifts = self.game.shifts
        days = np.flatnonzero(shifts.shapes[agent] != OFF)
        shapes = shifts.shapes[agent, days]
        starts = model.start_table[days, shifts.places[agent, days]].copy()
        breaks = model.tables.breaks
        offsets = shifts.offsets[agent, days][:, : breaks.shape[1]].copy()
        for row, day in enumerate(days.tolist()):
            if shapes[row] == FIXED:
                starts[row] = model.fixed[day].start_slot
                offsets[row] = -1
            else:
                offsets[row, breaks[shapes[row], :, 0] < 0] = -1
        own = np.where(shapes == FIXED, -1, shapes)
        return Tour(model, days=days, shapes=own, starts=starts, offsets=offsets)


class Chains:
    """Chains that cool down side by side."""

    def __init__(self, roster: Roster, *, seed: int, threads: int) -> None:
        """Read the rules once for all runs."""
        self.roster, self.seed, self.threads = roster, seed, threads
        self.rules = class_rules(roster.classes)
        self.target: Guide = {}
        self.worth: Guide = {}
        units = max(len(group.subsets) * len(group.left) for group in roster.coverage.linked)
        cells = max(CELLS, units * len(set(roster.masks)))
        self.at_once = max(FEWEST_AT_ONCE, MOVES_AT_ONCE * CELLS // cells)
        self.moves = 0
        self.runs = 0

    @property
    def work(self) -> int:
        """Best tours that this work stands for."""
        return self.moves // MOVES_PER_WORK

    def cool(
        self,
        coolings: Sequence[Cooling],
        share: Callable[[], float],
        stop: Callable[[], bool],
        keep: Callable[[], object],
    ) -> Cooling | None:
        """Run one chain for each cooling from the roster, which has the cheapest tours at the end.

        Returns the cooling that found them, None where the roster's own stay the cheapest.

        Args:
            coolings: one per chain.
            share: part of the run that is over, 1 or more at its end.
            stop: asked between slices.
            keep: told in the cooler half of the run that the roster has the cheapest tours so far.
        """
        best, cooling = self.roster.tour_list(), None
        chains = [
            Chain(
                self.roster,
                self.rules,
                cooling,
                target=self.target,
                worth=self.worth,
                seed=self.seed + 1000 * self.runs + number,
            )
            for number, cooling in enumerate(coolings)
        ]
        self.runs += 1
        with ThreadPoolExecutor(max(1, min(self.threads, len(chains)))) as pool:
            done, slices = 0.0, 0
            while done < 1.0 and not stop():
                at = done
                list(pool.map(lambda chain: chain.run(at, self.at_once), chains))  # noqa: B023
                self.moves += self.at_once * len(chains)
                done, slices = max(done, share()), slices + 1
                if done > WARM_SHARE and slices % SLICES_BETWEEN == 0:
                    best, cooling = self._cheapest(best, cooling, chains)
                    keep()
        return self._cheapest(best, cooling, chains)[1]

    def _cheapest(
        self, best: list[Tour | None], cooling: Cooling | None, chains: Sequence[Chain]
    ) -> tuple[list[Tour | None], Cooling | None]:
        """The cheapest tours so far, which the roster has then, and the cooling that found them."""
        self.roster.load(best)
        least = self.roster.cost()
        for chain in chains:
            tours = chain.tours()
            self.roster.load(tours)
            cost = self.roster.cost()
            if cost < least - LITTLE:
                least, best, cooling = cost, tours, chain.cooling
        self.roster.load(best)
        return best, cooling


def _between(ends: tuple[float, float], share: float) -> float:
    """From the first to the last by equal ratios."""
    first, last = ends
    return first * (last / first) ** share if first else 0.0


def _loops() -> Any:
    """The compiled loops; whoever only reads schedules never loads a compiler."""
    from scheduling.core import move_loops  # noqa: PLC0415

    return move_loops
