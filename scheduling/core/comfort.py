"""How kind a schedule is to each person, and how evenly its burdens are shared. Definitions: `wfm.metrics`.

All of it works on shifts as days and minutes of the local day, so it judges any schedule, solved or edited by
hand, and shares no code with the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

MINUTES_PER_DAY = 1440
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class WorkedShift:
    """A shift by day of the horizon and minutes from that day's local midnight."""

    day: int
    start_minute: int
    end_minute: int
    pieces: int = 1


@dataclass(frozen=True, kw_only=True)
class ComfortParams:
    """Where comfort begins and ends, and what weighs how much."""

    steady_minutes: float = 120.0
    """A mean distance of starts from the usual one that counts as no steadiness at all."""
    good_rest_hours: float = 14.0
    poor_rest_hours: float = 11.0
    good_run_days: int = 5
    poor_run_days: int = 7
    wishes: float = 0.3
    steadiness: float = 0.2
    weekends: float = 0.2
    rest: float = 0.1
    runs: float = 0.1
    splits: float = 0.1

    def __post_init__(self) -> None:
        """Refuse scales that run backwards."""
        if not self.poor_rest_hours < self.good_rest_hours:
            raise ValueError("Expected poor_rest_hours < good_rest_hours.")
        if not self.good_run_days < self.poor_run_days:
            raise ValueError("Expected good_run_days < poor_run_days.")


@dataclass(frozen=True, kw_only=True)
class Comfort:
    """One agent's figures over the horizon; None where nothing of the kind happened."""

    shifts: int
    wishes: int
    wishes_kept: int
    start_spread_minutes: float | None
    """Mean distance of the starts from their median, as in `start_spread_minutes`."""
    weekends: int
    weekends_worked: int
    split_shifts: int
    shortest_rest_hours: float | None
    longest_run_days: int
    score: float
    """0 to 100, as in `comfort_score`."""


