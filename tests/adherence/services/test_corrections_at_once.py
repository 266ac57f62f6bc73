"""Late events, approvals and a recompute at the same time: nothing is lost, nothing told twice."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connections

from adherence.models import AdherenceDay, AdherenceException, DayCorrection
from adherence.services import (
    IncomingEvent,
    approve_exception,
    ingest_events,
    recompute_days,
    recompute_pending,
)
from tests.factories.adherence import make_codes, make_event, make_shift, make_version
from tests.factories.org import make_agent, make_user
from wfm.org.tenancy import system_tenant

START = datetime(2026, 11, 18, 9, tzinfo=UTC)
LATER = START + timedelta(days=2)
DAY = START.date()


@pytest.fixture
def absentees(transactional_db, redis_client):
    """Six agents who came two hours late on a finished day, and who may approve."""
    with system_tenant():
        codes, lead = make_codes(), make_user("planner")
        version = make_version(starts_on=DAY)
        agents = [make_agent() for _number in range(6)]
        for agent in agents:
            shift = (START, START + timedelta(hours=4), codes["work"])
            make_shift(agent, shift, version=version)
            make_event(agent, START + timedelta(hours=2), codes["work"])
            make_event(agent, START + timedelta(hours=4))
        compute(agents)
    return agents, lead


def compute(agents):
    ids = [agent.pk for agent in agents]
    recompute_days(agent_ids=ids, first_date=DAY, last_date=DAY, at=LATER)


def send_late_events(agents):
    for agent in agents:
        event = IncomingEvent(
            event_uid=f"late-{agent.pk}",
            agent_id=agent.pk,
            occurred_at=START + timedelta(hours=1),
            code="work",
        )
        ingest_events(events=[event], source="acd", received_at=LATER)
        recompute_pending(at=LATER)


def approve_all(agents, lead):
    for agent in agents:
        approve_exception(
            agent=agent,
            starts_at=START,
            ends_at=START + timedelta(hours=1),
            reason="Strike",
            approved_by=lead,
            at=LATER,
        )


def at_once(*works):
    """Run them in threads that begin together; raise what any of them raised."""
    barrier, errors = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait()
            with system_tenant():
                work()
        except Exception as error:  # noqa: BLE001 - raised below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_two_causes_at_once_both_end_up_in_figures_and_corrections(absentees):
    agents, lead = absentees
    at_once(
        lambda: send_late_events(agents),
        lambda: approve_all(agents, lead),
        lambda: [compute(agents) for _round in range(4)],
    )
    with system_tenant():
        recompute_pending(at=LATER)
        assert AdherenceException.objects.count() == len(agents)
        for stored in AdherenceDay.objects.filter(operational_date=DAY):
            assert (stored.out_seconds, stored.excepted_seconds) == (0, 3600)
            chain = list(DayCorrection.objects.filter(agent=stored.agent).order_by("pk"))
            assert chain[0].figures_before["out_seconds"] == 7200
            assert chain[-1].figures_after == stored.figures
            assert [one.after for one, _ in pairwise(chain)] == [
                other.before for _, other in pairwise(chain)
            ]
            assert {"EVENTS", "EXCEPTION"} <= {kind for one in chain for kind in one.kinds}
