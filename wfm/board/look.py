"""Where to look: the windows of greatest risk, and who has hours to give there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from staffing.core.kernels import FloatArray
from wfm.board.grid import SLOT_HOURS, BoardGrid
from wfm.board.lines import QueueLine
from wfm.board.rows import People
from wfm.org.models import Queue, Team

MOST_LOOKS = 6
MOST_DONORS = 3
LEAST_HOURS = 0.25
LEAST_SHORT_HOURS = 1.0
LEAST_RISK = 1.0
"""Less is not worth a look: an hour short, one contact or item at risk."""
BRIDGED_SLOTS = 2
"""Windows that are so close are one."""


@dataclass(frozen=True)
class Donor:
    """Hours of a team on another queue that could be moved there."""

    team: Team
    queue: Queue
    hours: float


@dataclass(frozen=True)
class Look:
    """One window in which a queue is at risk.

    Attributes:
        queue: Which.
        starts_at: From when.
        ends_at: Until when.
        short_hours: Scheduled hours missing.
        at_risk: Contacts or items expected too late beyond what the goal allows.
        counted: All contacts or items due there.
        donors: Who could give hours, most first.

    """

    queue: Queue
    starts_at: datetime
    ends_at: datetime
    short_hours: float
    at_risk: float
    counted: float
    donors: tuple[Donor, ...]


def look_here(
    lines: Sequence[QueueLine],
    others: Sequence[QueueLine],
    *,
    placed: Sequence[People],
    teams: Mapping[int, Team],
    grid: BoardGrid,
) -> list[Look]:
    """Return the windows ahead with most at risk, then those with most hours short.

    Args:
        lines: Queues that are looked at.
        others: Queues that may give, these included.
        placed: Who is on which queue.
        teams: Teams that may be named.
        grid: The board's time.

    """
    start = max(grid.origin, grid.first)
    found = []
    for line in lines:
        risk = np.nan_to_num(line.of("at_risk"))
        short = np.nan_to_num(line.of("short_hours"))
        marks = risk > 0.0 if not line.queue.is_live else (risk > 0.0) | (short > 0.0)
        marks[:start] = False
        marks[grid.last :] = False
        found += [
            (float(risk[first:last].sum()), float(short[first:last].sum()), first, last, line)
            for first, last in windows(marks)
        ]
    worth = [item for item in found if item[0] >= LEAST_RISK or item[1] >= LEAST_SHORT_HOURS]
    worth.sort(key=lambda item: (-item[0], -item[1], item[2], item[4].queue.pk))
    givers = {line.queue.pk: line for line in others}
    return [
        Look(
            queue=line.queue,
            starts_at=grid.moment(first),
            ends_at=grid.moment(last),
            short_hours=short,
            at_risk=risk,
            counted=float(np.nan_to_num(line.of("counted")[first:last]).sum()),
            donors=_donors(line, givers, placed, teams, slice(_since(line, start, first), last)),
        )
        for risk, short, first, last, line in worth[:MOST_LOOKS]
    ]


def windows(marks: np.ndarray) -> list[tuple[int, int]]:
    """Return first and last slots of the runs that are marked, those close together as one."""
    places = np.flatnonzero(marks)
    if not places.size:
        return []
    breaks = np.flatnonzero(np.diff(places) > BRIDGED_SLOTS)
    firsts = places[np.concatenate([[0], breaks + 1])]
    lasts = places[np.concatenate([breaks, [places.size - 1]])]
    return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]


def _since(line: QueueLine, start: int, first: int) -> int:
    """Return from when hours help: deferred work can be done any time before it is due."""
    return first if line.queue.is_live else start


def _donors(
    line: QueueLine,
    givers: Mapping[int, QueueLine],
    placed: Sequence[People],
    teams: Mapping[int, Team],
    window: slice,
) -> tuple[Donor, ...]:
    """Return teams of the other kind with the queue's skill and hours to give."""
    hours: dict[tuple[int, int], float] = {}
    for group in placed:
        giver = givers.get(group.queue_id or 0)
        if (
            giver is None
            or group.team_id not in teams
            or giver.queue.is_live == line.queue.is_live
            or line.queue.skill_id not in group.skills
        ):
            continue
        key = (group.team_id or 0, giver.queue.pk)
        hours[key] = hours.get(key, 0.0) + float(_given(giver, group, window).sum())
    found = [
        Donor(teams[team_id], givers[queue_id].queue, given)
        for (team_id, queue_id), given in hours.items()
        if given >= LEAST_HOURS
    ]
    found.sort(key=lambda donor: (-donor.hours, donor.team.name, donor.queue.name))
    return tuple(found[:MOST_DONORS])


def _given(giver: QueueLine, group: People, window: slice) -> FloatArray:
    """Return the group's part of the queue's transferable hours."""
    there = np.nan_to_num(giver.of("scheduled_hours")[window])
    own = group.by_slot[window] * SLOT_HOURS
    share = np.divide(own, there, out=np.zeros_like(own), where=there > 0.0)
    return np.asarray(share * np.nan_to_num(giver.of("transferable_hours")[window]))
