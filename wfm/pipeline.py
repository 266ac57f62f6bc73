"""The whole chain: forecast → requirement → schedule → publish → adherence → SLA results.

The only file that knows all rooms at once. A chain is a job itself: it starts each room's own job,
waits for it, and goes on where an earlier worker stopped, because the started jobs are kept in its
checkpoint in the same transaction. To cancel it cancels the job in hand.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

import adherence.jobs
import forecasting.jobs
import reporting.jobs
import scheduling.jobs
import staffing.jobs
from adherence.queries.retention import oldest_computable
from forecasting.models import ForecastRun
from scheduling.models import ScheduleVersion
from scheduling.queries.versions import requirement_for
from scheduling.services import publish_schedule
from staffing.core.params import RequirementParams
from staffing.models import RequirementRun
from staffing.queries.clearing import forecasts_in_use
from wfm.chain_params import ChainParams, DaySpan
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import JobCancelled, JobContext, JobRefused, run
from wfm.jobs.services import UnableToCancel, cancel_job, start_job
from wfm.org.models import Queue, User
from wfm.org.tenancy import system_tenant

LOOK_SECONDS = 0.5
CHAIN_KIND = "pipeline.run_chain"

DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class Step:
    """One job of the chain: `start` creates it, `finish` (if any) runs after it, once.

    A step that is not `needed`, as the earlier ones ended, is passed over. The refusal of one that
    `may_fail` is told at the end, after the steps that do not rest on it.
    """

    key: str
    start: Callable[["Chain"], Job]
    finish: Callable[["Chain", Job], None] | None = None
    weight: float = 1.0
    needed: Callable[["Chain"], bool] | None = None
    may_fail: bool = False


@dataclass(frozen=True)
class Chain:
    """A chain under way: its parameters, who asked, and the jobs started so far by step."""

    params: ChainParams
    created_by: User | None
    job_ids: Mapping[str, int]


def start_chain(*, params: ChainParams, created_by: User | None, title: str = "") -> Job:
    """Start a chain; the returned job shows its progress and result."""
    return start_job(
        kind=CHAIN_KIND,
        title=title or _("Forecast, requirement, schedule and results"),
        params=params.as_json(),
        created_by=created_by,
    )


@shared_task(name=CHAIN_KIND)
def run_chain_task(*, job_id: int, **_extra: object) -> None:
    """Run a chain."""
    run(job_id, run_chain)


@shared_task(name="pipeline.nightly_refresh")
def nightly_refresh(**_extra: object) -> None:
    """Start the nightly refresh; beat rings once a night."""
    with system_tenant():
        start_nightly_refresh(at=now())


def run_chain(ctx: JobContext) -> dict[str, Any]:
    """Run the steps one after the other; return the jobs by step."""
    with system_tenant():
        created_by = Job.objects.select_related("created_by").get(pk=ctx.job_id).created_by
    chain = Chain(ChainParams.from_json(ctx.params), created_by, ctx.checkpoint.get("jobs", {}))
    steps = steps_of(chain.params)
    whole = sum(step.weight for step in steps)
    before = 0.0
    refusals: list[str] = []
    for step in steps:
        if not _is_needed(chain, step):
            continue
        try:
            chain = _start_once(ctx, chain, step)
            job = _wait(ctx, chain.job_ids[step.key], share=(before / whole, step.weight / whole))
            _finish_once(ctx, chain, step, job)
        except JobRefused as error:
            refusals.append(str(error))
            if not step.may_fail:
                break
        before += step.weight
    if refusals:
        raise JobRefused(" ".join(refusals))
    return {"jobs": dict(chain.job_ids)}


def steps_of(params: ChainParams) -> list[Step]:
    """Return the steps that these parameters ask for, in order."""
    plan, settle = [], []
    if params.origin_at is not None:
        plan.append(Step("forecast", _start_forecast))
        if params.publish:
            staffs = _has_forecast if params.is_refresh else None
            plan.append(Step("requirement", _start_requirement, needed=staffs))
    plan += [
        Step(f"schedule {week}", _start_solve(week), _publish_week, weight=4.0)
        for week in params.weeks
    ]
    # A night whose past cannot be settled must still forecast the days to come.
    may_fail = params.is_refresh
    if params.adherence_days is not None:
        settle.append(
            Step("adherence", _start_adherence, may_fail=may_fail, needed=_has_computable_days)
        )
    if params.sla_days is not None:
        settle.append(Step("sla", _start_sla, may_fail=may_fail))
    if params.score_days is not None:
        settle.append(Step("scores", _start_scores, may_fail=may_fail))
    if not params.is_refresh:
        return plan + settle
    clear = [
        Step("clear requirements", _start_clearing_requirements, may_fail=True),
        Step("clear forecasts", _start_clearing_forecasts, may_fail=True),
    ]
    return settle + plan + (clear if params.origin_at is not None else [])


def _is_needed(chain: Chain, step: Step) -> bool:
    if step.key in chain.job_ids or step.needed is None:
        return True
    with system_tenant():
        return step.needed(chain)


def _start_once(ctx: JobContext, chain: Chain, step: Step) -> Chain:
    """Start the step's job unless an earlier worker did; job and checkpoint are one transaction."""
    if step.key in chain.job_ids:
        return chain
    ctx.raise_if_cancelled()
    with ctx.publishing():
        job = step.start(chain)
        job_ids = {**chain.job_ids, step.key: job.pk}
        ctx.save_checkpoint({**ctx.checkpoint, "jobs": job_ids})
    return replace(chain, job_ids=job_ids)


