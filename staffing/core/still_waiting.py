"""Who still waits when an interval ends: what becomes of them with the agents of the intervals to come.

An arrival's share of being served and its wait follow term by term from the number ahead of it as
long as the rates stay (`arrival_figures`). Where they change while it waits, only those who still
wait then fare otherwise: with `own[i]` the expected arrivals of this interval that have i others
ahead at its end, what they add is the sum of `own` times the difference between what the coming
intervals give somebody in that place and what this one's rate would have given.

Everybody in the queue at the end is an arrival of this interval, but those of the queue at its
beginning who are left. These are a pure death process, as is the place of who waits: a Poisson
number of steps forward where nobody gives up, else uniformized (A. Jensen, "Markoff chains as an aid
in the study of Markoff processes", Skand. Aktuarietidskr. 36 (1953),
doi:10.1080/03461238.1953.10419459). How long somebody has waited shows in how many came since: with
Poisson arrivals that give up at rate theta, (1 - exp(-theta age)) / theta of the arrival rate.
"""

import math
from typing import NamedTuple

import numpy as np

from staffing.core.arrival_figures import late_shares
from staffing.core.kernels import FloatArray
from wfm.compiled import compiled

ALL_GONE = 1e-9
"""So small a chance that somebody waits through an interval that it is not followed."""
WIDTH = 7.0  # standard deviations of the steps forward that are followed
MOST_SUMS = 2e6
"""More products than that are not summed: the steps are then taken at three points of a normal law."""
THREE_POINTS = ((0.0, 2.0 / 3.0), (-1.7320508075688772, 1.0 / 6.0), (1.7320508075688772, 1.0 / 6.0))
"""Gauss-Hermite: standard deviations from the mean, and weights."""


class Pace(NamedTuple):
    """How a queue moves while it waits: contacts served and, per contact, given up per second."""

    full_rate: float
    leave_rate: float
    seconds: float


class Fate(NamedTuple):
    """What becomes of somebody by how many are ahead; empty where this interval's rate stays.

    Attributes:
        served: Share that is served in the end.
        wait: Seconds that the served still wait, over all.

    """

    served: FloatArray
    wait: FloatArray


class Crowd(NamedTuple):
    """This interval's arrivals that wait at its end, by how many are ahead of them.

    Attributes:
        own: Expected number of them, 0 to 1.
        waited: Seconds that they have waited, summed over them.

    """

    own: FloatArray
    waited: FloatArray


@compiled
def nobody_follows() -> Fate:
    """Return the fate of those whose rate stays: none of its own."""
    return Fate(np.zeros(0), np.zeros(0))


@compiled
def at_this_rate(count: int, pace: Pace) -> Fate:
    """Return the fate of those with 0 ... count - 1 ahead while the rates stay for ever.

    Where nobody serves nobody is served; then who is served later has all of the wait still to come.
    """
    served, wait = np.zeros(count), np.zeros(count)
    if pace.full_rate == 0.0:
        return Fate(served, wait)
    total = 0.0
    for ahead in range(count):
        seconds = 1.0 / (pace.full_rate + pace.leave_rate * (ahead + 1))
        total += seconds
        served[ahead] = pace.full_rate * seconds
        wait[ahead] = served[ahead] * total
    return Fate(served, wait)


@compiled
def change_of_fate(here: Fate, following: Fate, come: int) -> Fate:
    """Return what the next interval changes for those who wait at its beginning.

    Args:
        here: Their fate at the rate of the interval that ends.
        following: Fate in the next one, of those whom its new agents do not take at once.
        come: Places of these new agents.

    """
    served, wait = -here.served, -here.wait
    for ahead in range(served.size):
        place = min(ahead - come, following.served.size - 1)
        if ahead < come:
            served[ahead] += 1.0
        elif place >= 0:
            served[ahead] += following.served[place]
            wait[ahead] += following.wait[place]
    return Fate(served, wait)


@compiled
def fate(count: int, pace: Pace, following: Fate, come: int) -> Fate:
    """Return the fate of those with 0 ... count - 1 ahead when an interval begins.

    Args:
        count: How many.
        pace: Of this interval.
        following: Fate of those who wait when the next one begins; empty: this one's rate stays.
        come: Places of the agents who come then.

    """
    here = at_this_rate(count, pace)
    if following.served.size == 0 or all_gone(count, pace):
        return here
    change = change_of_fate(here, following, come)
    later = change.wait + pace.seconds * change.served
    if pace.leave_rate == 0.0:
        expected = pace.full_rate * pace.seconds
        more_served = stepped(change.served, expected, -1)
        more_wait = stepped(later, expected, -1)
    else:
        more_served, more_wait = carried_back(change.served, later, pace)
    return Fate(here.served + more_served, here.wait + more_wait)


@compiled
def all_gone(count: int, pace: Pace) -> bool:
    """Tell whether next to none of so many who wait when an interval begins still do at its end."""
    expected = pace.full_rate * pace.seconds
    # exp(-x^2 / (2 m)) bounds the chance that a Poisson number of mean m falls short of it by x.
    if count == 0 or count <= expected - math.sqrt(-2.0 * math.log(ALL_GONE) * expected):
        return True
    late = late_shares(count, pace.full_rate, pace.leave_rate, pace.seconds)
    return bool(late[count - 1] < ALL_GONE)


@compiled
def most_left(count: int, pace: Pace) -> int:
    """Return how many of so many who wait when an interval begins may wait at its end."""
    if all_gone(count, pace):
        return 0
    if pace.leave_rate > 0.0:
        return count
    served = pace.full_rate * pace.seconds
    return min(count, max(count - int(served - WIDTH * math.sqrt(served)), 1))


