"""Rules in rows, obeyed by the schedule that the job writes: two weeks, one rule a person."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest

from scheduling import computations
from scheduling.jobs import start_solve
from scheduling.models import (
    BreakRule,
    QueueValue,
    Rotation,
    Shift,
    ShiftActivity,
    ShiftTemplate,
    SplitShiftConsent,
)
from scheduling.queries.board import coverage
from scheduling.queries.marks import marks_by_agent
from scheduling.queries.wishes import version_outcomes
from scheduling.services import SolveOptions
from staffing.models import RequirementInterval, RequirementQueueResult
from tests.factories import org
from tests.factories import scheduling as make
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
HOURS = {"weekly_minutes_min": 1920, "weekly_minutes_max": 2400, "days_per_week_min": 4}


def _contract(**fields):
    return make.make_contract(**HOURS | fields)


def _split_contract():
    contract = _contract(
        max_split_shifts_per_week=4,
        template={
            "piece_minutes": [240, 240], "gap_minutes": [120, 180], "length_min_minutes": 480,
            "length_max_minutes": 480, "allowance": "5",
        },
    )  # fmt: skip
    BreakRule.objects.filter(template__employment_contract=contract).delete()
    ShiftTemplate.objects.create(
        employment_contract=contract, name="Short", earliest_start_minute=360,
        latest_start_minute=720, length_min_minutes=480, length_max_minutes=480,
    )  # fmt: skip
    return contract


@pytest.fixture
def solved():
    """Two golden peaks each day of two weeks, and people of whom each has a rule of their own."""
    with system_tenant():
        make.make_codes()
        skill = org.make_skill()
        queue = org.make_queue(skill=skill)
        team = org.make_team()
        plain, weekends = _contract(), _contract(max_weekends_in_4_weeks=1)
        steady, split = _contract(start_band_minutes=0, consecutive_days_off=3), _split_contract()

        def agent(name, contract):
            return org.make_agent(
                name=name, team=team, employment_contract=contract, skills=[skill]
            )

        people = {
            "rotates": agent("Rota", plain), "wishes": agent("Wish", plain),
            "weekends": agent("Weekend", weekends), "steady": agent("Steady", steady),
            "split": agent("Split", split), "no_consent": agent("Whole", split),
        }  # fmt: skip
        Rotation.objects.create(name="4 on 2 off", pattern="WWWWOO").assignments.create(
            agent=people["rotates"], starts_on=make.MONDAY
        )
        for weekday in (1, 2):
            people["wishes"].preferences.create(kind="DAY_OFF", weekday=weekday)
        SplitShiftConsent.objects.create(agent=people["split"], starts_on=make.MONDAY)
        old = make.make_version(status="PUBLISHED", monday=make.MONDAY - timedelta(days=7))
        make.make_shift(
            version=old, agent=people["weekends"], queue=queue, published=True,
            starts_at=make.at(-2, 8), ends_at=make.at(-2, 16),
        )  # fmt: skip
        requirement = make.make_requirement(
            queue=queue,
            days=14,
            people=lambda day, slot: 4.0 if 32 <= slot < 48 or 56 <= slot < 72 else 0.5,
        )
        version = start_solve(
            requirement_run=requirement,
            starts_on=make.MONDAY,
            ends_on=make.MONDAY + timedelta(days=14),
            timezone="UTC",
            # Worth more than any day's shortage: kept however little a busy machine improves.
            options=SolveOptions(time_limit_seconds=8, wish_worth=5000.0),
            created_by=None,
        )
    run(version.job_id, computations.solve_week)
    with system_tenant():
        job = Job.objects.get(pk=version.job_id)
        assert job.status == JobStatus.SUCCEEDED, job.error
        version.refresh_from_db()
        days, starts = defaultdict(set), defaultdict(lambda: defaultdict(set))
        for shift in Shift.objects.filter(version=version):
            day = (shift.operational_date - make.MONDAY).days
            days[shift.agent_id].add(day)
            starts[shift.agent_id][day // 7].add(shift.starts_at.time())
        outcomes = version_outcomes(version)
        gaps = set(
            ShiftActivity.objects.filter(
                shift__version=version, activity_code__key="split-gap"
            ).values_list("shift__agent__name", flat=True)
        )
        marks = {
            name: [mark.code for mark in marks_by_agent(version)[agent.pk]]
            for name, agent in people.items()
        }
    return people, version, days, starts, outcomes, gaps, marks


def test_each_person_works_by_their_own_rule(solved):
    people, version, days, starts, outcomes, gaps, marks = solved
    assert version.unplaced.count() == 0
    assert version.lower_bound <= version.objective + 0.01
    assert days[people["rotates"].pk] == {d for d in range(14) if d % 6 < 4}
    assert outcomes
    assert all(item.is_kept for item in outcomes)
    worked = days[people["weekends"].pk]
    assert sum(bool(worked & {7 * week + 5, 7 * week + 6}) for week in range(2)) == 0
    assert all(len(times) == 1 for times in starts[people["steady"].pk].values())
    for week in range(2):
        off = [7 * week + d not in days[people["steady"].pk] for d in range(7)]
        run_, longest = 0, 0
        for is_off in off:
            run_ = run_ + 1 if is_off else 0
            longest = max(longest, run_)
        assert longest >= min(3, sum(off))
    assert gaps == {"Split"}
    # The planner's marks, which share no code with the solver, find every rule kept.
    assert marks == {name: [] for name in people}

    with system_tenant():
        gap = ShiftActivity.objects.filter(
            shift__version=version, activity_code__key="split-gap"
        ).first()
        rows = list(gap.shift.activities.order_by("starts_at"))
        assert all(a.ends_at == b.starts_at for a, b in pairwise(rows))
        assert (gap.ends_at - gap.starts_at).total_seconds() / 60 in {120, 180}
        assert gap.shift.paid_minutes == 480
        assert not gap.activity_code.is_paid
        SplitShiftConsent.objects.all().delete()
        marked = marks_by_agent(version)[people["split"].pk]
    assert "consent" in {mark.code for mark in marked}


def test_overtime_that_costs_more_than_it_saves_is_left_and_minimums_are_manned():
    """Two contracts of 32 to 48 h, one with a premium beyond any worth; a cheap queue with a minimum."""
    with system_tenant():
        make.make_codes()
        dear_skill, cheap_skill = org.make_skill(), org.make_skill()
        dear = org.make_queue(name="Dear", skill=dear_skill)
        cheap = org.make_queue(name="Cheap", skill=cheap_skill)
        QueueValue.objects.create(queue=dear, hour_value="400.00")
        QueueValue.objects.create(queue=cheap, hour_value="60.00", least_people=1)
        team = org.make_team()
        limits = {
            "weekly_minutes_min": 1920, "weekly_minutes_max": 2880, "days_per_week_min": 4,
            "days_per_week_max": 6, "overtime_after_minutes": 2400,
        }  # fmt: skip
        costly = make.make_contract(overtime_premium_rate=60.0, **limits)
        free = make.make_contract(overtime_premium_rate=0.0, **limits)
        agents = {
            name: org.make_agent(
                team=team, employment_contract=contract, skills=[dear_skill, cheap_skill]
            )
            for name, contract in (("costly", costly), ("free", free))
        }
        requirement = make.make_requirement(queue=dear, people=3.0, hours=(8, 16))
        RequirementQueueResult.objects.create(run=requirement, queue=cheap, model="A")
        RequirementInterval.objects.bulk_create(
            RequirementInterval(
                run=requirement, queue=cheap, starts_at=make.at(0, 8) + make.QUARTER * slot,
                offered=1, aht_seconds=240, workload_erlangs=1.0, required_agents=1.0,
                required_fte=1.0,
            )
            for slot in range(8)
        )  # fmt: skip
        version = start_solve(
            requirement_run=requirement,
            starts_on=make.MONDAY,
            ends_on=make.MONDAY + timedelta(days=7),
            timezone="UTC",
            time_limit_seconds=6,
            created_by=None,
        )
    run(version.job_id, computations.solve_week)
    with system_tenant():
        job = Job.objects.get(pk=version.job_id)
        assert job.status == JobStatus.SUCCEEDED, job.error
        paid = {
            name: sum(
                Shift.objects.filter(version=version, agent=agent).values_list(
                    "paid_minutes", flat=True
                )
            )
            for name, agent in agents.items()
        }
        assert paid == {"costly": 2400, "free": 2880}
        staffed = coverage(version).staffed[cheap.pk]
        assert staffed[32:40].min() >= 1  # Monday from 8 to 10, although the other queue is dearer
