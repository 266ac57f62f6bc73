"""Several live queues and groups of people who can do some of them: how many of each group.

Two marks come from the exact core: what each queue needs with people of its own, and what all need
together if everybody could do everything (`multi_skill_bounds`). The split over the real groups lies
in between, near the second, or a head below it where ranks help. It begins with the pooled number,
shared out by load and square root of load (`multi_skill_split`), as R. B. Wallace and W. Whitt, "A
staffing algorithm for call centers with skill-based routing", Manuf. Serv. Oper. Manag. 7 (2005),
section 4, doi:10.1287/msom.1050.0086, do: with two skills each nearly all of the gain of pooling is
there. Then the day is simulated contact by contact (`multi_skill_lived`) and heads are added, taken
away and moved from group to group until every interval of every queue keeps all goals that are set
(`multi_skill_repair`). A head is one person in one group at a time and is counted once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from staffing.core.definitions import DEFAULT_SHORT_SECONDS, ServiceLevel
from staffing.core.kernels import FloatArray, IntArray
from staffing.core.simulation_pool import AgentGroup, LiveStream, SimulatedPool


class GoalKind(StrEnum):
    """What a goal of a queue limits; the figure is told in the same unit."""

    LEVEL = "service_level"
    ASA = "asa_seconds"
    ABANDONMENT = "abandonment_rate"
    OCCUPANCY = "occupancy_rate"


class UnableToSplit(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The groups cannot do the queues; the sentence says which and what helps."""


@dataclass(frozen=True)
class SkillQueue:
    """A live queue, one element per interval.

    Attributes:
        name: For sentences.
        erlangs: Load; 0 where nothing is offered.
        aht_seconds: Mean handle time.
        patience_seconds: Mean patience; NaN where nobody hangs up.
        level: Least service level; NaN where none is asked for.
        threshold_seconds: T of the level.
        min_agents: Fewest people who can do the queue, whatever the load.
        definition: Which service level is meant.
        short_seconds: Abandons within it count as short.
        max_asa_seconds: Longest mean wait of the answered; NaN or None where none is set, as below.
        max_abandonment_rate: Largest share that gives up.
        max_occupancy_rate: Largest busy share of the time of those who can do the queue.

    """

    name: str
    erlangs: FloatArray
    aht_seconds: FloatArray
    patience_seconds: FloatArray
    level: FloatArray
    threshold_seconds: FloatArray
    min_agents: FloatArray
    definition: ServiceLevel = ServiceLevel.ANSWERED_OVER_OFFERED
    short_seconds: float = DEFAULT_SHORT_SECONDS
    max_asa_seconds: FloatArray | None = None
    max_abandonment_rate: FloatArray | None = None
    max_occupancy_rate: FloatArray | None = None

    def limit(self, kind: GoalKind) -> FloatArray:
        """Return what is asked for by interval; NaN where nothing is, or nothing is offered."""
        limits = {
            GoalKind.LEVEL: self.level,
            GoalKind.ASA: self.max_asa_seconds,
            GoalKind.ABANDONMENT: self.max_abandonment_rate,
            GoalKind.OCCUPANCY: self.max_occupancy_rate,
        }
        values = limits[kind]
        if values is None:
            return np.full(self.erlangs.shape, np.nan)
        return np.where(self.erlangs > 0.0, values, np.nan)

    @property
    def arrival_rate(self) -> FloatArray:
        """Contacts per second."""
        aht = np.where(self.erlangs > 0.0, self.aht_seconds, 1.0)
        return np.asarray(self.erlangs / aht)


@dataclass(frozen=True)
class SkillGroup:
    """People who can do the same.

    Attributes:
        name: For sentences.
        ranks: Per queue the order in which it is taken, 0 first; -1 cannot.
        cap: Most people of the group there are; None is without limit.

    """

    name: str
    ranks: IntArray
    cap: int | None = None


@dataclass(frozen=True)
class MultiSkillDay:
    """A day of equal intervals; it begins with nobody in the queues."""

    interval_seconds: float
    queues: Sequence[SkillQueue]
    groups: Sequence[SkillGroup]

    @property
    def can(self) -> IntArray:
        """Return group x queue: the order in which it is taken, -1 cannot."""
        return np.array([group.ranks for group in self.groups], dtype=np.int64)

    @property
    def erlangs(self) -> FloatArray:
        """Return the load by queue x interval."""
        return np.array([queue.erlangs for queue in self.queues])

    @property
    def goals(self) -> FloatArray:
        """Return the level asked for by queue x interval; 0 where none is."""
        return np.asarray(np.nan_to_num(np.array([queue.level for queue in self.queues])))

    @property
    def caps(self) -> FloatArray:
        """Return the most heads of each group; inf without limit."""
        return np.array([np.inf if group.cap is None else group.cap for group in self.groups])


