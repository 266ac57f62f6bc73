"""What the simulation of a pool knows at a moment, and what is drawn before its day begins.

Tables of few columns, named below. A day is passed on by reference: as a tuple each of its arrays would
be copied at every call.
"""

from typing import NamedTuple

import numpy as np
from numba.core import types
from numba.experimental import structref

from staffing.core.kernels import FloatArray, IntArray
from staffing.core.simulation import COUNTS as QUEUE_COUNTS
from staffing.core.simulation import handling_time
from wfm.compiled import compiled

LIVE_COUNTS = QUEUE_COUNTS + 2
GONE, STILL_THERE = QUEUE_COUNTS, QUEUE_COUNTS + 1
"""Counts of live queues after those of `simulation` (OFFERED ...): all who hung up; never answered."""
DEFERRED_COUNTS = 5
ARRIVED, DUE, ON_TIME, DONE, LEFT = 0, 1, 2, 3, 4
"""Counts of deferred queues; DUE and ON_TIME by the interval in which items are due."""
ON_LIVE, ON_ITEMS, OVERTIME = 0, 1, 2
"""What agents are busy with; what they still have in hand after their shift is overtime."""
TRACE_WIDTH = 6
NOBODY = -1

RATE, AHT, PATIENCE, THRESHOLD = 0, 1, 2, 3  # PoolData.live
DUE_FIRST, DUE_LAST = 2, 3  # PoolData.deferred, after RATE and AHT
SHORT, LIVE_SPREAD = 0, 1  # PoolData.live_terms
SPREAD, GIVEN_AHT, INTERRUPTIBLE = 0, 1, 2  # PoolData.deferred_terms
AGENTS, RESERVE = 0, 1  # PoolData.staff
ARRIVED_AT, LEAVES_AT, SHARE_OF_AHT = 0, 1, 2  # contacts
READY_AT, DUE_AT, OF_QUEUE, LEFT_SECONDS = 0, 1, 2, 3  # items; the first three also of given ones
HEAD, TAIL = 0, 1  # Day.queues
IDLE_FIRST, IDLE_COUNT, ON_DUTY, LIVE_SKILLS = 0, 1, 2, 3  # Day.groups
GROUP, IS_ON_DUTY, ITEM, QUEUE, PLACE, ON_ITEM = 0, 1, 2, 3, 4, 5  # Day.people
ENDS_AT, BEGAN_AT, OFF_AT = 0, 1, 2  # Day.moments
CAME, BUSY, ON_ITEMS_NOW, NEXT_ITEM, LOGGED, NEXT_HOURS = 0, 1, 2, 3, 4, 5  # Day.numbers
TURN_AT, TURN_OF, OPENS = 0, 1, 2  # PoolData.turns


class PoolData(NamedTuple):
    """The pool as tables."""

    interval_seconds: float
    live: FloatArray  # RATE ... x live queue x interval
    deferred: FloatArray  # RATE, AHT, DUE_FIRST, DUE_LAST x deferred queue x interval
    live_terms: FloatArray  # live queue x SHORT ...
    deferred_terms: FloatArray  # deferred queue x SPREAD ...
    given: FloatArray  # given item x READY_AT, DUE_AT, OF_QUEUE
    skills: IntArray  # group x live queue, then x deferred queue: rank, or -1: cannot
    staff: IntArray  # group x interval x AGENTS, RESERVE
    more_until: FloatArray  # group x interval: until this moment one more is kept in reserve
    turns: FloatArray  # deferred queues that open or close, by the clock: TURN_AT ...
    keeps_log: bool


@structref.register
class DayType(types.StructRef):
    """How compiled code knows a day."""


