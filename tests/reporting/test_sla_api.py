"""SLA results, intervals, report and definitions over REST."""

from datetime import date

import pytest
from rest_framework.test import APIClient

from tests.factories.org import make_client, make_deferred_queue, make_queue, make_user
from tests.factories.reporting import (
    make_clause,
    make_interval,
    make_key,
    make_result,
    utc,
)
from wfm.jobs.models import Job
from wfm.metrics import all_metrics
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
RESULTS, INTERVALS, REPORT = "/api/v1/sla/results/", "/api/v1/sla/intervals/", "/api/v1/sla/report/"


@pytest.fixture
def bank(two_clients):
    return two_clients.bank


@pytest.fixture
def api(bank):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {bank.key}")


@pytest.fixture
def planner():
    with system_tenant():
        user = make_user("planner")
    api = APIClient()
    api.force_login(user)
    return api


def read(api, path, **query):
    answer = api.get(path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_result_says_what_it_is_made_of(api, bank):
    (row,) = read(api, RESULTS)["results"]
    assert row == {
        "id": bank.result.pk,
        "client": {"id": bank.client.pk, "key": "bank", "name": "Bank"},
        "queue": {"id": bank.queue.pk, "key": bank.queue.key, "name": "Bank voice"},
        "metric": {
            "key": "service_level.answered_over_offered",
            "version": 1,
            "unit": "rate",
            "url": "/api/v1/metrics/service_level.answered_over_offered/?version=1",
        },
        "period": "day",
        "timezone": "UTC",
        "starts_on": "2026-03-02",
        "ends_on": "2026-03-03",
        "starts_at": "2026-03-02T00:00:00Z",
        "ends_at": "2026-03-03T00:00:00Z",
        "threshold_seconds": 20,
        "numerator": 8.0,
        "denominator": 10.0,
        "value": 0.8,
        "target": 0.8,
        "verdict": "met",
        "is_final": True,
        "is_simulated": False,
        "completeness": {"expected_intervals": 96, "present_intervals": 96, "share": 1.0},
        "as_of": "2026-04-01T00:00:00Z",
    }
    assert read(api, f"{RESULTS}{row['id']}/") == row
    assert read(api, row["metric"]["url"])["formula"] == (
        "answered_within_threshold / (answered + abandoned)"
    )


def test_undefined_result_is_null_and_not_judged(api, bank):
    with system_tenant():
        make_result(
            bank.queue, clause=bank.clause, starts_on=date(2026, 3, 3), numerator=0, denominator=0
        )
    row = read(api, RESULTS, **{"from": "2026-03-03"})["results"][0]
    assert (row["value"], row["denominator"], row["verdict"]) == (None, 0.0, "not_judged")


def test_sum_has_no_denominator_and_goal_no_verdict(api, bank):
    with system_tenant():
        make_result(bank.queue, metric_key="lost_contacts.abandoned_only", denominator=0, value=7)
    (row,) = read(api, RESULTS, metric="lost_contacts.abandoned_only")["results"]
    assert (row["value"], row["denominator"], row["verdict"]) == (7.0, None, None)


def test_instants_of_a_day_are_those_of_the_clients_clock():
    with system_tenant():
        client = make_client(timezone="Europe/London")
        queue = make_queue(client=client)
        make_result(queue, starts_on=date(2026, 3, 29))
        key = make_key(client=client).text
    api = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")
    (row,) = read(api, RESULTS)["results"]
    assert (row["starts_at"], row["ends_at"]) == ("2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"d2", "d3", "w", "m"}),
        ({"period": "day"}, {"d2", "d3"}),
        ({"period": "month"}, {"m"}),
        ({"from": "2026-03-03"}, {"d3"}),
        ({"to": "2026-03-01"}, {"m"}),
        ({"from": "2026-03-02", "to": "2026-03-02"}, {"d2", "w"}),
        ({"metric": "answer_rate"}, set()),
        ({"is_final": "false"}, set()),
    ],
)
def test_filters(api, bank, query, found):
    with system_tenant():
        names = {
            bank.result.pk: "d2",
            make_result(bank.queue, starts_on=date(2026, 3, 3)).pk: "d3",
            make_result(bank.queue, period="WEEK", days=7).pk: "w",
            make_result(bank.queue, period="MONTH", starts_on=date(2026, 3, 1), days=31).pk: "m",
        }
    rows = read(api, RESULTS, **query)["results"]
    assert {names[row["id"]] for row in rows} == found


