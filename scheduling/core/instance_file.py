"""The file format of `solve_file`: a week of coverage as JSON, and its result."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scheduling.core.data import (
    MINUTES_PER_DAY,
    AgentRules,
    BreakRule,
    ContractRules,
    Horizon,
    InvalidDataError,
    ScheduleData,
    ShiftPattern,
    Span,
)
from scheduling.core.result import ScheduleResult
from scheduling.core.shapes import Shape, shapes_of
from scheduling.core.tours import PlacedShift


def plain_horizon(*, days: int, interval_minutes: int) -> Horizon:
    """Days of 24 hours without a change of the clock."""
    per_day = MINUTES_PER_DAY // interval_minutes
    return Horizon(
        interval_minutes=interval_minutes,
        day_starts=tuple(range(0, (days + 1) * per_day, per_day)),
        wall_minutes=tuple(n % per_day * interval_minutes for n in range(days * per_day)),
    )


def read_instance(document: Mapping[str, Any]) -> ScheduleData:
    """Read one instance; `KeyError` names a missing field, `InvalidDataError` a contradiction."""
    days, interval = int(document["days"]), int(document["interval_minutes"])
    if days < 1 or days % 7:
        raise InvalidDataError(f"Expected an instance of whole weeks, got {days} days.")
    rules = document["rules"]
    horizon = plain_horizon(days=days, interval_minutes=interval)
    contracts = {
        name: _read_contract(name, fields, rules) for name, fields in document["contracts"].items()
    }
    return ScheduleData(
        horizon=horizon,
        contracts=contracts,
        agents=tuple(_read_agent(fields, rules["open"], horizon) for fields in document["agents"]),
        required_agents={
            skill: np.asarray(row, dtype=float) for skill, row in document["requirement"].items()
        },
        under_cost={skill: float(document["costs"]["under"]) for skill in document["requirement"]},
        over_cost=float(document["costs"]["over"]),
        first_weekday=int(document.get("first_weekday", 0)),
    )


def _read_contract(name: str, fields: Mapping[str, Any], rules: Mapping[str, Any]) -> ContractRules:
    return ContractRules(
        name=name,
        patterns=tuple(
            _read_pattern(f"{name} shift {number}", shift)
            for number, shift in enumerate(fields["shifts"])
        ),
        days_per_week=_pair(fields["days_per_week"]),
        paid_minutes_per_week=_pair(fields["paid_minutes_per_week"]),
        start_band_minutes=int(fields["start_band_minutes"]),
        max_consecutive_days=int(rules["max_consecutive_days"]),
        min_rest_minutes=int(rules["min_rest_minutes"]),
        max_weekends_in_4_weeks=_optional(rules.get("max_weekends_in_4_weeks")),
    )


def _optional(value: Any) -> int | None:
    return None if value is None else int(value)


def _pair(values: list[int]) -> tuple[int, int]:
    low, high = values
    return int(low), int(high)


def _read_pattern(key: str, fields: Mapping[str, Any]) -> ShiftPattern:
    return ShiftPattern(
        key=key,
        piece_minutes=tuple(fields.get("pieces") or [fields["minutes"]]),
        gap_minutes=tuple(fields.get("gaps", [0])),
        paid_minutes=int(fields["paid_minutes"]),
        breaks=tuple(
            BreakRule(
                minutes=rule["minutes"],
                earliest_minutes=rule["earliest"],
                latest_minutes=rule["latest"],
                piece=rule.get("piece", 0),
            )
            for rule in fields["breaks"]
        ),
    )


def _read_agent(fields: Mapping[str, Any], opening: list[int], horizon: Horizon) -> AgentRules:
    low = max(fields["window"][0], opening[0]) // horizon.interval_minutes
    high = min(fields["window"][1], opening[1]) // horizon.interval_minutes

    def spans(day: int) -> tuple[Span, ...]:
        if day in fields["days_off"] or high <= low:
            return ()
        midnight = horizon.day_starts[day]
        return ((midnight + low, midnight + high),)

    return AgentRules(
        key=str(fields["id"]),
        contract=fields["contract"],
        skills=tuple(fields["skills"]),
        spans=tuple(spans(day) for day in range(horizon.days)),
    )


def write_result(data: ScheduleData, result: ScheduleResult, *, seconds: float) -> dict[str, Any]:
    """The result document; times are minutes of the day, breaks count from the start of their piece."""
    agents = {}
    for agent, tour in zip(data.agents, result.tours, strict=True):
        if tour is None:
            continue
        contract = data.contracts[agent.contract]
        shapes = shapes_of(contract, interval_minutes=data.horizon.interval_minutes)
        agents[agent.key] = [_write_shift(data, contract, shapes, shift) for shift in tour.shifts]
    return {
        "agents": agents,
        "unplaced": {
            key: f"no legal tour: {finding.text}" for key, finding in result.unplaced.items()
        },
        "status": str(result.status),
        "lower_bound": result.lower_bound,
        "duals": {skill: [float(p) for p in row] for skill, row in result.prices.items()},
        "cost": result.objective,
        "seconds": round(seconds, 3),
    }


def _write_shift(
    data: ScheduleData,
    contract: ContractRules,
    shapes: tuple[Shape, ...],
    shift: PlacedShift,
) -> dict[str, Any]:
    assert shift.shape is not None
    shape = shapes[shift.shape]
    pattern = contract.patterns[shape.pattern]
    interval = data.horizon.interval_minutes
    written = {
        "day": shift.day,
        "start": data.horizon.wall_minutes[shift.start_slot],
        "shift": shape.pattern,
        "breaks": [
            (offset - shape.pieces[rule.piece][0]) * interval
            for rule, offset in zip(pattern.breaks, shift.breaks, strict=True)
        ],
    }
    if len(pattern.piece_minutes) > 1:
        written["gap"] = shape.gap_minutes
    return written
