"""Input check before the solve: never "infeasible", always who, which rule and what would help."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scheduling.core.data import MINUTES_PER_DAY, ContractRules, ScheduleData
from scheduling.core.findings import Finding, Severity
from scheduling.core.pricing import AgentClass, agent_classes
from scheduling.core.tours import TourModel


def check_inputs(data: ScheduleData) -> list[Finding]:
    """Everything that a planner should know before the solve, the worst first."""
    classes = agent_classes(data)
    found = [*_check_demand(data, classes), *_check_people(data, classes)]
    order = list(Severity)
    return sorted(found, key=lambda f: (order.index(f.severity), f.subject, f.code))


def unplaceable(data: ScheduleData, classes: list[AgentClass]) -> dict[int, Finding]:
    """Agents without a legal week, by number, with the reason."""
    found: dict[int, Finding] = {}
    for group in classes:
        if group.model.has_week():
            continue
        for member in group.members:
            found[member] = replace(explain(group.model), subject=data.agents[member].key)
    return found


def _check_people(data: ScheduleData, classes: list[AgentClass]) -> Iterator[Finding]:
    yield from unplaceable(data, classes).values()
    asked = {skill for skill, row in data.required_agents.items() if row.any()}
    for agent in data.agents:
        if asked and not asked & set(agent.skills):
            yield Finding(code="agent_without_skill", severity=Severity.WARNING, subject=agent.key)


def _check_demand(data: ScheduleData, classes: list[AgentClass]) -> Iterator[Finding]:
    hours_per_slot = data.horizon.interval_minutes / 60
    required = {
        skill: np.where(data.counted_slots, row, 0.0) for skill, row in data.required_agents.items()
    }
    total = sum(float(row.sum()) for row in required.values()) * hours_per_slot
    if not total:
        yield Finding(code="no_requirement", severity=Severity.ERROR)
        return
    possible = available_agents(data, classes)
    for skill, row in required.items():
        if not row.any():
            continue
        if not any(skill in agent.skills for agent in data.agents):
            hours = float(row.sum()) * hours_per_slot
            values: dict[str, object] = {"skill": skill, "hours": hours}
            yield Finding(
                code="skill_without_agent", severity=Severity.ERROR, subject=skill, values=values
            )
            continue
        missing = np.maximum(row - possible[skill], 0.0)
        if missing.any():
            values = {
                "skill": skill,
                "intervals": int((missing > 0).sum()),
                "hours": float(missing.sum()) * hours_per_slot,
            }
            yield Finding(
                code="more_than_people", severity=Severity.WARNING, subject=skill, values=values
            )
    most = sum(data.contracts[a.contract].paid_minutes_per_week[1] for a in data.agents) / 60
    if total > most:
        values = {"required": total, "available": most}
        yield Finding(code="hours_missing", severity=Severity.WARNING, values=values)


def available_agents(
    data: ScheduleData, classes: list[AgentClass]
) -> dict[str, NDArray[np.float64]]:
    """Per skill and slot: people of whom some legal shift lies there."""
    found = {skill: np.zeros(data.horizon.slots) for skill in data.required_agents}
    for group in classes:
        model = group.model
        reach = np.zeros(data.horizon.slots, dtype=bool)
        for number, shape in enumerate(model.shapes):
            starts = model.start_table[model.legal[number]]
            for offset, length in shape.pieces:
                for start in starts:
                    reach[start + offset : start + offset + length] = True
        for shift in model.fixed.values():
            reach[list(shift.working_slots)] = True
        for skill in group.skills:
            if skill in found:
                found[skill] += len(group.members) * reach
    return found


def explain(model: TourModel) -> Finding:
    """Why nobody of this class has a legal week: the smallest single relaxation that gives one."""
    for look in (_too_much_fixed, _limits, _closed_days, _band, _rest, _run):
        finding = look(model)
        if finding is not None:
            return finding
    return Finding(code="several_rules", severity=Severity.ERROR)


def _error(code: str, **values: object) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, values=values)


def _reachable(model: TourModel) -> set[tuple[int, int]]:
    """Days and paid minutes that open days and patterns allow, every other rule left out."""
    agent, contract = model.agent, model.contract
    shortest = min((s.paid_minutes for s in model.shapes), default=0)
    longest = max((s.paid_minutes for s in model.shapes), default=0)
    open_contract = replace(
        contract,
        days_per_week=(0, model.horizon.days),
        start_band_minutes=MINUTES_PER_DAY,
        max_consecutive_days=model.horizon.days + agent.previous_run_days,
        paid_minutes_per_week=(0, max(longest, shortest) * (model.horizon.days + 1)),
    )
    free = TourModel(
        replace(agent, credited_days=(), credited_minutes=()), open_contract, model.horizon
    )
    reached = set()
    for days, minutes in free.reachable_totals():
        reached.add((days + sum(agent.credited_days), minutes + sum(agent.credited_minutes)))
    return reached


def _too_much_fixed(model: TourModel) -> Finding | None:
    days = len(model.fixed) + sum(model.agent.credited_days)
    minutes = sum(s.paid_minutes for s in model.fixed.values()) + sum(model.agent.credited_minutes)
    most_days, most_minutes = (
        model.contract.days_per_week[1],
        model.contract.paid_minutes_per_week[1],
    )
    if model.fixed and (days > most_days or minutes > most_minutes):
        return _error("fixed_too_much", days=days, hours=minutes / 60)
    return None


def _limits(model: TourModel) -> Finding | None:
    """Days and paid time that no open day can give."""
    low, high = model.contract.days_per_week
    least, most = model.contract.paid_minutes_per_week
    reached = _reachable(model)
    possible_days = max((days for days, _ in reached), default=0)
    if possible_days < low:
        return _error(
            "too_few_days", possible=possible_days, least=low, missing=low - possible_days
        )
    minutes = sorted({m for days, m in reached if low <= days <= high})
    if not minutes or any(least <= m <= most for m in minutes):
        return None
    if minutes[-1] < least:
        return _error("too_few_minutes", possible=minutes[-1] / 60, least=least / 60)
    if minutes[0] > most:
        return _error("too_many_minutes", possible=minutes[0] / 60, most=most / 60)
    nearest = min(minutes, key=lambda m: max(least - m, m - most))
    return _error("hours_between", least=least / 60, most=most / 60, possible=nearest / 60)


def _has_week(model: TourModel, contract: ContractRules) -> bool:
    return TourModel(
        model.agent, contract, model.horizon, first_weekday=model.first_weekday
    ).has_week()


def _band(model: TourModel) -> Finding | None:
    limit = model.contract.start_band_minutes
    for needed in range(limit + 15, MINUTES_PER_DAY + 1, 15):
        if _has_week(model, replace(model.contract, start_band_minutes=needed)):
            return _error("start_band", minutes=limit, needed=needed)
    return None


def _rest(model: TourModel) -> Finding | None:
    limit = model.contract.min_rest_minutes
    for needed in range((limit - 1) // 15 * 15, -1, -15):
        if _has_week(model, replace(model.contract, min_rest_minutes=needed)):
            return _error("rest", minutes=limit, needed=needed)
    return None


def _run(model: TourModel) -> Finding | None:
    limit = model.contract.max_consecutive_days
    most = model.horizon.days + model.agent.previous_run_days
    for needed in range(limit + 1, most + 1):
        if _has_week(model, replace(model.contract, max_consecutive_days=needed)):
            return _error("consecutive_days", limit=limit, needed=needed)
    return None


def _closed_days(model: TourModel) -> Finding | None:
    """The fewest closed days whose opening gives a legal week, the first ones first."""
    closed = [
        day
        for day in range(model.horizon.days)
        if day not in model.fixed and not model.legal[:, day].any()
    ]
    spans = list(model.agent.spans)
    for number, day in enumerate(closed, start=1):
        end = min(model.horizon.day_starts[day + 1] + 48, model.horizon.slots)
        spans[day] = ((model.horizon.day_starts[day], end),)
        opened = TourModel(replace(model.agent, spans=tuple(spans)), model.contract, model.horizon)
        if opened.has_week():
            names = ", ".join(f"day {d + 1}" for d in closed[:number])
            return _error("days_closed", days=names)
    return None


def count_by_severity(findings: list[Finding]) -> Counter[Severity]:
    """How many findings of each severity."""
    return Counter(finding.severity for finding in findings)
