"""The pages of the staffing room at the level a person meets them."""

import json
import re
from datetime import date

import pytest
from django.urls import reverse

from staffing.models import RequirementRun, ShrinkageProfile
from tests.factories.org import (
    make_activity_code,
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
    make_user,
)
from tests.staffing.rows import (
    MONDAY,
    compute,
    make_forecast,
    make_shrinkage,
    start_without_ringing,
)
from wfm.org.models import Queue, ServiceGoal
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = {"from": "2026-03-02", "to": "2026-03-08"}


@pytest.fixture
def operation(monkeypatch):
    """A voice and a mail queue with a published requirement of one day."""
    with system_tenant():
        voice, mail = (
            make_queue(name="Voice", patience_seconds=60),
            make_deferred_queue(name="Mail"),
        )
        make_goal(voice)
        make_goal(mail, level=0.95)
        make_shrinkage(voice, (0.2, False), (0.1, True))
        forecast = make_forecast([voice, mail], offered=75)
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    return voice, mail, run


def payload(response, name):
    found = re.search(
        rf'<script id="{name}"[^>]*>(.*?)</script>', response.content.decode(), re.DOTALL
    )
    return json.loads(found[1])


def test_the_board_shows_live_and_deferred_side_by_side(planner, operation):
    response = planner.get(reverse("staffing"), WEEK)
    page = response.content.decode()
    assert "Erlang A" in page
    assert "By due time" in page
    live, deferred = payload(response, "live-chart"), payload(response, "deferred-chart")
    assert [series["label"] for series in live["series"]] == ["Voice"]
    assert [series["label"] for series in deferred["series"]] == ["Mail"]
    assert live["series"][0]["shape"] == "step"
    assert len(live["x"]) == 96


def test_an_empty_board_offers_the_next_step(planner):
    page = planner.get(reverse("staffing")).content.decode()
    assert "There is no forecast to staff" in page
    with system_tenant():
        make_forecast([make_queue()])
    page = planner.get(reverse("staffing")).content.decode()
    assert "No requirement is published yet" in page


def test_a_queue_shows_each_interval_with_its_reason(planner, operation):
    voice, _mail, run = operation
    response = planner.get(reverse("staffing"), WEEK | {"queue": voice.pk, "day": "2026-03-02"})
    page = response.content.decode()
    first = reverse("requirement-why", args=[run.pk, voice.pk, int(MONDAY.timestamp())])
    assert first in page
    assert "Power of one" in planner.get(first).content.decode()
    chart = payload(response, "agents-chart")
    required, scheduled, workload, compared = (series["values"] for series in chart["series"])
    assert scheduled[0] == pytest.approx(required[0] / 0.8)
    assert workload[0] == pytest.approx(75 * 240 / 900)
    assert compared == required, "a day that never changes needs the same either way"
    assert chart["series"][3]["label"] == "Interval by interval"
    assert "The formula interval by interval would ask for" in " ".join(page.split())


def test_the_table_opens_on_an_open_day(planner, operation):
    voice, _mail, run = operation
    page = planner.get(reverse("staffing"), WEEK | {"queue": voice.pk}).content.decode()
    assert reverse("requirement-why", args=[run.pk, voice.pk, int(MONDAY.timestamp())]) in page
    outside = WEEK | {"queue": voice.pk, "day": "2026-05-01"}
    assert "Mon 2 Mar 2026" in planner.get(reverse("staffing"), outside).content.decode()
    closed = WEEK | {"queue": voice.pk, "day": "2026-03-05"}
    assert "Closed on this day" in planner.get(reverse("staffing"), closed).content.decode()


def test_why_shows_one_agent_fewer_and_one_more(planner, operation):
    voice, _mail, run = operation
    address = reverse("requirement-why", args=[run.pk, voice.pk, int(MONDAY.timestamp())])
    fragment = planner.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    agents = [int(text) for text in re.findall(r'<th scope="row">(\d+)', fragment)]
    assert agents[2] - agents[0] == 2
    assert "in steady state" in fragment
    assert "the service level would be missed" in fragment


