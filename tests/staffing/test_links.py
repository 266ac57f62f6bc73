"""Linked queues in the requirement: what one queue finishes arrives in the next."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import DatabaseError, transaction

from forecasting.models import ForecastInterval
from staffing import queries
from staffing.computations import requirement_run
from staffing.models import QueueLink, RequirementInterval, RequirementRun
from staffing.services import LinkTerms, UnableToLink, delete_link, end_link, link_queues
from tests.factories.org import (
    LONG_AGO,
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
)
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    compute,
    make_forecast,
    result_of,
    start_without_ringing,
)
from wfm.jobs.models import JobStatus
from wfm.org.access import Access
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = {"opening": ((540, 1020),), "weekdays": range(5)}


@pytest.fixture
def client_a():
    with system_tenant():
        return make_client()


@pytest.fixture
def intake(client_a):
    with system_tenant():
        queue = make_deferred_queue(client=client_a, name="Intake", **OFFICE)
        make_goal(queue)
        return queue


@pytest.fixture
def assessment(client_a):
    with system_tenant():
        queue = make_deferred_queue(client=client_a, name="Assessment", **OFFICE)
        make_goal(queue)
        return queue


@pytest.fixture
def payment(client_a):
    with system_tenant():
        queue = make_deferred_queue(client=client_a, name="Payment", **OFFICE)
        make_goal(queue)
        return queue


def link(source, target, share=0.5, **terms):
    with system_tenant():
        return link_queues(
            source=source,
            target=target,
            terms=LinkTerms(share=share, **{"starts_on": LONG_AGO} | terms),
        )


def run_of(monkeypatch, forecast, **params):
    run = start_without_ringing(forecast, monkeypatch, **params)
    job = compute(run)
    assert job.status == JobStatus.SUCCEEDED, job.error
    return run


def column(run, queue, name):
    with system_tenant():
        rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
        return np.array(list(rows.values_list(name, flat=True)), dtype=float)


def arrivals(run, queue):
    return result_of(run, queue).detail["arrivals"]


def source_of(run, queue, source):
    return next(s for s in arrivals(run, queue)["sources"] if s["queue"] == source.pk)


def test_what_is_finished_arrives_next_at_once_without_a_forecast_of_its_own(
    monkeypatch, intake, assessment
):
    link(intake, assessment, share=0.5)
    with system_tenant():
        forecast = make_forecast([intake], offered=2, days=7)
    run = run_of(monkeypatch, forecast)
    finished, offered = column(run, intake, "finished"), column(run, assessment, "offered")
    assert offered == pytest.approx(0.5 * finished)
    assert finished.sum() > 100
    assert column(run, assessment, "required_agents").sum() > 0
    assert arrivals(run, assessment)["own_items"] == 0
    assert arrivals(run, assessment)["linked_items"] == pytest.approx(0.5 * finished.sum())


def test_a_forecast_of_its_own_is_kept_beside_what_is_linked(monkeypatch, intake, assessment):
    link(intake, assessment, share=2.0)
    with system_tenant():
        forecast = make_forecast([intake, assessment], offered=1, days=3)
    run = run_of(monkeypatch, forecast)
    told = arrivals(run, assessment)
    assert told["own_items"] == pytest.approx(3 * 96)
    assert told["linked_items"] == pytest.approx(2 * column(run, intake, "finished").sum())
    assert column(run, assessment, "offered").sum() == pytest.approx(
        told["own_items"] + told["linked_items"]
    )


@pytest.mark.parametrize("delay_hours", [0, 5, 30, 100])
def test_over_the_horizon_nothing_is_lost(monkeypatch, intake, assessment, payment, delay_hours):
    """Sum of arrivals = share x sum of finished, but for what is still on its way at the end."""
    link(intake, assessment, share=0.7, delay_minutes=delay_hours * 60)
    link(assessment, payment, share=1.3)
    with system_tenant():
        forecast = make_forecast([intake], offered=3, days=5)
    run = run_of(monkeypatch, forecast)
    for source, target, share in ((intake, assessment, 0.7), (assessment, payment, 1.3)):
        finished = column(run, source, "finished").sum()
        told = source_of(run, target, source)
        assert column(run, target, "offered").sum() + told["in_delay_items"] == pytest.approx(
            share * finished
        )
    late = source_of(run, assessment, intake)["in_delay_items"]
    assert (late > 1) == (delay_hours > 7), "the last day ends seven hours after closing"
    backlog = result_of(run, intake).detail["closing_backlog_hours"] * 3600 / 240
    all_items = column(run, intake, "finished").sum() + backlog
    assert all_items == pytest.approx(3 * 5 * 96, rel=0.01), "items are drawn: to a percent"


def test_the_order_of_creation_does_not_matter(monkeypatch, client_a):
    """The last queue made is the first in the chain: it is staffed before those it feeds."""
    with system_tenant():
        names = ["Payment", "Assessment", "Intake"]
        chain = [make_deferred_queue(client=client_a, name=name, **OFFICE) for name in names]
        for queue in chain:
            make_goal(queue)
        forecast = make_forecast([chain[2]], offered=2, days=3)
    link(chain[2], chain[1], share=1.0)
    link(chain[1], chain[0], share=1.0)
    run = run_of(monkeypatch, forecast)
    assert column(run, chain[0], "offered") == pytest.approx(column(run, chain[1], "finished"))
    assert column(run, chain[1], "offered") == pytest.approx(column(run, chain[2], "finished"))
    assert column(run, chain[0], "offered").sum() > 100


def test_calls_leave_cases_where_they_are_handled(monkeypatch, client_a, assessment):
    """Live: who gives up leaves no case; calls of the night wait for the desk to open."""
    with system_tenant():
        voice = make_queue(client=client_a, patience_seconds=60)
        make_goal(voice)
        forecast = make_forecast([voice], offered=50, days=2)
    link(voice, assessment, share=0.1)
    run = run_of(monkeypatch, forecast)
    handled = column(run, voice, "offered") * (1 - column(run, voice, "abandonment_rate"))
    assert column(run, assessment, "offered") == pytest.approx(0.1 * handled)
    closed = column(run, assessment, "is_open") == 0
    assert column(run, assessment, "offered")[closed].sum() > 0
    assert column(run, assessment, "required_agents")[closed].sum() == 0
    assert handled.sum() < 50 * 192


def test_a_live_target_says_what_comes_while_it_is_closed(monkeypatch, client_a, intake):
    with system_tenant():
        voice = make_queue(client=client_a, opening=((0, 600),), patience_seconds=60)
        make_goal(voice)
        forecast = make_forecast([intake, voice], offered=4, days=1)
    link(intake, voice, share=0.5)
    run = run_of(monkeypatch, forecast)
    told = arrivals(run, voice)
    is_open = column(run, voice, "is_open") == 1
    linked = 0.5 * column(run, intake, "finished")
    assert told["lost_items"] == pytest.approx(linked[~is_open].sum())
    assert told["lost_items"] > 0
    assert column(run, voice, "offered")[is_open] == pytest.approx(4 + linked[is_open])


def test_an_hour_of_intake_feeds_a_desk_of_quarter_hours(monkeypatch, client_a, assessment):
    with system_tenant():
        hourly = make_deferred_queue(client=client_a, interval_minutes=60, **OFFICE)
        make_goal(hourly)
        forecast = make_forecast([hourly], offered=8, days=1)
    link(hourly, assessment, share=1.0)
    run = run_of(monkeypatch, forecast)
    finished = column(run, hourly, "finished")
    assert (finished.size, column(run, assessment, "offered").size) == (24, 96)
    assert column(run, assessment, "offered") == pytest.approx(np.repeat(finished / 4, 4))


def test_work_carries_over_midnight_and_a_clock_change(monkeypatch, client_a):
    """Spring forward on 2026-03-29: elapsed delays, local opening hours, nothing lost."""
    zone = ZoneInfo("Europe/Berlin")
    with system_tenant():
        night = {"opening": ((1200, 1440),), "weekdays": range(7), "timezone": "Europe/Berlin"}
        source = make_deferred_queue(client=client_a, **night)
        target = make_deferred_queue(client=client_a, timezone="Europe/Berlin", **OFFICE)
        make_goal(source, due_amount=120)
        make_goal(target, due_unit="business_days", due_amount=1)
        starts_at = datetime(2026, 3, 27, tzinfo=zone).astimezone(MONDAY.tzinfo)
        ends_at = datetime(2026, 4, 1, tzinfo=zone).astimezone(MONDAY.tzinfo)
        forecast = make_forecast([], starts_at=starts_at)
        type(forecast).objects.filter(pk=forecast.pk).update(ends_at=ends_at)
        forecast.refresh_from_db()
        add_forecast_queue(forecast, source, offered=1)
    link(source, target, share=1.0, delay_minutes=240)
    run = run_of(monkeypatch, forecast)
    finished, offered = column(run, source, "finished"), column(run, target, "offered")
    assert finished.size == (5 * 24 - 1) * 4
    assert offered[16:] == pytest.approx(finished[:-16])  # four elapsed hours, always
    saturday_night = slice((28 - 27) * 96 + 80, (28 - 27) * 96 + 96)
    assert finished[saturday_night].sum() > 0
    told = source_of(run, target, source)
    assert offered.sum() + told["in_delay_items"] == pytest.approx(finished.sum())


def test_a_link_brings_only_what_is_finished_while_it_holds(monkeypatch, intake, assessment):
    link(intake, assessment, share=1.0, starts_on=date(2026, 3, 3), ends_on=date(2026, 3, 4))
    with system_tenant():
        forecast = make_forecast([intake, assessment], offered=2, days=4)
    run = run_of(monkeypatch, forecast)
    linked = column(run, assessment, "offered") - 2
    finished = column(run, intake, "finished")
    assert linked[96:192] == pytest.approx(finished[96:192])
    assert np.abs(linked[:96]).max() == pytest.approx(0)
    assert np.abs(linked[192:]).max() == pytest.approx(0)
    assert finished[192:].sum() > 0


def test_a_link_that_is_gone_when_the_run_begins_leaves_the_target_out(
    monkeypatch, intake, assessment
):
    made = link(intake, assessment)
    with system_tenant():
        forecast = make_forecast([intake], offered=1, days=1)
    run = start_without_ringing(forecast, monkeypatch)
    with system_tenant():
        delete_link(link=made)
    compute(run)
    assert "no queue feeds it; forecast it or link it" in result_of(run, assessment).reason
    assert not result_of(run, intake).is_refused


def test_queues_of_two_clocks_are_staffed_in_one_run(monkeypatch, client_a, intake):
    """The run begins where the earlier day does; the other queue's days begin an hour later."""
    with system_tenant():
        west = make_deferred_queue(client=client_a, timezone="Atlantic/Azores", **OFFICE)
        make_goal(west)
        forecast = make_forecast([intake], offered=2, days=2)
        add_forecast_queue(forecast, west, offered=2)
        ForecastInterval.objects.filter(
            queue=west, starts_at__lt=MONDAY + timedelta(hours=1)
        ).delete()
    link(intake, west, share=1.0)
    run = run_of(monkeypatch, forecast)
    assert not result_of(run, west).is_refused
    linked = column(run, west, "offered") - 2
    assert linked == pytest.approx(column(run, intake, "finished")[4:])


