"""Time by activity against every second painted, over random days with clock changes."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from adherence.core.activity_time import (
    CodeFacts,
    TimeLayers,
    activity_time,
    nearest_queues,
)
from adherence.core.data import Spans, StatePoints
from adherence.core.sweep import cut, sweep
from adherence.core.time_cells import DayCells, HourCells
from adherence.queries.time_layers import zone_clock
from tests.adherence.random_days import ZONES, random_days
from tests.adherence.time_oracle import paint_times

# work, break, lunch, meeting (see random_days), and vacation: the plan itself may place time off.
FACTS = CodeFacts(
    id=np.array([11, 12, 13, 14]),
    is_paid=np.array([True, True, False, True]),
    is_on_position=np.array([True, False, False, False]),
    accepts_offline=np.array([False, False, True, False]),
)
DECLARED_IDS = np.array([11, 15, 16, 12, 0, 0])
OFFLINE_CODE = 17
QUEUE_ZONES = {index + 1: zone for index, (zone, _first) in enumerate(ZONES)}


def random_layers(data, *, seed):
    """Queues of all zones, states with codes, time off now and then."""
    rng = np.random.default_rng(seed)
    clocks = tuple(
        zone_clock(
            zone,
            first=int(data.windows.starts_at.min()),
            last=int(data.windows.ends_at.max()),
        )
        for zone in QUEUE_ZONES.values()
    )
    given = np.where(
        rng.random(len(data.plan.agent)) < 0.8, rng.integers(1, 13, len(data.plan.agent)), 0
    )
    given[data.plan.code != 0] = 0
    queue = nearest_queues(owner=data.plan.agent, queue=given)
    declared = DECLARED_IDS[data.states.group]
    offline = (data.states.group == 4) & (rng.random(len(declared)) < 0.2)
    declared[offline] = OFFLINE_CODE
    chosen = np.flatnonzero(rng.random(len(data.plan.agent)) < 0.05)
    starts = data.plan.starts_at[chosen] - rng.integers(0, 4000, len(chosen))
    order = np.lexsort((starts, data.plan.agent[chosen]))
    time_off = Spans(
        agent=data.plan.agent[chosen][order],
        starts_at=starts[order],
        ends_at=starts[order] + rng.integers(600, 9000, len(chosen)),
    )
    return TimeLayers(
        codes=FACTS,
        declared=declared,
        queue=queue,
        clock=queue - 1,
        clocks=clocks,
        time_off=time_off,
        time_off_code=rng.integers(21, 23, len(chosen)),
    )


def told(times, row):
    own, hours = times.by_code.window == row, times.by_hour.window == row
    day, hour = (
        DayCells.unpacked(times.by_code.cell[own]),
        HourCells.unpacked(times.by_hour.cell[hours]),
    )
    cells = zip(
        day.queue, day.planned, day.is_paid, day.is_position, day.actual, day.kind, strict=True
    )
    by_hour = zip(hour.queue, hour.week_hour, hour.reason, hour.code, strict=True)
    return (
        Counter(
            {
                tuple(int(part) for part in cell): int(seconds)
                for cell, seconds in zip(cells, times.by_code.seconds[own], strict=True)
            }
        ),
        Counter(
            {
                tuple(int(part) for part in cell): int(seconds)
                for cell, seconds in zip(by_hour, times.by_hour.seconds[hours], strict=True)
            }
        ),
    )


def days_with_an_absentee(*, seed):
    """Each zone twice over its clock change; the first one's agents never came."""
    data = random_days(seed=seed, agents=2 * len(ZONES), days=3).data
    came = data.states.agent % len(ZONES) > 0
    states = StatePoints(*(getattr(data.states, name)[came] for name in ("agent", "at", "group")))
    return replace(data, states=states)


@pytest.mark.parametrize("seed", [0, 2])
def test_each_second_is_told_once_as_the_oracle_paints_it(seed):
    data = days_with_an_absentee(seed=seed)
    layers = random_layers(data, seed=seed)
    segments = cut(data, also=[layers.time_off])
    times = activity_time(data, segments, layers)
    kinds, reasons = set(), set()
    for row in range(len(data.windows.agent)):
        cells, hours = paint_times(data, layers, QUEUE_ZONES, row)
        assert told(times, row) == (
            Counter({tuple(map(int, key)): n for key, n in cells.items()}),
            Counter({tuple(map(int, key)): n for key, n in hours.items()}),
        ), row
        assert times.paid_seconds[row] == sum(n for key, n in cells.items() if key[2])
        kinds |= {key[5] for key in cells}
        reasons |= {key[2] for key in hours}
    assert kinds == set(range(12))
    assert reasons == set(range(10))


def test_cutting_at_time_off_changes_nothing_of_the_sweep():
    data = random_days(seed=9, agents=24, days=3).data
    layers = random_layers(data, seed=9)
    with_cuts, plain = sweep(data, cut(data, also=[layers.time_off])), sweep(data)
    for name in ("seconds", "matched", "tolerated", "excused", "out", "unknown", "excess_seconds"):
        assert (getattr(with_cuts, name) == getattr(plain, name)).all(), name
    assert (with_cuts.deviations.ends_at == plain.deviations.ends_at).all()


@pytest.mark.parametrize(
    ("queue", "expected"),
    [
        ([7, 0, 0, 8, 0], [7, 7, 7, 8, 8]),
        ([0, 0, 9], [9, 9, 9]),
        ([0, 0], [0, 0]),
        ([], []),
    ],
)
def test_a_break_belongs_to_the_work_around_it(queue, expected):
    queues = np.array(queue, np.int64)
    owner = np.zeros(len(queue), np.int64)
    assert nearest_queues(owner=owner, queue=queues).tolist() == expected


def test_the_work_of_another_day_lends_no_queue():
    owner, queue = np.array([0, 0, 1, 1, 2]), np.array([5, 0, 0, 6, 0])
    assert nearest_queues(owner=owner, queue=queue).tolist() == [5, 5, 6, 6, 0]


def test_packed_cells_come_back():
    rng = np.random.default_rng(1)
    day = DayCells(
        queue=rng.integers(0, 1 << 25, 50),
        planned=rng.integers(0, 1 << 16, 50),
        is_paid=rng.random(50) < 0.5,
        is_position=rng.random(50) < 0.5,
        actual=rng.integers(0, 1 << 16, 50),
        kind=rng.integers(0, 12, 50),
    )
    again = DayCells.unpacked(day.packed())
    for name in ("queue", "planned", "is_paid", "is_position", "actual", "kind"):
        assert (getattr(again, name) == getattr(day, name)).all(), name
    hour = HourCells(day.queue, rng.integers(0, 168, 50), rng.integers(0, 10, 50), day.actual)
    again_hour = HourCells.unpacked(hour.packed())
    for name in ("queue", "week_hour", "reason", "code"):
        assert (getattr(again_hour, name) == getattr(hour, name)).all(), name
