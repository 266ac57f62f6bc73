"""Contracts with the hours that are left of each person's period of account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from scheduling.core.data import ContractRules
from scheduling.models import ScheduleVersion, Shift, TimeOff, TimeOffStatus
from scheduling.queries.contracts import period_minutes, with_period
from scheduling.queries.solve_input.free_time import credited_time
from wfm.org.models import AgentAssignment


def with_periods(
    contracts: Mapping[str, ContractRules],
    assignments: Sequence[AgentAssignment],
    version: ScheduleVersion,
) -> tuple[dict[str, ContractRules], dict[int, str]]:
    """The contracts and each agent's key among them.

    People of one contract with different hours left of their period have contracts of their own.
    """
    found = dict(contracts)
    keys = {row.agent_id: str(row.employment_contract_id) for row in assignments}
    for agent_id, minutes in minutes_left_of_periods(assignments, version).items():
        rules = with_period(contracts[keys[agent_id]], minutes)
        found[rules.name] = rules
        keys[agent_id] = rules.name
    return found, keys


def minutes_left_of_periods(
    assignments: Sequence[AgentAssignment], version: ScheduleVersion
) -> dict[int, tuple[int, int]]:
    """Least and most paid minutes of the version's days, of agents whose contract counts by period."""
    own = [row for row in assignments if row.employment_contract.period_weeks]
    paid = _paid_by_date(own, version)
    found = {}
    for row in own:
        minutes = period_minutes(
            row.employment_contract,
            first=version.starts_on,
            last=version.ends_on,
            paid_by_date=paid.get(row.agent_id, {}),
        )
        if minutes is not None:
            found[row.agent_id] = minutes
    return found


def _paid_by_date(
    assignments: Sequence[AgentAssignment], version: ScheduleVersion
) -> dict[int, dict[date, int]]:
    """Published and credited minutes of the periods that the version's days belong to, outside them."""
    if not assignments:
        return {}
    longest = timedelta(weeks=max(row.employment_contract.period_weeks or 0 for row in assignments))
    people = {row.agent_id: row for row in assignments}
    first, last = version.starts_on - longest, version.ends_on + longest
    found: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    shifts = Shift.objects.filter(
        is_published=True,
        agent__in=people,
        operational_date__gte=first,
        operational_date__lt=last,
    )
    for agent_id, day, minutes in shifts.values_list(
        "agent_id", "operational_date", "paid_minutes"
    ):
        found[agent_id][day] += minutes
    off: dict[int, list[TimeOff]] = defaultdict(list)
    for row in TimeOff.objects.filter(
        agent__in=people,
        status=TimeOffStatus.APPROVED,
        ends_at__date__gte=first,
        starts_at__date__lt=version.starts_on,
    ):
        off[row.agent_id].append(row)
    for agent_id, rows in off.items():
        monday = first
        while monday < version.starts_on:
            _, minutes = credited_time(
                rows, people[agent_id], first=monday, last=monday + timedelta(weeks=1)
            )
            if minutes:
                found[agent_id][monday] += minutes
            monday += timedelta(weeks=1)
    return {agent_id: dict(days) for agent_id, days in found.items()}
