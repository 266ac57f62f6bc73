"""Sets of days that an agent may work in a week, and what a week has to leave to the next."""

import numpy as np
from numpy.typing import NDArray

from scheduling.core.tour_facts import DAYS_OF, HEAD, LONGEST, MASKS, POSSIBLE, TAIL
from scheduling.core.tour_tables import WEEKDAYS
from scheduling.core.tours import TourModel

NONE_CLOSED: frozenset[int] = frozenset()


def open_sets(
    model: TourModel, week: int, closed_days: frozenset[int] = NONE_CLOSED
) -> NDArray[np.bool_]:
    """[set of days] whether the rules of one week allow it; rest and hours are left out."""
    first = WEEKDAYS * week
    days = range(first, min(first + WEEKDAYS, model.horizon.days))
    shut = sum(
        1 << day - first
        for day in days
        if day not in model.fixed and (day in closed_days or not model.by_day[day].any())
    )
    legal = (np.arange(MASKS) & shut == 0) & (model.weeks.of_mask[week] > POSSIBLE)
    return np.asarray(legal & (model.limits.most_in_row >= LONGEST))


def least_heads(model: TourModel, closed_days: frozenset[int] = NONE_CLOSED) -> list[int] | None:
    """Days in a row that each week has to begin with so that the weeks after it are possible.

    One more entry than weeks, the last 0. None where some week has no set of days at all, or where the first does
    not go with the days worked before it.
    """
    weeks = len(model.weeks.of_mask)
    most = model.limits.most_in_row
    heads = [0] * (weeks + 1)
    for week in range(weeks - 1, -1, -1):
        legal = open_sets(model, week, closed_days) & (TAIL + heads[week + 1] <= most)
        if not legal.any():
            return None
        full = legal & (_days_wanted(model, week) <= DAYS_OF)
        heads[week] = int(HEAD[full if full.any() else legal].min())
    return heads if heads[0] == 0 or model.limits.first_run + heads[0] <= most else None


def most_minutes(model: TourModel, closed_days: frozenset[int] = NONE_CLOSED) -> float:
    """Paid minutes beside fixed shifts that sets of days which go together leave to a tour at most."""
    longest = max((shape.paid_minutes for shape in model.shapes), default=0)
    runs = np.full(WEEKDAYS + 1, -np.inf)
    runs[min(model.limits.first_run, WEEKDAYS)] = 0.0
    for week in range(len(model.weeks.of_mask)):
        sets = np.flatnonzero(open_sets(model, week, closed_days))
        fixed = sum(day // WEEKDAYS == week for day in model.fixed)
        most = 60.0 * model.week_range(week, hours=True)[1]
        minutes = np.minimum(most, longest * (DAYS_OF[sets] - fixed))
        after = np.full(WEEKDAYS + 1, -np.inf)
        for run, before in enumerate(runs.tolist()):
            fits = (HEAD[sets] == 0) | (run + HEAD[sets] <= model.limits.most_in_row)
            tails = np.where(TAIL[sets] == WEEKDAYS, WEEKDAYS, TAIL[sets])
            np.maximum.at(after, tails[fits], before + minutes[fits])
        runs = after
    return float(runs.max())


def _days_wanted(model: TourModel, week: int) -> int:
    """Days in which the most hours of a week can be worked."""
    longest = max((shape.paid_minutes for shape in model.shapes), default=0)
    _, most_days = model.week_range(week, hours=False)
    _, most_hours = model.week_range(week, hours=True)
    by_hours = -(-60 * most_hours // longest) if longest else 0
    fixed = sum(day // WEEKDAYS == week for day in model.fixed)
    return int(min(most_days, by_hours)) + fixed


def day_range(
    model: TourModel, week: int, closed_days: frozenset[int] = NONE_CLOSED
) -> tuple[int, int]:
    """Least and most days, beside the fixed ones, that open days and the rules of a week leave."""
    legal = open_sets(model, week, closed_days)
    if not legal.any():
        return 0, 0
    fixed = sum(day // WEEKDAYS == week for day in model.fixed)
    worked = DAYS_OF[legal] - fixed
    return int(worked.min()), int(worked.max())