def comfort_of(
    shifts: Sequence[WorkedShift],
    *,
    days: int,
    first_weekday: int = 0,
    wishes: int = 0,
    wishes_kept: int = 0,
    previous_run_days: int = 0,
    params: ComfortParams | None = None,
) -> Comfort:
    """Measure one agent's schedule.

    Args:
        shifts: in any order.
        days: length of the horizon.
        first_weekday: weekday of day 0; 0 is Monday.
        wishes: how many wishes the agent had, and `wishes_kept` how many of them are kept.
        wishes_kept: at most `wishes`.
        previous_run_days: days in a row worked just before the horizon.
        params: scales and weights.

    """
    if not 0 <= wishes_kept <= wishes:
        raise ValueError(f"Expected 0 <= wishes_kept <= wishes, got {wishes_kept} of {wishes}.")
    chosen = params or ComfortParams()
    order = sorted(shifts, key=lambda shift: (shift.day, shift.start_minute))
    spread = start_spread_minutes([shift.start_minute for shift in order])
    rests = _rests(order)
    run = longest_run({shift.day for shift in order}, before=previous_run_days)
    weekend_of = {day: (day + first_weekday) // 7 for day in range(days)}
    all_weekends = {weekend_of[d] for d in range(days) if (d + first_weekday) % 7 >= SATURDAY}
    worked = {
        weekend_of[s.day] for s in order if s.day < days and (s.day + first_weekday) % 7 >= SATURDAY
    }
    splits = sum(shift.pieces > 1 for shift in order)
    parts = {
        "wishes": wishes_kept / wishes if wishes else None,
        "steadiness": None if spread is None else 1.0 - spread / chosen.steady_minutes,
        "weekends": 1.0 - len(worked) / len(all_weekends) if all_weekends else None,
        "rest": _between(min(rests), chosen.poor_rest_hours, chosen.good_rest_hours)
        if rests
        else None,
        "runs": _between(run, chosen.poor_run_days, chosen.good_run_days) if order else None,
        "splits": 1.0 - splits / len(order) if order else None,
    }
    return Comfort(
        shifts=len(order),
        wishes=wishes,
        wishes_kept=wishes_kept,
        start_spread_minutes=spread,
        weekends=len(all_weekends),
        weekends_worked=len(worked),
        split_shifts=splits,
        shortest_rest_hours=min(rests) if rests else None,
        longest_run_days=run,
        score=_score(parts, chosen),
    )


def _between(value: float, poor: float, good: float) -> float:
    """0 at poor, 1 at good, on the line between; either end may be the larger."""
    return (value - poor) / (good - poor)


def _score(parts: dict[str, float | None], params: ComfortParams) -> float:
    """Weighed mean of the parts that happened, each held between 0 and 1; 100 where none did."""
    known = {
        name: (getattr(params, name), min(1.0, max(0.0, part)))
        for name, part in parts.items()
        if part is not None
    }
    total = sum(weight for weight, _ in known.values())
    if not total:
        return 100.0
    return float(100.0 * sum(weight * part for weight, part in known.values()) / total)


def start_spread_minutes(starts: Sequence[int]) -> float | None:
    """Mean distance of starts from their median on the 24-hour clock; None below two shifts."""
    if len(starts) < 2:
        return None
    usual = median(starts)
    apart = [abs(start - usual) % MINUTES_PER_DAY for start in starts]
    return sum(min(a, MINUTES_PER_DAY - a) for a in apart) / len(apart)


def _rests(order: Sequence[WorkedShift]) -> list[float]:
    ends = [shift.day * MINUTES_PER_DAY + shift.end_minute for shift in order]
    starts = [shift.day * MINUTES_PER_DAY + shift.start_minute for shift in order]
    return [(start - end) / 60 for end, start in zip(ends, starts[1:], strict=False)]


def longest_run(days: set[int], *, before: int = 0) -> int:
    """Most days worked in a row, those before the horizon counted where they touch it."""
    longest = run = 0
    for day in sorted(days):
        run = run + 1 if day - 1 in days else 1 + (before if day == 0 else 0)
        longest = max(longest, run)
    return longest


# -- fairness ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """How evenly a burden is shared over a rolling quarter."""

    mean: float
    """Burdens a week and person."""
    spread: float
    """Distance between the 10th and the 90th percentile of persons."""
    jain_index: float
    """1 where all bear the same; 1/n where one bears all; as in `fairness_index`."""
    most: tuple[int, ...] = field(default_factory=tuple)
    """Persons above the mean by more than half the spread, the heaviest first."""


def fairness(
    burdens: Sequence[float], weeks: Sequence[float], *, past: Sequence[float] | None = None
) -> Fairness:
    """Measure how evenly a burden (weekends, late shifts, split shifts) is shared.

    Args:
        burdens: per person in the horizon.
        weeks: per person the weeks that `burdens` and `past` cover together; those present less
            are not held against the others.
        past: per person in the rest of the quarter.

    """
    before = np.zeros(len(burdens)) if past is None else np.asarray(past, dtype=float)
    covered = np.asarray(weeks, dtype=float)
    if len(covered) != len(burdens) or len(before) != len(burdens):
        raise ValueError("Expected burdens, weeks and past of the same persons.")
    if (covered <= 0).any():
        raise ValueError("Expected weeks > 0 for everyone; leave out who was not there.")
    each = (np.asarray(burdens, dtype=float) + before) / covered
    if not len(each):
        return Fairness(mean=0.0, spread=0.0, jain_index=1.0)
    low, high = np.percentile(each, [10, 90])
    squares = float((each**2).sum())
    index = float(each.sum()) ** 2 / (len(each) * squares) if squares else 1.0
    heavy = np.flatnonzero(each > each.mean() + (high - low) / 2 + 1e-9)
    return Fairness(
        mean=float(each.mean()),
        spread=float(high - low),
        jain_index=index,
        most=tuple(int(n) for n in heavy[np.argsort(-each[heavy], kind="stable")]),
    )
