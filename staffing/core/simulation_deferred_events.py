"""The events of an office that works off single items: arrivals, openings, people who get free."""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np

from staffing.core.kernels import FloatArray, IntArray
from wfm.compiled import compiled

NOBODY = -1


class Inbox(NamedTuple):
    """The items of one repeat in order of arrival."""

    arrives: FloatArray
    due: FloatArray
    work: FloatArray
    latest_start: FloatArray
    """In open seconds since the start: later it gives way."""


class Desks(NamedTuple):
    """Who has what in hand: one element per person.

    Attributes:
        has: The item; NOBODY without one.
        until: When it is done.
        rests: When the person is ready for the next.

    """

    has: IntArray
    until: FloatArray
    rests: FloatArray


Waiting = list[tuple[float, int]]
"""Due, item; a heap."""


class House(NamedTuple):
    """What holds in every repeat."""

    moments: FloatArray
    """When the number of people changes: every boundary, opening and closing, in order."""
    people: IntArray
    """From each of those moments on; 0 while closed."""
    is_open: IntArray
    rest_share: float
    """Rest after an item as a share of its handling time."""


@compiled
def live_through(inbox: Inbox, house: House) -> FloatArray:
    """Return when each item is done; inf where it is not.

    While the office is closed, `until` and `rests` hold what is left of them.
    """
    most = max(1, house.people.max())
    desks = Desks(
        np.full(most, NOBODY, dtype=np.int64), np.full(most, -np.inf), np.full(most, -np.inf)
    )
    done = np.full(inbox.arrives.size, np.inf)
    put_down = [(0.0, 0.0, 0) for _ in range(0)]
    timely = [(0.0, 0) for _ in range(0)]
    late = [(0.0, 0) for _ in range(0)]
    came, opened = 0, 0.0
    for number in range(house.moments.size - 1):
        begins, ends = house.moments[number], house.moments[number + 1]
        if house.is_open[number] == 0:
            continue
        people = house.people[number]
        if number == 0 or house.is_open[number - 1] == 0:
            shift(desks, begins)
        hand_over(desks, people, begins, put_down, inbox.due)
        now = begins
        while now < ends:
            while came < inbox.arrives.size and inbox.arrives[came] <= now:
                heappush(timely, (inbox.due[came], came))
                came += 1
            finish(desks, now, done)
            waiting = (put_down, timely, late)
            clock = opened + now - begins
            for person in range(people):
                if desks.has[person] == NOBODY and desks.rests[person] <= now:
                    take_up(desks, person, (now, clock, house.rest_share), inbox, waiting)
            now = next_moment(desks, people, now)
            if came < inbox.arrives.size and inbox.arrives[came] < now:
                now = inbox.arrives[came]
        opened += ends - begins
        finish(desks, ends, done)
        if house.is_open[number + 1] == 0:
            shift(desks, -ends)
    return done


@compiled
def shift(desks: Desks, seconds: float) -> None:
    """Count all moments from another one on."""
    for person in range(desks.has.size):
        desks.until[person] += seconds
        desks.rests[person] += seconds


@compiled
def finish(desks: Desks, now: float, done: FloatArray) -> None:
    """Let those be through with their item who are."""
    for person in range(desks.has.size):
        if desks.has[person] != NOBODY and desks.until[person] <= now:
            done[desks.has[person]] = desks.until[person]
            desks.has[person] = NOBODY


@compiled
def next_moment(desks: Desks, people: int, now: float) -> float:
    """Return when next somebody is through with an item or with his rest."""
    soonest = np.inf
    for person in range(people):
        if desks.has[person] != NOBODY:
            soonest = min(soonest, desks.until[person])
        elif desks.rests[person] > now:
            soonest = min(soonest, desks.rests[person])
    return soonest


@compiled
def take_up(
    desks: Desks,
    person: int,
    now: tuple[float, float, float],
    inbox: Inbox,
    waiting: tuple[list[tuple[float, float, int]], Waiting, Waiting],
) -> None:
    """Give a person the next item, if there is one.

    `now` is the moment, the open seconds so far, and the rest after an item.
    """
    put_down, timely, late = waiting
    moment, clock, rest_share = now
    while len(timely) > 0 and inbox.latest_start[timely[0][1]] < clock:
        heappush(late, heappop(timely))
    if len(put_down) > 0:
        _due, left, item = heappop(put_down)
    elif len(timely) > 0:
        item = heappop(timely)[1]
        left = inbox.work[item]
    elif len(late) > 0:
        item = heappop(late)[1]
        left = inbox.work[item]
    else:
        return
    desks.has[person] = item
    desks.until[person] = moment + left
    desks.rests[person] = moment + left + rest_share * inbox.work[item]


@compiled
def hand_over(
    desks: Desks,
    people: int,
    now: float,
    put_down: list[tuple[float, float, int]],
    due: FloatArray,
) -> None:
    """Keep so many people, who move to the first desks: those whose items are due first stay."""
    items, ends, ready = desks.has.copy(), desks.until.copy(), desks.rests.copy()
    hands = [
        (due[items[person]], person) for person in range(items.size) if items[person] != NOBODY
    ]
    heapify(hands)
    desks.has[:] = NOBODY
    desks.until[:] = -np.inf
    desks.rests[:] = -np.inf
    desk = 0
    while len(hands) > 0:
        person = heappop(hands)[1]
        if desk < people:
            desks.has[desk], desks.until[desk] = items[person], ends[person]
            desks.rests[desk] = ready[person]
            desk += 1
        else:
            heappush(put_down, (due[items[person]], ends[person] - now, items[person]))
    for person in np.argsort(-ready):
        if desk < people and items[person] == NOBODY and ready[person] > now:
            desks.rests[desk] = ready[person]
            desk += 1
