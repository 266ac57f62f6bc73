"""The SLA report and the dictionary as pages."""

import re
from datetime import date

import pytest
from django.urls import reverse

from tests.factories.org import make_queue, make_user
from tests.factories.reporting import make_clause, make_result
from wfm.jobs.models import Job
from wfm.metrics import all_metrics
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def text_of(answer):
    assert answer.status_code == 200, answer.content
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_report_shows_value_target_parts_and_definition(planner, two_clients):
    answer = planner.get("/reports/", MARCH | {"client": two_clients.bank.client.pk})
    text = text_of(answer)
    assert "SLA of Bank" in text
    assert "80.0 %" in text
    html = answer.content.decode()
    assert 'data-metric="service_level.answered_over_offered"' in html
    assert "100.0 % of the expected intervals have data." in text
    assert "As of Wed 1 Apr 2026, 00:00" in text


def test_report_pools_two_queues_into_a_total(planner, two_clients):
    bank = two_clients.bank
    with system_tenant():
        second = make_queue(client=bank.client, name="Second")
        make_result(second, numerator=120, denominator=200)
    text = text_of(planner.get("/reports/", MARCH | {"client": bank.client.pk}))
    assert "All queues" in text
    assert "61.0 %" in text  # 128 / 210, not the mean of 80 % and 60 %


def test_simulated_data_is_labelled(planner, two_clients):
    question = MARCH | {"queue": two_clients.bank.queue.pk}
    assert "simulated" not in text_of(planner.get("/reports/", question))
    with system_tenant():
        make_result(two_clients.bank.queue, starts_on=date(2026, 3, 3), is_simulated=True)
    assert "simulated" in text_of(planner.get("/reports/", question))


def test_contract_period_shows_its_verdict(planner, two_clients):
    bank = two_clients.bank
    with system_tenant():
        clause = make_clause(bank.queue, metric_key="answer_rate", period="MONTH", target=0.95)
        month = {"period": "MONTH", "starts_on": date(2026, 3, 1), "days": 31}
        make_result(
            bank.queue,
            clause=clause,
            metric_key="answer_rate",
            is_met=False,
            is_final=False,
            **month,
        )
    text = text_of(planner.get("/reports/", MARCH))
    assert "missed" in text
    assert "still running" in text
    assert "met" in text


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_trend_follows_the_length_of_period(planner, two_clients, by):
    queue = two_clients.bank.queue
    with system_tenant():
        make_result(queue, period="WEEK", days=7, numerator=70, denominator=100)
        make_result(
            queue, period="MONTH", starts_on=date(2026, 3, 1), days=31, numerator=3, denominator=4
        )
    answer = planner.get("/reports/", MARCH | {"queue": queue.pk, "by": by})
    chart = answer.context["chart"]
    expected = {"day": 0.8, "week": 0.7, "month": 0.75}[by]
    assert chart["series"][0]["values"] == [expected]
    assert chart["series"][1]["label"] == "Target"


def test_metric_can_be_chosen_and_an_unknown_one_is_ignored(planner, two_clients):
    queue = two_clients.bank.queue
    with system_tenant():
        make_result(queue, metric_key="asa_seconds", numerator=150, denominator=10, target=20)
    chosen = planner.get("/reports/", MARCH | {"metric": "asa_seconds"})
    assert chosen.context["metric"].key == "asa_seconds"
    assert "15 s" in text_of(chosen)
    unknown = planner.get("/reports/", MARCH | {"metric": "made_up", "by": "century"})
    assert unknown.context["metric"].family == "service_level"


def test_what_the_contract_judges_is_shown_first(planner, two_clients):
    bank = two_clients.bank
    with system_tenant():
        key = "service_level.excl_short_abandons"
        clause = make_clause(bank.queue, metric_key=key, period="DAY")
        make_result(bank.queue, clause=clause, metric_key=key, is_met=True)
        bank.clause.delete()
    answer = planner.get("/reports/", MARCH | {"queue": bank.queue.pk})
    assert answer.context["metric"].key == key
    assert answer.context["figures"][0]["metric_key"] == key


def test_empty_report_says_what_to_do(planner, two_clients):
    text = text_of(planner.get("/reports/", {"from": "2020-01-01", "to": "2020-01-31"}))
    assert "Nothing to report for these days" in text


def test_page_costs_the_same_for_one_queue_and_for_many(
    planner, two_clients, django_assert_max_num_queries
):
    with system_tenant():
        for _number in range(12):
            queue = make_queue(client=two_clients.bank.client)
            make_result(queue, clause=make_clause(queue, period="DAY"), is_met=True)
    with django_assert_max_num_queries(30):
        assert planner.get("/reports/", MARCH).status_code == 200


def test_planner_computes_again_from_the_page(planner, two_clients):
    answer = planner.post(reverse("sla-compute") + "?from=2026-03-01&to=2026-03-31")
    with system_tenant():
        job = Job.objects.get()
    assert answer["Location"] == reverse("job", args=[job.pk])
    assert (job.params["first"], job.params["last"]) == ("2026-03-01", "2026-03-31")


def test_client_computes_nothing_and_sees_no_button(client, two_clients):
    with system_tenant():
        client.force_login(make_user("client", client=two_clients.bank.client))
    assert "Compute again" not in text_of(client.get("/reports/", MARCH))
    assert client.post(reverse("sla-compute")).status_code == 403


@pytest.mark.parametrize(("role", "status"), [("agent", 403), ("hr", 403), ("finance", 200)])
def test_roles_open_the_report(client, role, status):
    with system_tenant():
        client.force_login(make_user(role))
    assert client.get("/reports/").status_code == status


def test_dictionary_shows_every_metric_with_its_formula(planner):
    html = planner.get("/metrics/").content.decode()
    for metric in all_metrics():
        assert f'id="{metric.key}"' in html
    assert "answered_within_threshold / (answered + abandoned)" in html


def test_dictionary_finds_words_and_answers_htmx_with_the_list_alone(planner):
    found = planner.get("/metrics/", {"q": "short abandon"}, HTTP_HX_REQUEST="true")
    html = found.content.decode()
    assert 'id="service_level.excl_short_abandons"' in html
    assert 'id="wape"' not in html
    assert "<html" not in html
    nothing = text_of(planner.get("/metrics/", {"q": "unicorn"}))
    assert "No definition holds “unicorn”" in nothing


def test_every_metric_has_a_definition_fragment(planner):
    for metric in all_metrics():
        answer = planner.get(reverse("metric-definition", args=[metric.key]))
        assert answer.status_code == 200
        assert metric.key in answer.content.decode()
