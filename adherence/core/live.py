"""What a team lead sees of an agent now, and when that would change without any new event.

Everything is decided for all agents at once; a tick then only touches agents whose moment has
come. Seconds since 1970, `NEVER` where there is no such moment.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints
from adherence.core.groups import ON_POSITION, StateGroup

NEVER = 2**60
Flags = NDArray[np.bool_]


class LiveFlag(IntEnum):
    """An agent's standing against the plan."""

    OFF = 0
    IN = 1
    EXTRA = 2
    UNKNOWN = 3
    BUSY_TOO_LONG = 4
    OUT = 5
    LATE = 6
    NO_SHOW = 7


class Severity(IntEnum):
    """What comes first on the dashboard; the longer of two equals goes before the other."""

    NONE = 0
    NOTICE = 1
    """Working where nothing or a break was planned: no cost to service."""
    MINOR = 2
    """Late, missing or out while nothing on position is planned, or a state nobody can see."""
    MAJOR = 3
    """Expected on position and not there."""
    CRITICAL = 4
    """Never came, and expected on position now."""


@dataclass(frozen=True)
class LiveParams:
    """Limits that hold for everyone."""

    no_show_after_seconds: int = 30 * 60

    def __post_init__(self) -> None:
        if self.no_show_after_seconds <= 0:
            raise ValueError(
                f"Expected no_show_after_seconds > 0, got {self.no_show_after_seconds}."
            )


@dataclass(frozen=True)
class LiveData:
    """One row per agent, all columns of one length; most of them come from the agent's sweep.

    Attributes:
        group: state group of now, unknown while the feed is silent.
        group_since: when that group began.
        busy_limit_at: when the present activity code is too long, NEVER without limit.
        is_planned: whether anything is planned now.
        is_on_position: whether that is work on position.
        tolerance_seconds: its tolerance.
        activity_starts_at: when the planned activity of now began.
        plan_changes_at: end of the planned activity of now, else start of the next one.
        shift_starts_at: start of the unbroken planned stretch of now.
        last_present_at: when the agent was last in any group but offline and unknown.
        deviates_since: start of the deviation that goes on now, NEVER without one.
        is_excused: whether an approved exception covers now.
        excuse_changes_at: when the next approved exception begins or ends.
        silent_from: when the feed becomes silent if nothing more is heard.

    """

    group: Ints
    group_since: Ints
    busy_limit_at: Ints
    is_planned: Flags
    is_on_position: Flags
    tolerance_seconds: Ints
    activity_starts_at: Ints
    plan_changes_at: Ints
    shift_starts_at: Ints
    last_present_at: Ints
    deviates_since: Ints
    is_excused: Flags
    excuse_changes_at: Ints
    silent_from: Ints


@dataclass(frozen=True)
class LiveResult:
    """Flag, since when, severity, and the next moment at which any of it can change by itself."""

    flag: Ints
    flag_since: Ints
    severity: Ints
    next_change_at: Ints


def live_flags(data: LiveData, *, at: int, params: LiveParams) -> LiveResult:
    """Judge every agent at one moment, by the rules of the sweep.

    Without plan an agent is OFF, or EXTRA while they work. A deviation is IN until it is longer than its
    tolerance, as in the sweep. Who was not seen since the shift began is LATE rather than OUT, and
    NO_SHOW after the limit. A busy code past its limit is BUSY_TOO_LONG even where the plan
    accepts it.
    """
    deviates = data.deviates_since < NEVER
    out_at = np.where(deviates, data.deviates_since + data.tolerance_seconds + 1, NEVER)
    never_came = (
        deviates
        & (data.group == StateGroup.OFFLINE)
        & (data.last_present_at <= data.shift_starts_at)
    )
    no_show_at = np.where(never_came, data.shift_starts_at + params.no_show_after_seconds, NEVER)
    busy_limit_at = np.where(data.is_excused, NEVER, data.busy_limit_at)
    is_too_long = (data.group == StateGroup.BUSY) & (at >= busy_limit_at)
    is_out = at >= out_at
    rules = (
        (~data.is_planned & _works(data), LiveFlag.EXTRA, data.group_since),
        (~data.is_planned, LiveFlag.OFF, data.group_since),
        ((data.group == StateGroup.UNKNOWN) & ~data.is_excused, LiveFlag.UNKNOWN, data.group_since),
        (is_out & (at >= no_show_at), LiveFlag.NO_SHOW, data.shift_starts_at),
        (is_out & never_came, LiveFlag.LATE, data.shift_starts_at),
        (is_too_long, LiveFlag.BUSY_TOO_LONG, data.group_since),
        (is_out, LiveFlag.OUT, data.deviates_since),
    )
    conditions = [condition for condition, _, _ in rules]
    flag = np.select(conditions, [int(name) for _, name, _ in rules], int(LiveFlag.IN))
    since_in = np.maximum(data.group_since, data.activity_starts_at)
    moments = np.stack(
        [
            data.plan_changes_at,
            out_at,
            no_show_at,
            busy_limit_at,
            data.excuse_changes_at,
            data.silent_from,
        ]
    )
    return LiveResult(
        flag=flag.astype(np.int64),
        flag_since=np.select(conditions, [since for _, _, since in rules], since_in),
        severity=_severity(flag, data),
        next_change_at=np.where(moments > at, moments, NEVER).min(axis=0),
    )


def _works(data: LiveData) -> Flags:
    return np.isin(data.group, ON_POSITION)


def _severity(flag: Ints, data: LiveData) -> Ints:
    works = _works(data)
    is_out = flag == LiveFlag.OUT
    # Whom nothing on position awaits now is missed by no queue, however late or long.
    is_missing = np.isin(flag, (LiveFlag.NO_SHOW, LiveFlag.LATE, LiveFlag.BUSY_TOO_LONG))
    rules = (
        (is_missing & ~data.is_on_position, Severity.MINOR),
        (flag == LiveFlag.NO_SHOW, Severity.CRITICAL),
        (is_missing, Severity.MAJOR),
        (is_out & works, Severity.NOTICE),
        (is_out & data.is_on_position, Severity.MAJOR),
        (is_out, Severity.MINOR),
        (flag == LiveFlag.UNKNOWN, Severity.MINOR),
        (flag == LiveFlag.EXTRA, Severity.NOTICE),
    )
    severity = np.select(
        [condition for condition, _ in rules],
        [int(name) for _, name in rules],
        int(Severity.NONE),
    )
    return np.asarray(severity, dtype=np.int64)
