"""What happens in the simulation of a pool, event by event; the rules are in `simulation_pool`."""

import numpy as np

from staffing.core.simulation import (
    GONE_SHORT,
    GONE_WITHIN,
    OFFERED,
    SERVED,
    SERVED_WAIT,
    SERVED_WITHIN,
    WAIT,
)
from staffing.core.simulation_pool_heap import push, remove
from staffing.core.simulation_pool_state import (
    AHT,
    ARRIVED_AT,
    BEGAN_AT,
    BUSY,
    DONE,
    DUE_AT,
    ENDS_AT,
    GONE,
    GROUP,
    HEAD,
    IDLE_COUNT,
    IDLE_FIRST,
    INTERRUPTIBLE,
    IS_ON_DUTY,
    ITEM,
    LEAVES_AT,
    LEFT_SECONDS,
    LIVE_SKILLS,
    LOGGED,
    NEXT_HOURS,
    NOBODY,
    OF_QUEUE,
    OFF_AT,
    ON_ITEM,
    ON_ITEMS,
    ON_ITEMS_NOW,
    ON_LIVE,
    ON_TIME,
    OPENS,
    OVERTIME,
    PLACE,
    QUEUE,
    RESERVE,
    SHARE_OF_AHT,
    SHORT,
    TAIL,
    THRESHOLD,
    TURN_AT,
    TURN_OF,
    Day,
)
from wfm.compiled import compiled


@compiled
def due_interval(due: float, day: Day) -> int:
    """Return the interval that ends at or first after a due moment."""
    return int(np.ceil(due / day.interval_seconds)) - 1


@compiled
def arrive(now: float, queue: int, interval: int, day: Day) -> None:
    """Let the queue's next contact come."""
    contact = day.queues[queue, TAIL]
    day.queues[queue, TAIL] += 1
    count_live(OFFERED, 1.0, day.contacts[contact, ARRIVED_AT], queue, day)
    group = group_for(queue, day)
    if group != NOBODY:
        drop_gone(now, queue, day)
        answer(now, longest_idle(group, day), queue, interval, day)
        keep_reserve(now, group, interval, day)
    elif day.numbers[ON_ITEMS_NOW] > 0:
        agent = agent_to_interrupt(queue, day)
        if agent != NOBODY:
            put_back(now, agent, day)
            drop_gone(now, queue, day)
            answer(now, agent, queue, interval, day)
            begin_items(now, interval, day)


@compiled
def group_for(queue: int, day: Day) -> int:
    """Return the idle group with the fewest live queues, then idle longest; NOBODY if none."""
    best, idle_since = NOBODY, np.inf
    for group in range(day.staff.shape[0]):
        if day.skills[group, queue] < 0 or day.groups[group, IDLE_COUNT] == 0:
            continue
        since = day.moments[day.idle[group, day.groups[group, IDLE_FIRST]], BEGAN_AT]
        fewer = best == NOBODY or day.groups[group, LIVE_SKILLS] < day.groups[best, LIVE_SKILLS]
        same = best != NOBODY and day.groups[group, LIVE_SKILLS] == day.groups[best, LIVE_SKILLS]
        if fewer or (same and since < idle_since):
            best, idle_since = group, since
    return best


@compiled
def agent_to_interrupt(queue: int, day: Day) -> int:
    """Return who works on the item that is due last and can serve the queue; NOBODY if none."""
    best, due = NOBODY, -np.inf
    for number in range(day.numbers[ON_ITEMS_NOW]):
        agent = day.people[number, ON_ITEM]
        if (
            day.skills[day.people[agent, GROUP], queue] >= 0
            and day.items[day.people[agent, ITEM], DUE_AT] > due
        ):
            best, due = agent, day.items[day.people[agent, ITEM], DUE_AT]
    return best


@compiled
def reserve_at(now: float, group: int, interval: int, day: Day) -> int:
    """Return how many idle agents a group keeps back from items at this moment."""
    if day.groups[group, LIVE_SKILLS] == 0:
        return 0
    more = 1 if now < day.more_until[group, interval] else 0
    return int(day.staff[group, interval, RESERVE]) + more