def test_a_queue_without_links_tells_nothing_of_them(monkeypatch, intake):
    with system_tenant():
        forecast = make_forecast([intake], offered=2)
    assert "arrivals" not in result_of(run_of(monkeypatch, forecast), intake).detail


# The source is not in the run, or cannot be staffed.


def test_a_source_outside_the_run_is_read_from_the_requirement_in_force(
    monkeypatch, intake, assessment
):
    link(intake, assessment, share=1.0)
    with system_tenant():
        before = make_forecast([intake], offered=2, days=7)
        alone = make_forecast([assessment], offered=1, days=3)
    first = run_of(monkeypatch, before, publish_when_done=True)
    second = run_of(monkeypatch, alone)
    assert source_of(second, assessment, intake)["runs"] == [first.pk]
    linked = column(second, assessment, "offered") - 1
    assert linked == pytest.approx(column(first, intake, "finished")[: linked.size])


def test_a_source_that_nobody_staffs_refuses_the_target_with_a_sentence(
    monkeypatch, intake, assessment
):
    link(intake, assessment)
    with system_tenant():
        forecast = make_forecast([assessment], offered=1, days=3)
    refused = result_of(run_of(monkeypatch, forecast), assessment)
    assert refused.is_refused
    assert "Intake feeds this queue" in refused.reason
    assert "on 2026-03-02" in refused.reason
    assert "none is in force" in refused.reason
    assert "Staff Intake first, or end the link" in refused.reason