@pytest.mark.parametrize(
    ("path", "query", "attr"),
    [
        (RESULTS, {"period": "fortnight"}, "period"),
        (RESULTS, {"from": "02/03/2026"}, "from"),
        (RESULTS, {"client": "bank"}, "client"),
        (INTERVALS, {"to": "tomorrow"}, "to"),
        (REPORT, {"from": "2026-03-09", "to": "2026-03-02"}, "from"),
        (REPORT, {"from": "2020-01-01", "to": "2026-03-02"}, "to"),
        (REPORT, {"client": "-1"}, "client"),
    ],
)
def test_faulty_question_names_the_parameter(api, path, query, attr):
    answer = api.get(path, query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr


def test_newest_period_comes_first_and_pages_follow(api, bank):
    with system_tenant():
        for day in range(3, 8):
            make_result(bank.queue, starts_on=date(2026, 3, day))
    seen, url = [], f"{RESULTS}?page_size=2"
    while url:
        page = api.get(url).json()
        seen += [row["starts_on"] for row in page["results"]]
        url = page["next"]
    assert seen == [f"2026-03-0{day}" for day in range(7, 1, -1)]


def test_unchanged_results_are_304(api):
    etag = api.get(RESULTS)["ETag"]
    assert api.get(RESULTS, HTTP_IF_NONE_MATCH=etag).status_code == 304


def test_interval_says_what_it_counts(api, bank):
    with system_tenant():
        make_interval(
            bank.queue,
            "2026-03-02T09:15",
            answered=9,
            within=6,
            abandoned=3,
            short_abandoned=1,
            is_service_simulated=True,
        )
    row = read(api, INTERVALS)["results"][1]
    del row["id"]
    assert row == {
        "client": {"id": bank.client.pk, "key": "bank", "name": "Bank"},
        "queue": {"id": bank.queue.pk, "key": bank.queue.key, "name": "Bank voice"},
        "starts_at": "2026-03-02T09:15:00Z",
        "ends_at": "2026-03-02T09:30:00Z",
        "offered": 12,
        "answered": 9,
        "abandoned": 3,
        "threshold_seconds": 20,
        "answered_within_threshold": 6,
        "abandoned_within_threshold": 0,
        "abandoned_within_short": 1,
        "answered_wait_seconds": 135,
        "handle_seconds": 2160,
        "service_level": {
            "metric_key": "service_level.answered_over_offered",
            "metric_version": 1,
            "numerator": 6.0,
            "denominator": 12.0,
            "value": 0.5,
        },
        "is_volume_simulated": False,
        "is_service_simulated": True,
    }


def test_interval_with_volume_only_has_no_service_level(api, bank):
    with system_tenant():
        row = make_interval(bank.queue, "2026-03-02T09:15")
        type(row).objects.filter(pk=row.pk).update(
            answered=None, abandoned=None, answered_within=None
        )
    row = read(api, INTERVALS)["results"][1]
    assert (row["offered"], row["answered"], row["service_level"]) == (10, None, None)


def test_days_of_intervals_are_those_of_each_client(planner):
    with system_tenant():
        london = make_queue(client=make_client(timezone="Europe/London"))
        shanghai = make_queue(client=make_client(timezone="Asia/Shanghai"))
        for queue in (london, shanghai):
            make_interval(queue, "2026-03-02T15:45")
            make_interval(queue, "2026-03-02T16:00")  # already 3 March in Shanghai
    rows = read(planner, INTERVALS, **{"from": "2026-03-02", "to": "2026-03-02"})["results"]
    assert [(row["queue"]["id"], row["starts_at"][11:16]) for row in rows] == [
        (london.pk, "15:45"),
        (shanghai.pk, "15:45"),
        (london.pk, "16:00"),
    ]
    extreme = {"from": "0001-01-01", "to": "9999-12-31"}
    assert len(read(planner, INTERVALS, **extreme)["results"]) == 4


def test_report_pools_days_and_queues(api, bank):
    with system_tenant():
        second = make_queue(client=bank.client, name="Second voice")
        make_result(bank.queue, starts_on=date(2026, 3, 3), numerator=120, denominator=200)
        make_result(second, numerator=30, denominator=40, is_simulated=True)
    body = read(api, REPORT, **{"from": "2026-03-02", "to": "2026-03-03"})
    assert (body["starts_on"], body["ends_on"]) == ("2026-03-02", "2026-03-04")
    found = [
        (line["queue"] and line["queue"]["name"], line["numerator"], line["denominator"])
        for line in body["lines"]
    ]
    assert found == [
        ("Bank voice", 128.0, 210.0),
        ("Second voice", 30.0, 40.0),
        (None, 158.0, 250.0),
    ]
    total = body["lines"][2]
    assert total["value"] == pytest.approx(158 / 250)
    assert (total["days"], total["is_simulated"], total["target"]) == (2, True, 0.8)
    assert total["completeness"]["expected_intervals"] == 288


def test_report_shows_no_target_where_it_changed(api, bank):
    with system_tenant():
        make_result(bank.queue, starts_on=date(2026, 3, 3), target=0.9)
    (line,) = read(api, REPORT, **{"from": "2026-03-02", "to": "2026-03-03"})["lines"]
    assert (line["target"], line["threshold_seconds"]) == (None, 20)


def test_report_does_not_add_up_what_does_not_add_up(api, bank):
    with system_tenant():
        make_result(bank.queue, metric_key="backlog_items", numerator=40, denominator=0, value=40)
    lines = read(api, REPORT, **{"from": "2026-03-02", "to": "2026-03-02"})["lines"]
    backlog = next(line for line in lines if line["metric"]["key"] == "backlog_items")
    assert (backlog["value"], backlog["numerator"]) == (None, None)


def test_report_of_one_queue_has_no_total(api, bank):
    body = read(api, REPORT, queue=bank.queue.pk, **{"from": "2026-03-02", "to": "2026-03-02"})
    assert [line["queue"]["name"] for line in body["lines"]] == ["Bank voice"]


def test_lists_cost_the_same_for_one_row_and_for_many(api, bank, django_assert_max_num_queries):
    with system_tenant():
        for day in range(3, 30):
            queue = make_queue(client=bank.client)
            make_result(queue, clause=make_clause(queue), starts_on=date(2026, 3, day))
            make_interval(queue, utc("2026-03-05T09:00"))
    for path in (RESULTS, INTERVALS, REPORT + "?from=2026-03-01&to=2026-03-31"):
        with django_assert_max_num_queries(16):
            assert api.get(path).status_code == 200


def test_planner_computes_again_and_watches_the_job(planner, bank):
    body = {"first": "2026-03-01", "last": "2026-03-31", "client": bank.client.pk}
    answer = planner.post("/api/v1/sla/runs/", body, HTTP_IDEMPOTENCY_KEY="once")
    again = planner.post("/api/v1/sla/runs/", body, HTTP_IDEMPOTENCY_KEY="once")
    assert (answer.status_code, again.json()) == (202, answer.json())
    assert answer["Location"] == answer.json()["job_url"]
    assert read(planner, answer["Location"])["status"] == "QUEUED"
    with system_tenant():
        job = Job.objects.get()
    assert job.params | {"as_of": ""} == {
        "first": "2026-03-01",
        "last": "2026-03-31",
        "client_id": bank.client.pk,
        "as_of": "",
    }


def test_clients_key_computes_nothing(api):
    answer = api.post("/api/v1/sla/runs/", {"first": "2026-03-01", "last": "2026-03-31"})
    assert answer.status_code == 403
    with system_tenant():
        assert not Job.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"first": "2026-03-31", "last": "2026-03-01"},
        {"first": "2020-03-31", "last": "2026-03-01"},
        {"first": "2026-03-01"},
    ],
)
def test_faulty_run_is_refused(planner, body):
    assert planner.post("/api/v1/sla/runs/", body).status_code == 400