@compiled
def keep_reserve(now: float, group: int, interval: int, day: Day) -> None:
    """Take agents off items that may be interrupted until as many are idle as are kept back."""
    if day.numbers[ON_ITEMS_NOW] == 0 or interval >= day.staff.shape[1]:
        return
    wanted = reserve_at(now, group, interval, day)
    while day.groups[group, IDLE_COUNT] < wanted:
        agent = agent_on_last_due(group, day)
        if agent == NOBODY:
            return
        put_back(now, agent, day)
        become_idle(now, agent, day)


@compiled
def agent_on_last_due(group: int, day: Day) -> int:
    """Return who of the group works on the item that is due last and may be interrupted."""
    best, due = NOBODY, -np.inf
    for number in range(day.numbers[ON_ITEMS_NOW]):
        agent = day.people[number, ON_ITEM]
        item_due = day.items[day.people[agent, ITEM], DUE_AT]
        if day.people[agent, GROUP] == group and item_due > due:
            best, due = agent, item_due
    return int(best)


@compiled
def change_hours(now: float, interval: int, day: Day) -> None:
    """Open and close the deferred queues whose moment has come.

    At the close an item that may be interrupted goes back at once; any other is finished.
    """
    while day.numbers[NEXT_HOURS] < day.turns.shape[0]:
        turn = day.turns[day.numbers[NEXT_HOURS]]
        if turn[TURN_AT] > now:
            return
        day.numbers[NEXT_HOURS] += 1
        queue = int(turn[TURN_OF])
        day.is_open[queue] = int(turn[OPENS])
        if turn[OPENS] == 0.0 and day.deferred_terms[queue, INTERRUPTIBLE] > 0.0:
            for number in range(day.numbers[ON_ITEMS_NOW] - 1, -1, -1):
                agent = day.people[number, ON_ITEM]
                if int(day.items[day.people[agent, ITEM], OF_QUEUE]) == queue:
                    put_back(now, agent, day)
                    take_next(now, agent, interval, day)


@compiled
def first_waiting(now: float, group: int, day: Day) -> int:
    """Return the queue whose first contact the group takes next; NOBODY if none waits."""
    best, rank, arrived = NOBODY, 0, 0.0
    for queue in range(day.queues.shape[0]):
        own = day.skills[group, queue]
        if own < 0 or day.queues[queue, HEAD] == day.queues[queue, TAIL]:
            continue
        drop_gone(now, queue, day)
        if day.queues[queue, HEAD] == day.queues[queue, TAIL]:
            continue
        came = day.contacts[day.queues[queue, HEAD], ARRIVED_AT]
        if best == NOBODY or own < rank or (own == rank and came < arrived):
            best, rank, arrived = queue, own, came
    return best


@compiled
def drop_gone(now: float, queue: int, day: Day) -> None:
    """Count those at the head of a queue who hung up before now."""
    while day.queues[queue, HEAD] < day.queues[queue, TAIL]:
        contact = day.queues[queue, HEAD]
        arrived, leaves = day.contacts[contact, ARRIVED_AT], day.contacts[contact, LEAVES_AT]
        if leaves >= now:
            return
        day.queues[queue, HEAD] += 1
        interval = min(int(arrived / day.interval_seconds), day.staff.shape[1] - 1)
        patience = leaves - arrived
        count_live(GONE, 1.0, arrived, queue, day)
        count_live(WAIT, patience, arrived, queue, day)
        if patience <= day.live[THRESHOLD, queue, interval]:
            count_live(GONE_WITHIN, 1.0, arrived, queue, day)
        if patience <= day.live_terms[queue, SHORT]:
            count_live(GONE_SHORT, 1.0, arrived, queue, day)


@compiled
def count_live(what: int, amount: float, arrived: float, queue: int, day: Day) -> None:
    """Add to a count of the interval in which the contact arrived."""
    interval = min(int(arrived / day.interval_seconds), day.staff.shape[1] - 1)
    day.live_counts[interval, queue, what] += amount


