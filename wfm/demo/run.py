"""The whole of `load_demo`: data, logins, chain with progress, simulated day, results."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.timezone import now

from scheduling.models import ScheduleStatus, ScheduleVersion
from wfm.chain_params import ChainParams
from wfm.demo import report
from wfm.demo.accuracy import two_week_rows
from wfm.demo.calendar import WEEK
from wfm.demo.loading.feed import send_events
from wfm.demo.loading.floor import ensure_floor
from wfm.demo.loading.logins import PEOPLE, Logins, ensure_logins
from wfm.demo.loading.operation import Loaded, demo_today, load_operation
from wfm.demo.loading.relief import ensure_shift_now
from wfm.demo.models import DemoOperation
from wfm.demo.operation import HALIFAX, TORONTO
from wfm.demo.planning import FORECAST_DAYS, plan_weeks, wanted_weeks
from wfm.demo.terminal import ProgressLine, Screen
from wfm.jobs.models import Job, JobStatus
from wfm.org.models import User
from wfm.org.tenancy import system_tenant
from wfm.pipeline import CHAIN_KIND, start_chain

LOOK_SECONDS = 0.3
SETTLED_AGAIN = timedelta(days=8)


class UnableToRunChain(RuntimeError):  # noqa: N818 - domain errors are named for what failed
    """A chain of the demo did not end well; the sentence says which step and why."""


@dataclass(frozen=True)
class DemoParams:
    """How the demo is computed."""

    solve_seconds: int
    state_folder: Path


def run_demo(*, at: datetime, params: DemoParams, screen: Screen) -> Logins:
    """Bring the demo up to a moment: everything at the first start, what is missing at later ones."""
    loaded = load_operation(at=at, say=screen.say)
    with system_tenant():
        logins = ensure_logins(params.state_folder)
        ensure_floor(at=at)
        planner = User.objects.get(email=PEOPLE["planner"][0])
    jobs = _finish_earlier_chain(screen)
    jobs += _schedule_weeks(at, loaded.operation, params, planner, screen)
    ensure_shift_now(at=now(), published_by=planner)
    send_events(until=now())
    jobs += _settle(at, loaded, params, planner, screen, has_new_weeks=bool(jobs))
    if jobs:
        _keep_report(jobs)
        with system_tenant():
            screen.say("\n" + report.render(DemoOperation.objects.get(pk=1).report))
    return logins


def _schedule_weeks(
    at: datetime, operation: DemoOperation, params: DemoParams, planner: User, screen: Screen
) -> list[Job]:
    """Run forecast, requirement and schedule for the weeks that have no published schedule."""
    today = demo_today(at)
    with system_tenant():
        scheduled = set(
            ScheduleVersion.objects.filter(
                status=ScheduleStatus.PUBLISHED, starts_on__in=wanted_weeks(today)
            ).values_list("starts_on", flat=True)
        )
    plan = plan_weeks(today, bank_until=operation.bank_until, scheduled=scheduled)
    if plan is None:
        return []
    chain = ChainParams(
        origin_at=_midnight(plan.origin),
        forecast_days=FORECAST_DAYS,
        weeks=plan.weeks,
        timezone=HALIFAX,
        solve_seconds=params.solve_seconds,
    )
    title = "Forecast, requirement, schedule"
    return run_and_watch(chain, title=title, created_by=planner, screen=screen)


def _settle(
    at: datetime,
    loaded: Loaded,
    params: DemoParams,
    planner: User,
    screen: Screen,
    *,
    has_new_weeks: bool,
) -> list[Job]:
    """Compute adherence and SLA results: of the whole past at first, of the last days later.

    The kept report tells whether a first start ever came to its end.
    """
    is_first = not loaded.operation.report
    if not (is_first or has_new_weeks or loaded.rows):
        return []
    today = demo_today(at)
    first_week = wanted_weeks(today)[0]
    source_start = loaded.operation.anchor_friday - 34 * WEEK + timedelta(days=3)
    chain = ChainParams(
        adherence_days=(first_week, today),
        sla_days=(source_start if is_first else today - SETTLED_AGAIN, today),
        timezone=HALIFAX,
        solve_seconds=params.solve_seconds,
    )
    return run_and_watch(chain, title="Adherence and SLA", created_by=planner, screen=screen)


def run_and_watch(
    params: ChainParams, *, title: str, created_by: User, screen: Screen
) -> list[Job]:
    """Start a chain, show its progress until it ends, and return the jobs of its steps.

    Raises UnableToRunChain with the job's own sentence when it fails.
    """
    with system_tenant():
        chain = start_chain(params=params, created_by=created_by)
    return _watch(chain, title=title, screen=screen)


def _finish_earlier_chain(screen: Screen) -> list[Job]:
    """Wait for a chain that a start before this one left behind: the workers go on with it."""
    with system_tenant():
        left = Job.objects.filter(kind=CHAIN_KIND).unfinished().order_by("pk").first()
    if left is None:
        return []
    try:
        return _watch(left, title="Going on where the last start stopped", screen=screen)
    except UnableToRunChain as error:
        screen.say(f"{error} It is computed again.")
        return []


def _watch(chain: Job, *, title: str, screen: Screen) -> list[Job]:
    progress = ProgressLine(screen)
    while True:
        with system_tenant():
            chain = Job.objects.get(pk=chain.pk)
        if not chain.is_open:
            break
        progress.show(chain.progress, f"{title}: {chain.message or chain.get_status_display()}")
        time.sleep(LOOK_SECONDS)
    if chain.status != JobStatus.SUCCEEDED:
        progress.end(f"{title}: {chain.error or chain.message}")
        raise UnableToRunChain(f"{title}: {chain.error or chain.message} (job {chain.pk})")
    with system_tenant():
        by_id = Job.objects.in_bulk(chain.result["jobs"].values())
    steps = [by_id[pk] for pk in sorted(by_id)]
    progress.end(f"{title}: {_summary(steps)}")
    return steps


def _summary(steps: Iterable[Job]) -> str:
    rows = report.stage_rows(steps)
    return f"done in {sum(row['seconds'] or 0 for row in rows):.0f} s"


def _keep_report(jobs: list[Job]) -> None:
    """Keep the figures of the last computation for `demo_report`."""
    with system_tenant():
        operation = DemoOperation.objects.get(pk=1)
        DemoOperation.objects.filter(pk=1).update(
            report={
                "stages": report.stage_rows(jobs),
                "forecast": report.forecast_rows(),
                "two_weeks": two_week_rows(until=operation.bank_until),
                "schedule": report.schedule_rows(),
            }
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, clock_time.min, tzinfo=ZoneInfo(TORONTO)).astimezone(UTC)
