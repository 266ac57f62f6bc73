"""The chain as a job: steps in order, one job each whatever happens, a failure in its own words."""

import os
import signal
import time
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.utils.timezone import now

from forecasting.core.scoring import LEAD_DAYS
from forecasting.models import ForecastRun, ForecastSnapshot
from staffing.models import RequirementRun
from tests.factories.org import make_client, make_goal, make_queue
from tests.forecasting.rows import ORIGIN, add_history
from wfm import pipeline
from wfm.chain_params import ChainParams
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run
from wfm.jobs.services import cancel_job, sweep_jobs
from wfm.org.tenancy import system_tenant
from wfm.pipeline import Chain, run_chain, start_chain, start_nightly_refresh, steps_of

SPAN = (date(2026, 11, 16), date(2026, 11, 20))
CLEARING = ["clear requirements", "clear forecasts"]
ALL_QUEUES = "default,forecasts,solves"
FAST_LEASE = {"WFM_JOB_LEASE_SECONDS": "3", "WFM_JOB_HEARTBEAT_SECONDS": "1"}


def test_parameters_survive_the_jobs_row():
    params = ChainParams(
        origin_at=datetime(2026, 11, 14, 5, tzinfo=UTC),
        weeks=(date(2026, 11, 16), date(2026, 11, 23)),
        timezone="America/Halifax",
        solve_seconds=40,
        adherence_days=SPAN,
        sla_days=SPAN,
        score_days=SPAN,
        publish=False,
        is_refresh=True,
    )
    assert ChainParams.from_json(params.as_json()) == params
    assert ChainParams.from_json(ChainParams(sla_days=SPAN).as_json()) == ChainParams(sla_days=SPAN)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "nothing to do"),
        ({"sla_days": SPAN, "solve_seconds": 0}, "solve_seconds >= 1"),
    ],
)
def test_a_chain_without_sense_is_refused(params, message):
    with pytest.raises(ValueError, match=message):
        ChainParams(**params)


def test_the_steps_follow_the_way_of_the_data():
    params = ChainParams(
        origin_at=datetime(2026, 11, 14, tzinfo=UTC),
        weeks=(date(2026, 11, 16), date(2026, 11, 23)),
        adherence_days=SPAN,
        sla_days=SPAN,
    )
    assert [step.key for step in steps_of(params)] == [
        "forecast",
        "requirement",
        "schedule 2026-11-16",
        "schedule 2026-11-23",
        "adherence",
        "sla",
    ]