def test_a_source_that_is_refused_lends_its_reason(monkeypatch, client_a, assessment):
    with system_tenant():
        lost = make_deferred_queue(client=client_a, name="Lost", **OFFICE)
        forecast = make_forecast([lost], offered=1, days=1)
    link(lost, assessment)
    run = run_of(monkeypatch, forecast)
    assert "no service goal" in result_of(run, lost).reason
    refused = result_of(run, assessment)
    assert refused.is_refused
    assert "Lost feeds this queue" in refused.reason
    assert "no service goal" in refused.reason


def test_a_source_in_force_for_half_the_time_is_refused_from_the_first_day_without(
    monkeypatch, intake, assessment
):
    link(intake, assessment)
    with system_tenant():
        before = make_forecast([intake], offered=2, days=2)
        longer = make_forecast([assessment], offered=1, days=4)
    run_of(monkeypatch, before, publish_when_done=True)
    assert "on 2026-03-04" in result_of(run_of(monkeypatch, longer), assessment).reason


def test_what_was_finished_before_the_run_arrives_after_its_delay(monkeypatch, intake, assessment):
    link(intake, assessment, share=1.0, delay_minutes=24 * 60)
    with system_tenant():
        before = make_forecast([intake], offered=2, days=2)
        after = make_forecast([intake], offered=2, days=2, starts_at=MONDAY + timedelta(days=1))
    first = run_of(monkeypatch, before, publish_when_done=True)
    second = run_of(monkeypatch, after)
    monday = column(first, intake, "finished")[:96]
    assert monday.sum() > 0
    assert column(second, assessment, "offered")[:96] == pytest.approx(monday)
    assert source_of(second, assessment, intake)["runs"] == [first.pk, second.pk]