def test_why_explains_deferred_work_in_words(planner, operation):
    _voice, mail, run = operation
    address = reverse("requirement-why", args=[run.pk, mail.pk, int(MONDAY.timestamp())])
    assert "earliest due first" in planner.get(address).content.decode()


@pytest.mark.parametrize("epoch", [1, 9_999_999_999_999])
def test_why_of_no_interval_is_not_found(planner, operation, epoch):
    voice, _mail, run = operation
    assert (
        planner.get(reverse("requirement-why", args=[run.pk, voice.pk, epoch])).status_code == 404
    )


def test_a_planner_starts_and_publishes_a_run(planner, monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
        make_forecast([queue])
    sent = {
        "live_strategy": "period_by_period",
        "deferred_shape": "flat",
        "chat_growth_rate": "20",
        "clear_overdue_minutes": "4",
    }
    response = planner.post(reverse("requirement-start"), sent)
    with system_tenant():
        run = RequirementRun.objects.select_related("job").get()
    assert response.url == reverse("requirement-run", args=[run.pk])
    assert run.parameters["deferred_shape"] == "flat"
    assert run.parameters["live_strategy"] == "period_by_period"
    assert run.parameters["chat_growth_rate"] == pytest.approx(0.2)
    assert run.parameters["clear_overdue_minutes"] == 240
    assert "data-" in planner.get(response.url).content.decode()
    compute(run)
    assert "Publish" in planner.get(response.url).content.decode()
    planner.post(reverse("requirement-publish", args=[run.pk]))
    with system_tenant():
        assert RequirementRun.objects.get().is_published
    again = planner.post(reverse("requirement-publish", args=[run.pk]), follow=True)
    assert "already published" in again.content.decode()


def test_without_a_published_forecast_nothing_starts(planner):
    sent = {
        "live_strategy": "period_by_period",
        "deferred_shape": "flat",
        "chat_growth_rate": "20",
        "clear_overdue_minutes": "4",
    }
    page = planner.post(reverse("requirement-start"), sent, follow=True).content.decode()
    assert "Publish a forecast first" in page
    page = planner.post(
        reverse("requirement-start"), sent | {"deferred_shape": "round"}, follow=True
    )
    assert "round" in page.content.decode()
    with system_tenant():
        assert not RequirementRun.objects.exists()


def test_a_goal_change_is_a_new_version_and_makes_the_requirement_stale(planner, operation):
    voice, _mail, _run = operation
    sent = {
        "starts_on": "2026-04-01",
        "metric_key": "service_level.excl_short_abandons",
        "level": "90",
        "threshold_seconds": "30",
        "max_asa_seconds": "",
        "max_abandonment_rate": "4",
        "max_occupancy_rate": "88",
    }
    response = planner.post(reverse("staffing-goal", args=[voice.pk]), sent)
    assert response.status_code == 302
    with system_tenant():
        old, new = ServiceGoal.objects.filter(queue=voice).order_by("version")
    assert (old.ends_on, old.level) == (date(2026, 4, 1), 0.8)
    assert (new.version, new.starts_on, new.ends_on) == (2, date(2026, 4, 1), None)
    assert (new.level, new.max_abandonment_rate, new.max_occupancy_rate) == (0.9, 0.04, 0.88)
    assert "service goal was changed" in planner.get(reverse("staffing"), WEEK).content.decode()


@pytest.mark.parametrize("starts_on", ["2020-01-01", "2019-12-31"])
def test_a_goal_is_never_rewritten(planner, operation, starts_on):
    voice, _mail, _run = operation
    sent = {
        "starts_on": starts_on,
        "metric_key": "service_level.answered_over_offered",
        "level": "90",
        "threshold_seconds": "30",
    }
    response = planner.post(reverse("staffing-goal", args=[voice.pk]), sent)
    assert response.status_code == 422
    assert "already" in response.content.decode()
    with system_tenant():
        assert ServiceGoal.objects.filter(queue=voice).count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"level": "100"}, "100 % within 30 s needs infinitely many agents"),
        ({"level": "nan"}, "Enter a number"),
        ({"level": "-5"}, "greater than or equal to 0.01"),
        ({"level": "101"}, "less than or equal to 100"),
        ({"threshold_seconds": "-1"}, "greater than or equal to 0"),
        ({"max_asa_seconds": "nan"}, "Enter a number"),
        ({"max_abandonment_rate": "-4"}, "greater than or equal to 0.01"),
    ],
)
def test_a_goal_that_nobody_can_keep_is_refused_when_it_is_set(
    planner, operation, change, sentence
):
    voice, _mail, _run = operation
    sent = {
        "starts_on": "2026-04-01",
        "metric_key": "service_level.answered_over_offered",
        "level": "90",
        "threshold_seconds": "30",
    }
    response = planner.post(reverse("staffing-goal", args=[voice.pk]), sent | change)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    with system_tenant():
        assert ServiceGoal.objects.get(queue=voice).ends_on is None


