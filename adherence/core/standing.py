"""Where each agent stands at one moment: the sweep's last segment, put in the words of `live`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adherence.core.data import Ints, PlannedActivities, Spans, SweepData, SweepResult
from adherence.core.groups import StateGroup
from adherence.core.live import NEVER, LiveData
from adherence.core.states import CLOCKED_OUT, CodeStates, DeclaredStates


@dataclass(frozen=True)
class StandingData:
    """A sweep that ends one second after `at`, and what only the present needs.

    `sweep.plan` reaches beyond `at`, `sweep.states` are those of `declared`. Per agent
    `silent_since` and `silent_from` say since when the feed is silent (NEVER: it is not) and when
    it will be.
    """

    sweep: SweepData
    result: SweepResult
    agents: int
    declared: DeclaredStates
    codes: CodeStates
    silent_since: Ints
    silent_from: Ints


@dataclass(frozen=True)
class Standing:
    """Per agent: the arrays of the rules, and the rows they came from (-1: no such row)."""

    live: LiveData
    point: Ints
    state_since: Ints
    planned_row: Ints
    next_row: Ints
    last_plan_end: Ints
    """When the last plan before now ended, -NEVER without one."""


def standing(data: StandingData, *, at: int) -> Standing:
    """Look every agent up at one moment."""
    agents = np.arange(data.agents)
    states, plan = data.sweep.states, data.sweep.plan
    point = _last_row(states.agent, states.at, agents, at)
    planned = _last_row(plan.agent, plan.starts_at, agents, at)
    is_planned = (planned >= 0) & (_pick(plan.ends_at, planned, -NEVER) > at)
    following = _first_row_after(plan.agent, plan.starts_at, agents, at)
    is_silent = data.silent_since < NEVER
    state_group = _pick(states.group, point, StateGroup.OFFLINE)
    group_since = _pick(_run_starts(states.agent, states.group, states.at), point, -NEVER)
    code = _pick(data.declared.code, point, CLOCKED_OUT)
    state_since = _pick(data.declared.code_since, point, -NEVER)
    limit = _pick(data.codes.limit_seconds, code, 0)
    is_limited = (_pick(data.codes.group, code, -1) == StateGroup.BUSY) & (limit > 0)
    next_starts_at = _pick(plan.starts_at, following, NEVER)
    planned_code = _pick(plan.code, planned, 0)
    first, last = _blocks(plan, same_code=True)
    shift_first, _ = _blocks(plan, same_code=False)
    is_excused, excuse_changes_at = _excuses(data.sweep.excused, agents, at)
    on_position = data.sweep.codes.is_on_position.astype(np.int64)
    live = LiveData(
        group=np.where(is_silent, StateGroup.UNKNOWN, state_group),
        group_since=np.where(is_silent, data.silent_since, group_since),
        busy_limit_at=np.where(is_limited, state_since + limit, NEVER),
        is_planned=is_planned,
        is_on_position=is_planned & (_pick(on_position, planned_code, 0) == 1),
        tolerance_seconds=_pick(data.sweep.codes.tolerance_seconds, planned_code, 0),
        activity_starts_at=np.where(is_planned, _pick(first, planned, NEVER), NEVER),
        plan_changes_at=np.where(is_planned, _pick(last, planned, NEVER), next_starts_at),
        shift_starts_at=np.where(is_planned, _pick(shift_first, planned, NEVER), NEVER),
        last_present_at=_last_present(state_group, group_since, states.agent, point, at),
        deviates_since=_open_deviations(data, at),
        is_excused=is_excused,
        excuse_changes_at=excuse_changes_at,
        silent_from=data.silent_from,
    )
    return Standing(
        live=live,
        point=point,
        state_since=state_since,
        planned_row=np.where(is_planned, planned, -1),
        next_row=following,
        last_plan_end=np.where(is_planned, -NEVER, _pick(plan.ends_at, planned, -NEVER)),
    )


def _last_row(owner: Ints, moment: Ints, agents: Ints, at: int) -> Ints:
    """The last row at or before `at` of each agent, -1 without; sorted by agent and moment."""
    seen = np.flatnonzero(moment <= at)
    place = np.searchsorted(owner[seen], agents, side="right") - 1
    rows = np.append(seen, -1)[place]
    return np.where((rows >= 0) & (_pick(owner, rows, -1) == agents), rows, -1)


def _first_row_after(owner: Ints, moment: Ints, agents: Ints, at: int) -> Ints:
    later = np.flatnonzero(moment > at)
    place = np.searchsorted(owner[later], agents, side="left")
    rows = np.append(later, -1)[place]
    return np.where((rows >= 0) & (_pick(owner, rows, -1) == agents), rows, -1)


def _run_starts(owner: Ints, value: Ints, moment: Ints) -> Ints:
    """For each row the moment at which its run of equal values began."""
    if len(owner) == 0:
        return np.empty(0, np.int64)
    begins = np.ones(len(owner), np.bool_)
    begins[1:] = (owner[1:] != owner[:-1]) | (value[1:] != value[:-1])
    rows = np.maximum.accumulate(np.where(begins, np.arange(len(owner)), 0))
    return np.asarray(moment[rows], dtype=np.int64)


def _blocks(plan: PlannedActivities, *, same_code: bool) -> tuple[Ints, Ints]:
    """Start and end of the unbroken block of touching rows around each planned row."""
    count = len(plan.agent)
    if count == 0:
        empty = np.empty(0, np.int64)
        return empty, empty
    begins = np.ones(count, np.bool_)
    begins[1:] = (plan.agent[1:] != plan.agent[:-1]) | (plan.starts_at[1:] != plan.ends_at[:-1])
    if same_code:
        begins[1:] |= plan.code[1:] != plan.code[:-1]
    first = np.flatnonzero(begins)
    block = np.cumsum(begins) - 1
    last = np.append(first[1:], count) - 1
    return plan.starts_at[first][block], plan.ends_at[last][block]


def _last_present(group: Ints, since: Ints, owner: Ints, point: Ints, at: int) -> Ints:
    """Now when present; else when the present absence began; never without an earlier state."""
    absent = group == StateGroup.OFFLINE
    return np.where(absent, np.where(point >= 0, since, -NEVER), at)


def _open_deviations(data: StandingData, at: int) -> Ints:
    """Start of the deviation that includes this second, NEVER for agents without one."""
    since = np.full(data.agents, NEVER)
    found = data.result.deviations
    is_open = found.ends_at == at + 1
    since[data.sweep.windows.agent[found.window[is_open]]] = found.starts_at[is_open]
    return since


def _excuses(spans: Spans, agents: Ints, at: int) -> tuple[NDArray[np.bool_], Ints]:
    covered = np.zeros(len(agents), np.bool_)
    covered[spans.agent[(spans.starts_at <= at) & (spans.ends_at > at)]] = True
    changes = np.full(len(agents), NEVER)
    for moment in (spans.starts_at, spans.ends_at):
        later = moment > at
        np.minimum.at(changes, spans.agent[later], moment[later])
    return covered, changes


def _pick(values: Ints, rows: Ints, otherwise: int) -> Ints:
    """`values[rows]`, and `otherwise` where the row is -1."""
    if len(values) == 0:
        return np.full(len(rows), otherwise, np.int64)
    return np.where(rows >= 0, values[rows], otherwise)
