"""Adherence by painting every second of a day: slow, obvious, and sharing no code with the sweep."""

from dataclasses import dataclass

import numpy as np

from adherence.core.data import SweepData

OFFLINE, UNKNOWN, NOTHING = 4, 5, -1


@dataclass(frozen=True)
class OracleDay:
    seconds: dict[tuple[int, int], int]
    """(planned code or -1, group) -> seconds"""
    matched: int
    tolerated: int
    excused: int
    out: int
    unknown: int
    deviations: list[tuple[int, int, int, bool]]
    """(starts_at, ends_at, code, counts)"""


def paint_day(data: SweepData, row: int) -> OracleDay:
    agent = int(data.windows.agent[row])
    first, last = int(data.windows.starts_at[row]), int(data.windows.ends_at[row])
    length = last - first
    group = np.full(length, OFFLINE)
    own = data.states.agent == agent
    for at, value in zip(data.states.at[own], data.states.group[own], strict=True):
        if at < last:
            group[max(int(at) - first, 0) :] = value
    code = np.full(length, NOTHING)
    excused = np.zeros(length, bool)
    for spans, layer, values in (
        (data.silences, group, np.full(len(data.silences.agent), UNKNOWN)),
        (data.plan, code, data.plan.code),
        (data.excused, excused, np.ones(len(data.excused.agent), bool)),
    ):
        own = spans.agent == agent
        for starts_at, ends_at, value in zip(
            spans.starts_at[own], spans.ends_at[own], values[own], strict=True
        ):
            if ends_at > first and starts_at < last:
                layer[max(int(starts_at) - first, 0) : int(ends_at) - first] = value
    return _judge(data, first, group, code, excused)


def _judge(data, first, group, code, excused) -> OracleDay:
    planned = code != NOTHING
    accepted = np.array(
        [[bool(mask >> g & 1) for g in range(6)] for mask in data.codes.accepted_mask]
        + [[False] * 6]
    )
    matches = accepted[code, group] & planned
    silent = planned & (group == UNKNOWN) & ~excused
    deviates = planned & ~matches & ~silent & ~excused
    out = tolerated = 0
    deviations = []
    # A stretch ends where the deviation ends or another activity begins.
    label = np.where(deviates, code, NOTHING)
    edges = np.flatnonzero(np.diff(label)) + 1 if len(label) else np.empty(0, int)
    for begin, end in zip([0, *edges], [*edges, len(label)], strict=True):
        if end == begin or label[begin] == NOTHING:
            continue
        counts = bool(end - begin > data.codes.tolerance_seconds[label[begin]])
        deviations.append((int(first + begin), int(first + end), int(label[begin]), counts))
        if counts:
            out += int(end - begin)
        else:
            tolerated += int(end - begin)
    cells = np.bincount((code + 1) * 6 + group)
    return OracleDay(
        seconds={(cell // 6 - 1, cell % 6): int(n) for cell, n in enumerate(cells) if n},
        matched=int(matches.sum()),
        tolerated=tolerated,
        excused=int((planned & excused & ~matches).sum()),
        out=out,
        unknown=int(silent.sum()),
        deviations=deviations,
    )
