"""What a version costs and what its cover is worth, in money, as its shifts stand now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.core.rule_marks import PlannedShift
from scheduling.models import QueueValue, ScheduleVersion, Shift, ShiftTemplate
from scheduling.queries.cover import HOURS_PER_SLOT, Coverage, coverage
from scheduling.queries.marks import worked_by_agent
from scheduling.queries.solve_input import (
    CostParams,
    assigned_between,
    cheapest_hour,
    credited_by_agent,
    hourly_pay,
)
from scheduling.queries.wishes import templates_of
from wfm.org.models import AgentAssignment, Queue


@dataclass(frozen=True, kw_only=True)
class QueueMoney:
    """A queue's cover in money."""

    queue: Queue
    required_hours: float
    covered_hours: float
    people_hours: float
    short_hours: float
    hour_value: float
    """What a person-hour of cover is worth."""
    is_own_value: bool
    """The queue has a value of its own; else the planner's ratio stands for it."""
    people_cost: float
    """Pay of the people on the queue, with their share of paid breaks, premiums and allowances."""

    @property
    def cover_worth(self) -> float:
        """Worth of the required hours that are covered."""
        return self.covered_hours * self.hour_value

    @property
    def lost(self) -> float:
        """Worth of the required hours that nobody covers."""
        return self.short_hours * self.hour_value

    @property
    def margin(self) -> float:
        """Worth of the cover less the cost of the people."""
        return self.cover_worth - self.people_cost


@dataclass(frozen=True, kw_only=True)
class VersionMoney:
    """A version in money."""

    pay: float
    overtime_hours: float
    overtime_premium: float
    split_shifts: int
    allowances: float
    queues: Sequence[QueueMoney]

    @property
    def cost(self) -> float:
        """Pay, premiums and allowances."""
        return self.pay + self.overtime_premium + self.allowances

    @property
    def lost(self) -> float:
        """Worth of what stays uncovered."""
        return sum(row.lost for row in self.queues)

    @property
    def margin(self) -> float:
        """Worth of all cover less all cost."""
        return sum(row.cover_worth for row in self.queues) - self.cost


def version_money(version: ScheduleVersion) -> VersionMoney:
    """Pay, premium, allowances and the worth of cover by queue."""
    shifts = worked_by_agent(version)
    people = {
        row.agent_id: row
        for row in assigned_between(version.starts_on, version.ends_on, agent_ids=list(shifts))
    }
    pay = sum(
        hourly_pay(people[agent_id]) * sum(s.paid_minutes for s in own) / 60
        for agent_id, own in shifts.items()
        if agent_id in people
    )
    overtime_hours, premium = _overtime(version, people)
    splits, allowances = _allowances(shifts, people)
    cost = pay + premium + allowances
    return VersionMoney(
        pay=pay,
        overtime_hours=overtime_hours,
        overtime_premium=premium,
        split_shifts=splits,
        allowances=allowances,
        queues=_queues(version, coverage(version), list(people.values()), cost),
    )


def _overtime(
    version: ScheduleVersion, people: Mapping[int, AgentAssignment]
) -> tuple[float, float]:
    """Hours above each week's threshold and the premium for them; time off that counts is counted."""
    owed = {
        agent_id: row
        for agent_id, row in people.items()
        if row.employment_contract.overtime_after_minutes is not None
    }
    credited = credited_by_agent(version, list(owed.values()))
    minutes: dict[tuple[int, int], int] = defaultdict(int)
    rows = Shift.objects.filter(version=version, agent__in=owed)
    for agent_id, day, paid in rows.values_list("agent_id", "operational_date", "paid_minutes"):
        minutes[agent_id, (day - version.starts_on).days // 7] += paid
    hours = premium = 0.0
    for (agent_id, week), paid in minutes.items():
        contract = owed[agent_id].employment_contract
        granted = credited.get(agent_id, ())
        total = paid + (granted[week] if week < len(granted) else 0)
        beyond = max(0, total - (contract.overtime_after_minutes or 0)) / 60
        hours += beyond
        premium += beyond * hourly_pay(owed[agent_id]) * contract.overtime_premium_rate
    return hours, premium


def _allowances(
    shifts: Mapping[int, Sequence[PlannedShift]], people: Mapping[int, AgentAssignment]
) -> tuple[int, float]:
    """Split shifts, and what the templates of all shifts pay besides; the dearest where several fit."""
    templates: dict[int, list[ShiftTemplate]] = defaultdict(list)
    for template in ShiftTemplate.objects.filter(is_active=True):
        templates[template.employment_contract_id].append(template)
    splits, total = 0, 0.0
    for agent_id, own in shifts.items():
        if agent_id not in people:
            continue
        known = templates[people[agent_id].employment_contract_id]
        paying = {row.pk: float(row.allowance) for row in known if row.allowance}
        for shift in own:
            splits += shift.is_split
            if paying:
                fitting = templates_of(
                    known,
                    minutes=round((shift.ends_at - shift.starts_at).total_seconds() / 60),
                    start=shift.start_minute,
                    is_split=shift.is_split,
                )
                total += max((paying.get(pk, 0.0) for pk in fitting), default=0.0)
    return splits, total


def _queues(
    version: ScheduleVersion,
    found: Coverage,
    people: Sequence[AgentAssignment],
    cost: float,
) -> list[QueueMoney]:
    ratio = CostParams.of(version.parameters).under_cost_ratio
    usual = cheapest_hour(people) * ratio
    own = {
        row.queue_id: float(row.hour_value)
        for row in QueueValue.objects.filter(queue__in=found.queues)
        if row.hour_value is not None
    }
    staffed = {q.pk: float(found.staffed[q.pk].sum()) * HOURS_PER_SLOT for q in found.queues}
    together = sum(staffed.values())
    rows = []
    for queue in found.queues:
        need, there = found.required[queue.pk], found.staffed[queue.pk]
        share = staffed[queue.pk] / together if together else 0.0
        rows.append(
            QueueMoney(
                queue=queue,
                required_hours=float(need.sum()) * HOURS_PER_SLOT,
                covered_hours=float(np.minimum(need, there).sum()) * HOURS_PER_SLOT,
                people_hours=staffed[queue.pk],
                short_hours=float(np.maximum(need - there, 0).sum()) * HOURS_PER_SLOT,
                hour_value=own.get(queue.pk, usual),
                is_own_value=queue.pk in own,
                people_cost=cost * share,
            )
        )
    return rows