class Day(structref.StructRefProxy):
    """A day under way. Agents are numbered as they come and never come back."""

    interval_seconds: float
    live: FloatArray
    live_terms: FloatArray
    deferred_terms: FloatArray
    skills: IntArray
    staff: IntArray
    more_until: FloatArray
    turns: FloatArray
    is_open: IntArray  # per deferred queue
    contacts: FloatArray  # contact x ARRIVED_AT ..., queue by queue in order of arrival
    first: IntArray  # live queue q has the contacts first[q]:first[q + 1]
    items: FloatArray  # item x READY_AT ..., in the order in which they are ready
    queues: IntArray  # live queue x HEAD (who has waited longest), TAIL (who arrives next)
    groups: IntArray  # group x IDLE_FIRST ...
    idle: IntArray  # group x place: a ring of idle agents, longest idle first
    people: IntArray  # agent x GROUP ...; ON_ITEM lists those on items that may be interrupted
    moments: FloatArray  # agent x ENDS_AT (inf when idle), BEGAN_AT (work or idleness), OFF_AT
    numbers: IntArray  # CAME: agents so far; BUSY: length of `ends`; ON_ITEMS_NOW: of ON_ITEM ...
    ready: IntArray  # deferred queue x place: a heap of ready items, due first on top
    ready_count: IntArray
    item_place: IntArray  # per item its place in the heap
    ends: IntArray  # a heap of busy agents, who is done first on top
    end_place: IntArray  # per agent the place in the heap
    live_counts: FloatArray
    deferred_counts: FloatArray
    busy_seconds: FloatArray
    log: FloatArray  # stretch of work x agent, group, queue, begin, end; no row if not asked for


structref.define_proxy(Day, DayType, list(Day.__annotations__))  # type: ignore[no-untyped-call] # numba has no types


@compiled
def numbers_drawn(
    rates: FloatArray, interval_seconds: float, chance: np.random.Generator
) -> IntArray:
    """Draw how many come by queue and interval."""
    queues, intervals = rates.shape
    numbers = np.zeros((queues, intervals), np.int64)
    for queue in range(queues):
        for interval in range(intervals):
            mean = rates[queue, interval] * interval_seconds
            if mean > 0.0:
                numbers[queue, interval] = chance.poisson(mean)
    return numbers


@compiled
def draw_moments(
    moments: FloatArray, interval: int, interval_seconds: float, chance: np.random.Generator
) -> None:
    """Fill in sorted moments of the interval: sums of exponential gaps, scaled to its length."""
    total = 0.0
    for row in range(moments.size):
        total += chance.exponential(1.0)
        moments[row] = total
    total += chance.exponential(1.0)
    for row in range(moments.size):
        moments[row] = (interval + moments[row] / total) * interval_seconds


@compiled
def draw_contacts(pool: PoolData, chance: np.random.Generator) -> tuple[FloatArray, IntArray]:
    """Draw a day of live contacts; return Day.contacts and Day.first."""
    numbers = numbers_drawn(pool.live[RATE], pool.interval_seconds, chance)
    queues, intervals = numbers.shape
    first = np.zeros(queues + 1, np.int64)
    for queue in range(queues):
        first[queue + 1] = first[queue] + numbers[queue].sum()
    contacts = np.empty((first[-1], 3))
    row = 0
    for queue in range(queues):
        for interval in range(intervals):
            many = numbers[queue, interval]
            moments = contacts[row : row + many, ARRIVED_AT]
            draw_moments(moments, interval, pool.interval_seconds, chance)
            patience = pool.live[PATIENCE, queue, interval]
            for _contact in range(many):
                contacts[row, LEAVES_AT] = np.inf
                if np.isfinite(patience):
                    contacts[row, LEAVES_AT] = contacts[row, ARRIVED_AT] + chance.exponential(
                        patience
                    )
                contacts[row, SHARE_OF_AHT] = handling_time(
                    1.0, pool.live_terms[queue, LIVE_SPREAD], chance
                )
                row += 1
    return contacts, first


