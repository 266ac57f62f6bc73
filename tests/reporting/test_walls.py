"""A client sees only its own rows: two walls, each tested with the other one taken away."""

import pytest
from django.test import Client as Browser
from rest_framework.test import APIClient

from forecasting.models import IntervalActual
from reporting.models import SlaResult
from tests.api.walls import without_querysets, without_row_level_security
from tests.factories.org import make_user
from wfm.org.access import Access
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db(transaction=True)
RESULTS, INTERVALS, REPORT = "/api/v1/sla/results/", "/api/v1/sla/intervals/", "/api/v1/sla/report/"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture(params=["both walls", "querysets only", "row-level security only"])
def walls(request, owner_connection, monkeypatch, two_clients):
    if request.param == "querysets only":
        with without_row_level_security(owner_connection):
            yield request.param
    elif request.param == "row-level security only":
        with without_querysets(monkeypatch):
            yield request.param
    else:
        yield request.param


@pytest.fixture
def bank_api(two_clients):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {two_clients.bank.key}")


@pytest.fixture
def bank_person(two_clients):
    browser = Browser()
    with system_tenant():
        browser.force_login(make_user("client", client=two_clients.bank.client))
    return browser


def test_taking_a_wall_away_really_takes_it_away(owner_connection, monkeypatch, two_clients):
    """Otherwise the tests below would prove nothing."""
    bank = Access(client_ids=frozenset({two_clients.bank.client.pk}))
    with tenant(bank):
        assert SlaResult.objects.count() == 1
    with without_row_level_security(owner_connection), tenant(bank):
        assert SlaResult.objects.count() == 2
        assert SlaResult.objects.visible_to(bank).count() == 1
    with without_querysets(monkeypatch), system_tenant():
        assert SlaResult.objects.visible_to(bank).count() == 2
    with tenant(bank):
        assert (SlaResult.objects.count(), IntervalActual.objects.count()) == (1, 1)


def test_lists_hold_only_own_rows(walls, bank_api):
    for path in (RESULTS, INTERVALS):
        rows = bank_api.get(path).json()["results"]
        assert [row["client"]["name"] for row in rows] == ["Bank"]
    lines = bank_api.get(REPORT, MARCH).json()["lines"]
    assert {line["client"]["name"] for line in lines} == {"Bank"}


def test_foreign_id_is_answered_like_one_that_does_not_exist(walls, bank_api, two_clients):
    foreign = bank_api.get(f"{RESULTS}{two_clients.insurer.result.pk}/")
    missing = bank_api.get(f"{RESULTS}999999999/")
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert bank_api.get(f"{RESULTS}{two_clients.bank.result.pk}/").status_code == 200


def test_foreign_filters_are_answered_like_ones_that_do_not_exist(walls, bank_api, two_clients):
    insurer = two_clients.insurer
    for path in (RESULTS, INTERVALS, REPORT):
        for name, pk in (("client", insurer.client.pk), ("queue", insurer.queue.pk)):
            foreign = bank_api.get(path, {name: pk})
            missing = bank_api.get(path, {name: 999_999_999})
            assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)


def test_order_pages_and_counts_do_not_tell_of_foreign_rows(walls, bank_api):
    page = bank_api.get(RESULTS, {"page_size": 1, "ordering": "queue__name"}).json()
    assert (page["next"], page["previous"], len(page["results"])) == (None, None, 1)
    assert "count" not in page


def test_page_shows_only_own_rows(walls, bank_person):
    html = bank_person.get("/reports/", MARCH).content.decode()
    assert "Bank voice" in html
    assert "Insurer" not in html


def test_page_of_a_foreign_client_or_queue_is_not_found(walls, bank_person, two_clients):
    insurer = two_clients.insurer
    for name, pk in (("client", insurer.client.pk), ("queue", insurer.queue.pk)):
        answer = bank_person.get("/reports/", {name: pk})
        assert answer.status_code == 404
        assert "Insurer" not in answer.content.decode()


def test_two_keys_in_turn_on_one_connection_see_their_own(walls, two_clients):
    callers = {
        name: APIClient(HTTP_AUTHORIZATION=f"Bearer {side.key}")
        for name, side in (("Bank", two_clients.bank), ("Insurer", two_clients.insurer))
    }
    for _round in range(20):
        for name, api in callers.items():
            rows = api.get(INTERVALS).json()["results"]
            assert [row["client"]["name"] for row in rows] == [name]


def test_request_without_a_tenant_after_one_with_sees_nothing(two_clients, bank_api):
    assert bank_api.get(RESULTS).status_code == 200
    assert SlaResult.objects.count() == 0
