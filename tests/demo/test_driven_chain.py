"""A surge of claims reaches calls, requirement and gap by the nightly refresh alone."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from forecasting.models import ForecastInterval, ForecastRun, ImportBatch, WorkItem
from forecasting.services import ActualRow, link_driver, record_actuals
from scheduling.queries.board import HOURS_PER_SLOT, coverage
from scheduling.services import publish_schedule
from staffing.models import RequirementInterval, RequirementRun
from tests.demo.test_pipeline import ALL_QUEUES, ended
from tests.factories.org import make_agent, make_deferred_queue, make_goal, make_queue, make_user
from tests.factories.scheduling import make_shift, make_version
from tests.forecasting.rows import ORIGIN
from wfm.jobs.models import JobStatus
from wfm.org.tenancy import system_tenant
from wfm.pipeline import start_nightly_refresh

DAYS, LAG_DAYS, SURGE = 140, 3, 150
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def claims_and_line():
    """Claims with waves; each brings three calls three days later."""
    rng = np.random.default_rng(6)
    daily = np.exp(np.convolve(rng.normal(0, 0.3, DAYS + 5), np.ones(6) / 2, mode="valid"))
    counts = rng.poisson(20 * daily)
    lagged = np.concatenate([np.full(LAG_DAYS, counts.mean()), counts[:-LAG_DAYS]])
    calls = rng.poisson((40 + 3 * lagged)[:, None] / 24 * np.ones((DAYS, 24)))
    begin = ORIGIN - timedelta(days=DAYS)
    with system_tenant():
        claims = make_deferred_queue(key="claims", name="Claims", opening=((540, 1020),))
        line = make_queue(key="line", name="Line", interval_minutes=60)
        for queue in (claims, line):
            make_goal(queue)
        WorkItem.objects.bulk_create(
            WorkItem(
                queue=claims,
                external_id=f"{day}-{item}",
                arrived_at=begin + timedelta(days=day, hours=9),
                due_at=begin + timedelta(days=day + 2),
                completed_at=begin + timedelta(days=day, hours=11),
            )
            for day, count in enumerate(counts)
            for item in range(count)
        )
        record_actuals(
            rows=[
                ActualRow(line.pk, begin + timedelta(days=day, hours=hour), int(calls[day, hour]))
                for day in range(DAYS)
                for hour in range(24)
            ]
        )
        link_driver(queue=line, driver_queue=claims)
    return claims, line


def refreshed(line, *, minute):
    """Calls and required agents of the line by day after a nightly refresh, and its requirement."""
    with system_tenant():
        chain = start_nightly_refresh(at=ORIGIN + timedelta(minutes=minute))
    row = ended(chain, seconds=240)
    assert (row.status, row.error) == (JobStatus.SUCCEEDED, "")
    with system_tenant():
        forecast = ForecastRun.objects.published().order_by("pk").last()
        requirement = RequirementRun.objects.published().get(forecast_run=forecast)
        week = {
            "queue": line,
            "starts_at__gte": ORIGIN,
            "starts_at__lt": ORIGIN + timedelta(days=7),
        }
        means = ForecastInterval.objects.filter(run=forecast, **week).order_by("starts_at")
        needs = RequirementInterval.objects.filter(run=requirement, **week).order_by("starts_at")
        calls = np.array([item.mean for item in means]).reshape(7, 24).sum(axis=1)
        agents = np.array([item.required_agents for item in needs]).reshape(7, 24).sum(axis=1)
        return calls, agents, requirement


def published_schedule(requirement, line):
    """A week of one agent, published for the requirement of a night and never touched again."""
    with system_tenant():
        version = make_version(monday=ORIGIN.date(), days=7, requirement_run=requirement)
        agent = make_agent(skills=[line.skill])
        for day in range(7):
            start = ORIGIN + timedelta(days=day, hours=9)
            make_shift(
                version=version,
                agent=agent,
                starts_at=start,
                ends_at=start + timedelta(hours=8),
                queue=line,
            )
        return publish_schedule(version=version, published_at=ORIGIN, published_by=None)


def gap_of(version, line):
    """Staffed minus required hours by day in the published schedule."""
    with system_tenant():
        found = coverage(version)
    gap = found.staffed[line.pk] - found.required[line.pk]
    return gap.reshape(7, -1).sum(axis=1) * HOURS_PER_SLOT


def import_claims(page, claims):
    """Two days of many more claims, as a file through the import pages."""
    lines = ["id,created,closed,handle time"]
    for day in (2, 1):
        on_date = (ORIGIN - timedelta(days=day)).astimezone(ZoneInfo(claims.timezone)).date()
        lines += [f"surge-{day}-{item},{on_date} 10:00,," for item in range(SURGE)]
    file = SimpleUploadedFile("claims.csv", ("\n".join(lines) + "\n").encode())
    page.post(reverse("history-upload"), {"file": file, "kind": "WORK_ITEMS", "queue": claims.pk})
    with system_tenant():
        batch = ImportBatch.objects.latest("pk")
    form = page.get(reverse("history-import", args=[batch.pk])).context["form"]
    mapping = {name: form[name].value() for name in form.fields if form[name].value()}
    for step, data in (("check", mapping), ("apply", {})):
        page.post(reverse(f"history-import-{step}", args=[batch.pk]), data)
        with system_tenant():
            job = ImportBatch.objects.select_related("job").get(pk=batch.pk).job
        assert ended(job).status == JobStatus.SUCCEEDED
    with system_tenant():
        assert ImportBatch.objects.get(pk=batch.pk).status == "DONE"


def test_claims_move_calls_requirement_and_gap(claims_and_line, client, celery_worker_process):
    claims, line = claims_and_line
    celery_worker_process(queues=ALL_QUEUES, concurrency=2)
    calls, agents, requirement = refreshed(line, minute=0)
    schedule = published_schedule(requirement, line)
    gap = gap_of(schedule, line)
    page = reverse("schedule-version", args=[schedule.pk])
    with system_tenant():
        client.force_login(make_user("admin"))
    short_hours = client.get(page).context["under_hours"]
    import_claims(client, claims)
    more_calls, more_agents, _requirement = refreshed(line, minute=1)
    more_gap = gap_of(schedule, line)
    raised = slice(LAG_DAYS - 2, LAG_DAYS)
    assert more_calls[raised] - calls[raised] == pytest.approx(3 * SURGE, rel=0.3)
    assert (more_agents[raised] > 1.3 * agents[raised]).all()
    assert more_calls[LAG_DAYS + 2 :] == pytest.approx(calls[LAG_DAYS + 2 :], rel=0.35)
    # The schedule that was published before the surge tells its gap.
    assert (gap < 0).all()
    assert (more_gap[raised] < 1.3 * gap[raised]).all()
    surge = (more_agents - agents)[raised].sum()
    assert client.get(page).context["under_hours"] > short_hours + 0.7 * surge
