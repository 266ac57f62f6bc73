"""Write what the solver found: shifts, activities, unplaced agents, figures. Safe to run twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from scheduling.core.activities import Worker, assign_queues, stretches
from scheduling.core.shapes import Shape
from scheduling.core.tours import PlacedShift, Tour
from scheduling.models import (
    ScheduleVersion,
    Shift,
    ShiftActivity,
    ShiftPlace,
    UnplacedAgent,
)
from scheduling.queries.solve_input import SolveInput
from scheduling.services.edit import gap_code, work_code
from scheduling.services.inside import (
    Spans,
    activity_spans,
    deferred_summary,
    findings_of,
    is_in_office,
    office_summary,
    required_with_deferred,
    save_placements,
)

if TYPE_CHECKING:
    from scheduling.core.joint import JointResult
    from scheduling.core.result import ScheduleResult


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """A placed shift with everything needed to write it."""

    agent: int
    shift: PlacedShift
    shape: Shape | None


@transaction.atomic
def save_result(
    *,
    version: ScheduleVersion,
    given: SolveInput,
    result: JointResult,
    shapes: Mapping[str, Sequence[Shape]],
) -> None:
    """Replace the version's shifts by the result's. `shapes` by contract, as the solver numbers them."""
    schedule = result.schedule
    Shift.objects.filter(version=version).delete()
    UnplacedAgent.objects.filter(version=version).delete()
    planned = _planned(given, schedule, shapes)
    held = activity_spans(result)
    served = _served(given, result, held)
    locked = _locked(version)
    rows = Shift.objects.bulk_create(
        [_shift_row(version, given, item, _place(given, result, item)) for item in planned],
        batch_size=2000,
    )
    code = work_code().pk
    ShiftActivity.objects.bulk_create(
        [
            activity
            for item, row in zip(planned, rows, strict=True)
            for activity in _activity_rows(
                given,
                item,
                row,
                _Inside(served[item.agent], held.get(item.agent, []), code, locked),
            )
        ],
        batch_size=5000,
    )
    numbers = {agent.key: place for place, agent in enumerate(given.data.agents)}
    UnplacedAgent.objects.bulk_create(
        UnplacedAgent(version=version, agent=given.agents[numbers[key]], reason=finding.text)
        for key, finding in schedule.unplaced.items()
    )
    save_placements(version=version, given=given, result=result)
    version.solver_status = str(schedule.status)
    version.objective, version.lower_bound = schedule.objective, schedule.lower_bound
    version.understaffed_hours = schedule.understaffed_hours
    version.overstaffed_hours = schedule.overstaffed_hours
    version.findings = findings_of(given, result)
    version.summary = (
        _summary(given, schedule) | office_summary(given, result) | deferred_summary(given, result)
    )
    version.save(
        update_fields=[
            "solver_status",
            "objective",
            "lower_bound",
            "understaffed_hours",
            "overstaffed_hours",
            "findings",
            "summary",
        ]
    )


def _summary(given: SolveInput, result: ScheduleResult) -> dict[str, Any]:
    counted = given.data.counted_slots
    hours = given.data.horizon.interval_minutes / 60
    required = sum(float(row[counted].sum()) * hours for row in given.data.required_agents.values())
    return {
        "agents": len(given.agents),
        "placed": sum(tour is not None for tour in result.tours),
        "shifts": sum(len(tour.shifts) for tour in result.tours if tour is not None),
        "required_hours": round(required, 2),
        "work": result.work,
        "over_cost": given.data.over_cost,
        "under_cost": max(given.data.under_cost.values(), default=0.0),
    }


def _planned(
    given: SolveInput, result: ScheduleResult, shapes: Mapping[str, Sequence[Shape]]
) -> list[_Planned]:
    planned = []
    for number, tour in enumerate(result.tours):
        for shift in tour.shifts if tour is not None else ():
            shape = (
                None
                if shift.shape is None
                else shapes[given.data.agents[number].contract][shift.shape]
            )
            planned.append(_Planned(agent=number, shift=shift, shape=shape))
    return planned


def _place(given: SolveInput, result: JointResult, item: _Planned) -> ShiftPlace:
    sits = is_in_office(given, result, agent=item.agent, day=item.shift.day)
    return ShiftPlace.OFFICE if sits else ShiftPlace.HOME


def _served(
    given: SolveInput, result: JointResult, held: Mapping[int, Spans]
) -> list[dict[int, int]]:
    """Per agent the queue in each working slot.

    People below a queue's hard minimum stand under its negative number: they are worth more.
    """
    required, costs = _with_minimums(given, required_with_deferred(given, result))
    by_skill: dict[str, list[int]] = {}
    for queue in given.queues:
        keys = [key for key in (-queue.pk, queue.pk) if key in required]
        by_skill.setdefault(str(queue.skill_id), []).extend(keys)
    workers = [
        Worker(
            queues=tuple(q for skill in agent.skills for q in by_skill.get(skill, ())),
            working=_working(tour, held.get(number, [])),
        )
        for number, (agent, tour) in enumerate(
            zip(given.data.agents, result.schedule.tours, strict=True)
        )
    ]
    served = assign_queues(workers, required, costs)
    return [{slot: abs(queue) for slot, queue in by_slot.items()} for by_slot in served]


def _with_minimums(
    given: SolveInput, required: Mapping[int, NDArray[np.float64]]
) -> tuple[dict[int, NDArray[np.float64]], dict[int, float]]:
    """Requirements and costs with the people below a hard minimum apart."""
    need, costs = dict(required), dict(given.under_cost_by_queue)
    for queue, least in given.minimum_by_queue.items():
        if queue not in need:
            continue
        need[-queue] = least
        need[queue] = np.maximum(required[queue] - least, 0.0)
        costs[-queue] = costs[queue] + given.data.minimum_cost
    return need, costs


def _working(tour: Tour | None, held: Spans) -> NDArray[np.int64]:
    """Slots in which someone serves a queue: in none in which an activity is held."""
    if tour is None:
        return np.zeros(0, dtype=np.int64)
    away = [slot for first, end, _code in held for slot in range(first, end)]
    return np.setdiff1d(tour.working, away)


@dataclass(frozen=True)
class _Inside:
    """What fills an agent's shifts."""

    by_slot: Mapping[int, int]
    held: Spans
    code: int
    locked: Mapping[tuple[int, Any], list[ShiftActivity]]


