"""The input check of some weeks, before they are solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduling.core.checks import check_inputs
from scheduling.core.findings import Finding, Severity
from scheduling.core.rule_checks import check_rules
from scheduling.models import ScheduleVersion
from scheduling.queries.contracts import periods_between
from scheduling.queries.solve_input import CostParams, SolveInput, solve_input
from scheduling.queries.versions import requirement_for
from staffing.models import RequirementRun
from wfm.org.models import EmploymentContract


@dataclass(frozen=True, kw_only=True)
class NamedFinding:
    """A finding with the name of whom or what it is about."""

    finding: Finding
    subject_id: int | None
    """Id of the agent or skill; None for all."""
    name: str


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """What a planner should know before the solve, the worst first."""

    requirement_run: RequirementRun | None
    agents: int
    findings: Sequence[NamedFinding]

    def count(self, severity: Severity) -> int:
        """How many findings of a severity."""
        return sum(item.finding.severity == severity for item in self.findings)


def check_weeks(*, starts_on: date, ends_on: date, timezone: str, costs: CostParams) -> CheckResult:
    """Findings of the dates [starts_on, ends_on); reads the rows exactly as a solve would."""
    run = requirement_for(starts_on, ends_on, timezone)
    draft = ScheduleVersion(
        requirement_run=run, starts_on=starts_on, ends_on=ends_on, timezone=timezone
    )
    given = solve_input(version=draft, costs=costs)
    order = list(Severity)
    found = sorted(
        [*check_inputs(given.data), *check_rules(given.data)],
        key=lambda f: (order.index(f.severity), f.subject, f.code),
    )
    return CheckResult(
        requirement_run=run,
        agents=len(given.agents),
        findings=[
            *(_named(finding, given) for finding in _once(found)),
            *_periods(given, starts_on, ends_on),
        ],
    )


def _periods(given: SolveInput, first: date, last: date) -> list[NamedFinding]:
    """Contracts of whose periods of account these weeks reach into several."""
    people = [agent.pk for agent in given.agents]
    contracts = EmploymentContract.objects.filter(
        period_weeks__isnull=False, assignments__agent__in=people
    ).distinct()
    found = []
    for row in contracts.order_by("name"):
        periods = periods_between(row, first=first, last=last)
        if periods > 1:
            finding = Finding(
                code="periods_together", severity=Severity.INFO, values={"periods": periods}
            )
            found.append(NamedFinding(finding=finding, subject_id=None, name=row.name))
    return found


def _once(found: Sequence[Finding]) -> list[Finding]:
    """Without "several rules" about a person of whom a single rule is known."""
    known = {f.subject for f in found if f.severity == Severity.ERROR and f.code != "several_rules"}
    return [f for f in found if f.code != "several_rules" or f.subject not in known]


def _named(finding: Finding, given: SolveInput) -> NamedFinding:
    """Keys become names, numbers of days become dates."""
    names = {str(agent.pk): agent.name for agent in given.agents}
    values = dict(finding.values)
    if "skill" in values:  # keys of skills and of people are numbers of their own
        names = {str(queue.skill_id): queue.skill.name for queue in given.queues}
        values["skill"] = names.get(str(values["skill"]), values["skill"])
    if isinstance(values.get("days"), str):
        values["days"] = _dates(str(values["days"]), given.axis.first_date)
    known = finding.subject in names
    return NamedFinding(
        finding=replace(finding, values=values),
        subject_id=int(finding.subject) if known else None,
        name=names.get(finding.subject, ""),
    )


def _dates(text: str, first: date) -> str:
    """`day 3, day 4` with the dates of these days."""
    parts = [part.strip() for part in text.split(",")]
    return ", ".join(
        (first + timedelta(days=int(part.removeprefix("day ")) - 1)).isoformat()
        if part.startswith("day ") and part[4:].isdecimal()
        else part
        for part in parts
    )
