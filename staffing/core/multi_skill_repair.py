"""The split put right by simulation: heads added where a queue misses its goal, then trimmed.

Every trial lives through the same days (common random numbers). A trial changes one group in many
intervals at once, because what happens in one has little to do with those before the last: one
simulation gives the power of one of a group in all of them. Levels that are told are of other days.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.multi_skill import MultiSkillDay, simulated_pool
from staffing.core.multi_skill_split import with_least
from staffing.core.simulated_levels import level_sums, share
from staffing.core.simulation_pool import simulate_pool

CONTACTS = 400_000
"""About so many contacts are lived through in a trial."""
FEWEST_DAYS, MOST_DAYS = 12, 300
ROUNDS = 8
TOLERANCE = 0.01
"""By how much an interval may miss its goal; a queue's day may not."""
MOST_AT_ONCE = 0.25
"""Share of an interval's heads that a round may add."""


@dataclass(frozen=True)
class Lived:
    """What simulated days add up to, by queue x interval.

    Attributes:
        good: Contacts that count as served well.
        counted: Contacts that count.
        goals: Level asked for.
        spread: Standard error of the level, from how the days differ.

    """

    good: FloatArray
    counted: FloatArray
    goals: FloatArray
    spread: FloatArray

    @property
    def levels(self) -> FloatArray:
        """Return the level of each interval, NaN where nothing counted."""
        return share(self.good, self.counted)

    @property
    def lacking(self) -> FloatArray:
        """Return good contacts that are missing, negative where there are more than needed."""
        return np.asarray(self.goals * self.counted - self.good)

    @property
    def poor(self) -> NDArray[np.bool_]:
        """Tell which intervals miss their goal beyond tolerance and chance."""
        levels = np.nan_to_num(self.levels, nan=1.0)
        return np.asarray(levels < self.goals - TOLERANCE - self.spread)

    @property
    def day_lacking(self) -> FloatArray:
        """Return the good contacts that each queue misses over the day."""
        return np.asarray(self.lacking.sum(axis=1))

    @property
    def day_spread(self) -> FloatArray:
        """Return about the standard error of `day_lacking`, intervals taken for independent."""
        return np.asarray(np.sqrt(((self.spread * self.counted) ** 2).sum(axis=1)))

    def wanted(self) -> FloatArray:
        """Return queue x interval: the missing good contacts worth adding heads for.

        Poor intervals always; of a queue that misses its day, the intervals that miss most, until
        their lack makes up for that of the day.
        """
        wanted = np.where(self.poor, self.lacking, 0.0)
        for queue in np.flatnonzero(self.day_lacking > 0.0):
            order = np.argsort(-self.lacking[queue])
            before = np.cumsum(self.lacking[queue][order]) - self.lacking[queue][order]
            chosen = order[(before < self.day_lacking[queue]) & (self.lacking[queue][order] > 0.0)]
            wanted[queue, chosen] = self.lacking[queue, chosen]
        return wanted


def days_of(day: MultiSkillDay) -> int:
    """Return how many days a trial lives through."""
    contacts = sum(float(queue.arrival_rate.sum()) for queue in day.queues) * day.interval_seconds
    return int(np.clip(CONTACTS / max(contacts, 1.0), FEWEST_DAYS, MOST_DAYS))


def live_through(day: MultiSkillDay, heads: IntArray, *, days: int, seed: int) -> Lived:
    """Simulate the day with so many heads."""
    counts = simulate_pool(simulated_pool(day, heads), days=days, seed=seed).live
    sums = [
        level_sums(counts[:, :, number], queue.definition)
        for number, queue in enumerate(day.queues)
    ]
    good, counted = (np.array([pair[part] for pair in sums]) for part in (0, 1))
    totals = counted.sum(axis=1)
    level = np.nan_to_num(share(good.sum(axis=1), totals))
    apart = good - level[:, np.newaxis] * counted
    spread = np.sqrt((apart**2).sum(axis=1)) / np.maximum(totals, 1.0)
    return Lived(good.sum(axis=1), totals, day.goals, spread)