def _shift_row(
    version: ScheduleVersion, given: SolveInput, item: _Planned, place: ShiftPlace
) -> Shift:
    agent = given.agents[item.agent]
    return Shift(
        version=version,
        agent=agent,
        operational_date=given.axis.date(item.shift.day),
        starts_at=given.axis.moment(item.shift.start_slot),
        ends_at=given.axis.moment(item.shift.end_slot),
        site_id=given.sites[agent.pk],
        place=place,
        paid_minutes=item.shift.paid_minutes,
        is_locked=item.shape is None,
    )


def _locked(version: ScheduleVersion) -> dict[tuple[int, Any], list[ShiftActivity]]:
    """Activities of the locked shifts that were kept, by agent and start."""
    if version.based_on_id is None:
        return {}
    rows = ShiftActivity.objects.filter(
        shift__version=version.based_on_id, shift__is_locked=True
    ).select_related("shift")
    found: dict[tuple[int, Any], list[ShiftActivity]] = {}
    for row in rows.order_by("starts_at"):
        found.setdefault((row.shift.agent_id, row.shift.starts_at), []).append(row)
    return found


def _activity_rows(
    given: SolveInput,
    item: _Planned,
    row: Shift,
    inside: _Inside,
) -> list[ShiftActivity]:
    """Queue work, breaks and activities of one shift, in order."""
    moment = given.axis.moment
    if item.shape is None:
        return [
            ShiftActivity(
                shift=row,
                activity_code_id=kept.activity_code_id,
                queue_id=kept.queue_id,
                starts_at=kept.starts_at,
                ends_at=kept.ends_at,
            )
            for kept in inside.locked.get((row.agent_id, row.starts_at), [])
        ]
    start = item.shift.start_slot
    held = [span for span in inside.held if start <= span[0] < item.shift.end_slot]
    away = {slot for first, end, _code in held for slot in range(first, end)}
    slots = item.shape.working_slots(start=start, breaks=item.shift.breaks)
    by_slot = {int(s): inside.by_slot.get(int(s), 0) for s in slots if int(s) not in away}
    spans: list[tuple[int, int, int, int | None]] = [
        (first, last, inside.code, queue or None) for first, last, queue in stretches(by_slot)
    ]
    spans += [(first, last, activity, None) for first, last, activity in held]
    contract = given.data.contracts[given.data.agents[item.agent].contract]
    rules = contract.patterns[item.shape.pattern].breaks
    pieces = item.shape.pieces
    for (offset, length), (following, _) in pairwise(pieces):
        if following > offset + length:
            spans.append((start + offset + length, start + following, gap_code().pk, None))
    for rule, window, offset in zip(rules, item.shape.breaks, item.shift.breaks, strict=True):
        spans.append((start + offset, start + offset + window.length, int(rule.code), None))
    return [
        ShiftActivity(
            shift=row,
            activity_code_id=activity,
            queue_id=queue,
            starts_at=moment(first),
            ends_at=moment(last),
        )
        for first, last, activity, queue in sorted(spans, key=lambda span: span[0])
    ]