@compiled
def answer(now: float, agent: int, queue: int, interval: int, day: Day) -> None:
    """Let an agent, idle no more, take the first contact of a queue."""
    contact = day.queues[queue, HEAD]
    day.queues[queue, HEAD] += 1
    arrived = day.contacts[contact, ARRIVED_AT]
    wait = now - arrived
    count_live(SERVED, 1.0, arrived, queue, day)
    count_live(WAIT, wait, arrived, queue, day)
    count_live(SERVED_WAIT, wait, arrived, queue, day)
    came_in = min(int(arrived / day.interval_seconds), day.staff.shape[1] - 1)
    if wait <= day.live[THRESHOLD, queue, came_in]:
        count_live(SERVED_WITHIN, 1.0, arrived, queue, day)
    current = min(interval, day.staff.shape[1] - 1)
    day.people[agent, QUEUE] = queue
    start(now, agent, day.contacts[contact, SHARE_OF_AHT] * day.live[AHT, queue, current], day)


@compiled
def start(now: float, agent: int, seconds: float, day: Day) -> None:
    """Let an agent be busy from now on."""
    day.moments[agent, BEGAN_AT] = now
    day.moments[agent, ENDS_AT] = now + seconds
    push(agent, day.numbers[BUSY], day.ends, day.moments[:, ENDS_AT], day.end_place)
    day.numbers[BUSY] += 1


@compiled
def finish(now: float, agent: int, interval: int, day: Day) -> None:
    """End what an agent has in hand; who is still on duty takes what waits."""
    item = day.people[agent, ITEM]
    stop(now, agent, day)
    if item != NOBODY:
        day.items[item, LEFT_SECONDS] = -1.0
        count_done(now, item, day)
    if day.people[agent, IS_ON_DUTY] == 0:
        return
    take_next(now, agent, interval, day)
    begin_items(now, interval, day)


@compiled
def take_next(now: float, agent: int, interval: int, day: Day) -> None:
    """Let an agent with free hands answer who waits, or be idle."""
    queue = first_waiting(now, day.people[agent, GROUP], day)
    if queue == NOBODY:
        become_idle(now, agent, day)
    else:
        answer(now, agent, queue, interval, day)


@compiled
def count_done(now: float, item: int, day: Day) -> None:
    """Count an item as done, by now, and as on time, by the interval in which it was due."""
    horizon = day.staff.shape[1] * day.interval_seconds
    current = min(int(now / day.interval_seconds), day.staff.shape[1] - 1)
    day.deferred_counts[current, int(day.items[item, OF_QUEUE]), DONE] += 1.0
    due = day.items[item, DUE_AT]
    if 0.0 < due <= horizon and now <= due:
        day.deferred_counts[due_interval(due, day), int(day.items[item, OF_QUEUE]), ON_TIME] += 1.0


@compiled
def stop(now: float, agent: int, day: Day) -> None:
    """Take the work out of an agent's hand and write down the time it took."""
    group, began, item = (
        day.people[agent, GROUP],
        day.moments[agent, BEGAN_AT],
        day.people[agent, ITEM],
    )
    kind = ON_LIVE if item == NOBODY else ON_ITEMS
    first = int(began / day.interval_seconds)
    for interval in range(first, day.staff.shape[1]):
        opens = interval * day.interval_seconds
        if opens >= now:
            break
        begins, ends = max(began, opens), min(now, opens + day.interval_seconds)
        off_at = min(max(day.moments[agent, OFF_AT], begins), ends)
        day.busy_seconds[interval, group, kind] += off_at - begins
        day.busy_seconds[interval, group, OVERTIME] += ends - off_at
    write_down(now, agent, day)
    keys, busy = day.moments[:, ENDS_AT], day.numbers[BUSY]
    remove(day.end_place[agent], busy, day.ends, keys, day.end_place)
    day.numbers[BUSY] -= 1
    place = day.people[agent, PLACE]
    if place != NOBODY:
        day.numbers[ON_ITEMS_NOW] -= 1
        last = day.people[day.numbers[ON_ITEMS_NOW], ON_ITEM]
        day.people[place, ON_ITEM], day.people[last, PLACE] = last, place
        day.people[agent, PLACE] = NOBODY
    day.people[agent, ITEM] = day.people[agent, QUEUE] = NOBODY
    day.moments[agent, ENDS_AT] = np.inf


