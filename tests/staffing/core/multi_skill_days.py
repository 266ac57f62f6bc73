"""Twelve days with several skills, for the tests and for the benchmark."""

import numpy as np

from staffing.core.multi_skill import MultiSkillDay, SkillGroup, SkillQueue

INTERVALS, SECONDS = 48, 1800.0
HOURS = (np.arange(INTERVALS) + 0.5) / 2


def shape(*peaks, base=0.15, width=2.5):
    """A day that swells around the hours named; its highest point is 1."""
    swell = sum(np.exp(-(((HOURS - peak) / width) ** 2)) for peak in peaks)
    swell = base + (1 - base) * swell / swell.max()
    return swell


def queue(name, peak, *, aht=240.0, level=0.8, threshold=20.0, patience=np.nan, day=None, **more):
    curve = shape(10.0, 15.0) if day is None else day
    size = curve.size
    return SkillQueue(
        name=name,
        erlangs=peak * curve,
        aht_seconds=np.full(size, aht),
        patience_seconds=np.full(size, patience),
        level=np.full(size, level),
        threshold_seconds=np.full(size, threshold),
        min_agents=np.full(size, float(more.pop("min_agents", 0.0))),
        **more,
    )


def group(name, ranks, cap=None):
    return SkillGroup(name, np.array(ranks, dtype=np.int64), cap)


def chain(count):
    """Groups with two skills each, the own queue first: 1 and 2, 2 and 3, ..., the last and 1."""
    groups = []
    for first in range(count):
        ranks = np.full(count, -1)
        ranks[first], ranks[(first + 1) % count] = 0, 1
        groups.append(group(f"chain {first + 1}", ranks))
    return groups


def pairs_and_all(count):
    """One group for each queue alone and one that can do all."""
    alone = [
        group(f"only {own + 1}", np.where(np.arange(count) == own, 0, -1)) for own in range(count)
    ]
    return [*alone, group("all", np.zeros(count))]


def day(queues, groups):
    return MultiSkillDay(SECONDS, queues, groups)


MORNING, EVENING = shape(9.5), shape(17.5)
BUSY = shape(10.0, 15.0, base=0.4)

CASES = {
    "chain of 3, alike": day([queue(f"q{n}", 10.0) for n in range(3)], chain(3)),
    "chain of 6, alike": day([queue(f"q{n}", 30.0, day=BUSY) for n in range(6)], chain(6)),
    "chain of 2, large and small": day([queue("large", 40.0), queue("small", 5.0)], chain(2)),
    "chain of 4, alike": day([queue(f"q{n}", 20.0, day=BUSY) for n in range(4)], chain(4)),
    "chain of 3, large": day([queue(f"q{n}", 100.0) for n in range(3)], chain(3)),
    "chain of 2, peaks that cross": day(
        [queue("morning", 25.0, day=MORNING), queue("evening", 25.0, day=EVENING)], chain(2)
    ),
    "other handle times and goals, all can do all": day(
        [
            queue("short", 20.0, aht=180.0, level=0.9, threshold=15.0),
            queue("long", 12.0, aht=600.0, level=0.7, threshold=60.0),
            queue("usual", 15.0),
        ],
        pairs_and_all(3),
    ),
    "customers give up": day(
        [queue(f"q{n}", 15.0, patience=90.0 + 60.0 * n) for n in range(3)], chain(3)
    ),
    "specialists and few generalists": day(
        [queue("a", 30.0), queue("b", 15.0), queue("c", 8.0, aht=360.0)],
        [*pairs_and_all(3)[:3], group("all", [0, 0, 0], 10)],
    ),
    "no two alike": day(
        [
            queue("a", 25.0, aht=200.0, patience=120.0),
            queue("b", 10.0, aht=420.0, level=0.85, threshold=30.0, day=MORNING),
            queue("c", 18.0, level=0.75, threshold=45.0, day=EVENING, patience=200.0),
            queue("d", 6.0, aht=300.0, level=0.9, threshold=20.0),
        ],
        [
            group("a and b", [0, 1, -1, -1]),
            group("c and d", [-1, -1, 0, 0]),
            group("a and c", [1, -1, 0, -1]),
            group("all", [1, 1, 1, 0]),
        ],
    ),
}
CASES |= {
    "chain of 4, 5 erlang each": day([queue(f"q{n}", 5.0) for n in range(4)], chain(4)),
    "chain of 6, 8 erlang each": day([queue(f"q{n}", 8.0) for n in range(6)], chain(6)),
}
TWO_SKILLS = [name for name in CASES if name.startswith("chain")] + ["customers give up"]
"""Where everybody has two skills; the bar is the pooled hours and 3 %."""


def smoke_day():
    """Six hours of three queues in a chain, loads even: planned in two seconds."""
    flat = np.ones(12)
    queues = [queue(f"q{number}", 20.0 + 4.0 * number, day=flat) for number in range(3)]
    return day(queues, chain(3))