def _wait(ctx: JobContext, job_id: int, *, share: tuple[float, float]) -> Job:
    """Wait for the job's end and show its progress as our own."""
    begins, length = share
    asked = False
    while True:
        with system_tenant():
            job = Job.objects.get(pk=job_id)
            if ctx.cancelled and not asked and job.is_open:
                asked = _ask_to_stop(job)
        if not job.is_open:
            break
        ctx.progress(
            begins + length * job.progress,
            f"{job.title}: {job.message}" if job.message else job.title,
        )
        time.sleep(LOOK_SECONDS)
    ctx.raise_if_cancelled()
    if job.status == JobStatus.CANCELLED:
        raise JobCancelled(f"{job.title}: {job.message}")
    if job.status != JobStatus.SUCCEEDED:
        raise JobRefused(f"{job.title}: {job.error or job.message}")
    return job


def _ask_to_stop(job: Job) -> bool:
    try:
        cancel_job(job=job, at=now())
    except UnableToCancel:
        return False  # it has just ended by itself
    return True


def _finish_once(ctx: JobContext, chain: Chain, step: Step, job: Job) -> None:
    done = ctx.checkpoint.get("finished", [])
    if step.finish is None or step.key in done:
        return
    with ctx.publishing():
        step.finish(chain, job)
        ctx.save_checkpoint({**ctx.checkpoint, "finished": [*done, step.key]})


def _start_forecast(chain: Chain) -> Job:
    if chain.params.origin_at is None:
        msg = "A forecast needs its origin."
        raise ValueError(msg)
    forecast = forecasting.jobs.start_forecast(
        queues=list(Queue.objects.active().select_related("work_type").order_by("pk")),
        origin_at=chain.params.origin_at,
        days=chain.params.forecast_days,
        created_by=chain.created_by,
        publish_when_done=chain.params.publish,
        freeze=chain.params.is_refresh,
    )
    return _job_of(forecast)


def _has_forecast(chain: Chain) -> bool:
    """Tell whether this chain's forecast holds a queue with numbers and was published."""
    return ForecastRun.objects.published().filter(job=chain.job_ids["forecast"]).exists()


def _start_requirement(chain: Chain) -> Job:
    """Staff the forecast of this chain."""
    forecast = ForecastRun.objects.get(job=chain.job_ids["forecast"])
    requirement = staffing.jobs.start_requirement(
        forecast_run=forecast,
        params=RequirementParams(publish_when_done=True),
        created_by=chain.created_by,
    )
    return _job_of(requirement)


