"""Simulated days of several skills: what each queue gets, interval by interval, and what is short.

Days are lived through in blocks, so that somebody who waits to stop need not wait for all. The same
seed gives the same contacts whoever is there (common random numbers), in every block alike.

Half hours of single days differ widely, mostly because more or less came than expected. That part is
known from a yardstick: the same contacts met by one team that can do everything, of whom the exact core
says what they give in the mean (a control variate; S. Asmussen and P. W. Glynn, "Stochastic simulation",
2007, chapter V.2). What the yardstick's days were better or worse than that is taken off.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.multi_skill import GoalKind, MultiSkillDay, SkillGroup, simulated_pool
from staffing.core.multi_skill_bounds import mixed
from staffing.core.simulated_levels import level_sums, share
from staffing.core.simulation import OFFERED, SERVED, SERVED_WAIT
from staffing.core.simulation_pool import PoolCounts, simulate_pool
from staffing.core.simulation_pool_state import GONE, ON_LIVE
from staffing.core.traffic import Thresholds
from staffing.core.transient import LivePath, evaluate_transient
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY

CONTACTS_AT_ONCE = 300_000
"""About so many contacts are in a block: a fifth of a second."""
FEWEST_DAYS = 4
MOST_DAYS = 300
"""Of a block."""


def go_on() -> None:
    """Do nothing between blocks: nobody waits to stop."""


@dataclass(frozen=True)
class Asked:
    """A goal of a queue: its number, what is limited, and to how much by interval (NaN: not)."""

    queue: int
    kind: GoalKind
    limit: FloatArray


@dataclass(frozen=True)
class Trial:
    """Which days are lived through: so many in each of so many blocks."""

    days: int
    blocks: int
    seed: int

    @classmethod
    def of(cls, day: MultiSkillDay, *, contacts: float, seed: int) -> "Trial":
        """Return days of about so many contacts."""
        rate = sum(float(queue.arrival_rate.sum()) for queue in day.queues)
        own = max(rate * day.interval_seconds, 1.0)
        days = int(np.clip(CONTACTS_AT_ONCE / own, FEWEST_DAYS, MOST_DAYS))
        return cls(days, max(round(contacts / (own * days)), 1) if own > 1.0 else 1, seed)

    @property
    def all_days(self) -> int:
        """Return how many days are lived through."""
        return self.days * self.blocks


@dataclass(frozen=True)
class Lived:
    """What simulated days come to.

    Attributes:
        good: Contacts that count as served well, queue x interval.
        counted: Contacts that count, queue x interval.
        goals: Level asked for, queue x interval; 0 where none is.
        asked: Every goal that is set.
        shortfalls: Goal x interval: by which share it is missed, negative where it is kept. Levels
            and abandonment in points, waits and occupancy as a share of what is allowed.
        spread: Standard error of that; 0 from one day, which shows no spread.
        weights: Goal x interval: what counts for it.
        first_shortfalls: Of the first block alone, as counted, to compare with other heads.

    """

    good: FloatArray
    counted: FloatArray
    goals: FloatArray
    asked: Sequence[Asked]
    shortfalls: FloatArray
    spread: FloatArray
    weights: FloatArray
    first_shortfalls: FloatArray

    @property
    def levels(self) -> FloatArray:
        """Return the level of each interval, the yardstick's luck taken off; NaN without contacts."""
        found = share(self.good, self.counted)
        for row, goal in enumerate(self.asked):
            if goal.kind is GoalKind.LEVEL:
                known = ~np.isnan(goal.limit) & np.isfinite(self.shortfalls[row])
                level = np.where(known, goal.limit - self.shortfalls[row], found[goal.queue])
                found[goal.queue] = np.where(
                    np.isnan(found[goal.queue]), np.nan, np.clip(level, 0.0, 1.0)
                )
        return found


@dataclass(frozen=True)
class Yardstick:
    """Days that one team could have met: good contacts beyond the exact mean.

    Block by block day x queue x interval.
    """

    luck: Sequence[FloatArray]