@compiled
def stepped(values: FloatArray, expected: float, direction: int) -> FloatArray:
    """Return the mean of values[i + direction x N] over a Poisson number N, 0 outside."""
    size = values.size
    result = np.zeros(size)
    spread = math.sqrt(expected)
    first = max(0, int(expected - WIDTH * spread) - 1)
    last = min(size - 1, int(expected + WIDTH * spread + 12.0))
    if (last - first + 1.0) * size > MOST_SUMS:
        for deviation, weight in THREE_POINTS:
            steps = direction * max(expected + deviation * spread, 0.0)
            whole = math.floor(steps)
            _add_moved(result, values, whole, weight * (1.0 - steps + whole))
            _add_moved(result, values, whole + 1, weight * (steps - whole))
        return result
    if expected == 0.0:
        return values.copy()
    for step in range(first, last + 1):
        chance = math.exp(step * math.log(expected) - expected - math.lgamma(step + 1.0))
        _add_moved(result, values, direction * step, chance)
    return result


@compiled
def _add_moved(result: FloatArray, values: FloatArray, by: int, weight: float) -> None:
    for place in range(max(0, -by), min(values.size, values.size - by)):
        result[place] += weight * values[place + by]


@compiled
def carried_back(served: FloatArray, wait: FloatArray, pace: Pace) -> tuple[FloatArray, FloatArray]:
    """Return the means of two values by place at the end of an interval, by place at its beginning.

    Who is served or gives up until then counts 0.
    """
    size = served.size
    clock = pace.full_rate + pace.leave_rate * size
    ticks = clock * pace.seconds
    first_result, second_result = np.zeros(size), np.zeros(size)
    first, second = served.copy(), wait.copy()
    for tick in range(int(ticks + WIDTH * math.sqrt(ticks) + 40.0)):
        chance = math.exp(tick * math.log(ticks) - ticks - math.lgamma(tick + 1.0))
        for place in range(size - 1, -1, -1):
            first_result[place] += chance * first[place]
            second_result[place] += chance * second[place]
            up = (pace.full_rate + pace.leave_rate * place) / clock
            stay = 1.0 - up - pace.leave_rate / clock
            first[place] = stay * first[place] + (up * first[place - 1] if place > 0 else 0.0)
            second[place] = stay * second[place] + (up * second[place - 1] if place > 0 else 0.0)
    return first_result, second_result


@compiled
def waiting_tail(states: FloatArray, low: int, places: int) -> FloatArray:
    """Return the chance that more than 0, 1, ... wait, as far as it is not negligible."""
    count = max(low + states.size - 1 - places, 0)
    tail = np.zeros(count)
    total, size = 0.0, 0
    for ahead in range(count - 1, -1, -1):
        index = places + ahead + 1 - low
        if index >= 0:
            total += states[index]
        tail[ahead] = total
        if size == 0 and total > ALL_GONE:
            size = ahead + 1
    return tail[:size]


@compiled
def left_over(tail: FloatArray, pace: Pace) -> FloatArray:
    """Return the chance that more than 0, 1, ... of the queue at the beginning wait at the end."""
    size = tail.size
    if size == 0:
        return tail
    if pace.leave_rate == 0.0:
        return stepped(tail, pace.full_rate * pace.seconds, 1)
    clock = pace.full_rate + pace.leave_rate * size
    ticks = clock * pace.seconds
    result, moved = np.zeros(size), tail.copy()
    for tick in range(int(ticks + WIDTH * math.sqrt(ticks) + 40.0)):
        chance = math.exp(tick * math.log(ticks) - ticks - math.lgamma(tick + 1.0))
        for place in range(size):
            result[place] += chance * moved[place]
            # More than `place` stay so many unless one more than that is all, and goes.
            down = (pace.full_rate + pace.leave_rate * (place + 1)) / clock
            above = moved[place + 1] if place + 1 < size else 0.0
            moved[place] = (1.0 - down) * moved[place] + down * above
    return result


@compiled
def crowd_at_end(tail: FloatArray, older: FloatArray, arrival_rate: float, pace: Pace) -> Crowd:
    """Return this interval's arrivals that wait at its end.

    Args:
        tail: Chance that more than 0, 1, ... wait then.
        older: The same of those who came before this interval; empty for none.
        arrival_rate: Contacts per second that stay.
        pace: Of this interval.

    """
    own, waited = tail.copy(), np.zeros(tail.size)
    behind = 0.0  # expected number behind, where somebody has so many ahead
    for ahead in range(tail.size - 1, -1, -1):
        left = older[ahead] if ahead < older.size else 0.0
        own[ahead] = max(tail[ahead] - left, 0.0)
        if tail[ahead] > 0.0 and arrival_rate > 0.0:
            age = behind / tail[ahead] / arrival_rate
            if pace.leave_rate > 0.0:
                lost = min(pace.leave_rate * age, 1.0 - math.exp(-pace.leave_rate * pace.seconds))
                age = -math.log1p(-lost) / pace.leave_rate
            total = tail[ahead] * min(age, pace.seconds) - left * pace.seconds
            waited[ahead] = min(max(total, 0.0), own[ahead] * pace.seconds)
        behind += tail[ahead]
    return Crowd(own, waited)


@compiled
def later_served(crowd: Crowd, pace: Pace, following: Fate, come: int) -> tuple[float, float]:
    """Return by how much the coming intervals change who is served, and the waits of the served."""
    if following.served.size == 0 or crowd.own.size == 0:
        return 0.0, 0.0
    change = change_of_fate(at_this_rate(crowd.own.size, pace), following, come)
    served = wait = 0.0
    for ahead in range(crowd.own.size):
        served += crowd.own[ahead] * change.served[ahead]
        wait += crowd.own[ahead] * change.wait[ahead] + crowd.waited[ahead] * change.served[ahead]
    return served, wait
