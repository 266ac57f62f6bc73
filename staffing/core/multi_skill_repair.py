"""The split put right by simulation: heads added, taken away and moved from group to group.

What one head more of a group gives each goal, in its interval and in the next, is measured by
simulation on common random numbers. With these effects each interval is a small integer program: the
fewest heads that keep all goals, given what the interval before leaves behind. Its answer is lived
through and put right again, until nothing changes: the iteration of M. T. Cezik and P. L'Ecuyer,
"Staffing multiskill call centers via linear programming and simulation", Management Science 54 (2008),
section 3, interval after interval.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.multi_skill import MultiSkillDay
from staffing.core.multi_skill_lived import Lived, Trial, Yardstick, go_on, live_through

MOST_AT_ONCE = 0.25
"""Share of an interval's heads that a round may add."""
FEWER_COUNTS = 1.25
"""A head less does more harm than a head more does good."""
CHANGE_COST, OVER_CAP_COST, SHORT_COST, SERVICE_COST = 0.02, 100.0, 1e4, 0.1
"""In heads: of any change, of a head beyond the group's people, of missing a goal altogether, and of
what the worst served goal gets instead of everything."""
STEPS = (-1, 1, 2)
"""Changes of a group that are tried together with those of others."""
CHANGED_AT_ONCE, MANY_GROUPS = 3, 16
"""So many groups change together, two where there are many."""
TRIES = 2
"""So often a number of heads is tried in an interval, in several splits, before more are taken."""


@dataclass(frozen=True)
class Effects:
    """What one head more of a group does to each shortfall: group x goal x interval, never above 0.

    Attributes:
        own: In the same interval.
        later: In the next one, by a head more in this.

    """

    own: FloatArray
    later: FloatArray


@dataclass
class Search:
    """Heads under way.

    Attributes:
        heads: Group x interval.
        failed: Interval x how many heads in all (offset by `least`): how often they missed a goal.

    """

    day: MultiSkillDay
    heads: IntArray
    watch: Callable[[], None] = go_on
    failed: dict[tuple[int, int], int] = field(default_factory=dict)

    def note(self, short: NDArray[np.bool_]) -> None:
        """Remember the intervals that miss a goal with the heads they have."""
        for interval in np.flatnonzero(short.any(axis=0)).tolist():
            key = (interval, int(self.heads[:, interval].sum()))
            self.failed[key] = self.failed.get(key, 0) + 1

    def least(self, interval: int) -> int:
        """Return the fewest heads that are worth trying in an interval."""
        spoilt = [
            total for (of, total), times in self.failed.items() if of == interval and times >= TRIES
        ]
        return max(spoilt, default=-1) + 1


def repair(
    search: Search,
    trial: Trial,
    *,
    rounds: int,
    may_remove: bool,
    margin: float,
    yardstick: Yardstick | None = None,
    effects: Effects | None = None,
) -> Effects | None:
    """Change the search's heads until every goal is kept on the trial's days; bounded work.

    Args:
        search: Whose heads are changed.
        trial: The days.
        rounds: Most rounds.
        may_remove: Whether an interval may come to have fewer heads.
        margin: Standard errors by which a goal has to be kept.
        yardstick: Of the same days.
        effects: Measured before; measured anew where None, and after two rounds.

    """
    for number in range(rounds):
        lived = live_through(
            search.day, search.heads, trial, yardstick=yardstick, watch=search.watch
        )
        wanted = np.nan_to_num(lived.shortfalls + margin * lived.spread, nan=-1.0)
        search.note(wanted > 0.0)
        if not may_remove and not (wanted > 0.0).any():
            break
        if effects is None or number == 2:
            effects = effects_of(search, lived, trial)
        # The last rounds do not try what nobody would put right again.
        less = may_remove and number < rounds - 1
        changed = _next_heads(search, wanted, effects, may_remove=less)
        if (changed == search.heads).all():
            break
        search.heads = changed
    return effects


