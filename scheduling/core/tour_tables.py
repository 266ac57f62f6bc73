"""The rules of one agent as the arrays that the compiled loops read."""

from functools import lru_cache
from math import ceil, gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import AgentRules, ContractRules, Horizon, ShiftPattern
from scheduling.core.shapes import Shape
from scheduling.core.tour_facts import DAYS_OF, MASKS, NEVER, Shapes, Weeks

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEEKDAYS = 7


def shape_tables(shapes: tuple[Shape, ...], kinds: Ints) -> Shapes:
    """The shapes as arrays."""
    gaps = [
        [
            (before[0] + before[1], after[0] - before[0] - before[1])
            for before, after in zip(shape.pieces, shape.pieces[1:], strict=False)
            if after[0] > before[0] + before[1]
        ]
        for shape in shapes
    ]
    gap_rows = np.full((len(shapes), max((len(g) for g in gaps), default=0), 2), -1)
    break_rows = np.full((len(shapes), max((len(s.breaks) for s in shapes), default=0), 3), -1)
    for number, shape in enumerate(shapes):
        for order, gap in enumerate(gaps[number]):
            gap_rows[number, order] = gap
        for order, rule in enumerate(shape.breaks):
            break_rows[number, order] = (rule.earliest, rule.latest, rule.length)
    return Shapes(
        lengths=np.array([shape.length for shape in shapes], dtype=np.int64),
        gaps=gap_rows,
        breaks=break_rows,
        kinds=kinds,
    )


def legal_starts(
    agent: AgentRules,
    contract: ContractRules,
    shapes: tuple[Shape, ...],
    horizon: Horizon,
    *,
    rest_slots: int,
) -> Flags:
    """[day, shape, place] where a shift may start: spans, start grid, earliest, latest, fixed days.

    A place is a wall-clock time of the horizon's start grid.
    """
    table = horizon.start_slots
    minutes = np.arange(table.shape[1]) * horizon.interval_minutes
    fixed = {shift.day for shift in agent.fixed}
    legal = np.zeros((horizon.days, len(shapes), table.shape[1]), dtype=bool)
    for number, shape in enumerate(shapes):
        pattern = contract.patterns[shape.pattern]
        if pattern.key in agent.excluded_patterns:
            continue
        on_grid = _on_grid(pattern, minutes)
        for day, spans in enumerate(agent.spans):
            if day in fixed or (pattern.days is not None and day not in pattern.days):
                continue
            starts = table[day]
            inside = np.zeros(len(starts), dtype=bool)
            for low, high in spans:
                inside |= (starts >= low) & (starts + shape.length <= high)
            legal[day, number] = inside & on_grid & (starts < horizon.slots)
        for shift in agent.fixed:
            legal[:, number] &= (table >= shift.end_slot + rest_slots) | (
                table + shape.length <= shift.start_slot - rest_slots
            )
    return legal


def _on_grid(pattern: ShiftPattern, minutes: Ints) -> Flags:
    inside = (minutes >= pattern.earliest_start_minute) & (minutes <= pattern.latest_start_minute)
    return np.asarray(inside & (minutes % pattern.start_grid_minutes == 0))


class WeekTables(NamedTuple):
    """The automaton of a week, and which kind of day each shape and fixed shift is."""

    weeks: Weeks
    kinds: Ints
    fixed_kinds: Ints