@dataclass(frozen=True)
class MultiSkillPlan:
    """How many people of each group, and what simulated days make of them.

    Attributes:
        pooled: Agents per interval if everybody could do everything.
        separate: Queue x interval: agents with people of its own.
        heads: Group x interval.
        over_cap: Group x interval: heads beyond what the group has; the goals need them.
        levels: Queue x interval: simulated level, NaN where nothing came.
        queue_levels: Simulated level of each queue over the day, NaN where nothing came.
        queue_goals: What was asked for over the day, weighted with what was counted.
        simulated_days: How many days the levels are of.
        misses: Goals that the simulated days miss beyond chance.

    """

    pooled: FloatArray
    separate: FloatArray
    heads: IntArray
    over_cap: IntArray
    levels: FloatArray
    queue_levels: FloatArray
    queue_goals: FloatArray
    simulated_days: int
    misses: Sequence["Miss"] = ()


@dataclass(frozen=True)
class Miss:
    """A goal of a queue that simulated days do not keep.

    Attributes:
        queue: Its number.
        kind: Which goal.
        reached: What the whole day comes to.
        asked: What was asked for over the day.
        is_day: Whether the whole day misses it, too.
        intervals: Which intervals miss it.
        by: By how much the worst of them does, in the goal's unit.

    """

    queue: int
    kind: GoalKind
    reached: float
    asked: float
    is_day: bool
    intervals: IntArray
    by: float


def refuse_gaps(day: MultiSkillDay) -> None:
    """Raise UnableToSplit when a queue has work that no group can do, or a group nothing to do."""
    can = day.can >= 0
    for group, skills in zip(day.groups, can, strict=True):
        if not skills.any():
            msg = f"The group “{group.name}” can do no queue of the pool; give it one or delete it."
            raise UnableToSplit(msg)
    for number, queue in enumerate(day.queues):
        if not can[:, number].any() and (queue.erlangs.any() or queue.min_agents.any()):
            msg = (
                f"No group can do “{queue.name}”; add it to a group or take the queue out of the"
                " pool."
            )
            raise UnableToSplit(msg)


NEVER_SECONDS = 1e12
"""So long is the patience of those who never hang up where others do."""


def carried(values: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    """Return the last known value everywhere: who waits at the close is handled as long after it."""
    places = np.flatnonzero(known)
    if places.size == 0:
        return np.ones(values.shape)
    last = np.searchsorted(places, np.arange(values.size), side="right") - 1
    return np.asarray(values[places[np.maximum(last, 0)]])


def _patience(day: MultiSkillDay) -> FloatArray:
    """Return queue x interval: mean patience.

    Where anybody hangs up it is drawn for all, so that the same seed gives the same contacts
    whatever the patience.
    """
    patience = np.array([queue.patience_seconds for queue in day.queues])
    if np.isnan(patience).all():
        return patience
    return np.asarray(np.nan_to_num(patience, nan=NEVER_SECONDS))


def simulated_pool(day: MultiSkillDay, heads: IntArray) -> SimulatedPool:
    """Return the day with so many heads as the simulation takes it."""
    return SimulatedPool(
        interval_seconds=day.interval_seconds,
        live=[
            LiveStream(
                arrival_rate=queue.arrival_rate,
                aht_seconds=carried(queue.aht_seconds, queue.erlangs > 0.0),
                patience_seconds=patience,
                threshold_seconds=np.nan_to_num(queue.threshold_seconds),
                short_seconds=queue.short_seconds,
            )
            for queue, patience in zip(day.queues, _patience(day), strict=True)
        ],
        groups=[
            AgentGroup(
                live_ranks=group.ranks,
                serves_deferred=np.zeros(0, dtype=np.bool_),
                agents=agents,
                reserve=np.zeros(agents.size, dtype=np.int64),
            )
            for group, agents in zip(day.groups, heads, strict=True)
        ],
    )