def goals_of(day: MultiSkillDay) -> list[Asked]:
    """Return every goal that is set somewhere."""
    found = [
        Asked(number, kind, queue.limit(kind))
        for number, queue in enumerate(day.queues)
        for kind in GoalKind
    ]
    return [goal for goal in found if not np.isnan(goal.limit).all()]


def yardstick_of(
    day: MultiSkillDay,
    pooled: FloatArray,
    trial: Trial,
    *,
    watch: Callable[[], None] = go_on,
) -> Yardstick:
    """Live through the trial's days with one team that can do all, and compare it with the exact."""
    traffic = mixed(day)
    queues = [
        replace(
            queue,
            erlangs=queue.arrival_rate * traffic.aht_seconds,
            aht_seconds=traffic.aht_seconds,
            patience_seconds=traffic.patience_seconds,
        )
        for queue in day.queues
    ]
    team = SkillGroup("all", np.zeros(len(queues), dtype=np.int64))
    flexible = replace(day, queues=queues, groups=[team])
    pool = simulated_pool(flexible, pooled[np.newaxis].astype(np.int64))
    exact = _exact_levels(day, pooled)
    luck = []
    for block in range(trial.blocks):
        watch()
        counts = simulate_pool(pool, days=trial.days, seed=[trial.seed, block])
        good, counted = _levels(day, counts)
        luck.append(np.where(np.isnan(exact), 0.0, good - np.nan_to_num(exact) * counted))
    return Yardstick(luck)


def _exact_levels(day: MultiSkillDay, pooled: FloatArray) -> FloatArray:
    """Return queue x interval: the level with one team; NaN where the exact core has none."""
    begins = np.full(pooled.size, CONTINUES)
    begins[0] = OPENS_EMPTY
    path = LivePath(mixed(day), day.interval_seconds, begins)
    found: dict[tuple[object, ...], FloatArray] = {}
    levels = []
    for queue in day.queues:
        key = (queue.definition, queue.short_seconds, queue.threshold_seconds.tobytes())
        if key not in found:
            wanted = Thresholds(
                queue.threshold_seconds,
                np.full(pooled.size, queue.short_seconds),
                frozenset({queue.definition}),
            )
            told = evaluate_transient(path, agents=pooled, thresholds=wanted).service_levels
            found[key] = told.get(queue.definition, np.full(pooled.size, np.nan))
        levels.append(found[key])
    return np.array(levels)


def live_through(
    day: MultiSkillDay,
    heads: IntArray,
    trial: Trial,
    *,
    yardstick: Yardstick | None = None,
    watch: Callable[[], None] = go_on,
) -> Lived:
    """Simulate the day with so many heads."""
    pool, asked = simulated_pool(day, heads), goals_of(day)
    sums = _Sums(asked, day)
    for block in range(trial.blocks):
        watch()
        counts = simulate_pool(pool, days=trial.days, seed=[trial.seed, block])
        sums.add(counts, heads, yardstick.luck[block] if yardstick else None)
    return sums.lived()


