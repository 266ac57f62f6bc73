"""The clock of the simulation of a pool; the rules are in `simulation_pool`."""

import numpy as np

from staffing.core.kernels import FloatArray
from staffing.core.simulation_pool_events import (
    answer,
    arrive,
    become_idle,
    begin_items,
    change_hours,
    count_live,
    drop_gone,
    due_interval,
    finish,
    first_waiting,
    keep_reserve,
    longest_idle,
    make_ready,
    put_back,
)
from staffing.core.simulation_pool_state import (
    AGENTS,
    ARRIVED,
    ARRIVED_AT,
    BUSY,
    CAME,
    DEFERRED_COUNTS,
    DUE,
    DUE_AT,
    ENDS_AT,
    GROUP,
    HEAD,
    IDLE_COUNT,
    IS_ON_DUTY,
    LEFT,
    LEFT_SECONDS,
    LIVE_COUNTS,
    LIVE_SKILLS,
    LOGGED,
    NEXT_HOURS,
    NEXT_ITEM,
    NOBODY,
    OF_QUEUE,
    OFF_AT,
    ON_DUTY,
    PLACE,
    READY_AT,
    STILL_THERE,
    TAIL,
    TRACE_WIDTH,
    TURN_AT,
    Day,
    PoolData,
    opening,
)
from wfm.compiled import compiled