@compiled
def draw_items(pool: PoolData, chance: np.random.Generator) -> FloatArray:
    """Draw a day of deferred items and the work of all, in the order in which they are ready."""
    numbers = numbers_drawn(pool.deferred[RATE], pool.interval_seconds, chance)
    queues, intervals = numbers.shape
    given = pool.given.shape[0]
    items = np.empty((given + numbers.sum(), 4))
    items[:given, :LEFT_SECONDS] = pool.given
    for row in range(given):
        terms = pool.deferred_terms[int(pool.given[row, OF_QUEUE])]
        items[row, LEFT_SECONDS] = handling_time(terms[GIVEN_AHT], terms[SPREAD], chance)
    row = given
    for queue in range(queues):
        spread = pool.deferred_terms[queue, SPREAD]
        for interval in range(intervals):
            many = numbers[queue, interval]
            moments = items[row : row + many, READY_AT]
            draw_moments(moments, interval, pool.interval_seconds, chance)
            due = pool.deferred[DUE_FIRST, queue, interval]
            later = pool.deferred[DUE_LAST, queue, interval] - due
            for _item in range(many):
                share = items[row, READY_AT] / pool.interval_seconds - interval
                items[row, DUE_AT] = due + share * later
                items[row, OF_QUEUE] = queue
                mean = pool.deferred[AHT, queue, interval]
                items[row, LEFT_SECONDS] = handling_time(mean, spread, chance)
                row += 1
    return items[np.argsort(items[:, READY_AT], kind="mergesort")]


@compiled
def most_people(staff: IntArray) -> int:
    """Return how many agents come in all, one more at least."""
    people = 1
    for group in range(staff.shape[0]):
        before = 0
        for interval in range(staff.shape[1]):
            people += max(staff[group, interval, AGENTS] - before, 0)
            before = staff[group, interval, AGENTS]
    return people


@compiled
def opening(
    pool: PoolData, contact_chance: np.random.Generator, item_chance: np.random.Generator
) -> Day:
    """Return a day before its first interval: all is drawn, nobody has come yet."""
    contacts, first = draw_contacts(pool, contact_chance)
    items = draw_items(pool, item_chance)
    groups, intervals = pool.staff.shape[:2]
    live, deferred = pool.live.shape[1], pool.deferred.shape[1]
    people = most_people(pool.staff)
    # Each contact is answered and may interrupt an item once, and at each turn everybody may stop.
    log = np.zeros((0, 5))
    if pool.keeps_log:
        stops = (intervals + pool.turns.shape[0] + 1) * people
        log = np.zeros((2 * contacts.shape[0] + items.shape[0] + stops, 5))
    queues = np.empty((live, 2), np.int64)
    queues[:, HEAD] = queues[:, TAIL] = first[:live]
    numbers = np.zeros((groups, 4), np.int64)
    numbers[:, LIVE_SKILLS] = (pool.skills[:, :live] >= 0).sum(axis=1)
    moments = np.zeros((people, 3))
    moments[:, ENDS_AT] = moments[:, OFF_AT] = np.inf
    return Day(  # type: ignore[no-untyped-call] # as above
        pool.interval_seconds,
        pool.live,
        pool.live_terms,
        pool.deferred_terms,
        pool.skills,
        pool.staff,
        pool.more_until,
        pool.turns,
        np.zeros(deferred, np.int64),
        contacts,
        first,
        items,
        queues,
        numbers,
        np.zeros((groups, people), np.int64),
        np.full((people, 6), NOBODY),
        moments,
        np.zeros(6, np.int64),
        np.zeros((deferred, items.shape[0]), np.int64),
        np.zeros(deferred, np.int64),
        np.zeros(items.shape[0], np.int64),
        np.zeros(people, np.int64),
        np.zeros(people, np.int64),
        np.zeros((intervals, live, LIVE_COUNTS)),
        np.zeros((intervals, deferred, DEFERRED_COUNTS)),
        np.zeros((intervals, groups, 3)),
        log,
    )