class _Sums:
    """Adds blocks of days up."""

    def __init__(self, asked: Sequence[Asked], day: MultiSkillDay) -> None:
        self.asked, self.day = asked, day
        self.good: FloatArray = np.zeros(day.erlangs.shape)
        self.counted: FloatArray = np.zeros(day.erlangs.shape)
        self.missing: list[FloatArray] = []  # day x goal x interval
        self.weights: list[FloatArray] = []
        self.luck: list[FloatArray] = []

    def add(self, counts: PoolCounts, heads: IntArray, luck: FloatArray | None) -> None:
        """Add a block."""
        good, counted = _levels(self.day, counts)
        self.good = self.good + good.sum(axis=0)
        self.counted = self.counted + counted.sum(axis=0)
        parts = [_missing(self.day, goal, counts, heads) for goal in self.asked]
        nothing = np.zeros((good.shape[0], 0, good.shape[2]))
        self.missing.append(np.stack([part[0] for part in parts], axis=1) if parts else nothing)
        self.weights.append(np.stack([part[1] for part in parts], axis=1) if parts else nothing)
        own = np.zeros(self.missing[-1].shape)
        for row, goal in enumerate(self.asked):
            if luck is not None and goal.kind is GoalKind.LEVEL:
                own[:, row] = luck[:, goal.queue]
        self.luck.append(own)

    def lived(self) -> Lived:
        """Return what the days come to."""
        missing, weights = np.concatenate(self.missing), np.concatenate(self.weights)
        luck = np.concatenate(self.luck)
        counted = weights.mean(axis=0)
        plain = share(missing.mean(axis=0), counted)
        apart = missing - np.nan_to_num(plain) * weights
        slope = -_slope(-apart, luck)
        rest = apart - slope * luck
        days = max(missing.shape[0] - 1, 1)
        shortfalls = plain - share((slope * luck).mean(axis=0), counted)
        first = share(self.missing[0].mean(axis=0), self.weights[0].mean(axis=0))
        return Lived(
            good=self.good,
            counted=self.counted,
            goals=self.day.goals,
            asked=self.asked,
            shortfalls=shortfalls,
            spread=share(rest.std(axis=0) / np.sqrt(days), counted),
            weights=counted,
            first_shortfalls=first,
        )


def _slope(values: FloatArray, others: FloatArray) -> FloatArray:
    """Return by how much values move with others, over the first axis; at least 0, at most 1."""
    centred = others - others.mean(axis=0)
    squares = (centred**2).sum(axis=0)
    products = (centred * values).sum(axis=0)
    slope = np.divide(products, squares, out=np.zeros(squares.shape), where=squares > 0.0)
    return np.asarray(np.clip(slope, 0.0, 1.0))


def _levels(day: MultiSkillDay, counts: PoolCounts) -> tuple[FloatArray, FloatArray]:
    """Return good and counted contacts, day x queue x interval."""
    sums = [
        level_sums(counts.live[:, :, number], queue.definition)
        for number, queue in enumerate(day.queues)
    ]
    good, counted = (np.stack([pair[part] for pair in sums], axis=1) for part in (0, 1))
    return good, counted


def _missing(
    day: MultiSkillDay, goal: Asked, counts: PoolCounts, heads: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return what is lacking and what counts for a goal, day x interval; 0 where none is set."""
    live, is_set = counts.live[:, :, goal.queue], ~np.isnan(goal.limit)
    limit = np.nan_to_num(goal.limit)
    if goal.kind is GoalKind.LEVEL:
        good, counts_for = level_sums(live, day.queues[goal.queue].definition)
        lacking = limit * counts_for - good
    elif goal.kind is GoalKind.ASA:
        counts_for = live[..., SERVED]
        lacking = live[..., SERVED_WAIT] / np.maximum(limit, 1e-9) - counts_for
    elif goal.kind is GoalKind.ABANDONMENT:
        counts_for = live[..., OFFERED]
        lacking = live[..., GONE] - limit * counts_for
    else:
        able: NDArray[np.bool_] = day.can[:, goal.queue] >= 0
        there = heads[able].sum(axis=0) * day.interval_seconds
        counts_for = np.broadcast_to(there.astype(np.float64), live.shape[:2])
        busy = counts.busy_seconds[:, :, able, ON_LIVE].sum(axis=2)
        lacking = busy / np.maximum(limit, 1e-9) - counts_for
    return lacking * is_set, counts_for * is_set


def reached(goal: Asked, shortfall: FloatArray) -> FloatArray:
    """Return the goal's figure, in its own unit, from a shortfall."""
    if goal.kind is GoalKind.LEVEL:
        return np.asarray(goal.limit - shortfall)
    if goal.kind is GoalKind.ABANDONMENT:
        return np.asarray(goal.limit + shortfall)
    return np.asarray(goal.limit * (1.0 + shortfall))
