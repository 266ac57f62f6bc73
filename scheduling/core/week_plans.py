"""Everyone's weeks as plans (band, days, shapes), and the tours that keep to them."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from scheduling.core.day_sets import NONE_CLOSED, least_heads
from scheduling.core.dive import WeekPlan
from scheduling.core.dive_order import Around
from scheduling.core.roster import Roster
from scheduling.core.tour_facts import HEAD, TAIL
from scheduling.core.tour_tables import WEEKDAYS
from scheduling.core.tours import Tour, TourModel, Week

WEEKENDS_SEEN = 4
NEVER_ENDS = 1 << 30


class WeekPlans:
    """Plans by week and agent; what they leave to each other."""

    def __init__(self, roster: Roster, closed_days: Mapping[int, frozenset[int]]) -> None:
        """Start without a plan; `closed_days` are those of an agent's weekends off, where these are known."""
        self.roster, self.closed_days = roster, closed_days
        self.weeks = roster.data.weeks
        self._heads: dict[tuple[int, frozenset[int]], list[int]] = {}
        self.plans: list[dict[int, WeekPlan]] = [{} for _ in range(self.weeks)]

    def _model(self, agent: int) -> TourModel:
        return self.roster.class_of[agent].model

    def _days(self, agent: int, week: int) -> int | None:
        """Set of worked days of a week, fixed ones included; None without a plan."""
        plan = self.plans[week].get(agent)
        if plan is None:
            return None
        first = WEEKDAYS * week
        days = {day for day, _ in plan.shapes} | set(self._model(agent).fixed)
        return sum(1 << day - first for day in days if first <= day < first + WEEKDAYS)

    # -- what other weeks leave --------------------------------------------------------------

    def around(self, agent: int, week: int) -> Around:
        """What an agent's other weeks leave to this one; what cannot bind is left out, so that many are alike."""
        model = self._model(agent)
        first = WEEKDAYS * week
        last = min(first + WEEKDAYS, model.horizon.days) - 1
        opens = int(model.start_table[first].min())
        closes = int(model.start_table[last].max()) + max(
            (s.length for s in model.shapes), default=0
        )
        longest = int(model.weeks.most_days[week]) + sum(d // WEEKDAYS == week for d in model.fixed)

        def binding(run: int) -> int:
            return run if run + longest > model.limits.most_in_row else 0

        def late(slot: int) -> int:
            return slot if slot > opens else 0

        def early(slot: int) -> int:
            return slot if slot < closes else NEVER_ENDS

        return Around(
            run_before=binding(self._run_before(agent, week)),
            run_after=binding(self._run_after(agent, week)),
            may_work_weekend=self._may_work_weekend(agent, week),
            earliest_start=late(self._earliest_start(agent, week)),
            latest_end=early(self._latest_end(agent, week)),
            sure_start=late(self._earliest_start(agent, week, surely=True)),
            sure_end=early(self._latest_end(agent, week, surely=True)),
        )

    def _run_before(self, agent: int, week: int) -> int:
        run = 0
        for before in range(week - 1, -1, -1):
            mask = self._days(agent, before)
            if mask is None:
                return run
            run += int(TAIL[mask])
            if TAIL[mask] < WEEKDAYS:
                return run
        return run + self._model(agent).agent.previous_run_days

    def _run_after(self, agent: int, week: int) -> int:
        run = 0
        for after in range(week + 1, self.weeks):
            mask = self._days(agent, after)
            if mask is None:
                return run + self._least_head(agent, after)
            run += int(HEAD[mask])
            if HEAD[mask] < WEEKDAYS:
                return run
        return run

    def _least_head(self, agent: int, week: int) -> int:
        """Days in a row that an agent has to work at the beginning of a week whatever is planned."""
        key = (id(self._model(agent)), self.closed_days.get(agent, NONE_CLOSED))
        if key not in self._heads:
            heads = least_heads(self._model(agent), key[1])
            self._heads[key] = [0] * (self.weeks + 1) if heads is None else heads
        return self._heads[key][week]

    def _may_work_weekend(self, agent: int, week: int) -> bool:
        if agent in self.closed_days:
            return all(day // WEEKDAYS != week for day in self.closed_days[agent])
        model = self._model(agent)
        most = model.limits.most_weekends
        if most >= WEEKENDS_SEEN:
            return True
        past = (False,) * WEEKENDS_SEEN + model.agent.previous_weekends[-3:]
        worked = list(past[-3:])
        for other in range(self.weeks):
            mask = self._days(agent, other)
            worked.append(bool(mask is not None and model.weeks.weekend[mask]))
        at = week + 3
        worked[at] = True
        first = max(0, at - WEEKENDS_SEEN + 1)
        return all(
            sum(worked[start : start + WEEKENDS_SEEN]) <= most for start in range(first, at + 1)
        )

    def _starts(self, agent: int, week: int, day: int) -> tuple[int, int, int] | None:
        """First and last start slot that a plan leaves to a day, and the shift's length."""
        model = self._model(agent)
        if day in model.fixed:
            shift = model.fixed[day]
            return shift.start_slot, shift.start_slot, shift.end_slot - shift.start_slot
        plan = self.plans[week].get(agent)
        shape = None if plan is None else dict(plan.shapes).get(day)
        if plan is None or shape is None:
            return None
        slots = open_starts(model, plan, day, shape)
        return int(slots[0]), int(slots[-1]), model.shapes[shape].length

    def _earliest_start(self, agent: int, week: int, *, surely: bool = False) -> int:
        """Slot from which some start of the last shift before leaves rest; `surely`: every start."""
        if week == 0:
            return 0
        last = self._starts(agent, week - 1, WEEKDAYS * week - 1)
        return 0 if last is None else last[surely] + last[2] + self._model(agent).rest_slots

    def _latest_end(self, agent: int, week: int, *, surely: bool = False) -> int:
        """Slot until which rest to some start of the next shift is kept; `surely`: to every start."""
        if week + 1 >= self.weeks:
            return NEVER_ENDS
        following = self._starts(agent, week + 1, WEEKDAYS * (week + 1))
        if following is None:
            return NEVER_ENDS
        return following[not surely] - self._model(agent).rest_slots

    # -- tours -------------------------------------------------------------------------------

    def complete(self, agent: int) -> bool:
        """True where an agent has a plan for every week."""
        return all(agent in plans for plans in self.plans)

    def tour(self, agent: int) -> Tour:
        """A legal tour that keeps to an agent's plans: starts in the middle, breaks early."""
        model = self._model(agent)
        week: Week = []
        for number, plans in enumerate(self.plans):
            plan = plans[agent]
            shapes = dict(plan.shapes)
            first = WEEKDAYS * number
            for day in range(first, min(first + WEEKDAYS, model.horizon.days)):
                if day in model.fixed:
                    week.append((day, None, model.fixed[day].start_slot))
                elif day in shapes:
                    slots = open_starts(model, plan, day, shapes[day])
                    week.append((day, shapes[day], int(slots[len(slots) // 2])))
        self._keep_rest(agent, week)
        return model.tour(week, breaks=lambda shape, _: tuple(b.earliest for b in shape.breaks))

    def _keep_rest(self, agent: int, week: Week) -> None:
        """Move the two starts of a pair without rest apart as far as their plans allow."""
        model = self._model(agent)
        for number in range(1, len(week)):
            before, after = week[number - 1], week[number]
            if self._end(model, before) <= after[2] - model.rest_slots:
                continue
            for at, index in ((number - 1, 0), (number, 1)):
                day, shape, _ = week[at]
                found = self._starts(agent, day // WEEKDAYS, day)
                if shape is not None and found is not None:
                    week[at] = (day, shape, found[index])

    @staticmethod
    def _end(model: TourModel, placed: tuple[int, int | None, int]) -> int:
        day, shape, start = placed
        return model.fixed[day].end_slot if shape is None else start + model.shapes[shape].length

    def rests(self, agent: int, tour: Tour) -> bool:
        """True where a tour keeps rest between all its shifts."""
        model = self._model(agent)
        shifts = tour.shifts
        return all(a.end_slot + model.rest_slots <= b.start_slot for a, b in pairwise(shifts))

    def bands(self, day: int) -> dict[int, tuple[int, int]]:
        """First and last place of everyone's starts in the week of a day."""
        return {
            agent: (plan.first_place, plan.last_place)
            for agent, plan in self.plans[day // WEEKDAYS].items()
        }

    def put_tours(self, agents: Iterable[int]) -> list[int]:
        """Give agents the tours of their plans; returns those whose plans do not fit together."""
        misfits = []
        for agent in agents:
            tour = self.tour(agent) if self.complete(agent) else None
            if tour is None or not self.rests(agent, tour):
                misfits.append(agent)
            else:
                self.roster.replace(agent, tour)
        return misfits


def open_starts(
    model: TourModel, plan: WeekPlan, day: int, shape: int
) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """Slots at which a plan lets a shift of this shape start that day."""
    places = np.arange(model.start_table.shape[1]) + model.first_place
    inside = (places >= plan.first_place) & (places <= plan.last_place)
    return np.asarray(model.start_table[day][model.by_day[day, shape] & inside])
