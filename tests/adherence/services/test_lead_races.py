"""Two keepers and two leads at the same moment: one case, one outcome, one who is told why not."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from adherence.models import BusyCase, LiveFlag
from adherence.services import UnableToClose, close_busy_case, follow_busy
from tests.factories.adherence import make_codes, make_live
from tests.factories.org import make_agent, make_team, make_user
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)


def at_once(*acts):
    """Run them in threads that start together; return what each returned or raised."""
    barrier, outcomes = threading.Barrier(len(acts), timeout=30), []

    def go(act):
        try:
            barrier.wait()
            with system_tenant():
                outcomes.append(act())
        except UnableToClose as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.fixture
def busy(transactional_db, redis_client):
    with system_tenant():
        codes, team = make_codes(), make_team()
        agents = [make_agent(team=team) for _ in range(30)]
        for agent in agents:
            make_live(
                agent,
                state_group="BUSY",
                activity_code=codes["trouble"],
                state_since=AT - timedelta(minutes=20),
                flag=LiveFlag.BUSY_TOO_LONG,
                severity=3,
            )
        return team


def test_four_keepers_open_each_case_once(busy):
    opened = at_once(*[lambda: follow_busy(at=AT) for _ in range(4)])
    assert sum(opened) == 30
    with system_tenant():
        assert BusyCase.objects.count() == 30


def test_of_eight_leads_who_close_a_case_one_wins(busy):
    with system_tenant():
        follow_busy(at=AT)
        case = BusyCase.objects.order_by("pk").first()
        leads = [make_user("team_lead", team=busy) for _ in range(8)]

    def closes(lead):
        return lambda: close_busy_case(
            case_id=case.pk, outcome="HELPED", comment=lead.email, closed_by=lead, at=AT
        )

    outcomes = at_once(*[closes(lead) for lead in leads])
    with system_tenant():
        case.refresh_from_db()
    assert outcomes.count(None) == 1
    assert all(f"{case.closed_by} has closed this case" in text for text in outcomes if text)
    assert case.comment == case.closed_by.email


def test_over_rest_the_loser_gets_409(busy):
    with system_tenant():
        follow_busy(at=AT)
        case = BusyCase.objects.order_by("pk").first()
        clients = [Client() for _ in range(2)]
        for client in clients:
            client.force_login(make_user("team_lead", team=busy))
    url = f"/api/v1/adherence/busy-cases/{case.pk}/close/"

    def close(client):
        return lambda: (
            client.post(url, {"outcome": "HELPED"}, content_type="application/json").status_code
        )

    assert sorted(at_once(*[close(client) for client in clients])) == [200, 409]