def test_all_deferred_work_may_be_wanted_in_time(planner, operation):
    """100 % needs people, not infinitely many: work that waits hours can be planned."""
    _voice, mail, _run = operation
    sent = {
        "starts_on": "2026-04-01",
        "metric_key": "service_level.deferred",
        "level": "100",
        "due_amount": "8",
        "due_in": "business_hours",
    }
    assert planner.post(reverse("staffing-goal", args=[mail.pk]), sent).status_code == 302
    with system_tenant():
        assert ServiceGoal.objects.filter(queue=mail).latest("version").level == 1.0


def test_settings_and_shrinkage_are_saved(planner, operation):
    voice, _mail, _run = operation
    page = reverse("staffing-parameters")
    planner.post(
        reverse("staffing-settings", args=[voice.pk]),
        {"default_aht_seconds": "300", "patience_seconds": "", "min_agents": "3"},
    )
    with system_tenant():
        code = make_activity_code(name="Coaching")
    sent = {
        "name": "Spring",
        "starts_on": "2026-04-01",
        "rates-TOTAL_FORMS": "2",
        "rates-INITIAL_FORMS": "0",
        "rates-0-activity_code": code.pk,
        "rates-0-rate": "12.5",
        "rates-0-weekday": "1",
        "rates-0-starts_at": "09:00",
        "rates-0-ends_at": "12:30",
        "rates-0-is_scheduled": "on",
        "rates-1-rate": "",
    }
    planner.post(reverse("staffing-shrinkage", args=[voice.pk]), sent)
    with system_tenant():
        queue = Queue.objects.get(pk=voice.pk)
        old, new = ShrinkageProfile.objects.filter(queue=voice).order_by("starts_on")
        rate = new.rates.get()
    assert (queue.default_aht_seconds, queue.patience_seconds, queue.min_agents) == (300, None, 3)
    assert old.ends_on == new.starts_on == date(2026, 4, 1)
    assert (rate.rate, rate.weekday, rate.is_scheduled) == (0.125, 1, True)
    assert (rate.starts_minute, rate.ends_minute) == (540, 750)
    assert "12.5" in planner.get(page, {"queue": voice.pk}).content.decode()


def test_shrinkage_that_leaves_nobody_is_refused(planner, operation):
    voice, _mail, _run = operation
    with system_tenant():
        codes = [make_activity_code(), make_activity_code()]
    sent = {
        "name": "All away",
        "starts_on": "2026-04-01",
        "rates-TOTAL_FORMS": "2",
        "rates-INITIAL_FORMS": "0",
    }
    for number, code in enumerate(codes):
        sent |= {f"rates-{number}-activity_code": code.pk, f"rates-{number}-rate": "60"}
    response = planner.post(reverse("staffing-shrinkage", args=[voice.pk]), sent)
    assert response.status_code == 422
    assert "120 %" in response.content.decode()
    with system_tenant():
        assert ShrinkageProfile.objects.filter(queue=voice).count() == 1


