"""Write what the solver found: shifts, activities, unplaced agents, figures. Safe to run twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from scheduling.core.activities import Worker, assign_queues, stretches
from scheduling.core.data import WorkMode
from scheduling.core.places import office_days
from scheduling.core.result import ScheduleResult
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
from wfm.org.models import AgentAssignment


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """A placed shift with everything needed to write it."""

    agent: int
    shift: PlacedShift
    shape: Shape | None
    present: NDArray[np.int64]


@transaction.atomic
def save_result(
    *,
    version: ScheduleVersion,
    given: SolveInput,
    result: ScheduleResult,
    shapes: Mapping[str, Sequence[Shape]],
) -> None:
    """Replace the version's shifts by the result's. `shapes` by contract, as the solver numbers them."""
    Shift.objects.filter(version=version).delete()
    UnplacedAgent.objects.filter(version=version).delete()
    planned = _planned(given, result, shapes)
    seated = _seated(given, planned)
    served = _served(given, result)
    locked = _locked(version)
    rows = Shift.objects.bulk_create(
        [
            _shift_row(version, given, item, ShiftPlace.OFFICE if n in seated else ShiftPlace.HOME)
            for n, item in enumerate(planned)
        ],
        batch_size=2000,
    )
    code = work_code().pk
    ShiftActivity.objects.bulk_create(
        [
            activity
            for item, row in zip(planned, rows, strict=True)
            for activity in _activity_rows(given, item, row, served[item.agent], code, locked)
        ],
        batch_size=5000,
    )
    numbers = {agent.key: place for place, agent in enumerate(given.data.agents)}
    UnplacedAgent.objects.bulk_create(
        UnplacedAgent(version=version, agent=given.agents[numbers[key]], reason=finding.text)
        for key, finding in result.unplaced.items()
    )
    version.solver_status = str(result.status)
    version.objective, version.lower_bound = result.objective, result.lower_bound
    version.understaffed_hours = result.understaffed_hours
    version.overstaffed_hours = result.overstaffed_hours
    version.summary = _summary(given, result)
    version.save(
        update_fields=[
            "solver_status",
            "objective",
            "lower_bound",
            "understaffed_hours",
            "overstaffed_hours",
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
            present = (
                np.arange(shift.start_slot, shift.end_slot)
                if shape is None
                else shape.present_slots(start=shift.start_slot)
            )
            planned.append(_Planned(agent=number, shift=shift, shape=shape, present=present))
    return planned


def _seated(given: SolveInput, planned: Sequence[_Planned]) -> set[int]:
    """Positions of the shifts that are worked in the office."""
    agents = given.data.agents
    free = {site: seats.astype(float) for site, seats in given.data.seats.items()}
    seated = set()
    hybrid: dict[str, list[int]] = {}
    for number, item in enumerate(planned):
        agent = agents[item.agent]
        if agent.work_mode == WorkMode.OFFICE:
            seated.add(number)
            if agent.site in free:
                free[agent.site][item.present] -= 1
        elif agent.work_mode == WorkMode.HYBRID:
            hybrid.setdefault(agent.site, []).append(number)
    quota = dict(
        AgentAssignment.objects.effective_on(given.axis.first_date)
        .filter(agent__in=given.agents)
        .values_list("agent_id", "office_days_per_week")
    )
    unlimited = np.full(given.data.horizon.slots, float(len(planned)))
    for site, numbers in hybrid.items():
        found = office_days(
            [(_agent_week(planned[n], given), planned[n].present) for n in numbers],
            free_desks=free.get(site, unlimited),
            days_per_agent={
                _agent_week(planned[n], given): quota.get(given.agents[planned[n].agent].pk, 0)
                for n in numbers
            },
        )
        seated |= {numbers[place] for place in found}
    return seated


def _agent_week(item: _Planned, given: SolveInput) -> int:
    """One number for an agent in a week: office days are agreed by the week."""
    return item.agent * given.data.weeks + item.shift.day // 7


def _served(given: SolveInput, result: ScheduleResult) -> list[dict[int, int]]:
    """Per agent the queue in each working slot."""
    by_skill: dict[str, list[int]] = {}
    for queue in given.queues:
        by_skill.setdefault(str(queue.skill_id), []).append(queue.pk)
    workers = [
        Worker(
            queues=tuple(q for skill in agent.skills for q in by_skill.get(skill, ())),
            working=_working(tour),
        )
        for agent, tour in zip(given.data.agents, result.tours, strict=True)
    ]
    return assign_queues(workers, given.required_by_queue, given.under_cost_by_queue)


def _working(tour: Tour | None) -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64) if tour is None else tour.working


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
    by_slot: Mapping[int, int],
    code: int,
    locked: Mapping[tuple[int, Any], list[ShiftActivity]],
) -> list[ShiftActivity]:
    """Queue work and breaks of one shift, in order."""
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
            for kept in locked.get((row.agent_id, row.starts_at), [])
        ]
    start = item.shift.start_slot
    slots = item.shape.working_slots(start=start, breaks=item.shift.breaks)
    spans = [
        (first, last, code, queue or None)
        for first, last, queue in stretches({int(s): by_slot.get(int(s), 0) for s in slots})
    ]
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
