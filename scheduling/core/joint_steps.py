"""The steps between solves: where deferred work is asked for, desks for those without, times for meetings."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import FloatingActivity, ScheduleData, WorkMode
from scheduling.core.deferred_cover import DeferredPlan
from scheduling.core.floating import run_starts
from scheduling.core.joint_state import JointState, live_data
from scheduling.core.office_days import (
    DAYS_PER_WEEK,
    OfficePlan,
    OfficeShift,
    asked_days,
    free_desks,
    office_shifts,
    open_slots,
)
from scheduling.core.tours import Closed, Tour

FloatArray = NDArray[np.float64]
StopRule = Callable[[], bool]
TINY = 1e-9
LEVEL_STEPS = 50
TIMES_TRIED = 12
ATTRACTION = 1000.0


def asked_for(data: ScheduleData, plan: DeferredPlan | None) -> ScheduleData:
    """Live data whose requirement has the deferred work in it: as done by `plan`, the late rest levelled.

    Without a plan all of it is levelled: laid into the slots of its window where least is asked for.
    """
    live = live_data(data)
    rows = {skill: np.array(row, dtype=float) for skill, row in live.required_agents.items()}
    for number in sorted(
        range(len(data.deferred)),
        key=lambda n: data.deferred[n].due_slot - data.deferred[n].release_slot,
    ):
        work = data.deferred[number]
        left = work.agent_slots
        if plan is not None:
            rows[work.skill] += plan.by_class[number]
            left = plan.late[number]
        first, end = max(0, work.release_slot), min(data.horizon.slots, work.due_slot)
        able = _able(data, work.skill)[first:end]
        if left > TINY and able.any():
            window = rows[work.skill][first:end]
            window[able] = levelled(window[able], left)
    return replace(live, required_agents=rows)


def levelled(load: FloatArray, amount: float) -> FloatArray:
    """The load with the amount poured onto its lowest slots."""
    ranked = np.sort(load)
    filled = ranked * np.arange(1, len(load) + 1) - np.cumsum(ranked)
    count = int(np.searchsorted(filled, amount, side="right"))
    level = (amount + ranked[:count].sum()) / count
    return np.asarray(np.maximum(load, level))


def _able(data: ScheduleData, skill: str) -> NDArray[np.bool_]:
    """Slots in which anybody with the skill may work at all."""
    row = np.zeros(data.horizon.slots + 1, dtype=np.int64)
    for agent in data.agents:
        if skill in agent.skills:
            for first, end in (span for spans in agent.spans for span in spans):
                row[first] += 1
                row[min(end, data.horizon.slots)] -= 1
    return np.cumsum(row)[:-1] > 0


def polish(
    state: JointState, *, agents: Sequence[int], rng: np.random.Generator, stop: StopRule
) -> int:
    """Give agents in turn their best tour on live and deferred worth, until nobody saves anything.

    A tour is kept only where the whole costs less with the deferred work planned anew.
    """
    moved = 0
    plan = state.deferred()
    cost = state.cost(plan).total
    while not stop():
        before = cost
        for agent in rng.permutation(agents):
            if stop():
                return moved
            old = state.take(int(agent))
            weights = state.weights(int(agent), state.deferred())
            state.put(int(agent), state.roster.best_tour(int(agent), weights) or old)
            plan = state.deferred()
            found = state.cost(plan).total
            if found < cost - TINY:
                cost, moved = found, moved + 1
            else:
                state.replace(int(agent), old)
        if cost >= before - 1e-6:
            return moved
    return moved


def office_worths(data: ScheduleData, state: JointState) -> list[FloatArray]:
    """Per agent what losing a little of their time in each slot costs.

    Prices are read where everyone who shares the agent's skills has lost what days in the office take on
    average, one whole person at least: what many lose together is dearer than what one loses.
    """
    coverage, masks = state.roster.coverage, state.roster.masks
    slots = np.arange(data.horizon.slots)
    lost = {mask: np.zeros(len(slots)) for mask in masks}
    for agent, tour in enumerate(state.tours):
        rules = data.agents[agent]
        if tour is not None and rules.work_mode == WorkMode.HYBRID:
            low, _high = rules.office_days_per_week or (0, DAYS_PER_WEEK)
            share = low / max(1, len(tour.shifts) / data.weeks)
            lost[masks[agent]][tour.working] += (1.0 - data.office_rate_of(rules)) * min(1.0, share)
    worths: dict[tuple[int, int], FloatArray] = {}
    deferred = state.deferred()
    for agent, mask in enumerate(masks):
        kind = (mask, state.bits[agent])
        if kind not in worths:
            taken = np.maximum(1.0, lost[mask])
            for amount in np.unique(taken):
                coverage.add(mask, slots[taken == amount], count=-float(amount))
            worths[kind] = state.weights(agent, deferred)
            for amount in np.unique(taken):
                coverage.add(mask, slots[taken == amount], count=float(amount))
    return [worths[mask, bits] for mask, bits in zip(masks, state.bits, strict=True)]


def make_desks(
    data: ScheduleData, state: JointState, plan: OfficePlan, *, stop: StopRule = lambda: False
) -> int:
    """Give those who lack days in the office tours with a desk on such days; returns how many changed."""
    worths = [np.zeros(data.horizon.slots)] * len(data.agents)
    by_agent: dict[int, list[OfficeShift]] = {}
    shifts = office_shifts(data, state.tours, worths)
    for shift in shifts:
        by_agent.setdefault(shift.agent, []).append(shift)
    sits = set(plan.in_office)
    free = free_desks(data, shifts, sits)
    changed = 0
    for conflict in plan.conflicts:
        if stop():
            break
        agent, week = conflict.agent, conflict.week
        rules = data.agents[agent]
        desks = free.get(rules.site, np.ones(data.horizon.slots, dtype=np.int64))
        _hold(desks, by_agent[agent], sits, count=1)
        days = range(week * DAYS_PER_WEEK, (week + 1) * DAYS_PER_WEEK)
        full = ~open_slots(data, rules.site) | (desks <= 0)
        tour = _with_desks(data, state, agent, full, days)
        if tour is not None:
            state.replace(agent, tour)
            changed += 1
            by_agent[agent] = office_shifts(data, _only(state, agent), worths)
            sits -= {(agent, day) for day in days}
            own = [s for s in by_agent[agent] if s.day in days and s.fits]
            low, _high = asked_days(rules, week=week, worked=len(own))
            seated = [s for s in own if not full[s.present].any()][:low]
            sits |= {(agent, s.day) for s in seated}
        _hold(desks, by_agent[agent], sits, count=-1)
    return changed


def _hold(
    desks: NDArray[np.int64],
    shifts: Sequence[OfficeShift],
    sits: set[tuple[int, int]],
    *,
    count: int,
) -> None:
    """Give back (1) or take (-1) the desks of someone's days in the office."""
    for shift in shifts:
        if shift.must or (shift.agent, shift.day) in sits:
            desks[shift.present] += count