def _start_solve(week: date) -> Callable[[Chain], Job]:
    def start(chain: Chain) -> Job:
        """Schedule a week against this chain's requirement, else the one in force then."""
        of_chain = RequirementRun.objects.filter(job=chain.job_ids.get("requirement"))
        ends_on = week + timedelta(days=DAYS_PER_WEEK)
        requirement = of_chain.first() or requirement_for(week, ends_on, chain.params.timezone)
        if requirement is None:
            raise JobRefused(_("There is no published requirement; compute and publish one first."))
        version = scheduling.jobs.start_solve(
            requirement_run=requirement,
            starts_on=week,
            ends_on=ends_on,
            timezone=chain.params.timezone,
            time_limit_seconds=chain.params.solve_seconds,
            created_by=chain.created_by,
        )
        return _job_of(version)

    return start


def _publish_week(chain: Chain, job: Job) -> None:
    version = ScheduleVersion.objects.get(job=job)
    publish_schedule(version=version, published_at=now(), published_by=chain.created_by)


def _start_adherence(chain: Chain) -> Job:
    first, last = _required(chain.params.adherence_days)
    return adherence.jobs.start_recompute(
        first_date=max(first, oldest_computable(now())),
        last_date=last,
        created_by=chain.created_by,
    )


def _has_computable_days(chain: Chain) -> bool:
    """Days whose events are no longer kept keep their figures."""
    _first, last = _required(chain.params.adherence_days)
    return last >= oldest_computable(now())


def _start_sla(chain: Chain) -> Job:
    first, last = _required(chain.params.sla_days)
    return reporting.jobs.start_sla_results(
        first=first, last=last, as_of=now(), created_by=chain.created_by
    )


def _start_scores(chain: Chain) -> Job:
    first, last = _required(chain.params.score_days)
    return forecasting.jobs.start_scoring(
        first=first, last=last, at=now(), created_by=chain.created_by
    )


def _start_clearing_requirements(chain: Chain) -> Job:
    """Delete replaced requirements, but of none that a schedule of today or later is for."""
    moment = now()
    schedules = ScheduleVersion.objects.filter(
        ends_on__gte=moment.date(), requirement_run__isnull=False
    )
    return staffing.jobs.start_clearing(
        at=moment,
        kept_run_ids=set(schedules.values_list("requirement_run_id", flat=True)),
        created_by=chain.created_by,
    )


def _start_clearing_forecasts(chain: Chain) -> Job:
    """Delete replaced forecasts, but of none that a requirement in force comes from."""
    moment = now()
    return forecasting.jobs.start_clearing(
        at=moment, kept_run_ids=forecasts_in_use(at=moment), created_by=chain.created_by
    )


def _required(span: DaySpan | None) -> DaySpan:
    if span is None:
        msg = "This step needs its first and last day."
        raise ValueError(msg)
    return span


def _job_of(computed: ForecastRun | RequirementRun | ScheduleVersion) -> Job:
    if computed.job is None:
        msg = f"{computed!r} was started without a job."
        raise RuntimeError(msg)
    return computed.job


@transaction.atomic
def start_nightly_refresh(*, at: datetime, settled_days: int = 8) -> Job:
    """Settle the last days again, score the frozen forecasts, and forecast every queue anew.

    Late events, completions and contacts change adherence, SLA results and scores.
    """
    span = (at.date() - timedelta(days=settled_days), at.date())
    return start_chain(
        params=ChainParams(
            adherence_days=span,
            sla_days=span,
            score_days=span,
            origin_at=at if Queue.objects.active().exists() else None,
            forecast_days=settings.NIGHTLY_FORECAST_DAYS,
            publish=settings.NIGHTLY_FORECAST_PUBLISH,
            is_refresh=True,
        ),
        created_by=None,
        title=_("Nightly refresh of results and forecasts"),
    )