def effects_of(search: Search, lived: Lived, trial: Trial) -> Effects:
    """Measure what one head more of each group gives, in every other interval at a time."""
    groups, intervals = search.heads.shape
    own = np.zeros((groups, *lived.shortfalls.shape))
    later = np.zeros(own.shape)
    one_block = Trial(trial.days, 1, trial.seed)
    for group in range(groups):
        for parity in (0, 1):
            changed = np.arange(intervals) % 2 == parity
            tried = search.heads.copy()
            tried[group, changed] += 1
            other = live_through(search.day, tried, one_block, watch=search.watch)
            won = np.nan_to_num(other.first_shortfalls - lived.first_shortfalls)
            own[group][:, changed] = won[:, changed]
            after = np.flatnonzero(changed[:-1])
            later[group][:, after] = won[:, after + 1]
    return Effects(np.minimum(own, 0.0), np.minimum(later, 0.0))


def _next_heads(
    search: Search, wanted: FloatArray, effects: Effects, *, may_remove: bool
) -> IntArray:
    """Return heads that keep all goals as far as the effects tell, interval after interval."""
    heads = search.heads.copy()
    before = np.zeros(wanted.shape[0])
    for interval in range(heads.shape[1]):
        search.watch()
        short = wanted[:, interval] + before
        own = effects.own[:, :, interval].T
        most = max(1, int(MOST_AT_ONCE * heads[:, interval].sum()))
        least = search.least(interval)
        if not may_remove:
            least = max(least, int(heads[:, interval].sum()))
        change = _change(search.day, heads[:, interval], interval, (short, own), (least, most))
        heads[:, interval] += change
        scale = np.where(change < 0, FEWER_COUNTS, 1.0) * change
        before = scale @ effects.later[:, :, interval]
    return heads


def _change(
    day: MultiSkillDay,
    heads: IntArray,
    interval: int,
    program: tuple[FloatArray, FloatArray],
    bounds: tuple[int, int],
) -> IntArray:
    """Return how many heads more or fewer of each group keep an interval's goals at the least cost.

    All changes of a few groups are compared. Of equal ones the best served is taken.
    """
    (short, own), (least, most) = program, bounds
    changes = _patterns(heads.size, 2 if heads.size > MANY_GROUPS else CHANGED_AT_ONCE)
    more = np.arange(STEPS[-1] + 1, max(most, STEPS[-1]) + 1)
    changes = np.vstack(
        [changes, *(np.outer(more, unit) for unit in np.eye(heads.size, dtype=int))]
    )
    after = heads + changes
    can = (day.can >= 0).T
    asked = [
        max(float(queue.min_agents[interval]), float(queue.erlangs[interval] > 0.0))
        for queue in day.queues
    ]
    # What there are too few of already may stay so, but must not become fewer still.
    enough = after @ can.T >= np.minimum(asked, can @ heads)
    total = after.sum(axis=1)
    allowed = (after >= 0).all(axis=1) & enough.all(axis=1) & (total >= least)
    allowed &= changes.sum(axis=1) <= most
    if not allowed.any():
        return np.zeros(heads.size, dtype=np.int64)
    effect = np.where(changes < 0, FEWER_COUNTS, 1.0) * changes
    left = short + effect @ own.T
    cost = (
        changes.sum(axis=1)
        + CHANGE_COST * np.abs(changes).sum(axis=1)
        + OVER_CAP_COST * np.maximum(after - day.caps, 0.0).sum(axis=1)
        + SHORT_COST * np.maximum(left, 0.0).sum(axis=1)
        + SERVICE_COST * left.max(axis=1, initial=-1.0)
    )
    return np.asarray(changes[int(np.argmin(np.where(allowed, cost, np.inf)))])


@cache
def _patterns(groups: int, most_changed: int) -> IntArray:
    """Return every change of a few groups by a step, one per row; the first changes nothing."""
    rows = [np.zeros(groups, dtype=np.int64)]
    for count in range(1, min(most_changed, groups) + 1):
        for chosen in combinations(range(groups), count):
            for steps in product(STEPS, repeat=count):
                row = np.zeros(groups, dtype=np.int64)
                row[list(chosen)] = steps
                rows.append(row)
    return np.array(rows)