def test_the_calculator_answers_the_golden_check(planner):
    asked = {
        "offered": 750,
        "interval_minutes": 15,
        "aht_seconds": 240,
        "patience_seconds": 60,
        "level": 80,
        "threshold_seconds": 20,
        "shrinkage_rate": 0,
    }
    found = planner.get(reverse("staffing-calculator-answer"), asked).json()
    assert (found["required_agents"], found["model"], found["erlangs"]) == (
        "176",
        "Erlang A",
        "200.0",
    )
    assert [row["meets"] for row in found["rows"]] == [False, True, True]
    assert found["chart"]["here"] == 176
    patient = planner.get(
        reverse("staffing-calculator-answer"), asked | {"patience_seconds": ""}
    ).json()
    assert (patient["required_agents"], patient["model"]) == ("209", "Erlang C")


def test_the_calculator_keeps_the_address_and_names_what_is_wrong(planner):
    page = planner.get(reverse("staffing-calculator"), {"offered": 123}).content.decode()
    assert 'value="123"' in page
    response = planner.get(reverse("staffing-calculator-answer"), {"aht_seconds": "0"})
    assert response.status_code == 422
    assert "AHT" in response.json()["error"]
    tried = planner.get(reverse("staffing-calculator-answer"), {"agents": 2}).json()
    assert tried["rows"][1]["asa"] != ""


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"level": "100"}, "infinitely many agents"),
        ({"offered": "nan"}, "Contacts per interval: Enter a number"),
        ({"offered": "-1"}, "Contacts per interval: Ensure"),
        ({"patience_seconds": "-60"}, "Patience, seconds: Ensure"),
        ({"patience_seconds": "inf"}, "Patience, seconds: Enter a number"),
        ({"threshold_seconds": "nan"}, "Within, seconds: Enter a number"),
    ],
)
def test_the_calculator_refuses_with_a_sentence(planner, asked, sentence):
    response = planner.get(reverse("staffing-calculator-answer"), asked)
    assert response.status_code == 422
    assert sentence in response.json()["error"]


def test_roles_and_clients_are_kept_apart(client, operation):
    voice, mail, run = operation
    pages = [
        reverse("staffing"),
        reverse("staffing-parameters"),
        reverse("staffing-calculator"),
        reverse("requirement-run", args=[run.pk]),
    ]
    with system_tenant():
        client.force_login(make_user("agent"))
    assert {client.get(page).status_code for page in pages} == {403}
    with system_tenant():
        client.force_login(make_user("finance"))
    assert {client.get(page).status_code for page in pages} == {200}
    assert client.post(reverse("staffing-settings", args=[voice.pk])).status_code == 403
    assert client.post(reverse("requirement-start")).status_code == 403
    with system_tenant():
        client.force_login(make_user("planner", client=mail.client))
    assert client.get(reverse("staffing"), WEEK | {"queue": voice.pk}).status_code == 404
    page = client.get(reverse("staffing"), WEEK).content.decode()
    assert "Mail" in page
    assert "Voice" not in page
    why = reverse("requirement-why", args=[run.pk, voice.pk, int(MONDAY.timestamp())])
    assert client.get(why).status_code == 404


@pytest.mark.parametrize("queues", [1, 3])
def test_the_board_asks_a_fixed_number_of_questions_per_queue(
    planner, monkeypatch, django_assert_max_num_queries, queues
):
    with system_tenant():
        rows = [make_queue(client=make_client()) for _ in range(queues)]
        for queue in rows:
            make_goal(queue)
        forecast = make_forecast(rows)
    compute(start_without_ringing(forecast, monkeypatch, publish_when_done=True))
    with django_assert_max_num_queries(34 + queues):
        planner.get(reverse("staffing"), WEEK)
