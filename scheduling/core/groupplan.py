"""The whole week of a few agents at once, against what everybody else covers."""

from collections.abc import Sequence

import numpy as np
from ortools.sat.python import cp_model

from scheduling.core.dayplan import Choice, Member, Plan
from scheduling.core.roster import Roster
from scheduling.core.tours import TourModel

CLOCK_CHANGE_SLOTS = 4
SLOTS_PER_DAY = 96


class GroupPlan(Plan):
    """Days, starts and breaks of some agents; the rest of the schedule stays."""

    def __init__(self, roster: Roster, agents: Sequence[int]) -> None:
        """Offer each agent every legal start of the week."""
        super().__init__(roster, [_member(roster, agent) for agent in agents])

    def _keep_rules(self, member: Member) -> None:
        """Ensures that the picks of a member are one legal week."""
        by_day: dict[int, list[tuple[Choice, cp_model.IntVar]]] = {}
        for day, choice in member.choices:
            pick = self.model.picks[member.agent, choice]
            by_day.setdefault(day, []).append((choice, pick))
        for picks in by_day.values():
            self.model.cp.add_at_most_one(pick for _, pick in picks)
        self._count_week(member.model, by_day)
        self._keep_band(member.model, by_day)
        self._keep_rest(member.model, by_day)
        self._limit_runs(member.model, by_day)

    def _count_week(
        self, model: TourModel, by_day: dict[int, list[tuple[Choice, cp_model.IntVar]]]
    ) -> None:
        """Ensures days and paid time of the week."""
        everything = [item for picks in by_day.values() for item in picks]
        low, high = (days - len(model.fixed) for days in model.days_range)
        self.model.cp.add_linear_constraint(sum(pick for _, pick in everything), low, high)
        fixed = sum(shift.paid_minutes for shift in model.fixed.values())
        low, high = (steps * model.paid_step - fixed for steps in model.paid_range)
        paid = sum(model.shapes[choice[0]].paid_minutes * pick for choice, pick in everything)
        self.model.cp.add_linear_constraint(paid, low, high)

    def _keep_band(
        self, model: TourModel, by_day: dict[int, list[tuple[Choice, cp_model.IntVar]]]
    ) -> None:
        """Ensures that all starts lie in one band of the wall clock."""
        if model.band is None:
            return
        places = model.start_table.shape[1]
        bands = [self.model.cp.new_bool_var("") for _ in range(places)]
        self.model.cp.add_exactly_one(bands)
        for day, picks in by_day.items():
            at_place: dict[int, list[cp_model.IntVar]] = {}
            for choice, pick in picks:
                place = int(np.flatnonzero(model.start_table[day] == choice[1])[0])
                at_place.setdefault(place, []).append(pick)
            for place, here in at_place.items():
                allowed = bands[max(0, place - model.band) : place + 1]
                self.model.cp.add(sum(here) <= sum(allowed))

    def _keep_rest(
        self, model: TourModel, by_day: dict[int, list[tuple[Choice, cp_model.IntVar]]]
    ) -> None:
        """Ensures rest between the shifts of two days in a row, where the band does not."""
        longest = max((shape.length for shape in model.shapes), default=0)
        spread = model.band if model.band is not None else SLOTS_PER_DAY
        if spread + longest + model.rest_slots + CLOCK_CHANGE_SLOTS <= SLOTS_PER_DAY:
            return
        for day, later in by_day.items():
            earlier = by_day.get(day - 1, [])
            for start in {choice[1] for choice, _ in later}:
                late = [
                    pick
                    for choice, pick in earlier
                    if choice[1] + model.shapes[choice[0]].length > start - model.rest_slots
                ]
                soon = [pick for choice, pick in later if choice[1] <= start]
                if late:
                    self.model.cp.add(sum(late) + sum(soon) <= 1)

    def _limit_runs(
        self, model: TourModel, by_day: dict[int, list[tuple[Choice, cp_model.IntVar]]]
    ) -> None:
        """Ensures that days in a row, those before the week counted, stay within the limit."""
        most = model.contract.max_consecutive_days
        if model.run_states == 1:
            return
        for first in range(-model.agent.previous_run_days, model.horizon.days - most):
            days = range(first, first + most + 1)
            worked = sum(day < 0 or day in model.fixed for day in days)
            picks = [pick for day in days for _, pick in by_day.get(day, [])]
            self.model.cp.add(sum(picks) <= most - worked)


def _member(roster: Roster, agent: int) -> Member:
    model = roster.class_of[agent].model
    tour = roster.tours[agent]
    assert tour is not None
    choices = [
        (int(day), (int(number), int(model.start_table[day, place])))
        for number, day, place in np.argwhere(model.legal)
    ]
    return Member(
        agent=agent,
        model=model,
        moving=tuple(shift for shift in tour.shifts if shift.shape is not None),
        choices=tuple(choices),
    )


def linked_group(roster: Roster, *, size: int, rng: np.random.Generator) -> list[int]:
    """Some agents who can do the same work, drawn at random."""
    placed = roster.placed()
    first = int(rng.choice(placed))
    linked = next((c.mask for c in roster.coverage.linked if c.mask & roster.masks[first]), 0)
    others = [n for n in placed if n != first and roster.masks[n] & linked]
    size = min(size - 1, len(others))
    return [first, *(int(n) for n in rng.choice(others, size, replace=False))] if size else [first]
