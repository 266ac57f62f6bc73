"""Random agent-days in twelve zones across the nights on which clocks change."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from adherence.core.data import (
    CodeRules,
    PlannedActivities,
    Spans,
    StatePoints,
    SweepData,
)
from adherence.core.days import ShiftSpans, operational_days
from adherence.core.groups import ON_POSITION, StateGroup, group_mask

# A zone and a local date two days before one of its clock changes (or an ordinary day).
ZONES = (
    ("Europe/London", date(2026, 3, 27)),
    ("Europe/Berlin", date(2026, 10, 23)),
    ("America/New_York", date(2026, 3, 6)),
    ("Atlantic/Azores", date(2026, 10, 23)),
    ("America/St_Johns", date(2026, 3, 6)),
    ("Australia/Sydney", date(2026, 4, 3)),
    ("Australia/Lord_Howe", date(2026, 10, 2)),
    ("Africa/Cairo", date(2026, 4, 22)),
    ("America/Santiago", date(2026, 9, 4)),
    ("Asia/Shanghai", date(2026, 5, 1)),
    ("Asia/Kolkata", date(2026, 5, 1)),
    ("Asia/Kathmandu", date(2026, 12, 30)),
)

WORK, BREAK, LUNCH, MEETING = range(4)
CODES = CodeRules(
    accepted_mask=np.array(
        [
            group_mask(ON_POSITION),
            group_mask([StateGroup.AWAY]),
            group_mask([StateGroup.AWAY, StateGroup.OFFLINE]),
            group_mask([StateGroup.AWAY, StateGroup.BUSY]),
        ]
    ),
    tolerance_seconds=np.array([300, 180, 0, 601]),
    is_on_position=np.array([True, False, False, False]),
)


@dataclass(frozen=True)
class RandomDays:
    data: SweepData
    shifts: ShiftSpans


def local_midnights(zone: str, first: date, count: int) -> np.ndarray:
    tz = ZoneInfo(zone)
    days = [first + timedelta(days=offset) for offset in range(count)]
    return np.array([int(datetime.combine(day, time(), tz).timestamp()) for day in days])


def random_days(*, seed: int, agents: int, days: int = 4) -> RandomDays:
    rng = np.random.default_rng(seed)
    midnights = np.stack(
        [local_midnights(*ZONES[agent % len(ZONES)], days + 1) for agent in range(agents)]
    )
    plan, shifts, states, excused, silences = [], [], [], [], []
    for agent in range(agents):
        free_from = 0
        for day in range(days):
            starts_at = int(midnights[agent, day]) + int(rng.integers(0, 93)) * 900
            if starts_at < free_from or rng.random() < 0.15:
                continue
            rows = _random_shift(rng, starts_at)
            plan += [(agent, *row) for row in rows]
            shifts.append((agent, day, rows[0][0], rows[-1][1]))
            free_from = rows[-1][1]
            states += [(agent, *point) for point in _random_states(rng, rows)]
            for found, chance in ((excused, 0.3), (silences, 0.2)):
                while rng.random() < chance:
                    begin = int(rng.integers(rows[0][0] - 3600, rows[-1][1]))
                    found.append((agent, begin, begin + int(rng.integers(0, 7200))))
    states.sort(
        key=lambda point: point[:2]
    )  # stable: several points of one second keep their order
    shift_spans = ShiftSpans(*_columns(shifts, 4))
    data = SweepData(
        windows=operational_days(midnights=midnights, shifts=shift_spans),
        states=StatePoints(*_columns(states, 3)),
        plan=PlannedActivities(*_columns(plan, 4)),
        codes=CODES,
        excused=Spans(*_columns(excused, 3)),
        silences=Spans(*_columns(silences, 3)),
    )
    return RandomDays(data=data, shifts=shift_spans)


def _columns(rows, width) -> list[np.ndarray]:
    table = np.array(rows, dtype=np.int64).reshape(-1, width)
    return [table[:, column] for column in range(width)]


def _random_shift(rng, starts_at) -> list[tuple[int, int, int]]:
    rows, at = [], starts_at
    for _ in range(int(rng.integers(2, 9))):
        ends_at = at + int(rng.integers(1, 12)) * 900
        rows.append((at, ends_at, int(rng.integers(0, 4))))
        # Now and then an unpaid gap: a split shift.
        at = ends_at + (int(rng.integers(4, 12)) * 900 if rng.random() < 0.1 else 0)
    return rows


def _random_states(rng, rows) -> list[tuple[int, int]]:
    """Mostly what the plan says, a little early or late; sometimes something else altogether."""
    points = []
    for starts_at, ends_at, code in rows:
        group = {WORK: 0, BREAK: 3, LUNCH: 4, MEETING: 2}[code]
        if rng.random() < 0.1:
            group = int(rng.integers(0, 5))
        points.append((starts_at + int(rng.normal(0, 240)), group))
        points += [
            (int(rng.integers(starts_at, ends_at)), int(rng.choice([0, 1, 1, 2, 3])))
            for _ in range(int(rng.poisson(3)))
        ]
        if rng.random() < 0.2 and points:
            points.append((points[-1][0], int(rng.integers(0, 5))))
    if rng.random() < 0.9:
        points.append((rows[-1][1] + int(rng.normal(0, 300)), 4))
    return points
