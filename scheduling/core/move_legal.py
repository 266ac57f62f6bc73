"""Whether a moved shift keeps the rules of its agent: compiled."""

from scheduling.core.move_facts import (
    BAND,
    FIRST_HISTORY,
    FIRST_RUN,
    LEAST_PAID,
    MOST_IN_ROW,
    MOST_PAID,
    MOST_WEEKENDS,
    OFF,
    REST,
    ClassRules,
    Shifts,
)
from scheduling.core.tour_facts import HEAD, LONGEST, NEVER, POSSIBLE, TAIL
from wfm.compiled import inlined

FAR = 1 << 30
WEEK = 7
ANY_WEEKENDS = 4
"""Weekends in four weeks that bind nothing."""


@inlined
def rests(
    rules: ClassRules, shifts: Shifts, agent: int, group: int, day: int, first: int, end: int
) -> bool:
    """Whether a shift from slot `first` to `end` leaves rest to the shifts before and after it."""
    rest = rules.limits[group, REST]
    for other in range(day - 1, max(-1, day - 3), -1):
        shape = shifts.shapes[agent, other]
        if shape >= 0:
            begin = rules.starts[group, other, shifts.places[agent, other]]
            if begin + rules.lengths[group, shape] + rest > first:
                return False
            break
    for other in range(day + 1, min(shifts.shapes.shape[1], day + 3)):
        if shifts.shapes[agent, other] >= 0:
            if end + rest > rules.starts[group, other, shifts.places[agent, other]]:
                return False
            break
    return True


@inlined
def window(
    rules: ClassRules, shifts: Shifts, agent: int, group: int, day: int, without: int
) -> tuple[int, int]:
    """First and last place that the other shifts of the week leave to a start, `without` left out."""
    low, high = FAR, -FAR
    week = day // WEEK * WEEK
    for other in range(week, min(week + WEEK, shifts.shapes.shape[1])):
        if other == day or other == without:  # noqa: PLR1714, SIM109 - slow in compiled code
            continue
        if shifts.shapes[agent, other] >= 0:
            low = min(low, shifts.places[agent, other])
            high = max(high, shifts.places[agent, other])
    last = rules.starts.shape[2] - 1
    if high < 0:
        return 0, last
    band = rules.limits[group, BAND]
    return max(0, high - band), min(last, low + band)


@inlined
def week_worked(
    rules: ClassRules, shifts: Shifts, agent: int, group: int, week: int
) -> tuple[int, int, int]:
    """Set of worked days of a week, its state (-1 where it may not be) and its paid minutes."""
    mask, state, paid = 0, 0, 0
    for day in range(WEEK * week, min(shifts.shapes.shape[1], WEEK * week + WEEK)):
        shape = shifts.shapes[agent, day]
        if shape == OFF:
            continue
        mask |= 1 << (day - WEEK * week)
        kind = rules.fixed_kinds[group, day]
        if shape >= 0:
            kind = rules.kinds[group, shape]
            paid += rules.paid[group, shape]
        state = rules.steps[group, kind, state]
        if state < 0:
            break
    return mask, state, paid


@inlined
def rule_cost(rules: ClassRules, shifts: Shifts, agent: int, group: int) -> float:
    """Minus what an agent's sets of days and paid time cost; `NEVER` where they are not allowed."""
    run, history = rules.limits[group, FIRST_RUN], rules.limits[group, FIRST_HISTORY]
    most, weekends = rules.limits[group, MOST_IN_ROW], rules.limits[group, MOST_WEEKENDS]
    total, paid = 0.0, 0
    for week in range(rules.of_mask.shape[1]):
        mask, state, minutes = week_worked(rules, shifts, agent, group, week)
        if state < 0 or LONGEST[mask] > most or (HEAD[mask] and run + HEAD[mask] > most):
            return NEVER
        worth = rules.of_mask[group, week, mask] + rules.of_state[group, week, state]
        worked = (history & 1) + (history >> 1 & 1) + (history >> 2 & 1)
        if worth <= POSSIBLE or (
            weekends < ANY_WEEKENDS and worked + rules.weekend[mask] > weekends
        ):
            return NEVER
        history = ((history << 1) | rules.weekend[mask]) & 7
        run = run + WEEK if HEAD[mask] == WEEK else TAIL[mask]
        total += worth
        paid += minutes
    if paid < rules.limits[group, LEAST_PAID] or paid > rules.limits[group, MOST_PAID]:
        return NEVER
    return float(total)


@inlined
def start_worth(rules: ClassRules, group: int, day: int, shape: int, place: int) -> float:
    """Money on top of the worth of the slots of a start."""
    return float(rules.bonus[group, day, shape, place]) if rules.bonus.size else 0.0