def _only(state: JointState, agent: int) -> list[Tour | None]:
    return [tour if n == agent else None for n, tour in enumerate(state.tours)]


def _with_desks(
    data: ScheduleData, state: JointState, agent: int, full: NDArray[np.bool_], days: range
) -> Tour | None:
    """The agent's best tour with a desk on as many days of the week as the ratio asks for."""
    rules = data.agents[agent]
    old = state.take(agent)
    weights = state.weights(agent, state.deferred())
    state.put(agent, old)
    asked = rules.office_days_per_week or (0, 0)
    room = {
        day: int((~full[data.horizon.day_starts[day] : data.horizon.day_starts[day + 1]]).sum())
        for day in days
        if day < data.horizon.days and day not in rules.home_days
    }
    ranked = sorted(room, key=lambda day: -room[day])
    for chosen in (ranked, ranked[: max(asked[0], 1)]):
        flags = np.zeros(data.horizon.days, dtype=bool)
        flags[chosen] = True
        tour = state.roster.class_of[agent].model.best_tour(
            weights, Closed(blocked_slots=full, seat_days=flags)
        )
        if tour is not None and sum(s.day in chosen for s in tour.shifts) >= asked[0]:
            return tour
    return None


def make_time(
    data: ScheduleData, state: JointState, activity: FloatingActivity, *, busy: set[int]
) -> bool:
    """Bring attendants who never meet to work at one time of the window; True where all can.

    Who is `busy` in another activity keeps their tour.
    """
    numbers = {agent.key: n for n, agent in enumerate(data.agents)}
    agents = [numbers[key] for key in activity.attendants if key in numbers]
    if len(agents) < len(activity.attendants) or any(state.tours[n] is None for n in agents):
        return False
    length = -(-activity.minutes // data.horizon.interval_minutes)
    there = {n: np.isin(np.arange(data.horizon.slots), _working(state, n)) for n in agents}
    for start in _times(data, activity, there, length):
        slots = np.arange(start, start + length)
        old = {n: state.tours[n] for n in agents if not there[n][slots].all()}
        if busy & set(old):
            continue
        if all(_attract(state, n, slots) for n in old):
            return True
        for n, tour in old.items():
            state.replace(n, tour)
    return False


def _working(state: JointState, agent: int) -> NDArray[np.int64]:
    tour = state.tours[agent]
    return np.zeros(0, dtype=np.int64) if tour is None else tour.working


def _times(
    data: ScheduleData,
    activity: FloatingActivity,
    there: dict[int, NDArray[np.bool_]],
    length: int,
) -> list[int]:
    """Starts in the window that suit everybody's hours, those with most attendants there first."""
    inside = np.zeros(data.horizon.slots, dtype=bool)
    for first, end in activity.spans:
        inside[first:end] = True
    for agent in there:
        inside &= _hours(data, agent)
    starts = run_starts(inside, length)[::2]
    present = np.zeros(len(starts))
    for row in there.values():
        sums = np.concatenate([[0], np.cumsum(row)])
        present += sums[starts + length] - sums[starts]
    return [int(start) for start in starts[np.argsort(-present, kind="stable")[:TIMES_TRIED]]]


def _hours(data: ScheduleData, agent: int) -> NDArray[np.bool_]:
    """Slots in which the agent may have a shift."""
    row = np.zeros(data.horizon.slots, dtype=bool)
    for first, end in (span for spans in data.agents[agent].spans for span in spans):
        row[first:end] = True
    return row


def _attract(state: JointState, agent: int, slots: NDArray[np.int64]) -> bool:
    """Give the agent their best tour that works in all these slots; False where there is none."""
    old = state.take(agent)
    weights = state.weights(agent, state.deferred()).copy()
    weights[slots] += ATTRACTION * max(state.roster.cost_unit, float(np.abs(weights).max()))
    tour = state.roster.best_tour(agent, weights)
    if tour is None or not np.isin(slots, tour.working).all():
        state.put(agent, old)
        return False
    state.put(agent, tour)
    return True