def ended(chain: Job, *, seconds: float = 60.0) -> Job:
    """Wait for the chain's end; the sweeper runs as beat would let it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with system_tenant():
            sweep_jobs(at=now())
            row = Job.objects.get(pk=chain.pk)
        if not row.is_open:
            return row
        time.sleep(0.3)
    pytest.fail(f"The chain did not end in {seconds} seconds: {row.status} {row.message}")


@pytest.fixture
def operation(transactional_db):
    with system_tenant():
        make_queue(client=make_client())


@pytest.mark.parametrize(
    ("publish", "keys"),
    [
        (True, ["adherence", "sla", "scores", "forecast", "requirement", *CLEARING]),
        (False, ["adherence", "sla", "scores", "forecast", *CLEARING]),
    ],
)
def test_a_refresh_settles_the_past_before_it_forecasts(publish, keys):
    params = ChainParams(
        origin_at=datetime(2026, 11, 14, 5, tzinfo=UTC),
        adherence_days=SPAN,
        sla_days=SPAN,
        score_days=SPAN,
        publish=publish,
        is_refresh=True,
    )
    assert [step.key for step in steps_of(params)] == keys


@pytest.mark.slow
def test_the_night_forecasts_freezes_publishes_and_staffs_every_queue(
    operation, celery_worker_process, monkeypatch
):
    monkeypatch.setenv("WFM_EVENT_RETENTION_DAYS", "10000")  # the night is one of long ago
    monkeypatch.setattr(settings, "EVENT_RETENTION_DAYS", 10_000)
    celery_worker_process(queues=ALL_QUEUES, concurrency=2)
    with system_tenant():
        queue = make_queue(interval_minutes=30)
        make_goal(queue)
        add_history(queue)
        chain = start_nightly_refresh(at=ORIGIN)
    row = ended(chain, seconds=180)
    assert (row.status, row.error) == (JobStatus.SUCCEEDED, "")
    assert set(row.result["jobs"]) == {
        "adherence",
        "sla",
        "scores",
        "forecast",
        "requirement",
        *CLEARING,
    }
    with system_tenant():
        forecast = ForecastRun.objects.published().get()
        assert forecast.queue_results.count() == 2
        assert ForecastSnapshot.objects.filter(queue=queue).count() == len(LEAD_DAYS)
        assert RequirementRun.objects.published().get().forecast_run == forecast


@pytest.mark.slow
def test_each_step_is_a_job_of_its_own_and_the_next_waits_for_it(operation, celery_worker_process):
    celery_worker_process(queues=ALL_QUEUES, concurrency=2)
    with system_tenant():
        chain = start_nightly_refresh(at=datetime(2026, 11, 20, 2, tzinfo=UTC))
    row = ended(chain)
    assert (row.status, row.error) == (JobStatus.SUCCEEDED, "")
    with system_tenant():
        adherence, sla, scores, forecast, *clearing = Job.objects.exclude(pk=chain.pk).order_by(
            "pk"
        )
    # The queue has no history: nothing is published, so no requirement is asked for.
    assert row.result == {
        "jobs": {
            "adherence": adherence.pk,
            "sla": sla.pk,
            "scores": scores.pk,
            "forecast": forecast.pk,
            **dict(zip(CLEARING, [job.pk for job in clearing], strict=True)),
        }
    }
    assert adherence.kind == "adherence.recompute_days"
    assert scores.kind == "forecasting.score_snapshots"
    assert forecast.kind == "forecasting.compute_forecast"
    assert sla.created_at >= adherence.finished_at


@pytest.mark.slow
def test_a_failing_step_ends_the_chain_with_its_own_sentence(operation, celery_worker_process):
    celery_worker_process(queues=ALL_QUEUES, concurrency=2)
    with system_tenant():
        chain = start_chain(
            params=ChainParams(
                origin_at=datetime(2026, 11, 14, tzinfo=UTC), weeks=(date(2026, 11, 16),)
            ),
            created_by=None,
        )
    row = ended(chain)
    assert row.status == JobStatus.FAILED
    assert "orecast" in row.error
    with system_tenant():
        kinds = set(Job.objects.exclude(pk=chain.pk).values_list("kind", flat=True))
    assert "scheduling.solve_week" not in kinds


def started(kind, status, *, error=""):
    """What starts a step, which has ended already."""

    def start(_chain: Chain) -> Job:
        return Job.objects.create(kind=kind, title=kind, status=status, error=error)

    return start


@pytest.mark.parametrize("forecast_status", [JobStatus.SUCCEEDED, JobStatus.FAILED])
def test_a_night_that_cannot_settle_the_past_still_forecasts(
    operation, monkeypatch, forecast_status
):
    for kind in ("adherence", "sla", "scores"):
        fails = kind != "sla"
        status = JobStatus.FAILED if fails else JobStatus.SUCCEEDED
        monkeypatch.setattr(
            pipeline, f"_start_{kind}", started(kind, status, error="It broke." if fails else "")
        )
    monkeypatch.setattr(
        pipeline, "_start_forecast", started("forecast", forecast_status, error="No rows.")
    )
    for kind in ("requirement", "clearing_requirements", "clearing_forecasts"):
        monkeypatch.setattr(pipeline, f"_start_{kind}", started(kind, JobStatus.SUCCEEDED))
    monkeypatch.setattr(pipeline, "_has_forecast", lambda _chain: True)
    with system_tenant():
        chain = start_nightly_refresh(at=datetime(2026, 11, 20, 2, tzinfo=UTC))
    run(chain.pk, run_chain)
    with system_tenant():
        row = Job.objects.get(pk=chain.pk)
        kinds = list(Job.objects.exclude(pk=chain.pk).order_by("pk").values_list("kind", flat=True))
    settled = ["adherence", "sla", "scores", "forecast"]
    said = "adherence: It broke. scores: It broke."
    assert row.status == JobStatus.FAILED
    if forecast_status == JobStatus.SUCCEEDED:
        after = ["requirement", "clearing_requirements", "clearing_forecasts"]
        assert (kinds, row.error) == ([*settled, *after], said)
    else:
        assert (kinds, row.error) == (settled, f"{said} forecast: No rows.")


@pytest.mark.slow
def test_a_killed_worker_neither_loses_nor_doubles_a_step(operation, celery_worker_process):
    first = celery_worker_process(queues=ALL_QUEUES, concurrency=2, env=FAST_LEASE)
    with system_tenant():
        chain = start_chain(params=ChainParams(adherence_days=SPAN, sla_days=SPAN), created_by=None)
    wait_for_first_step(chain)
    os.killpg(first.pid, signal.SIGKILL)
    celery_worker_process(queues=ALL_QUEUES, concurrency=2, env=FAST_LEASE)
    row = ended(chain)
    assert row.status == JobStatus.SUCCEEDED
    with system_tenant():
        kinds = list(Job.objects.exclude(pk=chain.pk).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["adherence.recompute_days", "reporting.fill_sla_results"]


def wait_for_first_step(chain: Job) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with system_tenant():
            if Job.objects.get(pk=chain.pk).checkpoint.get("jobs"):
                return
        time.sleep(0.02)
    pytest.fail("The chain started no step in 30 seconds.")


@pytest.mark.slow
def test_cancelling_the_chain_cancels_the_job_in_hand(operation, celery_worker_process):
    """Only the chain's own pool works, so its first step stays waiting until it is cancelled."""
    celery_worker_process(queues="default", concurrency=1)
    with system_tenant():
        chain = start_chain(
            params=ChainParams(origin_at=datetime(2026, 11, 14, tzinfo=UTC)), created_by=None
        )
    wait_for_first_step(chain)
    with system_tenant():
        cancel_job(job=Job.objects.get(pk=chain.pk), at=now())
    assert ended(chain).status == JobStatus.CANCELLED
    with system_tenant():
        assert Job.objects.get(kind="forecasting.compute_forecast").status == JobStatus.CANCELLED
