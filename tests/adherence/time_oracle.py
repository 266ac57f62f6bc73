"""Time by activity by painting every second of a day: slow, obvious, sharing no code with it.

Local hours come from Python's datetime, one call per second.
"""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

AVAILABLE, HANDLING, BUSY, AWAY, OFFLINE, NOT_SEEN = range(6)
ABSENT, LATE, LEFT_EARLY, LOGGED_OFF, EXCUSED, TIME_OFF = range(6, 12)
R_AVAILABLE, R_PLANNED, R_OTHER, R_ABSENT, R_LATE, R_EARLY, R_OFF, R_EXCUSED, R_TIME_OFF, R_SILENT = range(10)  # fmt: skip
UNUSED = -1


def paint_times(data, layers, zones, row):
    """Counters of (queue, planned, paid, position, actual, kind), and of (queue, hour, reason, code)."""
    agent = int(data.windows.agent[row])
    first, last = int(data.windows.starts_at[row]), int(data.windows.ends_at[row])
    length = last - first
    group, declared = np.full(length, OFFLINE), np.zeros(length, int)
    own = np.flatnonzero(data.states.agent == agent)
    for point in own:
        at = max(int(data.states.at[point]) - first, 0)
        if data.states.at[point] < last:
            group[at:], declared[at:] = data.states.group[point], layers.declared[point]
    planned_row = np.full(length, UNUSED)
    silent, excused, off = (np.zeros(length, bool) for _layer in range(3))
    off_code = np.zeros(length, int)
    for spans, paint in (
        (data.silences, lambda at, _row: silent.__setitem__(at, True)),
        (data.excused, lambda at, _row: excused.__setitem__(at, True)),
        (data.plan, planned_row.__setitem__),
        (layers.time_off, lambda at, found: (off.__setitem__(at, True), off_code.__setitem__(at, layers.time_off_code[found]))),
    ):  # fmt: skip
        for found in np.flatnonzero(spans.agent == agent).tolist():
            start, end = int(spans.starts_at[found]) - first, int(spans.ends_at[found]) - first
            if end > 0 and start < length and end > start:
                paint(slice(max(start, 0), end), found)
    group[silent] = NOT_SEEN
    cells, hours = Counter(), Counter()
    for begin, end in _stretches(planned_row, data.plan):
        _tell(data, layers, zones, first, range(begin, end), group, declared, planned_row, excused, off, off_code, cells, hours)  # fmt: skip
    for second in np.flatnonzero((planned_row == UNUSED) & (declared > 0) & (group != NOT_SEEN)):
        cells[0, 0, False, False, int(declared[second]), int(group[second])] += 1
    return cells, hours


def _stretches(planned_row, plan):
    """[begin, end) of seconds whose planned rows touch."""
    planned = np.append(planned_row != UNUSED, False)
    begin = None
    for second, inside in enumerate(planned):
        if inside and begin is None:
            begin = second
        if begin is not None and not inside:
            yield begin, second
            begin = None


def _tell(data, layers, zones, first, seconds, group, declared, planned_row, excused, off, off_code, cells, hours):  # noqa: PLR0917 # fmt: skip
    there = [second for second in seconds if group[second] in {AVAILABLE, HANDLING, BUSY, AWAY}]
    facts = layers.codes
    for second in seconds:
        row = int(planned_row[second])
        code = int(data.plan.code[row])
        paid, position = bool(facts.is_paid[code]), bool(facts.is_on_position[code])
        kind, actual = int(group[second]), int(declared[second])
        if kind == NOT_SEEN:
            actual = 0
        elif kind == OFFLINE and not actual and paid:
            kind, actual = _silent_kind(
                second, there, facts.accepts_offline[code], off[second], excused[second],
                int(off_code[second]),
            )  # fmt: skip
        queue = int(layers.queue[row])
        cells[queue, int(facts.id[code]), paid, position, actual, kind] += 1
        if paid and queue:
            local = datetime.fromtimestamp(first + second, UTC).astimezone(ZoneInfo(zones[queue]))
            hour = local.weekday() * 24 + local.hour
            hours[(queue, hour, *_reason(position, int(facts.id[code]), actual, kind))] += 1


def _silent_kind(second, there, accepts, is_off, is_excused, off_code):
    if accepts:
        return OFFLINE, 0
    if is_off:
        return TIME_OFF, off_code
    if is_excused:
        return EXCUSED, 0
    if not there:
        return ABSENT, 0
    return (LATE if second < there[0] else LEFT_EARLY if second > there[-1] else LOGGED_OFF), 0


def _reason(position, planned, actual, kind):
    if kind == NOT_SEEN:
        return R_SILENT, 0
    if kind in {AVAILABLE, HANDLING}:
        return R_AVAILABLE, 0
    gone = {ABSENT: R_ABSENT, LATE: R_LATE, LEFT_EARLY: R_EARLY}
    if kind in gone:
        return gone[kind], 0
    if kind == TIME_OFF:
        return R_TIME_OFF, actual
    if not position:
        return R_PLANNED, planned
    return {LOGGED_OFF: R_OFF, EXCUSED: R_EXCUSED}.get(kind, R_OTHER), (
        actual if kind not in {LOGGED_OFF, EXCUSED} else 0
    )
