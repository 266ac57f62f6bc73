"""Forecast rows in PostgreSQL to requirement rows written: the product's own job, a million rows.

Half of the queues give up and half wait for ever; all are open around the clock with two peaks a day,
weekdays that differ and some chance. The job reads the forecast, staffs by both strategies, says what
one agent more or fewer would do, and writes. As the application's role, with row-level security.

`python -m tests.benchmarks.staffing.million` runs it on embedded servers of its own, as the tests
start them, and prints what it found as JSON.
"""

# ruff: noqa: PLC0415 - models want Django's settings, which want the servers

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np

from tests.benchmarks.staffing.bars import Bar
from tests.benchmarks.staffing.findings import Findings

if TYPE_CHECKING:
    from forecasting.models import ForecastRun
    from staffing.models import RequirementRun
    from wfm.org.models import Queue

ROOT = Path(__file__).resolve().parents[3]
STARTS_AT = datetime(2026, 3, 2, tzinfo=UTC)
HALF_HOURS = 48
QUEUES, DAYS = 500, 42
SMOKE_QUEUES, SMOKE_DAYS = 4, 2
MOST_SECONDS = 60.0  # for a million
LEAST_PEAK, MOST_PEAK = 2.0, 120.0
WEEK = np.array([1.0, 1.05, 0.95, 0.9, 1.0, 0.5, 0.4])
PRODUCT = ROOT / ".venv" / "bin" / "python"


@dataclass(frozen=True)
class Written:
    """What the job did.

    Attributes:
        intervals: Requirement rows written.
        seconds: Wall time of the job.
        cpu_seconds: Of the job's own process.
        server_cpu_seconds: Of PostgreSQL.
        differing: Intervals whose agents by the formula are not those of the core for their load.
        worst_level: Least level on a running day, of the intervals with load.
        refused: Queues without numbers.
        peak_erlangs: Most load of an interval.
        mean_erlangs: Of all intervals.
        others_load: What else the machine was busy with before (load average of a minute).

    """

    intervals: int
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float
    differing: int
    worst_level: float
    refused: int
    peak_erlangs: float
    mean_erlangs: float
    others_load: float

    def findings(self, *, is_timed: bool) -> Findings:
        """Return the bars; a smoke run is not timed."""
        bars = [
            Bar(
                f"agents by the formula that differ in {self.intervals:,} rows written",
                "0",
                str(self.differing),
                self.differing == 0 and self.refused == 0,
            ),
            Bar("worst interval of a running day", "≥ 79.9%", f"{self.worst_level:.2%}",
                self.worst_level >= 0.799),
        ]  # fmt: skip
        if is_timed:
            name = "forecast rows in PostgreSQL → requirement rows written, a million"
            million = self.seconds * 1e6 / self.intervals
            found = f"{million:.0f} s"
            bars.insert(0, Bar(name, f"< {MOST_SECONDS:.0f} s", found, million < MOST_SECONDS))
        head = (
            "| rows | wall | CPU of the job | CPU of PostgreSQL | machine's load before "
            "| mean load | highest load |"
        )
        row = (
            f"| {self.intervals:,} | {self.seconds:.1f} s | {self.cpu_seconds:.1f} s "
            f"| {self.server_cpu_seconds:.1f} s | {self.others_load:.1f} "
            f"| {self.mean_erlangs:.1f} erlang "
            f"| {self.peak_erlangs:.0f} erlang |"
        )
        table = "\n".join([head, "|" + "---|" * 7, row])
        return Findings(bars, [("From forecast to requirement in PostgreSQL", table)])