def test_run_of_a_foreign_client_is_not_found(bank):
    with system_tenant():
        user = make_user("planner", client=make_client())
    api = APIClient()
    api.force_login(user)
    body = {"first": "2026-03-01", "last": "2026-03-31", "client": bank.client.pk}
    assert api.post("/api/v1/sla/runs/", body).status_code == 404


def test_dictionary_lists_every_metric_and_finds_words(api):
    keys = [row["key"] for row in read(api, "/api/v1/metrics/")]
    assert keys == [metric.key for metric in all_metrics()]
    found = [row["key"] for row in read(api, "/api/v1/metrics/", q="Short abandon")]
    assert "service_level.excl_short_abandons" in found
    assert "wape" not in found


def test_definition_is_in_the_language_asked_for(api):
    body = api.get("/api/v1/metrics/adherence_rate/", HTTP_ACCEPT_LANGUAGE="en").json()
    assert (body["title"], body["version"], body["versions"]) == ("Adherence", 1, [1])
    assert body["formula"].startswith("max(0, ")


@pytest.mark.parametrize("path", ["made_up/", "wape/?version=7"])
def test_unknown_definition_is_not_found(api, path):
    assert api.get(f"/api/v1/metrics/{path}").status_code == 404


def test_deferred_queue_is_reported_with_its_own_metric(planner):
    with system_tenant():
        queue = make_deferred_queue()
        make_result(queue, metric_key="service_level.deferred", numerator=45, denominator=50)
    (line,) = read(planner, REPORT, **{"from": "2026-03-02", "to": "2026-03-02"})["lines"][-1:]
    assert (line["metric"]["key"], line["value"]) == ("service_level.deferred", 0.9)
