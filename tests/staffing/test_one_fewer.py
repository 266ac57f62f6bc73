"""What one agent fewer does to an interval, against Erlang's formula written out."""

from math import factorial

import pytest

from staffing.queries.one_fewer import one_fewer
from staffing.services import publish_requirement
from tests.factories.org import make_deferred_queue, make_goal, make_queue, make_work_type
from tests.factories.staffing import make_pool
from tests.staffing.rows import MONDAY, compute, make_forecast, start_without_ringing
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OFFERED, AHT_SECONDS = 30.0, 300.0
ERLANGS = OFFERED * AHT_SECONDS / 900


@pytest.fixture
def queue(monkeypatch):
    """Ten erlang of contacts that all wait, around the clock."""
    with system_tenant():
        found = make_queue(work_type=make_work_type(contacts_abandon=False), patience_seconds=None)
        make_goal(found)
        forecast = make_forecast([found], offered=OFFERED, aht_seconds=AHT_SECONDS)
    publish(forecast, monkeypatch)
    return found


def publish(forecast, monkeypatch):
    run = start_without_ringing(forecast, monkeypatch)
    compute(run)
    with system_tenant():
        run.refresh_from_db()
        publish_requirement(run=run, published_at=MONDAY, published_by=None)


def erlang_c_wait(agents):
    """Mean wait of all contacts: P(wait) x AHT / (agents - erlangs)."""
    last = ERLANGS**agents / factorial(agents) * agents / (agents - ERLANGS)
    waits = last / (sum(ERLANGS**n / factorial(n) for n in range(agents)) + last)
    return waits * AHT_SECONDS / (agents - ERLANGS)


def test_the_wait_with_everyone_and_with_one_missing(queue):
    with system_tenant():
        found = one_fewer(queue=queue, starts_at=MONDAY, people=12)
    assert found.whole.asa_seconds == pytest.approx(erlang_c_wait(12), rel=1e-9)
    assert found.fewer.asa_seconds == pytest.approx(erlang_c_wait(11), rel=1e-9)
    assert found.fewer.service_level < found.whole.service_level
    assert (found.ends_at - found.starts_at).total_seconds() == 900


def test_too_few_without_the_missing_one_means_a_wait_without_end(queue):
    with system_tenant():
        found = one_fewer(queue=queue, starts_at=MONDAY, people=11)
    assert found.whole.asa_seconds == pytest.approx(erlang_c_wait(11), rel=1e-9)
    assert found.fewer.asa_seconds == float("inf")


def test_nothing_is_said_where_nothing_is_known(queue, monkeypatch):
    with system_tenant():
        assert one_fewer(queue=queue, starts_at=MONDAY.replace(year=2027), people=12) is None
        assert one_fewer(queue=queue, starts_at=MONDAY, people=1) is None
        deferred = make_deferred_queue()
        assert one_fewer(queue=deferred, starts_at=MONDAY, people=12) is None


def test_nothing_is_said_of_people_who_serve_other_queues_too(monkeypatch):
    with system_tenant():
        pooled = [make_queue(), make_queue()]
        for queue in pooled:
            make_goal(queue)
        make_pool(*pooled)
        forecast = make_forecast(pooled, offered=OFFERED, aht_seconds=AHT_SECONDS)
    publish(forecast, monkeypatch)
    with system_tenant():
        assert one_fewer(queue=pooled[0], starts_at=MONDAY, people=12) is None