@compiled
def write_down(now: float, agent: int, day: Day) -> None:
    """Add the work that ends now to the log, if one is kept."""
    if day.log.shape[0] == 0:
        return
    queue, item = day.people[agent, QUEUE], day.people[agent, ITEM]
    if item != NOBODY:
        queue = day.queues.shape[0] + int(day.items[item, OF_QUEUE])
    row = day.log[day.numbers[LOGGED]]
    row[0], row[1], row[2] = agent, day.people[agent, GROUP], queue
    row[3], row[4] = day.moments[agent, BEGAN_AT], now
    day.numbers[LOGGED] += 1


@compiled
def put_back(now: float, agent: int, day: Day) -> None:
    """Interrupt an agent's item; what is left of it is ready again."""
    item = day.people[agent, ITEM]
    day.items[item, LEFT_SECONDS] = day.moments[agent, ENDS_AT] - now
    stop(now, agent, day)
    make_ready(item, day)


@compiled
def make_ready(item: int, day: Day) -> None:
    """Put an item among those of its queue that can be begun."""
    queue = int(day.items[item, OF_QUEUE])
    push(item, day.ready_count[queue], day.ready[queue], day.items[:, DUE_AT], day.item_place)
    day.ready_count[queue] += 1


@compiled
def begin_items(now: float, interval: int, day: Day) -> None:
    """Let idle agents beyond the reserve take ready items, earliest due first."""
    if interval >= day.staff.shape[1] or day.items.shape[0] == 0:
        return
    for group in range(day.staff.shape[0]):
        reserve = reserve_at(now, group, interval, day)
        while day.groups[group, IDLE_COUNT] > reserve:
            queue = first_due(group, day)
            if queue == NOBODY:
                break
            item = remove(
                0, day.ready_count[queue], day.ready[queue], day.items[:, DUE_AT], day.item_place
            )
            day.ready_count[queue] -= 1
            agent = longest_idle(group, day)
            day.people[agent, ITEM] = item
            start(now, agent, day.items[item, LEFT_SECONDS], day)
            if day.deferred_terms[queue, INTERRUPTIBLE] > 0.0:
                day.people[agent, PLACE] = day.numbers[ON_ITEMS_NOW]
                day.people[day.numbers[ON_ITEMS_NOW], ON_ITEM] = agent
                day.numbers[ON_ITEMS_NOW] += 1


@compiled
def first_due(group: int, day: Day) -> int:
    """Return the open deferred queue of the best rank, then due first; NOBODY if none has items."""
    best, rank, due = NOBODY, 0, np.inf
    live = day.live.shape[1]
    for queue in range(day.ready_count.size):
        own = day.skills[group, live + queue]
        if own < 0 or day.ready_count[queue] == 0 or day.is_open[queue] == 0:
            continue
        first = day.items[day.ready[queue, 0], DUE_AT]
        if best == NOBODY or own < rank or (own == rank and first < due):
            best, rank, due = queue, own, first
    return best


@compiled
def become_idle(now: float, agent: int, day: Day) -> None:
    """Let an agent join the idle of her group, last."""
    group = day.people[agent, GROUP]
    people = day.idle.shape[1]
    day.idle[group, (day.groups[group, IDLE_FIRST] + day.groups[group, IDLE_COUNT]) % people] = (
        agent
    )
    day.groups[group, IDLE_COUNT] += 1
    day.moments[agent, BEGAN_AT] = now


@compiled
def longest_idle(group: int, day: Day) -> int:
    """Take the agent out who has been idle longest."""
    agent: int = day.idle[group, day.groups[group, IDLE_FIRST]]
    day.groups[group, IDLE_FIRST] = (day.groups[group, IDLE_FIRST] + 1) % day.idle.shape[1]
    day.groups[group, IDLE_COUNT] -= 1
    return agent