def add_where_missed(day: MultiSkillDay, heads: IntArray, *, days: int, seed: int) -> IntArray:
    """Return heads with which, on the trial's days, every queue reaches its goal; bounded work."""
    for _round in range(ROUNDS):
        lived = live_through(day, heads, days=days, seed=seed)
        wanted = lived.wanted()
        intervals = np.flatnonzero(wanted.any(axis=0))
        if intervals.size == 0:
            break
        gains = _gains(day, heads, lived, wanted, days=days, seed=seed)
        room = day.caps[:, np.newaxis] - heads > 0
        for interval in intervals:
            value = np.where(room[:, interval], gains[:, interval], gains[:, interval] - 1e12)
            able = gains[:, interval] > -np.inf
            best = int(np.argmax(np.where(able, value, -np.inf)))
            missing = float(wanted[:, interval].sum())
            most = max(1, int(MOST_AT_ONCE * heads[:, interval].sum()))
            more = int(np.clip(missing / max(gains[best, interval], 1e-9) * 0.7, 1, most))
            left = day.caps[best] - heads[best, interval]
            heads[best, interval] += min(more, max(int(min(left, more)), 1))
    return heads


def _gains(
    day: MultiSkillDay,
    heads: IntArray,
    lived: Lived,
    wanted: FloatArray,
    *,
    days: int,
    seed: int,
) -> FloatArray:
    """Return group x interval: good contacts of lacking queues won by one head more; -inf if none can.

    Every second of the lacking intervals at a time would be cleaner still; neighbours help alike.
    """
    can, lacks = day.can >= 0, wanted > 0.0
    gains = np.full(heads.shape, -np.inf)
    for group in range(heads.shape[0]):
        useful = lacks[can[group]].any(axis=0)
        if not useful.any():
            continue
        tried = heads.copy()
        tried[group, useful] += 1
        other = live_through(day, tried, days=days, seed=seed)
        won = np.where(lacks, other.good - lived.good, 0.0).sum(axis=0)
        gains[group, useful] = won[useful]
    return gains


def trim(day: MultiSkillDay, heads: IntArray, *, days: int, seed: int) -> IntArray:
    """Return heads without those whom no queue needs, tried group by group in every other interval.

    No queue may come to miss its goal in an interval by it, nor over the day.
    """
    lived = live_through(day, heads, days=days, seed=seed)
    for group in np.argsort((day.can >= 0).sum(axis=1), kind="stable"):
        for parity in (0, 1):
            spare = (heads[group] > 0) & ~_misses(lived)
            spare &= np.arange(heads.shape[1]) % 2 == parity
            fewer = with_least(day, heads - _only(group, spare, heads.shape))
            spare &= fewer[group] < heads[group]
            if not spare.any():
                continue
            after = live_through(day, fewer, days=days, seed=seed)
            new = _misses(after) & ~_misses(lived)
            spare &= ~(new | np.append(new[1:], [False]))
            if not spare.any():
                continue
            fewer = heads - _only(group, spare, heads.shape)
            after = live_through(day, fewer, days=days, seed=seed)
            if (after.day_lacking + after.day_spread <= 0.0).all():
                heads, lived = fewer, after
    return heads


def _misses(lived: Lived) -> NDArray[np.bool_]:
    """Tell in which intervals a queue may miss its goal, as far as chance lets one see."""
    levels = np.nan_to_num(lived.levels, nan=np.inf)
    return np.asarray((levels - lived.spread < lived.goals).any(axis=0))


def _only(group: int, intervals: NDArray[np.bool_], shape: tuple[int, ...]) -> IntArray:
    chosen = np.zeros(shape, dtype=np.int64)
    chosen[group] = intervals
    return chosen
