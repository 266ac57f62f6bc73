"""Agents, teams, contracts, shift templates, time off of the demo as rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pypinyin import lazy_pinyin

from scheduling.models import (
    Availability,
    BreakRule,
    ShiftTemplate,
    TimeOff,
    TimeOffStatus,
)
from wfm.demo.absences import PAID_MINUTES_PER_DAY, Absence, absences, weekday_limits
from wfm.demo.calendar import days_between
from wfm.demo.loading.organization import Organization
from wfm.demo.loading.rules import create_rules
from wfm.demo.people import Person
from wfm.demo.workforce import EMPLOYMENT, TEAMS, EmploymentSpec
from wfm.org.models import (
    ActivityCode,
    Agent,
    AgentAssignment,
    AgentSkill,
    AgentSourceKey,
    EmploymentContract,
    Team,
)

EVENT_SOURCE = "demo-acd"
RECENT_HIRES_EVERY = 14
RECENT_HIRE_WEEKS = 8


def create_workforce(
    organization: Organization, people: Sequence[Person], *, starts_on: date, anchor: date
) -> None:
    """Create teams, contracts with their shifts, and the agents with team, skills and keys."""
    teams = {
        spec.name: Team.objects.create(name=spec.name, site=organization.sites[spec.site])
        for spec in TEAMS
    }
    contracts = {spec.key: _create_contract(spec, organization.activities) for spec in EMPLOYMENT}
    agents = Agent.objects.bulk_create(
        Agent(employee_number=person.number, name=person.name, sort_key=sort_key(person.name))
        for person in people
    )
    hired = [
        anchor - timedelta(weeks=RECENT_HIRE_WEEKS)
        if place % RECENT_HIRES_EVERY == RECENT_HIRES_EVERY - 1
        else starts_on
        for place in range(len(people))
    ]
    AgentAssignment.objects.bulk_create(
        AgentAssignment(
            agent=agent,
            team=teams[person.team.name],
            employment_contract=contracts[person.contract],
            work_mode=person.works_at,
            office_days_per_week=person.office_days,
            hourly_cost=person.hourly_cost,
            starts_on=hired_on,
        )
        for agent, person, hired_on in zip(agents, people, hired, strict=True)
    )
    AgentSkill.objects.bulk_create(
        AgentSkill(agent=agent, skill=organization.skills[skill], starts_on=hired_on)
        for agent, person, hired_on in zip(agents, people, hired, strict=True)
        for skill in person.skills
    )
    AgentSourceKey.objects.bulk_create(
        AgentSourceKey(agent=agent, source=EVENT_SOURCE, key=person.number)
        for agent, person in zip(agents, people, strict=True)
    )
    _create_weekday_limits(people, get_agents())
    create_rules(people, get_agents(), starts_on=starts_on)


def get_agents() -> dict[str, Agent]:
    """Return the agents by employee number."""
    return {agent.employee_number: agent for agent in Agent.objects.all()}


def sort_key(name: str) -> str:
    """Return what a name is sorted by: family name first, Chinese names by pinyin."""
    if name.isascii() or " " in name:
        given, _space, family = name.rpartition(" ")
        return f"{family} {given}".strip().lower()
    return " ".join(lazy_pinyin(name)).lower()


def _create_contract(
    spec: EmploymentSpec, activities: Mapping[str, ActivityCode]
) -> EmploymentContract:
    contract = EmploymentContract.objects.create(
        name=spec.name,
        weekly_minutes_min=spec.weekly_minutes[0],
        weekly_minutes_max=spec.weekly_minutes[1],
        days_per_week_min=spec.days_per_week[0],
        days_per_week_max=spec.days_per_week[1],
        max_consecutive_days=spec.max_consecutive_days,
        min_rest_minutes=spec.min_rest_minutes,
        consecutive_days_off=spec.consecutive_days_off,
        max_weekends_in_4_weeks=spec.max_weekends,
        max_split_shifts_per_week=spec.max_splits,
        overtime_after_minutes=spec.overtime_after_minutes,
        hourly_cost=spec.hourly_cost,
        full_time_minutes=2250,
    )
    for shift in spec.shifts:
        template = ShiftTemplate.objects.create(
            employment_contract=contract,
            name=shift.name,
            earliest_start_minute=shift.starts[0],
            latest_start_minute=shift.starts[1],
            start_step_minutes=shift.start_step,
            length_min_minutes=shift.lengths[0],
            length_max_minutes=shift.lengths[1],
            length_step_minutes=shift.length_step,
            piece_minutes=list(shift.pieces),
            gap_minutes=list(shift.gaps),
            allowance=shift.allowance,
        )
        BreakRule.objects.bulk_create(
            BreakRule(
                template=template,
                activity_code=activities[rule.code],
                minutes=rule.minutes,
                earliest_minute=rule.window[0],
                latest_minute=rule.window[1],
                from_length_minutes=rule.from_length_minutes,
                is_paid=rule.is_paid,
            )
            for rule in shift.breaks
        )
    return contract


def _create_weekday_limits(people: Sequence[Person], agents: Mapping[str, Agent]) -> None:
    Availability.objects.bulk_create(
        Availability(
            agent=agents[limit.person.number],
            weekday=limit.weekday,
            is_available=limit.span is not None,
            **(
                {}
                if limit.span is None
                else {"starts_minute": limit.span[0], "ends_minute": limit.span[1]}
            ),
        )
        for limit in weekday_limits(people)
    )


def create_time_off(
    organization: Organization, people: Sequence[Person], *, starts_on: date, until: date
) -> int:
    """Write the time off of the weeks that begin in [starts_on, until); return how many rows."""
    agents = get_agents()
    mondays = [day for day in days_between(starts_on, until) if day.weekday() == 0]
    rows = [
        _time_off(absence, organization, agents[absence.person.number])
        for monday in mondays
        for absence in absences(people, monday=monday)
    ]
    TimeOff.objects.bulk_create(rows)
    return len(rows)


def _time_off(absence: Absence, organization: Organization, agent: Agent) -> TimeOff:
    """Days of the site's wall clock; five of the seven days of a week off are paid."""
    zone = ZoneInfo(organization.sites[absence.person.team.site].timezone)
    days = min((absence.ends_on - absence.starts_on).days, 5)
    return TimeOff(
        agent=agent,
        activity_code=organization.activities["vacation"],
        starts_at=_midnight(absence.starts_on, zone),
        ends_at=_midnight(absence.ends_on, zone),
        status=TimeOffStatus.APPROVED if absence.is_approved else TimeOffStatus.REQUESTED,
        paid_minutes=days * PAID_MINUTES_PER_DAY,
        reason="" if absence.is_approved else "Family visit",
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