# A worker that takes over.


def test_a_worker_that_takes_over_keeps_the_order(monkeypatch, client_a):
    """The source is the later queue by number; the target waits for it in every attempt."""
    with system_tenant():
        target, source = (
            make_deferred_queue(client=client_a, name=name, **OFFICE) for name in ("T", "S")
        )
        make_goal(target)
        make_goal(source)
        forecast = make_forecast([source], offered=2, days=2)
    link(source, target, share=1.0)
    run = start_without_ringing(forecast, monkeypatch)
    compute_once, seen = requirement_run._staff, []

    def dies_after_the_first(run, queue, **rest):
        seen.append(queue.name)
        if len(seen) == 2:
            raise MemoryError("killed")
        return compute_once(run, queue, **rest)

    monkeypatch.setattr(requirement_run, "_staff", dies_after_the_first)
    compute(run)
    job = compute(run)
    assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 2)
    assert seen == ["S", "T", "T"]
    assert column(run, target, "offered") == pytest.approx(column(run, source, "finished"))


# Loops, clients, dates.


def test_a_loop_is_refused_and_named(intake, assessment, payment):
    link(intake, assessment)
    link(assessment, payment)
    with pytest.raises(UnableToLink, match="Payment → Intake → Assessment → Payment"):
        link(payment, intake)
    with pytest.raises(UnableToLink, match="cannot feed itself"):
        link(intake, intake)


def test_a_link_that_has_ended_closes_no_loop(intake, assessment):
    link(intake, assessment, ends_on=date(2026, 3, 1))
    assert link(assessment, intake, starts_on=date(2026, 3, 1)).pk


def test_a_loop_that_two_dates_make_within_one_run_is_refused_there(
    monkeypatch, intake, assessment, payment
):
    link(intake, assessment, ends_on=date(2026, 3, 4))
    link(assessment, intake, starts_on=date(2026, 3, 4))
    with system_tenant():
        forecast = make_forecast([intake, assessment, payment], offered=1, days=4)
    run = run_of(monkeypatch, forecast)
    for queue in (intake, assessment):
        refused = result_of(run, queue)
        assert refused.is_refused
        assert "Within this period a queue feeds itself" in refused.reason
        assert "Intake" in refused.reason
        assert "Assessment" in refused.reason
    assert not result_of(run, payment).is_refused


