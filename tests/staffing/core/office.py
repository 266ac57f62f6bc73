"""An independent office: single items, single people, real moments. It shares no code with the core.

People work from opening to closing; each takes the item that is due first among those that have
arrived and can still be in time, else the one that is late longest; an item is finished by the
person who began it, over closing time if need be (the rest is done at the next opening).
"""

from heapq import heappop, heappush


def work_off(items, *, agents, is_open, step_seconds):
    """Return the share of items done in time.

    `items`: (arrives at, due at, work) in seconds; `agents` and `is_open` per interval.
    """
    waiting = sorted(items)
    next_item = 0
    timely, late = [], []
    in_hand = []  # work left of the items that somebody has begun, with their due times
    on_time = 0
    for interval, opened in enumerate(is_open):
        starts = interval * step_seconds
        people = agents[interval] if opened else 0
        moments = [0.0] * people  # seconds of this interval that each has used
        begun, in_hand = in_hand, []
        for due, left in begun:
            if not moments or min(moments) >= step_seconds:
                in_hand.append((due, left))
                continue
            person = moments.index(min(moments))
            done = min(left, step_seconds - moments[person])
            moments[person] += done
            if left - done > 1e-9:
                in_hand.append((due, left - done))
            else:
                on_time += starts + moments[person] <= due
        while next_item < len(waiting) and waiting[next_item][0] <= starts:
            arrived, due, work = waiting[next_item]
            heappush(timely, (due, arrived, work))
            next_item += 1
        while moments and min(moments) < step_seconds:
            person = moments.index(min(moments))
            at = starts + moments[person]
            while timely and timely[0][0] < at + timely[0][2]:
                heappush(late, heappop(timely))
            heap = timely or late
            if not heap:
                break
            due, _arrived, work = heappop(heap)
            done = min(work, step_seconds - moments[person])
            moments[person] += done
            if work - done > 1e-9:
                in_hand.append((due, work - done))
            else:
                on_time += starts + moments[person] <= due
    return on_time / len(items)