def run(*, is_smoke: bool) -> Findings:
    """Measure in a process of the product's own environment; the smoke run in this one."""
    if is_smoke:
        return staff(queues=SMOKE_QUEUES, days=SMOKE_DAYS).findings(is_timed=False)
    done = subprocess.run(
        [PRODUCT, "-m", "tests.benchmarks.staffing.million"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Written(**json.loads(done.stdout.splitlines()[-1])).findings(is_timed=True)


def staff(*, queues: int, days: int) -> Written:
    """Write a forecast into the database, staff it by the job and look at what is written."""
    from wfm.org.tenancy import system_tenant

    with system_tenant():
        forecast = make_forecast(make_queues(queues), days=days)
    requirement = _requirement(forecast)
    others_load = os.getloadavg()[0]
    cpu, server = time.process_time(), _server_cpu_seconds()
    begun = time.perf_counter()
    _run_job(requirement)
    seconds = time.perf_counter() - begun
    times = (seconds, time.process_time() - cpu, _server_cpu_seconds() - server)
    with system_tenant():
        return _look(requirement, *times, others_load=others_load)


def make_queues(count: int) -> list[Queue]:
    """Write voice queues, each with its own patience and a goal of 80 % in 20 s."""
    from wfm.org import models

    client = models.Client.objects.create(name="Million", key="million", timezone="UTC")
    skill = models.Skill.objects.create(name="Million", key="million")
    kinds = [
        models.WorkType.objects.create(
            name=f"Voice {abandons}",
            channel=models.Channel.VOICE,
            handling=models.Handling.LIVE,
            contacts_abandon=abandons,
        )
        for abandons in (False, True)
    ]
    patience = np.random.default_rng(2).uniform(60.0, 180.0, count)
    queues = models.Queue.objects.bulk_create(
        models.Queue(
            name=f"Queue {number}",
            key=f"million-{number}",
            timezone="UTC",
            client=client,
            skill=skill,
            work_type=kinds[number % 2],
            patience_seconds=round(float(patience[number])),
            interval_minutes=30,
        )
        for number in range(count)
    )
    models.OpeningHours.objects.bulk_create(
        models.OpeningHours(queue=queue, weekday=weekday, opens_minute=0, closes_minute=1440)
        for queue in queues
        for weekday in range(7)
    )
    models.ServiceGoal.objects.bulk_create(
        models.ServiceGoal(
            queue=queue,
            version=1,
            starts_on=STARTS_AT.date() - timedelta(days=30),
            level=0.8,
            threshold_seconds=20,
        )
        for queue in queues
    )
    return queues


def make_forecast(queues: list[Queue], *, days: int) -> ForecastRun:
    """Write a published forecast of all queues."""
    from forecasting.models import ForecastQueueResult, ForecastRun

    run = ForecastRun.objects.create(
        origin_at=STARTS_AT,
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(days=days),
        parameters={"queue_ids": [queue.pk for queue in queues]},
        published_at=STARTS_AT,
    )
    ForecastQueueResult.objects.bulk_create(
        ForecastQueueResult(run=run, queue=queue, method="mean") for queue in queues
    )
    chance = np.random.default_rng(3)
    for queue in queues:
        _write_forecast(run, queue, days=days, chance=chance)
    return run


def _write_forecast(
    run: ForecastRun, queue: Queue, *, days: int, chance: np.random.Generator
) -> None:
    from django.db import connection

    hours = (np.arange(HALF_HOURS) + 0.5) * 24 / HALF_HOURS
    day = 0.05 + np.exp(-(((hours - 10.5) / 2) ** 2)) + 0.8 * np.exp(-(((hours - 15.5) / 2.2) ** 2))
    peak = np.exp(chance.uniform(np.log(LEAST_PEAK), np.log(MOST_PEAK)))
    aht = chance.uniform(180.0, 600.0)
    of_days = WEEK[np.arange(days) % 7] * (1.0 + 0.05 * chance.standard_normal(days))
    erlangs = peak * np.outer(of_days, day / day.max()).ravel()
    offered = erlangs * 1800.0 / aht
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO forecasting_forecastinterval (run_id, queue_id, starts_at, mean,"
            " quantile_10, quantile_50, quantile_90, final_mean, aht_seconds, is_open)"
            " SELECT %s, %s, %s + (place - 1) * interval '30 minutes', n, n, n, n, n, %s, true"
            " FROM unnest(%s::double precision[]) WITH ORDINALITY AS given (n, place)",
            [run.pk, queue.pk, STARTS_AT, aht, offered.tolist()],
        )


def _requirement(forecast: ForecastRun) -> RequirementRun:
    """Return a run with its job, which no worker hears of."""
    from staffing.core.params import RequirementParams
    from staffing.services import create_requirement_run
    from wfm.jobs.services import start_job
    from wfm.org.tenancy import system_tenant

    with mock.patch("wfm.jobs.services._ring_after_commit"), system_tenant():
        run = create_requirement_run(
            forecast_run=forecast, params=RequirementParams(), created_by=None
        )
        run.job = start_job(
            kind="staffing.compute_requirement", title="Requirement", params={"run_id": run.pk}
        )
        run.save(update_fields=["job"])
    return run


def _run_job(requirement: RequirementRun) -> None:
    from staffing.computations import compute_requirement
    from wfm.jobs.models import Job, JobStatus
    from wfm.jobs.runner import run as run_job
    from wfm.org.tenancy import system_tenant

    run_job(requirement.job_id, compute_requirement)
    with system_tenant():
        job = Job.objects.get(pk=requirement.job_id)
    if job.status != JobStatus.SUCCEEDED:
        raise AssertionError(job.error)


def _look(requirement: RequirementRun, *times: float, others_load: float) -> Written:
    """Count the rows and compare the formula's agents with the core's for the same loads."""
    from django.db.models import Avg, Max, Min

    from staffing.models import RequirementInterval, RequirementQueueResult

    rows = RequirementInterval.objects.filter(run=requirement)
    figures = rows.aggregate(Min("service_level"), Max("workload_erlangs"), Avg("workload_erlangs"))
    results = RequirementQueueResult.objects.filter(run=requirement)
    return Written(
        rows.count(),
        *times,
        differing=sum(_differing(result) for result in results.with_numbers()),
        worst_level=figures["service_level__min"],
        refused=results.count() - results.with_numbers().count(),
        peak_erlangs=figures["workload_erlangs__max"],
        mean_erlangs=figures["workload_erlangs__avg"],
        others_load=others_load,
    )


def _differing(result: Any) -> int:
    from staffing.core.definitions import Model
    from staffing.core.goals import Goals
    from staffing.core.requirement import agents_or_inf
    from staffing.core.traffic import Traffic
    from staffing.models import RequirementInterval

    rows = RequirementInterval.objects.filter(run=result.run_id, queue=result.queue_id)
    table = np.array(
        rows.order_by("starts_at").values_list(
            "workload_erlangs", "aht_seconds", "compared_agents", "required_agents"
        )
    )
    patience = result.detail.get("patience", {}).get("seconds", np.nan)
    traffic = Traffic(table[:, 0], table[:, 1], np.full(len(table), patience))
    goals = Goals.same(len(table), level=0.8, threshold_seconds=20.0)
    steady = agents_or_inf(model=Model(result.model), traffic=traffic, goals=goals)
    empty = int((table[:, 3] < 1).sum())
    return int((steady != table[:, 2]).sum()) + empty


def _server_cpu_seconds() -> float:
    """Return the CPU time of the server and its processes so far; 0 where it is elsewhere."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = _stat(cursor.fetchone()[0])
    if not backend:
        return 0.0
    server = int(backend[1])
    ticks = sum(map(int, _stat(server)[11:15]))  # its own and those of processes that have ended
    for folder in Path("/proc").glob("[0-9]*"):
        process = _stat(int(folder.name))
        if process and int(process[1]) == server:
            ticks += int(process[11]) + int(process[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(process: int) -> list[str]:
    """Return the fields of /proc/…/stat behind the name: state, parent, …; empty without any."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def main() -> int:
    """Start servers, staff a few rows so that all is compiled, then the million."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "wfm.settings_test"
    from tests.services import databases
    from tests.services.servers import Services
    from tests.services.urls import with_database

    services = Services()
    try:
        services.start(use_cache=True)
        os.environ |= {
            "WFM_TEST_FOLDER": str(services.folder),
            "WFM_TEST_EMBEDDED": "1",
            "WFM_TEST_RUN": "",
            "WFM_STATE_DIR": str(services.folder),
        }
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            os.environ[f"WFM_TEST_{name}"] = os.environ[name]
            os.environ[name] = with_database(os.environ[name], "wfm_test_main")
        import django

        django.setup()
        databases.make_worker_database()
        staff(queues=SMOKE_QUEUES, days=SMOKE_DAYS)
        databases.empty_database()
        found = staff(queues=QUEUES, days=DAYS)
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
        databases.drop_worker_database()
    finally:
        services.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