def test_queues_of_two_clients_are_not_linked(intake):
    with system_tenant():
        other = make_deferred_queue(name="Elsewhere")
    with pytest.raises(UnableToLink, match="belong to different clients"):
        link(intake, other)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"share": 0.0}, "above 0, at most 10"),
        ({"share": 10.5}, "above 0, at most 10"),
        ({"delay_minutes": 60 * 24 * 61}, "at most 60 days"),
        ({"ends_on": LONG_AGO}, "ends after it begins"),
    ],
)
def test_impossible_links_are_refused(intake, assessment, terms, sentence):
    with pytest.raises(UnableToLink, match=sentence):
        link(intake, assessment, **terms)


def test_two_links_of_a_pair_do_not_overlap_and_one_ends_for_the_next(intake, assessment):
    old = link(intake, assessment)
    with pytest.raises(UnableToLink, match="covers these dates"):
        link(intake, assessment, starts_on=date(2026, 3, 1))
    with system_tenant():
        end_link(link=old, ends_on=date(2026, 3, 1))
        with pytest.raises(UnableToLink, match="ends on 2026-03-01 already"):
            end_link(link=old, ends_on=date(2026, 4, 1))
    assert link(intake, assessment, share=0.8, starts_on=date(2026, 3, 1)).share == 0.8


def test_a_tenant_sees_links_of_its_own_queues_only(intake, assessment):
    made = link(intake, assessment)
    with system_tenant():
        other = make_client()
    with tenant(Access(client_ids=frozenset({other.pk}), is_internal=True)):
        assert not QueueLink.objects.exists()
    with tenant(Access(client_ids=frozenset({intake.client_id}), is_internal=True)):
        assert QueueLink.objects.get() == made
    with (
        tenant(Access(client_ids=frozenset({other.pk}), is_internal=True)),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        QueueLink.objects.create(
            source_id=assessment.pk, target_id=intake.pk, share=1, starts_on=LONG_AGO
        )


# Staleness.


def reasons(run):
    with system_tenant():
        found = RequirementRun.objects.select_related("forecast_run").get(pk=run.pk)
        return " ".join(queries.staleness(found))


def test_a_source_that_is_staffed_anew_makes_the_targets_run_stale(monkeypatch, intake, assessment):
    link(intake, assessment)
    with system_tenant():
        sources = make_forecast([intake], offered=2, days=3)
        targets = make_forecast([assessment], offered=1, days=3)
        again = make_forecast([intake], offered=3, days=3)
    run_of(monkeypatch, sources, publish_when_done=True)
    run = start_without_ringing(targets, monkeypatch, publish_when_done=True)
    compute(run)
    assert "whose output arrives here" not in reasons(run)
    newer = run_of(monkeypatch, again, publish_when_done=True)
    assert (
        f"Requirement #{newer.pk} has staffed Intake anew, whose output arrives here."
        in reasons(run)
    )
    with system_tenant():
        shown = queries.in_force(
            [assessment.pk], starts_at=MONDAY, ends_at=MONDAY + timedelta(days=1)
        )
        found = RequirementRun.objects.select_related("forecast_run").get(pk=run.pk)
        assert "whose output arrives here" in " ".join(queries.staleness(found, shown=shown))


@pytest.mark.parametrize("change", ["made", "ended", "removed"])
def test_a_changed_link_makes_the_targets_run_stale(monkeypatch, intake, assessment, change):
    made = None if change == "made" else link(intake, assessment)
    with system_tenant():
        forecast = make_forecast([intake, assessment], offered=1, days=1)
    run = run_of(monkeypatch, forecast, publish_when_done=True)
    assert reasons(run) == ""
    if change == "made":
        link(intake, assessment)
    with system_tenant():
        if change == "ended":
            end_link(link=made, ends_on=date(2026, 3, 2))
        if change == "removed":
            delete_link(link=made)
    assert reasons(run) == "A link between queues was changed after this requirement began."


def test_closed_queues_are_not_drawn_into_a_run(monkeypatch, intake, assessment):
    link(intake, assessment)
    with system_tenant():
        Queue.objects.filter(pk=assessment.pk).update(is_active=False)
        forecast = make_forecast([intake], offered=1, days=1)
    run = run_of(monkeypatch, forecast)
    assert run.parameters["queue_ids"] == [intake.pk]
