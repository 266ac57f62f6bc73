"""The whole of `load_demo` with real workers: first start, second start, what it leaves behind."""

import io
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from adherence.models import ActivityEvent, AdherenceDay, AgentLive
from adherence.services import keep_once
from forecasting.models import ForecastQueueResult, IntervalActual
from reporting.models import SlaResult
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift
from wfm.chain_params import ChainParams
from wfm.demo.loading.feed import send_events
from wfm.demo.loading.operation import demo_today
from wfm.demo.loading.relief import ensure_shift_now
from wfm.demo.loading.workforce import EVENT_SOURCE
from wfm.demo.people import DEMO_AGENT_NUMBER
from wfm.demo.planning import wanted_weeks
from wfm.demo.run import DemoParams, UnableToRunChain, run_and_watch, run_demo
from wfm.demo.terminal import Screen
from wfm.jobs.models import Job
from wfm.org.models import User
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SOLVE_SECONDS = 5


@pytest.fixture
def workers(celery_worker_process):
    celery_worker_process(queues="default,forecasts,solves", concurrency=2)


def test_the_demo_is_computed_once_and_then_only_continued(workers, tmp_path, settings):
    settings.STATE_DIR = tmp_path
    said = io.StringIO()
    at = now()
    params = DemoParams(solve_seconds=SOLVE_SECONDS, state_folder=tmp_path)

    logins = run_demo(at=at, params=params, screen=Screen(said.write, is_terminal=False))

    check_schedule(at)
    check_results()
    check_report(said.getvalue())
    check_second_start(tmp_path, logins.planner)
    check_day_in_hand()
    check_relief(at)


def check_schedule(at) -> None:
    with system_tenant():
        weeks = set(
            ScheduleVersion.objects.filter(status=ScheduleStatus.PUBLISHED).values_list(
                "starts_on", flat=True
            )
        )
        assert weeks == set(wanted_weeks(demo_today(at)))
        versions = ScheduleVersion.objects.filter(job__isnull=False)
        for version in versions:
            required = version.summary["required_hours"]
            assert 2_500 < required < 4_500
            assert version.understaffed_hours < 0.08 * required
            assert version.overstaffed_hours < 0.25 * required
        on_shift = Shift.objects.get(
            agent__employee_number=DEMO_AGENT_NUMBER,
            is_published=True,
            starts_at__lte=now(),
            ends_at__gt=now(),
        )
        works_on = {row.queue.key for row in on_shift.activities.exclude(queue=None)}
        assert works_on == {"claims-line"}


def check_results() -> None:
    with system_tenant():
        for result in ForecastQueueResult.objects.all():
            assert result.wape < result.wape_seasonal_naive, result.queue
        assert ActivityEvent.objects.filter(source=EVENT_SOURCE).exists()
        assert AdherenceDay.objects.filter(scheduled_seconds__gt=0).exists()
        keep_once(at=now())  # the keeper's, which is no worker
        assert AgentLive.objects.exists()
        assert set(SlaResult.objects.values_list("client__key", flat=True)) == {
            "northlake",
            "harbourline",
        }


def check_report(said: str) -> None:
    for words in (
        "Creating two clients",
        "seasonal naive",
        "understaffed h",
        "peak MiB",
        "done in",
    ):
        assert words in said


def check_second_start(folder, password: str) -> None:
    with system_tenant():
        jobs, rows = Job.objects.count(), IntervalActual.objects.count()
    said = io.StringIO()
    began_at = time.monotonic()
    call_command("load_demo", stdout=said)
    assert time.monotonic() - began_at < 20
    with system_tenant():
        assert (Job.objects.count(), IntervalActual.objects.count()) == (jobs, rows)
    assert password in said.getvalue()
    assert "api/v1/sla/results/" in said.getvalue()
    reported = io.StringIO()
    call_command("demo_report", stdout=reported)
    assert "Forecast, last two weeks" in reported.getvalue()


def check_day_in_hand() -> None:
    """One round of the day writes what has passed since; sending it again changes nothing."""
    call_command("demo_day", once=True)
    with system_tenant():
        events = ActivityEvent.objects.count()
        ends = IntervalActual.objects.filter(queue__key="claims-line").latest("starts_at").starts_at
    assert now() - timedelta(minutes=45) < ends < now()
    send_events(until=now())
    with system_tenant():
        played = ActivityEvent.objects.filter(
            agent__employee_number=DEMO_AGENT_NUMBER, occurred_at__gt=now() - timedelta(hours=1)
        )
        assert not played.exists()
        assert ActivityEvent.objects.count() >= events


def check_relief(at) -> None:
    """A while later, when the shift has ended, the next start calls the agent in again."""
    with system_tenant():
        planner = User.objects.get(email="planner@demo.example")
    assert not ensure_shift_now(at=now(), published_by=planner)
    later = at + timedelta(hours=9)
    ensure_shift_now(at=later, published_by=planner)
    with system_tenant():
        own = Shift.objects.filter(agent__employee_number=DEMO_AGENT_NUMBER, is_published=True)
        assert own.filter(starts_at__lte=later, ends_at__gt=later).count() == 1


def test_a_failing_chain_ends_the_command_with_its_sentence(workers):
    user = User.objects.create_user("boss@demo.example", "x", display_name="Boss")
    said = io.StringIO()
    monday = wanted_weeks(demo_today(now()))[0]
    with pytest.raises(UnableToRunChain, match="no published requirement"):
        run_and_watch(
            ChainParams(weeks=(monday,)),
            title="Chain",
            created_by=user,
            screen=Screen(said.write, is_terminal=True),
        )
    with pytest.raises(CommandError, match="no published requirement"):
        call_command("run_chain", "--as", user.email, "--week", str(monday), stdout=said)
    with pytest.raises(CommandError, match="Nobody has the e-mail"):
        call_command("run_chain", "--as", "nobody@demo.example", stdout=said)


@pytest.mark.parametrize("command", ["demo_report", "demo_day"])
def test_commands_without_a_demo_say_what_to_start(command):
    with pytest.raises(CommandError, match="make demo"):
        call_command(command)