def week_tables(
    agent: AgentRules,
    contract: ContractRules,
    shapes: tuple[Shape, ...],
    horizon: Horizon,
    *,
    first_weekday: int,
) -> WeekTables:
    """Days, paid time, split shifts and pay of each week as an automaton."""
    paid = sorted({shape.paid_minutes for shape in shapes})
    fixed_paid = sorted({shift.paid_minutes for shift in agent.fixed})
    counts_splits = contract.max_split_shifts_per_week is not None

    def kind(shape: Shape) -> tuple[int, bool]:
        return shape.paid_minutes, counts_splits and len(shape.pieces) > 1

    kind_of = sorted({kind(shape) for shape in shapes})
    of_fixed = {minutes: len(kind_of) + n for n, minutes in enumerate(fixed_paid)}
    step = gcd(*paid, *fixed_paid) or horizon.interval_minutes
    weeks = -(-horizon.days // WEEKDAYS)
    days = _ranges(contract.days_per_week, agent.credited_days, weeks)
    minutes = _ranges(contract.paid_minutes_per_week, agent.credited_minutes, weeks)
    most_days = np.minimum(days[:, 1], WEEKDAYS)
    simple = len(kind_of) == 1 and not of_fixed
    of_mask = _sets_of_days(agent, contract, horizon, days)
    splits = (contract.max_split_shifts_per_week or 0) if counts_splits else 0
    if simple and not (counts_splits and kind_of[0][1]):
        of_mask += _costs(contract, agent, DAYS_OF * paid[0], minutes) if paid else 0.0
        steps, of_state = np.zeros((1, 1), dtype=np.int64), np.zeros((weeks, 1))
    else:
        dearest = max([*paid, *fixed_paid], default=0)
        most = min(int(minutes[:, 1].max(initial=0)), int(most_days.max(initial=0)) * dearest)
        states = (most // step + 1) * (splits + 1)
        steps = np.full((len(kind_of) + len(of_fixed), states), -1)
        kinds = [*kind_of, *((value, False) for value in fixed_paid)]
        for number, (value, is_split) in enumerate(kinds):
            for state in range(states):
                used, taken = divmod(state, splits + 1)
                after = used + value // step, taken + is_split
                if after[0] * step <= most and after[1] <= splits:
                    steps[number, state] = after[0] * (splits + 1) + after[1]
        of_state = _costs(contract, agent, np.arange(states) // (splits + 1) * step, minutes)
    of_mask = np.maximum(of_mask, NEVER)
    return WeekTables(
        weeks=Weeks(
            steps=steps,
            of_mask=of_mask,
            of_state=np.maximum(of_state, NEVER),
            most_days=most_days,
            weekend=_weekends(first_weekday),
        ),
        kinds=np.array([kind_of.index(kind(shape)) for shape in shapes], dtype=np.int64),
        fixed_kinds=_fixed_kinds(agent, of_fixed, horizon.days),
    )


def _ranges(limits: tuple[int, int], credited: tuple[int, ...], weeks: int) -> Ints:
    """[week, (least, most)] after what is credited."""
    given = np.zeros(weeks, dtype=np.int64)
    given[: len(credited)] = credited[:weeks]
    low, high = limits
    return np.stack([np.maximum(0, low - given), np.maximum(0, high - given)], axis=1)


def _costs(contract: ContractRules, agent: AgentRules, paid: Ints, minutes: Ints) -> Floats:
    """[week, …] minus the pay of these paid minutes; `NEVER` outside the week's limits."""
    rows = np.full((len(minutes), len(paid)), NEVER)
    credited = list(agent.credited_minutes)
    for week, (low, high) in enumerate(minutes):
        granted = credited[week] if week < len(credited) else 0
        cost = paid * contract.paid_cost_per_minute
        if contract.overtime_after_minutes is not None:
            beyond = np.maximum(0, paid + granted - contract.overtime_after_minutes)
            cost = cost + beyond * contract.overtime_cost_per_minute
        inside = (paid >= low) & (paid <= high)
        rows[week, inside] = -cost[inside]
    return rows


def _sets_of_days(
    agent: AgentRules, contract: ContractRules, horizon: Horizon, days: Ints
) -> Floats:
    """0 for the sets of days that a week may have, `NEVER` for the others."""
    rows = np.full((len(days), MASKS), NEVER)
    forced = {shift.day for shift in agent.fixed} | set(agent.must_work)
    for week, (low, high) in enumerate(days):
        first = WEEKDAYS * week
        length = min(WEEKDAYS, horizon.days - first)
        must = sum(1 << day - first for day in forced if first <= day < first + length)
        allowed = _sets_of_week(length, must, int(low), int(high), contract.consecutive_days_off)
        rows[week, list(allowed)] = 0.0
    return rows


@lru_cache(maxsize=1024)
def _sets_of_week(
    length: int, must: int, low: int, high: int, off_together: int
) -> tuple[int, ...]:
    """The sets of so many days that hold those that must be worked; few rules make many agents' weeks."""
    found = []
    for mask in range(1 << length):
        if mask & must == must and low <= DAYS_OF[mask] <= high:
            off = f"{mask:0{length}b}".split("1")
            together = max(len(run) for run in off)
            needed = min(off_together, length - int(DAYS_OF[mask]))
            if together >= needed or mask == (1 << length) - 1:
                found.append(mask)
    return tuple(found)


def _fixed_kinds(agent: AgentRules, of_fixed: dict[int, int], days: int) -> Ints:
    kinds = np.full(days, -1)
    for shift in agent.fixed:
        kinds[shift.day] = of_fixed[shift.paid_minutes]
    return kinds


def _weekends(first_weekday: int) -> Ints:
    at_weekend = sum(1 << day for day in range(WEEKDAYS) if (first_weekday + day) % 7 >= 5)
    return np.array([int(bool(mask & at_weekend)) for mask in range(MASKS)])


def own_worths(
    agent: AgentRules,
    contract: ContractRules,
    shapes: tuple[Shape, ...],
    horizon: Horizon,
) -> Floats:
    """[day, shape, place] of what a start is worth beside its cover: wishes kept, allowances paid.

    Empty where there is nothing of the kind.
    """
    if not agent.wishes and not any(pattern.allowance for pattern in contract.patterns):
        return np.zeros((0, 0, 0))
    places = horizon.start_slots.shape[1]
    minutes = np.arange(places) * horizon.interval_minutes
    worth = np.zeros((horizon.days, len(shapes), places))
    for number, shape in enumerate(shapes):
        pattern = contract.patterns[shape.pattern]
        worth[:, number] -= pattern.allowance
        for wish in agent.wishes:
            if not 0 <= wish.day < horizon.days:
                continue
            if not wish.works:
                worth[wish.day, number] -= wish.worth
            elif wish.pattern in {"", pattern.key}:
                kept = (minutes >= wish.earliest_start_minute) & (
                    minutes <= wish.latest_start_minute
                )
                worth[wish.day, number, kept] += wish.worth
    return worth


def rest_slots_of(contract: ContractRules, horizon: Horizon) -> int:
    """Least slots between two shifts."""
    return ceil(contract.min_rest_minutes / horizon.interval_minutes)