@compiled
def simulate_days(
    pool: PoolData,
    days: int,
    contacts: np.random.Generator,
    items: np.random.Generator,
    leavers: np.random.Generator,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Run the days one after the other; return PoolCounts' arrays."""
    groups, intervals = pool.staff.shape[:2]
    live_counts = np.zeros((days, intervals, pool.live.shape[1], LIVE_COUNTS))
    deferred_counts = np.zeros((days, intervals, pool.deferred.shape[1], DEFERRED_COUNTS))
    busy_seconds = np.zeros((days, intervals, groups, 3))
    trace = np.zeros((0, TRACE_WIDTH))
    for number in range(days):
        day = opening(pool, contacts, items)
        run_day(day, leavers)
        live_counts[number] = day.live_counts
        deferred_counts[number] = day.deferred_counts
        busy_seconds[number] = day.busy_seconds
        rows = np.full((day.numbers[LOGGED], TRACE_WIDTH), float(number))
        rows[:, 1:] = day.log[: day.numbers[LOGGED]]
        trace = np.concatenate((trace, rows))
    return live_counts, deferred_counts, busy_seconds, trace


@compiled
def run_day(day: Day, leavers: np.random.Generator) -> None:
    """Run one day: shifts change at the start of an interval, everything else at its own moment."""
    intervals = day.staff.shape[1]
    for interval in range(intervals):
        begins = interval * day.interval_seconds
        change_hours(begins, interval, day)
        change_shifts(begins, interval, day, leavers)
        take_up(begins, interval, day)
        run_until(begins + day.interval_seconds, interval, day)
    run_until(np.inf, intervals, day)
    for queue in range(day.queues.shape[0]):
        drop_gone(np.inf, queue, day)
        for contact in range(day.queues[queue, HEAD], day.queues[queue, TAIL]):
            count_live(STILL_THERE, 1.0, day.contacts[contact, ARRIVED_AT], queue, day)
    horizon = intervals * day.interval_seconds
    for item in range(day.items.shape[0]):
        queue = int(day.items[item, OF_QUEUE])
        ready_in = min(max(int(day.items[item, READY_AT] / day.interval_seconds), 0), intervals - 1)
        day.deferred_counts[ready_in, queue, ARRIVED] += 1.0
        if 0.0 < day.items[item, DUE_AT] <= horizon:
            day.deferred_counts[due_interval(day.items[item, DUE_AT], day), queue, DUE] += 1.0
        if day.items[item, LEFT_SECONDS] >= 0.0:
            day.deferred_counts[ready_in, queue, LEFT] += 1.0


@compiled
def next_to_arrive(day: Day) -> int:
    """Return the queue whose next contact comes first; NOBODY after the last one."""
    best, arrival = NOBODY, np.inf
    for queue in range(day.queues.shape[0]):
        contact = day.queues[queue, TAIL]
        if contact < day.first[queue + 1] and day.contacts[contact, ARRIVED_AT] < arrival:
            best, arrival = queue, day.contacts[contact, ARRIVED_AT]
    return best


@compiled
def make_all_ready(now: float, day: Day) -> None:
    """Let all items be begun that are ready by now."""
    while day.numbers[NEXT_ITEM] < day.items.shape[0]:
        if day.items[day.numbers[NEXT_ITEM], READY_AT] > now:
            break
        make_ready(day.numbers[NEXT_ITEM], day)
        day.numbers[NEXT_ITEM] += 1


@compiled
def next_turn(day: Day) -> float:
    """Return when the next deferred queue opens or closes; inf for never."""
    if day.numbers[NEXT_HOURS] == day.turns.shape[0]:
        return np.inf
    return float(day.turns[day.numbers[NEXT_HOURS], TURN_AT])


@compiled
def next_fewer(now: float, interval: int, day: Day) -> float:
    """Return when next in the interval a group keeps one fewer in reserve; inf for never."""
    moment = np.inf
    for group in range(day.staff.shape[0]):
        if now < day.more_until[group, interval] < moment:
            moment = day.more_until[group, interval]
    return float(moment)


@compiled
def run_until(ends: float, interval: int, day: Day) -> None:
    """Let everything happen before `ends`, in the order of the clock."""
    closing = interval >= day.staff.shape[1]
    fewer = np.inf if closing else next_fewer(interval * day.interval_seconds, interval, day)
    while True:
        queue = NOBODY if closing else next_to_arrive(day)
        arrival = np.inf
        if queue != NOBODY:
            arrival = day.contacts[day.queues[queue, TAIL], ARRIVED_AT]
        done = day.moments[day.ends[0], ENDS_AT] if day.numbers[BUSY] > 0 else np.inf
        ready = np.inf
        if not closing and day.numbers[NEXT_ITEM] < day.items.shape[0]:
            ready = day.items[day.numbers[NEXT_ITEM], READY_AT]
        turn = np.inf if closing else next_turn(day)
        clock = min(arrival, done, ready, turn, fewer)
        if clock >= ends:
            return
        if done == clock:
            finish(clock, day.ends[0], interval, day)
        elif arrival == clock:
            arrive(clock, queue, interval, day)
        elif turn == clock:
            change_hours(clock, interval, day)
            begin_items(clock, interval, day)
        elif fewer == clock:
            fewer = next_fewer(clock, interval, day)
            begin_items(clock, interval, day)
        else:
            make_all_ready(clock, day)
            begin_items(clock, interval, day)


@compiled
def change_shifts(now: float, interval: int, day: Day, leavers: np.random.Generator) -> None:
    """Let people come, idle, and those leave who are too many: the idle, then any of the busy."""
    for group in range(day.staff.shape[0]):
        wanted = day.staff[group, interval, AGENTS]
        while day.groups[group, ON_DUTY] < wanted:
            agent = day.numbers[CAME]
            day.numbers[CAME] += 1
            day.people[agent, GROUP] = group
            day.people[agent, IS_ON_DUTY] = 1
            day.groups[group, ON_DUTY] += 1
            become_idle(now, agent, day)
        while day.groups[group, ON_DUTY] > wanted and day.groups[group, IDLE_COUNT] > 0:
            day.people[longest_idle(group, day), IS_ON_DUTY] = 0
            day.groups[group, ON_DUTY] -= 1
        if day.groups[group, ON_DUTY] > wanted:
            busy = [
                agent
                for agent in range(day.numbers[CAME])
                if day.people[agent, GROUP] == group and day.people[agent, IS_ON_DUTY] == 1
            ]
            while day.groups[group, ON_DUTY] > wanted:
                chosen = leavers.integers(0, len(busy))
                send_home(now, busy[chosen], day)
                busy[chosen] = busy[-1]
                busy.pop()


@compiled
def send_home(now: float, agent: int, day: Day) -> None:
    """Let a busy agent go after the work in hand; an item that may be interrupted goes back."""
    day.people[agent, IS_ON_DUTY] = 0
    day.moments[agent, OFF_AT] = now
    day.groups[day.people[agent, GROUP], ON_DUTY] -= 1
    if day.people[agent, PLACE] != NOBODY:
        put_back(now, agent, day)


@compiled
def take_up(now: float, interval: int, day: Day) -> None:
    """Give waiting work to those who came, groups with the fewest queues first."""
    for skills in range(day.queues.shape[0] + 1):
        for group in range(day.staff.shape[0]):
            if day.groups[group, LIVE_SKILLS] != skills:
                continue
            while day.groups[group, IDLE_COUNT] > 0:
                queue = first_waiting(now, group, day)
                if queue == NOBODY:
                    break
                answer(now, longest_idle(group, day), queue, interval, day)
    for group in range(day.staff.shape[0]):
        keep_reserve(now, group, interval, day)
    begin_items(now, interval, day)
