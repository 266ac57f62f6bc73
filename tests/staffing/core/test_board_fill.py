"""Other work in idle time, held against hand-computed chains and against people on a clock."""

import tracemalloc
from heapq import heappop, heappush

import numpy as np
import pytest

from staffing.core import board_fill
from staffing.core.board_fill import fill_idle_time
from staffing.core.definitions import Model, ServiceLevel
from staffing.core.traffic import Thresholds, Traffic

LEVEL = ServiceLevel.ANSWERED_OVER_OFFERED


def fill(model, *, erlangs, agents, aht=240.0, patience=np.nan, threshold=20.0, give=0.005):
    one = np.ones(1)
    return fill_idle_time(
        model=model,
        traffic=Traffic(one * erlangs, one * aht, one * patience),
        agents=one * agents,
        thresholds=Thresholds(one * threshold, one * 5.0, frozenset({LEVEL})),
        give=give,
    )


@pytest.mark.parametrize(
    ("give", "reserve", "level", "people"),
    [
        # Weights of 1, 2, 3, ... busy of two agents at 1 erlang: 2, 1, 1/2, ...; nobody busy: 2.
        # T = AHT ln 2 halves those who still wait. All free: 1/3 wait; one kept: 1/2; none: all.
        (0.05, 2, 1 - 1 / 6, 0.0),
        (0.09, 1, 1 - 1 / 4, 0.5),
        (0.35, 0, 1 - 1 / 2, 1.0),
    ],
)
def test_two_agents_by_hand(give, reserve, level, people):
    found = fill(Model.C, erlangs=1.0, agents=2.0, threshold=240.0 * np.log(2.0), give=give)
    assert found.reserve[0] == reserve
    assert found.service_level[0] == pytest.approx(level, abs=1e-12)
    assert found.people[0] == pytest.approx(people, abs=1e-12)


def test_without_load_everybody_is_free_for_other_work():
    found = fill(Model.A, erlangs=0.0, agents=7.0, patience=60.0)
    assert (found.people[0], found.service_level[0]) == (7.0, 1.0)


def test_a_wider_gift_never_gives_less():
    gifts = [
        fill(Model.A, erlangs=30.0, agents=36.0, patience=90.0, give=give).people[0]
        for give in (0.0, 0.001, 0.005, 0.02, 0.1)
    ]
    assert gifts == sorted(gifts)
    assert gifts[0] == pytest.approx(0.0, abs=1e-9)
    assert gifts[-1] < 6.0 + 0.5


def lived_through(*, erlangs, agents, aht, patience, threshold, reserve, contacts, seed):
    """Contacts one by one: answered in time / offered, and the mean number at other work."""
    draw = np.random.default_rng(seed)
    times = draw.exponential(aht / erlangs, contacts).cumsum()
    gives_up = draw.exponential(patience, contacts)
    ends, waiting, other, busy = [], [], 0, 0
    answered = 0
    other_time = last = 0.0
    for number, at in enumerate(times.tolist()):
        heappush(ends, (at, 2, number))
        while ends and ends[0][0] <= at:
            moment, kind, who = heappop(ends)
            other_time += other * (moment - last)
            last = moment
            if kind == 2:
                if busy < agents:
                    busy += 1
                    answered += 1
                    heappush(ends, (moment + draw.exponential(aht), 0, who))
                else:
                    waiting.append(who)
                continue
            busy -= 1
            other -= kind
            while waiting and busy < agents:
                first = waiting.pop(0)
                wait = moment - times[first]
                if wait <= gives_up[first]:
                    busy += 1
                    answered += wait <= threshold
                    heappush(ends, (moment + draw.exponential(aht), 0, first))
            while agents - busy > reserve:
                busy += 1
                other += 1
                heappush(ends, (moment + draw.exponential(aht), 1, -1))
    return answered / contacts, other_time / last


def test_people_on_a_clock_do_as_much_and_keep_the_level():
    case = {"erlangs": 20.0, "aht": 240.0, "patience": 90.0, "threshold": 20.0}
    found = fill(Model.A, agents=28.0, **case)
    reserve = int(found.reserve[0])
    runs = [
        lived_through(agents=28, reserve=reserve, contacts=40_000, seed=seed, **case)
        for seed in range(6)
    ]
    levels, people = np.array(runs).T
    error = levels.std(ddof=1) / np.sqrt(levels.size)
    assert abs(levels.mean() - found.service_level[0]) < 4.0 * error + 1e-3
    error = people.std(ddof=1) / np.sqrt(people.size)
    assert abs(people.mean() - found.people[0]) < 4.0 * error + 0.01
    alone = fill(Model.A, agents=28.0, give=0.0, **case).service_level[0]
    assert alone - found.service_level[0] <= 0.005
    tighter = fill(Model.A, agents=28.0, give=float(alone - found.service_level[0]) / 2, **case)
    assert tighter.reserve[0] > reserve, "the smallest reserve that keeps the level"


def many_intervals(count, *, people=400):
    """Intervals of many sizes, some without load or people, and what is asked of them."""
    load = np.linspace(0.0, 0.95, count) * people
    agents = np.floor(np.linspace(people, 0.0, count))[::-1].copy()
    traffic = Traffic(load, np.full(count, 240.0), np.full(count, 300.0))
    thresholds = Thresholds(
        np.full(count, 20.0),
        np.full(count, np.nan),
        frozenset({ServiceLevel.ANSWERED_OVER_OFFERED}),
    )
    return {"model": Model.A, "traffic": traffic, "agents": agents, "thresholds": thresholds}


def test_filling_some_intervals_at_a_time_changes_nothing(monkeypatch):
    asked = many_intervals(120)
    monkeypatch.setattr(board_fill, "MOST_STATES", 10**9)
    at_once = fill_idle_time(**asked, give=0.005)
    monkeypatch.setattr(board_fill, "MOST_STATES", 3_000)
    in_parts = fill_idle_time(**asked, give=0.005)
    np.testing.assert_array_equal(in_parts.reserve, at_once.reserve)
    np.testing.assert_allclose(in_parts.people, at_once.people, rtol=1e-12)
    np.testing.assert_allclose(in_parts.service_level, at_once.service_level, rtol=1e-12)


def test_thousands_of_people_over_weeks_take_little_memory():
    """All at once the sums of 3,360 quarter hours of 5,000 people are 134 MB an array."""
    asked = many_intervals(600, people=5_000)
    tracemalloc.start()
    fill_idle_time(**asked, give=0.005)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # 600 intervals are 24 MB an array and some seven arrays.
    assert peak < 60e6
